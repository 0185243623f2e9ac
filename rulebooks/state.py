"""The state of a book before any trade: an exact number for every term.

Amounts are in one currency, the policy's. A position is worth quantity * price * contract size * rate;
short positions are negative. Before trading nothing is bought, sold or disallowed, and the year's
gains are those of the disposals so far (or, without history, what accounts.csv states).

    100 ACME at 45.00 and 500.00 cash: VALUE 4,500, QUANTITY 100, CASH 500, NET_ASSETS 5,000

What is missing is told beside the numbers: a position whose price or rate is missing reads 0, one
with a stale price reads at that price, and `missing` says why either cannot be relied on.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol
from engine.facts.securities import Security
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.exact import exact
from engine.ledger.state import contract_size
from rulebooks.forms import Term, TermKind

PRICE_AGE_DAYS = 5
"""Calendar days after which a price is missing data, unless the policy says otherwise."""

ZERO = exact(0)
Position = tuple[AccountId, Symbol]


def cash_security(currency: str) -> Security:
    """Return cash as a holding: its symbol is the currency, and it has no attribute but these."""
    attributes = {"symbol": currency, "asset_class": "cash", "instrument": "cash"}
    return Security(
        symbol=Symbol(currency), asset_class="cash", instrument="cash", issuer=None, attributes=attributes
    )


def book_currency(book: Book) -> str:
    """Return the currency that a book without policy is told in: that of its first account."""
    return book.accounts[min(book.accounts)].currency if book.accounts else "USD"


def exchange_rate(book: Book, currency: str, *, into: str) -> Fraction | None:
    """Return units of `into` for one unit of `currency`; None where fx.csv does not tell.

    The base currency of fx.csv has no row of its own.
    """
    if currency == into:
        return exact(1)
    own, other = book.fx.get(currency), book.fx.get(into)
    if own is None and other is None:
        return None
    return exact(own if own is not None else 1) / exact(other if other is not None else 1)


class BookState:
    """Reads any term before trading; `state(term)` and `state[term]` are the same."""

    def __init__(self, book: Book, currency: str) -> None:
        self.book = book
        self.currency = currency
        self._known: dict[Term, Fraction] = {}
        self._prices: dict[tuple[Symbol, str], Fraction | None] = {}
        self.quantities, self._costs = _positions(book)
        self._recognized = _recognized_this_year(book)
        self._by_account: dict[AccountId, list[Symbol]] = {account: [] for account in book.accounts}
        for account, symbol in self.quantities:
            self._by_account.setdefault(account, []).append(symbol)

    def __call__(self, term: Term) -> Fraction:
        """Return the value of a term before trading."""
        known = self._known.get(term)
        if known is None:
            known = self._known[term] = self._read(term)
        return known

    def __getitem__(self, term: Term) -> Fraction:
        """Return the value of a term before trading."""
        return self(term)

    def held(self, account: AccountId) -> tuple[Symbol, ...]:
        """Return the symbols that the account holds, long or short, sorted."""
        return tuple(sorted(self._by_account.get(account, ())))

    def unit_value(self, account: AccountId, symbol: Symbol) -> Fraction | None:
        """Return what one share (one contract) is worth; None where price or rate is missing."""
        currency = self._currency_of(account, symbol)
        key = (symbol, currency)
        if key not in self._prices:
            self._prices[key] = self._priced(symbol, currency)
        return self._prices[key]

    def price_age(self, symbol: Symbol) -> int | None:
        """Return the age of the price in calendar days; None where there is no price."""
        price = self.book.prices.get(symbol)
        return None if price is None else (self.book.as_of - price.date).days

    def missing(
        self, account: AccountId, symbol: Symbol, *, age_days: int | None = PRICE_AGE_DAYS
    ) -> str | None:
        """Return why the value of a position cannot be relied on, or None; age None accepts any age."""
        age = self.price_age(symbol)
        if age is None:
            return f"no price of {symbol}"
        if self.unit_value(account, symbol) is None:
            return f"no exchange rate for {self._currency_of(account, symbol)}"
        if age_days is not None and age > age_days:
            return f"price of {symbol} is {age} days old"
        return None

    def rate_of(self, account: AccountId) -> Fraction:
        """Return the rate from the account's currency into the state's; 1 where fx.csv does not tell."""
        return exchange_rate(self.book, self.book.accounts[account].currency, into=self.currency) or Fraction(
            1
        )

    def lacks_rate(self, account: AccountId) -> str | None:
        """Return in words that no rate is known for an account's currency; None where one is."""
        currency = self.book.accounts[account].currency
        known = exchange_rate(self.book, currency, into=self.currency) is not None
        return None if known else f"no rate of exchange for {currency}"

    def paid(self, account: AccountId, symbol: Symbol) -> Fraction:
        """Return the basis of the lots of a position, in the state's currency, also where it nets to 0."""
        return self._costs.get((account, symbol), ZERO) * self.rate_of(account)

    def _currency_of(self, account: AccountId, symbol: Symbol) -> str:
        security = self.book.securities.get(symbol)
        if security is not None and security.currency is not None:
            return security.currency
        return self.book.accounts[account].currency

    def _priced(self, symbol: Symbol, currency: str) -> Fraction | None:
        price, security = self.book.prices.get(symbol), self.book.securities.get(symbol)
        rate = exchange_rate(self.book, currency, into=self.currency)
        if price is None or rate is None:
            return None
        return exact(price.price) * contract_size(security) * rate

    def _value(self, account: AccountId, symbol: Symbol) -> Fraction:
        quantity = self.quantities.get((account, symbol), ZERO)
        return quantity * (self.unit_value(account, symbol) or ZERO) if quantity else ZERO

    def _read(self, term: Term) -> Fraction:
        account, symbol = term.account, term.symbol
        match term.kind:
            case TermKind.VALUE:
                assert symbol is not None
                return self._value(account, symbol)
            case TermKind.COST:
                assert symbol is not None
                return self.paid(account, symbol) if (account, symbol) in self.quantities else ZERO
            case TermKind.QUANTITY:
                assert symbol is not None
                return self.quantities.get((account, symbol), ZERO)
            case TermKind.CASH:
                return exact(self.book.accounts[account].cash) * self.rate_of(account)
            case TermKind.NET_ASSETS:
                held = (self._value(account, s) for s in self._by_account.get(account, ()))
                return sum(held, self(Term(TermKind.CASH, account)))
            case TermKind.GAIN_SHORT:
                return self._gains(account, long=False)
            case TermKind.GAIN_LONG:
                return self._gains(account, long=True)
            case (
                TermKind.BOUGHT
                | TermKind.SOLD
                | TermKind.DISALLOWED
                | TermKind.TRADE_VALUE
                | TermKind.TRADE_QUANTITY
                | TermKind.TRADES
            ):
                return ZERO
            case _:
                assert_never(term.kind)

    def _gains(self, account: AccountId, *, long: bool) -> Fraction:
        row = self.book.accounts[account]
        if row.is_retirement:
            return ZERO
        if self.book.disposals is None:
            stated = row.realized_long if long else row.realized_short
            return exact(stated or 0) * self.rate_of(account)
        return self._recognized.get((account, "long" if long else "short"), ZERO) * self.rate_of(account)


