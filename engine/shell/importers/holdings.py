"""Holdings: how many shares transactions come to, to compare with what a custodian states.

    buy 400.1234, sell 12.1234   ->  388 shares; the file states 388

Plain counting, apart from the ledger: no basis, no lots, and a history that begins late is no error.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from engine.facts.ids import AccountId, Symbol
from engine.facts.securities import Security
from engine.facts.transactions import Transaction
from engine.facts.transactions import TransactionType as T

_MORE = frozenset(
    {
        T.BUY,
        T.REINVEST,
        T.AWARD,
        T.GIFT_IN,
        T.STOCK_DIVIDEND,
        T.SPIN_OFF,
        T.TRANSFER_IN,
        T.BUY_TO_COVER,
        T.OPTION_BUY,
    }
)
_LESS = frozenset({T.SELL, T.SHORT_SELL, T.TRANSFER_OUT, T.OPTION_WRITE})
_TO_ZERO = frozenset({T.OPTION_CLOSE, T.EXPIRY, T.EXERCISE, T.ASSIGNMENT})
_NONE = Fraction(0)

Held = dict[tuple[AccountId, Symbol], Fraction]


def holdings(
    transactions: Iterable[Transaction],
    securities: Mapping[Symbol, Security],
    *,
    until: date | None = None,
) -> Mapping[tuple[AccountId, Symbol], Fraction]:
    """Return shares (or contracts, negative where written) by account and symbol at the end of a day."""
    held: Held = defaultdict(Fraction)
    done: set[tuple[str, date]] = set()
    rows = sorted((row for row in transactions if until is None or row.date <= until), key=_when)
    for row in rows:
        quantity = Fraction(row.quantity or 0)
        if row.symbol is None and row.type is not T.MERGER:
            continue
        if row.type is T.SPLIT and row.symbol is not None:
            if (row.symbol, row.date) not in done:
                _split(held, row.symbol, quantity)
            done.add((row.symbol, row.date))
        elif row.type is T.NAME_CHANGE:
            _rename(held, row)
        elif row.type is T.MERGER:
            _merge(held, row, quantity)
        else:
            assert row.symbol is not None, "rows without a symbol were left out"
            _count(held, row, row.symbol, quantity, securities)
    return held


def _when(row: Transaction) -> tuple[date, bool]:
    """Return the order of a day: what comes in first, as a custodian's day has no order of its own."""
    return row.date, row.type in _LESS


def _split(held: Held, symbol: Symbol, ratio: Fraction) -> None:
    for key in held:
        if key[1] == symbol:
            held[key] *= ratio


def _rename(held: Held, row: Transaction) -> None:
    if row.from_symbol in (None, row.symbol):
        return
    for account, symbol in [key for key in held if key[1] == row.from_symbol]:
        assert row.symbol is not None, "a name change has a new name"
        held[account, row.symbol] += held.pop((account, symbol))


def _merge(held: Held, row: Transaction, quantity: Fraction) -> None:
    if row.from_symbol is not None:
        held[row.account, row.from_symbol] = _NONE
    if row.symbol is not None and quantity:
        held[row.account, row.symbol] += quantity


def _count(
    held: Held,
    row: Transaction,
    symbol: Symbol,
    quantity: Fraction,
    securities: Mapping[Symbol, Security],
) -> None:
    key = (row.account, symbol)
    if row.type in _MORE:
        held[key] += quantity
    elif row.type in _LESS:
        held[key] -= quantity
    elif row.type in _TO_ZERO:
        written = held[key] < 0
        held[key] += quantity if written else -quantity
        if row.type in (T.EXERCISE, T.ASSIGNMENT):
            _deliver(held, row, quantity, securities.get(symbol), written=written)


def _deliver(
    held: Held, row: Transaction, contracts: Fraction, option: Security | None, *, written: bool
) -> None:
    if option is None or option.underlying is None:
        return
    is_call = option.attributes.get("right") == "call"
    comes = is_call != written
    shares = contracts * Fraction(option.multiplier)
    held[row.account, option.underlying] += shares if comes else -shares
