"""Rows: what predicates read, one kind for each thing that a subject can select.

    security   an account's view of one security: its attributes, `symbol`, `account.kind`, `price_age`
    lot        gain, loss, cost, acquired, holding_days, days_to_long_term, and its security's attributes
    trade      side, closes_position, and its security's attributes
    account    the columns of accounts.csv with or without `account.`, `portfolio_value`, `today`

A row answers a path with a cell: text as in the data, or a computed number, date or age. None is
unknown; NO_VALUE is for what has no such attribute: cash, and anything left out in an example.
Figures of the state (portfolio_value, value, weight) are those before trading.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol

from engine.facts.accounts import Account
from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Lot
from engine.facts.readings import TaxReading
from engine.facts.securities import Security
from engine.ledger.state import contract_size
from engine.ledger.terms import days_to_long_term, term
from rulebooks.cells import NO_VALUE, Age, Cell
from rulebooks.forms import Term, TermKind
from rulebooks.state import BookState

FRACTION_ZERO = Fraction(0)


def benchmark_of(
    book: Book, accounts: tuple[AccountId, ...]
) -> tuple[Mapping[Symbol, Fraction] | None, str | None]:
    """Return the benchmark of some accounts, or None and why there is none.

    It is the accounts' own benchmark, on which they agree, else the book's only one.
    """
    names = {book.accounts[account].benchmark for account in accounts}
    if len(names) > 1:
        return None, "the accounts have different benchmarks"
    name = next(iter(names), None)
    if name is None:
        if len(book.benchmarks) != 1:
            return None, "no benchmark" if not book.benchmarks else "the account names none of the benchmarks"
        name = next(iter(book.benchmarks))
    weights = book.benchmarks.get(name)
    if weights is None:
        return None, f"no weights of benchmark {name}"
    return {symbol: Fraction(weight) for symbol, weight in weights.items()}, None


class Facts:
    """What all rows of one book share: the state before trading and the identical groups."""

    def __init__(self, state: BookState, tax: TaxReading | None = None) -> None:
        self.state = state
        self.book = state.book
        self.today = state.book.as_of
        self.stated: Mapping[str, str] = state.book.stated
        self.identical: Mapping[Symbol, str] = {} if tax is None else tax.identical
        self.absent: Cell = NO_VALUE if state.book.absent == "no_value" else None

    def net_assets(self, accounts: tuple[AccountId, ...]) -> Fraction:
        """Return net assets of the accounts before trading."""
        return sum((self.state(Term(TermKind.NET_ASSETS, a)) for a in accounts), FRACTION_ZERO)

    def borrowing(self, accounts: tuple[AccountId, ...]) -> Fraction:
        """Return the size of negative cash of the accounts before trading."""
        owed = (-self.state(Term(TermKind.CASH, account)) for account in accounts)
        return sum((amount for amount in owed if amount > 0), FRACTION_ZERO)


class AccountRow:
    """One account, or a household as far as its accounts agree."""

    def __init__(self, facts: Facts, accounts: tuple[AccountId, ...], *, known: bool = True) -> None:
        """known: whether every price that net assets need is there."""
        self.facts = facts
        self.accounts = accounts
        self.known = known
        self._columns = [
            account_columns(facts.book.accounts[a]) for a in accounts if a in facts.book.accounts
        ]

    def read(self, path: str) -> Cell:
        """Return the cell of a path."""
        facts = self.facts
        if path in facts.stated:
            return facts.stated[path]
        match path:
            case "today":
                return facts.today
            case "portfolio_value" | "net_assets" | "total_assets" if not self.known:
                return None
            case "portfolio_value" | "net_assets":
                return facts.net_assets(self.accounts)
            case "total_assets":
                return facts.net_assets(self.accounts) + facts.borrowing(self.accounts)
            case "cash":
                parts = (facts.state(Term(TermKind.CASH, a)) for a in self.accounts)
                return sum(parts, FRACTION_ZERO)
            case _:
                return self._column(path.removeprefix("account."))

    def _column(self, name: str) -> Cell:
        values = {columns.get(name) for columns in self._columns}
        if len(values) != 1:
            return None
        found = values.pop()
        return self.facts.absent if found is None else found


def account_columns(row: Account) -> Mapping[str, str]:
    """Return every column of an account as text, blanks left out."""
    named = {
        "account": row.account, "household": row.household, "owner": row.owner, "kind": row.kind,
        "currency": row.currency, "tax_status": row.tax_status,
        "fractional": "yes" if row.fractional else "no",
        "filing_status": row.filing_status, "policy": row.policy, "model": row.model,
        "benchmark": row.benchmark,
    }  # fmt: skip
    return {key: text for key, text in named.items() if text} | dict(row.attributes)


class SecurityRow:
    """One security as seen from one account."""

    def __init__(
        self, facts: Facts, account: AccountRow, security: Security, *, is_cash: bool = False
    ) -> None:
        self.facts = facts
        self.account = account
        self.security = security
        self.symbol = security.symbol
        self.attributes = security.attributes
        self.is_cash = is_cash
        self.absent: Cell = NO_VALUE if is_cash else facts.absent

    def read(self, path: str) -> Cell:
        """Return the cell of a path; the volume of the last days counts before a column of that name."""
        if path == "average_daily_volume" and self.symbol in self.facts.book.volumes:
            return Fraction(self.facts.book.volumes[self.symbol])
        text = self.attributes.get(path)
        return text if text is not None else self._derived(path)

    def _derived(self, path: str) -> Cell:
        facts, symbol = self.facts, self.symbol
        if path.startswith("account."):
            return self.account.read(path)
        match path:
            case "symbol" | "security":
                return symbol
            case "account" | "portfolio_value" | "today":
                return self.account.read(path)
            case "currency":
                return self.security.currency or self.account.read("account.currency")
            case "asset_class" | "instrument" | "issuer" | "underlying":
                return getattr(self.security, path) or self.absent
            case "lot_size":
                return Fraction(self.security.lot_size)
            case "multiplier":
                return contract_size(self.security)
            case "identical":
                return facts.identical.get(symbol, NO_VALUE)
            case "price" | "price_age" | "price_date" | "volume":
                return self._price(path)
            case "quantity" | "value" | "weight" | "cost" | "benchmark_weight":
                return self._position(path)
            case _:
                return self.absent

    def _price(self, path: str) -> Cell:
        price = self.facts.book.prices.get(self.symbol)
        if price is None:
            return self.absent
        match path:
            case "price":
                return Fraction(price.price)
            case "price_age":
                return Age(price.date)
            case "price_date":
                return price.date
            case _:
                return self.absent if price.volume is None else Fraction(price.volume)

    def _position(self, path: str) -> Cell:
        if path == "benchmark_weight":
            return self._benchmark_weight()
        if self.is_cash and path == "quantity":
            return NO_VALUE
        amount = self._amount(path)
        if amount is None or path != "weight":
            return amount
        base = self.facts.net_assets(self.account.accounts)
        return amount / base if base else None

    def _amount(self, path: str) -> Fraction | None:
        """Return quantity, cost or value of the position; None where it is held without a price."""
        state, accounts = self.facts.state, self.account.accounts
        if self.is_cash:
            return sum((state(Term(TermKind.CASH, account)) for account in accounts), FRACTION_ZERO)
        kind = {"quantity": TermKind.QUANTITY, "cost": TermKind.COST}.get(path, TermKind.VALUE)
        if kind is TermKind.VALUE and any(
            (account, self.symbol) in state.quantities and state.unit_value(account, self.symbol) is None
            for account in accounts
        ):
            return None
        return sum((state(Term(kind, account, self.symbol)) for account in accounts), FRACTION_ZERO)

    def _benchmark_weight(self) -> Cell:
        weights, _ = benchmark_of(self.facts.book, self.account.accounts)
        return self.absent if weights is None else weights.get(self.symbol, FRACTION_ZERO)


class LotRow:
    """One open lot; what is not the lot's own is its security's."""

    def __init__(self, lot: Lot, security: SecurityRow) -> None:
        self.lot = lot
        self.security = security
        self.facts = security.facts

    def read(self, path: str) -> Cell:
        """Return the cell of a path; money in the policy's currency."""
        lot, today = self.lot, self.facts.today
        match path:
            case "lot":
                return lot.lot
            case "gain" | "loss" | "value":
                return self._worth(path)
            case "cost" | "basis":
                return self._basis()
            case "original_basis":
                return Fraction(lot.original_basis) * self.facts.state.rate_of(lot.account)
            case "quantity":
                return Fraction(lot.quantity)
            case "acquired":
                return lot.acquired
            case "adjusted_acquired":
                return lot.adjusted_acquired
            case "holding_days":
                return Fraction((today - lot.adjusted_acquired).days)
            case "days_to_long_term":
                return Fraction(days_to_long_term(lot.adjusted_acquired, today))
            case "term":
                return term(lot.adjusted_acquired, today)
            case _:
                return self.security.read(path)

    def _basis(self) -> Fraction:
        return Fraction(self.lot.basis) * self.facts.state.rate_of(self.lot.account)

    def _worth(self, path: str) -> Cell:
        unit = self.facts.state.unit_value(self.lot.account, self.lot.symbol)
        if unit is None:
            return None
        value = Fraction(self.lot.quantity) * unit
        if path == "value":
            return value
        gain = value - self._basis()
        return gain if path == "gain" else max(FRACTION_ZERO, -gain)


class Unpriced:
    """A row of a position whose price cannot be relied on: what rests on that price is unknown."""

    def __init__(self, row: "Row", *, held: bool) -> None:
        """held: whether anything is held of it; the value of nothing is known."""
        self.row = row
        self.held = held

    def read(self, path: str) -> Cell:
        """Return the cell of a path."""
        rests = path in ("price", "gain", "loss") or (self.held and path in ("value", "weight"))
        return None if rests else self.row.read(path)


class TradeRow:
    """One trade before its size is known: its security, its side, and whether it closes the position."""

    def __init__(self, security: "Row", *, side: str, closes: bool) -> None:
        self.security = security
        self.side = side
        self.closes = closes

    def read(self, path: str) -> Cell:
        """Return the cell of a path."""
        match path:
            case "side":
                return self.side
            case "closes_position":
                return "yes" if self.closes else "no"
            case _:
                return self.security.read(path)


class Row(Protocol):
    """Whatever answers paths with cells."""

    def read(self, path: str) -> Cell:
        """Return the cell of a path."""
