"""A book as one policy sees it: what a position is worth in the policy's currency, what its row says.

    100 shares at 12.50 USD, a policy in EUR, 0.90 EUR for a dollar  ->  1,125 EUR

A price older than five calendar days is missing, unless the policy has a rule of its own on the age of
prices. A position is named by account and symbol; an account's cash is the position `cash:USD`, one
unit of which is one unit of the account's currency.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from dsl.policy import (
    And,
    CheckedPolicy,
    Comparison,
    Not,
    Or,
    Predicate,
    Require,
    Unit,
    ValuedAt,
)
from engine.facts.book import Book
from engine.facts.calendar import business_days_between
from engine.facts.ids import AccountId, Symbol
from engine.facts.securities import Security
from engine.gate.reference.values import Absent, Value, blank, number
from engine.ledger.exact import exact

STALE_DAYS = 5
"""Calendar days that a price may be old where the policy says nothing else."""

ONE = exact(1)

CASH = "cash:"
"""How the symbol of a cash position starts, so that no security's symbol meets a currency's."""


def cash_symbol(book: Book, account: AccountId) -> Symbol:
    """Return the symbol under which an account's cash is held."""
    return Symbol(CASH + book.accounts[account].currency)


def is_cash(symbol: Symbol) -> bool:
    """Return whether a symbol stands for cash."""
    return symbol.startswith(CASH)


