"""What a list changes: the deltas of its terms, trade by trade.

Positions are valued at the book's price; a price given with a trade moves cash and gains only:

    buy 50 ACME, book price 100, done at 101
    VALUE(ACME) +5,000   QUANTITY +50   CASH -5,050   NET_ASSETS -50   BOUGHT +5,000

What depends on lots (gains, disallowed losses, cost) comes from the settlement of the list. Sales are
settled before purchases and in a fixed order, so that the order of the list means nothing.
"""

from collections.abc import Iterable, Mapping, Set
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.ids import AccountId
from engine.facts.lots import Replacement
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.ledger.exact import exact
from engine.ledger.settle import Restated, Settlement, Taken, amount_of, settle
from rulebooks.forms import Term, TermKind
from rulebooks.state import BookState

Deltas = dict[Term, Fraction]

SETTLED_KINDS = frozenset({TermKind.GAIN_SHORT, TermKind.GAIN_LONG, TermKind.DISALLOWED, TermKind.COST})
"""Terms that only a settlement tells."""

OPENED = "trade "
"""How the lots that a list opens are named: `trade 3`."""

_PURCHASES = (Side.BUY, Side.BUY_TO_COVER)
_NO, _ONE = exact(0), exact(1)


def settling_order(trades: Iterable[Trade]) -> tuple[Trade, ...]:
    """Return the trades as they are settled: sales first, then by account, symbol, lot and size."""
    return tuple(
        sorted(
            trades,
            key=lambda t: (t.side.sign, t.account, t.symbol, t.lot or "", t.quantity, t.price or 0, t.number),
        )
    )


def settlement_of(book: Book, trades: Iterable[Trade], reading: TaxReading) -> Settlement:
    """Return the settlement of a list, whatever order it was written in."""
    return settle(book, settling_order(trades), reading=reading)


def unit_deltas(state: BookState, trade: Trade) -> Deltas:
    """Return what one share of a trade changes, everything but what depends on lots."""
    return _deltas_of(state, trade, exact(1))


def trade_deltas(state: BookState, trade: Trade) -> Deltas:
    """Return what a trade changes, everything but what depends on lots."""
    deltas = _deltas_of(state, trade, exact(trade.quantity))
    deltas[Term(TermKind.TRADES, trade.account)] = _ONE
    return deltas


def _deltas_of(state: BookState, trade: Trade, quantity: Fraction) -> Deltas:
    """Return what so many shares of a trade change, everything but what depends on lots."""
    account, symbol = trade.account, trade.symbol
    unit = state.unit_value(account, symbol)
    assert unit is not None, "a traded security has a price"
    value, is_in = quantity * unit, trade.side.sign > 0
    paid = value if _is_at_book(state.book, trade) else _paid(state, trade, quantity)
    deltas = {
        Term(TermKind.VALUE, account, symbol): value if is_in else -value,
        Term(TermKind.QUANTITY, account, symbol): quantity if is_in else -quantity,
        Term(TermKind.CASH, account): -paid if is_in else paid,
        Term(TermKind.BOUGHT if trade.side in _PURCHASES else TermKind.SOLD, account): value,
    }
    if paid != value:
        deltas[Term(TermKind.NET_ASSETS, account)] = value - paid if is_in else paid - value
    return deltas


def _is_at_book(book: Book, trade: Trade) -> bool:
    """Return whether a trade is done at the book's price, in the currency of its account."""
    currency = book.securities[trade.symbol].currency
    return trade.price is None and currency in (None, book.accounts[trade.account].currency)


def _paid(state: BookState, trade: Trade, quantity: Fraction) -> Fraction:
    """Return what so many shares of a trade cost or bring in."""
    money = amount_of(state.book, trade)
    assert money is not None, "a traded security has a price"
    return exact(money) * quantity / exact(trade.quantity) * state.rate_of(trade.account)


