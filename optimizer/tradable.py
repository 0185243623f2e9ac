"""What may trade: positions with their minimums and locks, lots with what their sale would be taxed.

    lot H1 of KO, 100 shares, basis 50.00, price 40.00, held 400 days, long-term rate 23.8%
      sale recognizes -0.25 per unit of value and saves 0.0595; below the harvest thresholds the search
      gives that no weight

A loss that recent purchases would disallow counts 0 (its size is asked of the ledger, lot by lot). Gains
count in full at the account's own rates; retirement accounts know neither.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from dsl.policy import CheckedPolicy
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Lot
from engine.facts.lots import Term as Length
from engine.facts.securities import EXEMPT_FROM_WASH
from engine.facts.trades import Side, Trade
from engine.ledger.settle import settle
from engine.ledger.terms import WINDOW_DAYS, term
from optimizer.locks import Lock, Locks, Place
from optimizer.settings import Intent, Settings
from optimizer.tickets import Ticket, tickets_of, tighter
from rulebooks.ground import GroundBook
from rulebooks.predicates import Setting, Test, compiled
from rulebooks.rows import AccountRow, Facts, LotRow, SecurityRow
from rulebooks.state import BookState

ZERO = Fraction(0)
Pool = tuple[str, str]
"""A set of identical securities of a household."""

FINE_STEP = Fraction(1, 1000)
"""Shares: the step of proposals in accounts that may hold fractions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradableLot:
    """One lot of a taxable or retirement account; ratios are per unit of value sold.

    Shares are exact, as trades are; amounts that only the search weighs are not.
    """

    lot: LotId
    shares: Fraction  # that may be sold, a multiple of the step
    whole: bool  # `shares` is all of the lot
    basis: float  # per share
    gain: float  # ratio: (price - basis) / price
    recognized: float  # ratio after disallowance; 0 in retirement accounts
    disallowed: float  # ratio
    term: Length | None
    tax: float  # ratio counted in the objective
    is_loss: bool  # its sale excludes purchases in the wash group
    selected: bool  # by the harvest statement
    lock: Lock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tradable:
    """One position that may trade, held or not."""

    account: AccountId
    symbol: Symbol
    unit: Fraction  # value of a share in the policy's currency
    held: Fraction  # shares
    step: Fraction  # shares
    buy: Ticket
    sale: Ticket
    buy_lock: Lock | None
    sale_lock: Lock | None
    identity: str  # of the set of identical securities
    lots: tuple[TradableLot, ...]

    @property
    def place(self) -> Place:
        """Account and symbol."""
        return (self.account, self.symbol)


def policy_of(ground: GroundBook, account: AccountId) -> tuple[CheckedPolicy, ...]:
    """Return the policies that govern an account: those whose rules or targets reach it, else all."""
    policies = ground.rulebook.policies
    named = [p for p in policies if p.applies_to is not None and p.applies_to.id == account]
    household = ground.book.accounts[account].household
    named += [p for p in policies if p.applies_to is not None and p.applies_to.id == household]
    own = ground.book.accounts[account].policy
    named += [p for p in policies if own is not None and p.id == own and p not in named]
    return tuple(named) or policies


def tradables(
    ground: GroundBook,
    state: BookState,
    locks: Locks,
    candidates: Mapping[AccountId, Iterable[Symbol]],
    *,
    intent: Intent,
    settings: Settings,
) -> tuple[Tradable, ...]:
    """Return what may trade, by account and symbol; short, unpriced and unheld locked names are left out."""
    maker = _Maker(ground, state, locks, intent, settings, tuple(sorted(candidates)))
    found: list[Tradable] = []
    for account in sorted(candidates):
        for symbol in sorted(set(candidates[account])):
            made = maker.make(account, symbol)
            if made is not None:
                found.append(made)
    return tuple(found)


