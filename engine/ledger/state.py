"""Where a replay stands: the pools of all households, and what the rows of one day still owe each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from engine.facts.accounts import Account
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Acquisition
from engine.facts.money import EXACT
from engine.facts.readings import TaxReading
from engine.facts.securities import EXEMPT_FROM_WASH, Security
from engine.facts.transactions import Transaction
from engine.ledger.exact import exact
from engine.ledger.pieces import ONE, Piece, Sold
from engine.ledger.terms import WINDOW_DAYS
from engine.ledger.wash import Law, Pool, copy_pool

PoolKey = tuple[str, str]
"""Household and set of identical securities."""

FUND_INSTRUMENTS = ("etf", "mutual_fund")
"""Shares of a fund are securities, whatever the fund holds."""

STANDARD_CONTRACT = exact(100)
"""Shares for one option contract where securities.csv does not say."""

RESTATING_DAYS = 2 * WINDOW_DAYS + 1
"""How long a purchase is remembered where closed sales are restated: each has a window of its own."""

FillKey = tuple[date, AccountId, Symbol, str]
"""One day's fills of one sell order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Shares that a transaction gives up and the records do not hold."""

    transaction: TransactionId
    account: AccountId
    symbol: Symbol
    date: date
    quantity: Fraction
    lot: LotId | None = None  # the lot named, where one was
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What does not change while a replay runs."""

    accounts: Mapping[AccountId, Account]
    securities: Mapping[Symbol, Security]
    reading: TaxReading
    law: Law
    strict: bool = True  # raise where more is sold than is held, instead of noting a shortfall
    by_account: bool = False  # the broker's view: each account alone, securities by CUSIP


@dataclass(slots=True, kw_only=True, eq=False)
class State:
    """Pools, and counters that run over the whole book."""

    setting: Setting
    pools: dict[PoolKey, Pool] = field(default_factory=dict)
    acquisitions: list[Acquisition] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)
    in_transit: list[Piece] = field(default_factory=list)  # left an account today, not yet arrived
    dividends: set[tuple[Symbol, date]] = field(default_factory=set)  # in stock, done for the losses
    splits: dict[tuple[Symbol, date], Fraction] = field(default_factory=dict)
    fills_left: dict[FillKey, int] = field(default_factory=dict)
    unjudged: dict[FillKey, list[Sold]] = field(default_factory=dict)
    borrowed: set[PoolKey] = field(default_factory=set)  # pools that another state stands on too
    today: date = date.min
    sequence: int = 0
    sales: int = 0

    def begin_day(self, day: date) -> None:
        """Let go of what was transferred out on an earlier day and arrived nowhere."""
        if day != self.today:
            self.today = day
            self.in_transit.clear()

    def note_nothing_held(self, row: Transaction, symbol: Symbol) -> None:
        """Note that an event asks for a holding that the records, which begin late, do not have."""
        assert not self.setting.strict, "a strict replay raises"
        self.shortfalls.append(
            Shortfall(
                transaction=row.id,
                account=row.account,
                symbol=symbol,
                date=row.date,
                quantity=exact(row.quantity or 0),
                row=row.row,
            )
        )

    def next_sequence(self) -> int:
        """Return the next place in the order of acquisition."""
        self.sequence += 1
        return self.sequence

    def next_place(self) -> int:
        """Return the next place in the order of disposal."""
        self.sales += 1
        return self.sales

    def pool(self, account: AccountId, symbol: Symbol) -> Pool:
        """Return the pool in which shares of an account meet identical shares of its household."""
        return self.pool_at(pool_key(self.setting, account, symbol))

    def pool_at(self, key: PoolKey) -> Pool:
        """Return a pool for changing: a new one, or a copy where another ledger still stands on it."""
        found = self.pools.get(key)
        if found is None:
            found = self.pools[key] = self.new_pool()
        elif key in self.borrowed:
            found = self.pools[key] = copy_pool(found)
            self.borrowed.discard(key)
        found.told = None
        return found

    def fork(self) -> "State":
        """Return a state to go on from, while this one stays as it is; pools are copied when they change."""
        self.borrowed = set(self.pools)
        return replace(
            self,
            pools=dict(self.pools),
            acquisitions=list(self.acquisitions),
            shortfalls=list(self.shortfalls),
            in_transit=list(self.in_transit),
            dividends=set(self.dividends),
            splits=dict(self.splits),
            fills_left={},
            unjudged={},
            borrowed=set(self.pools),
        )

    def new_pool(self) -> Pool:
        """Return an empty pool that remembers as long as the readings need."""
        restates = self.setting.reading.wash.sold_before_replacement
        return Pool(memory_days=RESTATING_DAYS if restates else WINDOW_DAYS)

    def pools_of(self, symbol: Symbol) -> list[Pool]:
        """Return the pools of every household in which a security can be."""
        some = {pool_key(self.setting, account, symbol) for account in self.setting.accounts}
        return [self.pool_at(key) for key in sorted(some) if key in self.pools]

    def is_taxable(self, account: AccountId) -> bool:
        """Return whether a sale in the account is a taxable event."""
        return not self.setting.accounts[account].is_retirement

    def is_judged(self, account: AccountId, symbol: Symbol) -> bool:
        """Return whether losses in this security of this account can be wash sales.

        Source: 26 U.S.C. 1091(a) for dealers, 475(f) for traders; stock or securities only.
        """
        owner = self.setting.accounts[account]
        security = self.setting.securities.get(symbol)
        is_security = (
            security is None
            or security.asset_class not in EXEMPT_FROM_WASH
            or security.instrument in FUND_INSTRUMENTS
        )
        has_rule = self.setting.reading.country == "us"
        return has_rule and is_security and not owner.is_retirement and owner.tax_status == "investor"


def pool_key(setting: Setting, account: AccountId, symbol: Symbol) -> PoolKey:
    """Return the household and the set of identical securities in which shares are matched.

    Options and warrants stand in the pool of what they are about; brokers know them by their own CUSIP.
    """
    security = setting.securities.get(symbol)
    if setting.by_account:
        return (account, symbol if security is None or security.cusip is None else security.cusip)
    about = symbol
    if security is not None and security.underlying is not None and right_of(setting, symbol) is not None:
        about = security.underlying
    return (setting.accounts[account].household, identity_of(setting, about))


def right_of(setting: Setting, symbol: Symbol) -> str | None:
    """Return `call` (also for a warrant) or `put`; None for what is no contract."""
    security = setting.securities.get(symbol)
    if security is None or security.instrument not in ("option", "warrant"):
        return None
    return security.attributes.get("right", "call")


def multiplier_of(setting: Setting, symbol: Symbol) -> Fraction:
    """Return the shares that one contract is about: 100 for an option that does not say; 1 for shares."""
    return contract_size(setting.securities.get(symbol))


def contract_size(security: Security | None) -> Fraction:
    """Return the shares for one unit of a security; None is one that the book does not describe."""
    if security is None:
        return ONE
    if security.instrument == "option" and "multiplier" not in security.attributes:
        return STANDARD_CONTRACT
    return ONE if security.multiplier == 1 else exact(security.multiplier)


def identity_of(setting: Setting, symbol: Symbol) -> str:
    """Return the name under which identical securities meet, by the household's reading."""
    if setting.reading.wash.index_funds == "different" and is_fund(setting.securities.get(symbol)):
        return f"symbol:{symbol}"
    return setting.reading.identity(symbol)