@dataclass(slots=True, kw_only=True, eq=False)
class Market:
    """Prices, rates and rows of a book for one policy; remembers what it has looked up."""

    policy: CheckedPolicy
    book: Book
    takes_old: bool = False  # the policy has its own rule on the age of prices, or the last known will do
    _units: dict[tuple[AccountId, Symbol, ValuedAt], Fraction | None] = field(default_factory=dict)
    _numbers: dict[tuple[Symbol, str], Fraction | Absent] = field(default_factory=dict)
    _factors: dict[tuple[AccountId, Symbol], Fraction | None] = field(default_factory=dict)

    def unit(self, account: AccountId, symbol: Symbol, valued_at: ValuedAt = "market") -> Fraction | None:
        """Return what one unit is worth in the policy's currency; None where that is missing.

        `cost` is not a figure of one unit: the position knows it.
        """
        key = (account, symbol, valued_at)
        if key not in self._units:
            self._units[key] = self._find_unit(account, symbol, valued_at)
        return self._units[key]

    def _find_unit(self, account: AccountId, symbol: Symbol, valued_at: ValuedAt) -> Fraction | None:
        own = self.book.accounts[account].currency
        if is_cash(symbol):
            return self.rate(own)
        security = self.book.securities.get(symbol)
        price = self.price(symbol)
        rate = self.rate(own if security is None or security.currency is None else security.currency)
        if rate is None:
            return None
        if valued_at in ("par", "notional") and security is not None:
            stated = self.face(security, valued_at)
            if stated is not None:
                return stated * rate
        if price is None:
            return None
        return price * (1 if security is None else exact(security.multiplier)) * rate

    def face(self, security: Security, valued_at: ValuedAt) -> Fraction | None:
        """Return the par or notional value of one unit where the data state it."""
        if valued_at == "notional" and security.underlying is not None:
            underlying = self.price(security.underlying)
            return None if underlying is None else underlying * Fraction(security.multiplier)
        stated = number(security.attributes.get(valued_at, Absent.UNKNOWN))
        return None if isinstance(stated, Absent) else stated

    def price(self, symbol: Symbol) -> Fraction | None:
        """Return the book's price in the security's currency; None where there is none or it is old."""
        return self.last_price(symbol) if self.has_price(symbol) else None

    def has_price(self, symbol: Symbol) -> bool:
        """Return whether the book has a price that is not too old."""
        price = self.book.prices.get(symbol)
        return price is not None and (self.takes_old or (self.book.as_of - price.date).days <= STALE_DAYS)

    def last_price(self, symbol: Symbol) -> Fraction | None:
        """Return the book's price however old it is."""
        price = self.book.prices.get(symbol)
        return None if price is None else exact(price.price)

    def factor(self, account: AccountId, symbol: Symbol) -> Fraction | None:
        """Return what one unit at a price of 1 is worth in the account's currency; None without a rate."""
        key = (account, symbol)
        if key not in self._factors:
            security, own = self.book.securities.get(symbol), self.book.accounts[account].currency
            rate = self.cross(
                own if security is None or security.currency is None else security.currency, own
            )
            if rate is not None and security is not None and security.multiplier != 1:
                rate = rate * exact(security.multiplier)
            self._factors[key] = rate
        return self._factors[key]

    def with_old_prices(self) -> "Market":
        """Return the same book with every last known price, however old."""
        return Market(policy=self.policy, book=self.book, takes_old=True)

    def rate(self, currency: str) -> Fraction | None:
        """Return units of the policy's currency for one unit of `currency`."""
        return self.cross(currency, self.policy.currency)

    def cross(self, currency: str, into: str) -> Fraction | None:
        """Return units of `into` for one of `currency`; the currency that fx.csv leaves out is its base."""
        if currency == into:
            return ONE
        above, below = self.book.fx.get(currency), self.book.fx.get(into)
        if above is None and below is None:
            return None
        one = Decimal(1)
        return exact(above if above is not None else one) / exact(below if below is not None else one)

    # ---------------------------------------------------------------- rows

    def of_account(self, account: AccountId, path: str) -> Value:
        """Return a column of accounts.csv."""
        row = self.book.accounts[account]
        named = {"account": row.account, "household": row.household, "owner": row.owner, "kind": row.kind}
        if path in named:
            return named[path]
        return row.attributes.get(path) or blank(self.book)

    def of_security(self, account: AccountId, symbol: Symbol, path: str, unit: Unit | None) -> Value:
        """Return an attribute of a security in an account, known before anything trades."""
        book = self.book
        match path:
            case "today":
                return book.as_of
            case "account" | "household":
                return self.of_account(account, path)
            case _ if path.startswith("account."):
                return self.of_account(account, path.removeprefix("account."))
            case _ if is_cash(symbol):
                return _of_cash(symbol, path)
            case "symbol" | "security":
                return str(symbol)
            case "price":
                price = self.price(symbol)
                return Absent.UNKNOWN if price is None else price
            case "price_age":
                return self._age(symbol, unit)
            case "average_daily_volume" if symbol in book.volumes:
                return Fraction(book.volumes[symbol])
            case _:
                security = book.securities.get(symbol)
                return (security.attributes.get(path) if security else None) or blank(book)

    def _age(self, symbol: Symbol, unit: Unit | None) -> Value:
        price = self.book.prices.get(symbol)
        if price is None:
            return Absent.UNKNOWN
        if unit is Unit.BUSINESS_DAYS:
            return Fraction(business_days_between(price.date, self.book.as_of, self.policy.calendar))
        return Fraction((self.book.as_of - price.date).days)

    def figure(self, account: AccountId, symbol: Symbol, path: str) -> Fraction | Absent:
        """Return an attribute of a security as a number."""
        key = (symbol, path)
        if key not in self._numbers:
            self._numbers[key] = number(self.of_security(account, symbol, path, None))
        return self._numbers[key]


def _of_cash(symbol: Symbol, path: str) -> Value:
    """Cash has its currency as symbol, asset class and instrument `cash`, and no other attribute."""
    match path:
        case "symbol" | "currency":
            return symbol.removeprefix(CASH)
        case "asset_class" | "instrument":
            return "cash"
        case _:
            return Absent.NONE


def market_of(policy: CheckedPolicy, book: Book) -> Market:
    """Return a book as a policy sees it."""
    asks = any(
        isinstance(rule.obligation, Require) and "price_age" in _paths(rule.obligation.predicate)
        for rule in policy.rules
    )
    return Market(policy=policy, book=book, takes_old=asks)


def _paths(predicate: Predicate) -> set[str]:
    """Return the attributes that a condition names."""
    match predicate:
        case Comparison(path=path):
            return {path}
        case Not(part=part):
            return _paths(part)
        case And(parts=parts) | Or(parts=parts):
            return {path for part in parts for path in _paths(part)}
        case _:
            assert_never(predicate)