class _Maker:
    def __init__(
        self,
        ground: GroundBook,
        state: BookState,
        locks: Locks,
        intent: Intent,
        settings: Settings,
        accounts: tuple[AccountId, ...],
    ) -> None:
        self.ground, self.book, self.state = ground, ground.book, state
        self.locks, self.intent, self.settings = locks, intent, settings
        self.tax = ground.rulebook.tax
        self.facts = Facts(state, self.tax)
        self.tickets = tickets_of(ground)
        self._pools: dict[Place, Pool] = {}
        self.recent = self._recent_purchases()
        self.waiting = self._recent_losses()
        self.lots: dict[Place, dict[LotId, list[Lot]]] = {}
        for lot in self.book.lots:
            self.lots.setdefault((lot.account, lot.symbol), {}).setdefault(lot.lot, []).append(lot)
        self.of = {account: self._of_account(account) for account in accounts}
        self.disallowed = self._disallowed(accounts)

    def _of_account(self, account: AccountId) -> "_OfAccount":
        row = self.book.accounts[account]
        tests = tuple(
            compiled(p.harvest.lots.where, Setting(today=self.book.as_of, calendar=p.calendar))
            for p in policy_of(self.ground, account)
            if p.harvest is not None
        )
        return _OfAccount(
            row=AccountRow(self.facts, (account,)),
            rate=self.state.rate_of(account),
            is_taxed=not row.is_retirement,
            rates={t: float(rate_of(self.ground, account, t, self.settings)) for t in LENGTHS},
            harvests=tests,
        )

    def _pool(self, account: AccountId, symbol: Symbol) -> Pool:
        known = self._pools.get((account, symbol))
        if known is None:
            known = (self.book.accounts[account].household, self.tax.identity(symbol))
            self._pools[(account, symbol)] = known
        return known

    def _recent_purchases(self) -> Mapping[Pool, set[tuple[AccountId, LotId]]]:
        """Return the lots of late of each set of identical securities."""
        edge = self.book.as_of - timedelta(days=WINDOW_DAYS)
        found: dict[Pool, set[tuple[AccountId, LotId]]] = {}
        for row in self.book.acquisitions:
            if row.date >= edge and row.account in self.book.accounts:
                found.setdefault(self._pool(row.account, row.symbol), set()).add((row.account, row.lot))
        for lot in self.book.lots:
            if lot.acquired >= edge:
                found.setdefault(self._pool(lot.account, lot.symbol), set()).add((lot.account, lot.lot))
        return found

    def _recent_losses(self) -> Mapping[Pool, str]:
        edge = self.book.as_of - timedelta(days=WINDOW_DAYS)
        return {
            self._pool(row.account, row.symbol): f"loss sale of {row.symbol} in {row.account} on {row.sold}"
            for row in self.book.disposals or ()
            if row.sold >= edge
            and row.gain < 0
            and row.term is not None
            and row.account in self.book.accounts
        }

    def make(self, account: AccountId, symbol: Symbol) -> Tradable | None:
        """Return the position, or None where it cannot trade."""
        security, unit = self.book.securities.get(symbol), self.state.unit_value(account, symbol)
        held = self.state.quantities.get((account, symbol), ZERO)
        if security is None or not unit or held < 0 or security.asset_class in ("cash", "option"):
            return None
        place = (account, symbol)
        stale = self.state.missing(account, symbol)
        buy_lock, sale_lock = self.locks.buys.get(place), self.locks.sales.get(place)
        if stale is not None:
            buy_lock = buy_lock or Lock(rule=None, words=stale)
            sale_lock = sale_lock or Lock(rule=None, words=stale)
        past = self.waiting.get(self._pool(account, symbol))
        if past and self.settings.avoid_wash_sales and security.asset_class not in EXEMPT_FROM_WASH:
            buy_lock = buy_lock or Lock(rule=None, words=past)
        fractional = self.book.accounts[account].fractional
        step = FINE_STEP if fractional else Fraction(security.lot_size or 1)
        lots = self._lots(account, symbol, unit, step, sale_lock)
        return Tradable(
            account=account,
            symbol=symbol,
            unit=unit,
            held=held,
            step=step,
            buy=self._ticket(account, symbol, Side.BUY, unit),
            sale=self._ticket(account, symbol, Side.SELL, unit),
            buy_lock=buy_lock,
            sale_lock=sale_lock,
            identity="\n".join(self._pool(account, symbol)),
            lots=lots,
        )

    def _ticket(self, account: AccountId, symbol: Symbol, side: Side, unit: Fraction) -> Ticket:
        ticket = Ticket()
        for rule in self.tickets.get(account, ()):
            ticket = tighter(ticket, rule, symbol, side, unit, self.state)
        return ticket

    def _lots(
        self, account: AccountId, symbol: Symbol, unit: Fraction, step: Fraction, lock: Lock | None
    ) -> tuple[TradableLot, ...]:
        merged = self.lots.get((account, symbol))
        if not merged:
            return ()
        of = self.of[account]
        row = SecurityRow(self.facts, of.row, self.book.securities[symbol])
        return tuple(self._lot(parts, of, row, unit, step, lock) for parts in merged.values())

    def _lot(
        self,
        parts: list[Lot],
        of: "_OfAccount",
        row: SecurityRow,
        unit: Fraction,
        step: Fraction,
        lock: Lock | None,
    ) -> TradableLot:
        first = parts[0]
        held = sum((Fraction(part.quantity) for part in parts[1:]), Fraction(first.quantity))
        shares = held // step * step
        price, rate = float(unit), float(of.rate)
        basis = sum(float(part.basis) for part in parts) * rate / float(held)
        gain = (price - basis) / price
        own_term = term(first.adjusted_acquired, self.book.as_of) if of.is_taxed else None
        is_loss = of.is_taxed and any(_loses(part, unit, of.rate) for part in parts)
        lost = is_loss and (first.account, first.lot) in self.disallowed
        disallowed = max(0.0, -gain) if lost else 0.0
        recognized = gain + disallowed if of.is_taxed else 0.0
        lots = (LotRow(part, row) for part in parts)
        selected = is_loss and any(test(one) is True for one in lots for test in of.harvests)
        counted = recognized >= 0 or selected or not of.harvests
        lot_lock = lock or self.locks.lots.get((first.account, first.lot))
        if first.lot in self.intent.locked:
            lot_lock = Lock(rule=None, words="locked by request")
        return TradableLot(
            lot=first.lot,
            shares=shares,
            whole=shares == held,
            basis=basis,
            gain=gain,
            recognized=recognized,
            disallowed=disallowed,
            term=own_term,
            tax=recognized * of.rates[own_term] if own_term is not None and counted else 0.0,
            is_loss=is_loss or (first.account, first.lot) in self.locks.exclusive,
            selected=selected,
            lock=lot_lock,
        )

    def _disallowed(self, accounts: tuple[AccountId, ...]) -> frozenset[tuple[AccountId, LotId]]:
        """Return the lots at a loss of which, sold whole, recent purchases would disallow a part.

        The first shares sold meet the replacements, so that a part of the lot may lose all of its loss. One
        lot of each set of identical securities is asked about at a time: sets do not reach each other.
        """
        waiting: dict[Pool, list[tuple[Lot, Fraction]]] = {}
        own_counts = self.tax.country != "us"  # elsewhere shares are replaced by what their own purchase left
        for (account, symbol), lots in self.lots.items():
            of, pool = self.of.get(account), self._pool(account, symbol)
            unit = self.state.unit_value(account, symbol)
            if of is None or not of.is_taxed or not unit or pool not in self.recent:
                continue
            for parts in lots.values():
                held = sum((Fraction(part.quantity) for part in parts), ZERO)
                is_alone = not own_counts and self.recent[pool] <= {(account, parts[0].lot)}
                if held > 0 and not is_alone and any(_loses(part, unit, of.rate) for part in parts):
                    waiting.setdefault(pool, []).append((parts[0], held))
        found: set[tuple[AccountId, LotId]] = set()
        while waiting:
            asked = [rows.pop() for rows in waiting.values()]
            waiting = {pool: rows for pool, rows in waiting.items() if rows}
            trades = tuple(_sale(number, *row) for number, row in enumerate(asked, start=1))
            taken = settle(self.book, trades, reading=self.tax).taken
            met = {row.trade for row in taken if row.disallowed}
            found.update((lot.account, lot.lot) for n, (lot, _) in enumerate(asked, start=1) if n in met)
        return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAccount:
    """What all lots of an account share."""

    row: AccountRow
    rate: Fraction  # of its currency
    is_taxed: bool
    rates: Mapping[Length, float]
    harvests: tuple[Test, ...]