def is_fund(security: Security | None) -> bool:
    """Return whether a security is shares of a fund."""
    return security is not None and security.instrument in FUND_INSTRUMENTS


def setting_of(
    accounts: Mapping[AccountId, Account],
    securities: Mapping[Symbol, Security],
    reading: TaxReading,
    *,
    strict: bool = True,
) -> Setting:
    """Return the fixed part of a replay."""
    law = Law(wash=reading.wash, accounts=accounts)
    return Setting(accounts=accounts, securities=securities, reading=reading, law=law, strict=strict)


def as_broker(setting: Setting) -> Setting:
    """Return the setting in which each account stands alone and funds are told apart by CUSIP."""
    return replace(setting, by_account=True)


def place_of(row: Transaction) -> str:
    """Return where a transaction stands, for messages."""
    where = f" row {row.row}" if row.row else ""
    return f"transactions.csv{where}, transaction `{row.id}`"


def needs(row: Transaction, column: str) -> InputError:
    """Return the error for a blank cell that the type of the row needs."""
    return InputError(
        f"a {row.type.value} needs `{column}`", place=place_of(row), cure=f"fill in the column {column}"
    )


def symbol_of(row: Transaction) -> Symbol:
    """Return the security of a row that must have one."""
    if row.symbol is None:
        raise needs(row, "symbol")
    return row.symbol


def shares_of(row: Transaction) -> Fraction:
    """Return the shares of a row that must have some; more than 0."""
    if row.quantity is None:
        raise needs(row, "quantity")
    if row.quantity <= 0:
        raise InputError(
            f"quantity is {row.quantity}",
            place=place_of(row),
            cure="give a size above 0; the type has the sign",
        )
    return exact(row.quantity)


def money_of(row: Transaction, *, per: Fraction = exact(1)) -> Fraction:
    """Return the total before fees of a row that must have one.

    per: shares for one contract, where the price is per share and the quantity in contracts.
    """
    if row.amount is not None:
        return exact(row.amount)
    if row.price is None or row.quantity is None:
        raise needs(row, "price or amount")
    total = exact(EXACT.multiply(row.price, row.quantity))
    return total if per == 1 else total * per