def book_state(book: Book, currency: str | None = None) -> BookState:
    """Return the state before trading, told in `currency` (None: that of the book's first account)."""
    return BookState(book, currency or book_currency(book))


def _positions(book: Book) -> tuple[dict[Position, Fraction], dict[Position, Fraction]]:
    """Return quantity (short: negative) and basis in the account's currency, by position."""
    quantities: dict[Position, Fraction] = {}
    costs: dict[Position, Fraction] = {}
    for lot in book.lots:
        key = (lot.account, lot.symbol)
        quantities[key] = quantities.get(key, ZERO) + exact(lot.quantity)
        costs[key] = costs.get(key, ZERO) + exact(lot.basis)
    if not any(quantity < 0 for quantity in quantities.values()):
        for key, short in _shorts(book).items():
            quantities[key] = quantities.get(key, ZERO) - short
    return {key: q for key, q in sorted(quantities.items()) if q}, costs


def _recognized_this_year(book: Book) -> dict[tuple[AccountId, str], Fraction]:
    """Return recognized gains of the calendar year so far by account and term, in the account's currency."""
    gains: dict[tuple[AccountId, str], Fraction] = {}
    for row in book.disposals or ():
        if row.term is not None and row.sold.year == book.as_of.year and row.sold <= book.as_of:
            key = (row.account, row.term)
            gains[key] = gains.get(key, ZERO) + exact(row.recognized)
    return gains


_OPENS_SHORT = frozenset({TransactionType.SHORT_SELL, TransactionType.OPTION_WRITE})
_ENDS_SHORT = frozenset(
    {
        TransactionType.BUY_TO_COVER,
        TransactionType.OPTION_CLOSE,
        TransactionType.ASSIGNMENT,
        TransactionType.EXPIRY,
    }
)


def _shorts(book: Book) -> Mapping[Position, Fraction]:
    """Return open short quantities from the history: sold short and written, less covered; after splits."""
    shorts: dict[Position, Fraction] = {}
    for row in _known_rows(book):
        if row.symbol is None or row.quantity is None:
            continue
        key = (row.account, row.symbol)
        if row.type in _OPENS_SHORT:
            shorts[key] = shorts.get(key, ZERO) + exact(row.quantity)
        elif row.type in _ENDS_SHORT and key in shorts:
            shorts[key] = max(ZERO, shorts[key] - exact(row.quantity))
        elif row.type is TransactionType.SPLIT:
            for account, symbol in shorts:
                if symbol == row.symbol:
                    shorts[(account, symbol)] *= exact(row.quantity)
    return {key: quantity for key, quantity in shorts.items() if quantity}


def _known_rows(book: Book) -> list[Transaction]:
    rows = [row for row in book.transactions or () if row.date <= book.as_of]
    if not any(row.type in _OPENS_SHORT for row in rows):
        return []
    return sorted(rows, key=lambda row: row.date)