LENGTHS: tuple[Length, Length] = ("short", "long")


def _sale(number: int, lot: Lot, held: Fraction) -> Trade:
    return Trade(
        number=number,
        account=lot.account,
        side=Side.SELL,
        symbol=lot.symbol,
        quantity=_decimal(held),
        lot=lot.lot,
    )


def rate_of(ground: GroundBook, account: AccountId, own_term: Length, settings: Settings) -> Fraction:
    """Return the account's marginal rate for a term, a fraction of one."""
    row = ground.book.accounts[account]
    if own_term == "short":
        return Fraction(settings.short_term_rate if row.short_term_rate is None else row.short_term_rate)
    return Fraction(settings.long_term_rate if row.long_term_rate is None else row.long_term_rate)


def _loses(lot: Lot, unit: Fraction, rate: Fraction) -> bool:
    paid, worth = float(lot.basis) * float(rate), float(lot.quantity) * float(unit)
    if abs(paid - worth) > 1e-6 * (paid + worth):
        return paid > worth
    return Fraction(lot.basis) * rate > Fraction(lot.quantity) * unit


def _decimal(value: Fraction) -> Decimal:
    """Return shares, whose denominator is a power of ten, as a decimal."""
    result = Decimal(value.numerator) / Decimal(value.denominator)
    assert Fraction(result) == value, "shares are decimals"
    return result