def settled_deltas(
    state: BookState, trades: Iterable[Trade], settlement: Settlement, *, less: int | None = None
) -> Deltas:
    """Return the changes of gains, disallowed losses and cost, in the state's currency.

    less: the number of a trade that is left out, every other one standing as it was settled.
    """
    deltas: Deltas = {}
    standing = frozenset(trade.number for trade in trades) - {less}

    def change(kind: TermKind, account: AccountId, amount: Fraction, symbol: str | None = None) -> None:
        term = Term(kind, account, symbol)  # type: ignore[arg-type]  # a symbol's text
        deltas[term] = deltas.get(term, exact(0)) + amount * state.rate_of(account)

    rows: tuple[Taken | Restated, ...] = (*settlement.taken, *settlement.restated)
    for row in rows:
        if isinstance(row, Taken) and row.trade not in standing:
            continue
        for part in row.replacements:
            if not part.permanent and _stands(part, standing):
                change(TermKind.COST, part.account, exact(part.absorbed), part.symbol)
    for taken in settlement.taken:
        if taken.trade not in standing:
            continue
        change(TermKind.COST, taken.account, -taken.basis, taken.symbol)
        if taken.term is not None:
            disallowed = disallowed_by(taken, standing)
            change(_gain_kind(taken.term), taken.account, taken.gain + disallowed)
            change(TermKind.DISALLOWED, taken.account, disallowed)
    for restated in settlement.restated:
        disallowed = disallowed_by(restated, standing)
        if restated.term is not None and restated.sold.year == state.book.as_of.year:
            change(_gain_kind(restated.term), restated.account, restated.gain + disallowed)
        change(TermKind.DISALLOWED, restated.account, disallowed)
    for trade in trades:
        if trade.side is Side.BUY and trade.number in standing:
            change(TermKind.COST, trade.account, amount_of(state.book, trade) or exact(0), trade.symbol)
    deltas |= _costs_of_the_closed(state, trades, standing, deltas)
    return {term: delta for term, delta in deltas.items() if delta}


def _costs_of_the_closed(
    state: BookState, trades: Iterable[Trade], standing: Set[int], deltas: Deltas
) -> Deltas:
    """Return the change of cost of positions that are 0 shares before or after: 0 shares have no cost.

    A sale that names a lot smaller than itself leaves the other lots' basis, and no shares, behind.
    """
    moved: Deltas = {}
    for trade in trades:
        if trade.number in standing:
            term = Term(TermKind.QUANTITY, trade.account, trade.symbol)
            moved[term] = moved.get(term, exact(0)) + trade.side.sign * exact(trade.quantity)
    found: Deltas = {}
    for held, change in moved.items():
        before = state(held)
        if before == 0 or before + change == 0:
            assert held.symbol is not None
            cost = Term(TermKind.COST, held.account, held.symbol)
            paid = state.paid(held.account, held.symbol) + deltas.get(cost, exact(0))
            found[cost] = (paid if before + change else exact(0)) - state(cost)
    return found


def disallowed_by(row: Taken | Restated, standing: Set[int]) -> Fraction:
    """Return the part of a loss that replacements disallow, bought before or by a trade that stands."""
    whole = sum((exact(part.quantity) for part in row.replacements), start=exact(0))
    if not whole:
        return exact(0)
    kept = (part for part in row.replacements if _stands(part, standing))
    return row.disallowed * sum((exact(part.quantity) for part in kept), start=exact(0)) / whole


def _stands(part: Replacement, standing: Set[int]) -> bool:
    opened = part.lot.removeprefix(OPENED)
    return opened == part.lot or int(opened) in standing


def _gain_kind(term: str) -> TermKind:
    return TermKind.GAIN_LONG if term == "long" else TermKind.GAIN_SHORT


def add(*parts: tuple[int, Mapping[Term, Fraction]], on: Mapping[Term, Fraction] | None = None) -> Deltas:
    """Return the sum of sign * deltas, each sign 1 or -1, zeros left out. on: what they are added to."""
    total: Deltas = {} if on is None else dict(on)
    for sign, deltas in parts:
        for term, delta in deltas.items():
            known = total.get(term, _NO)
            if changed := known + delta if sign > 0 else known - delta:
                total[term] = changed
            else:
                total.pop(term, None)
    return total
