"""What is held: before the list, after all of it, and after all of it but one trade.

A state is positions: shares and what they cost. A later state knows the one that it came from and the
positions in which they differ, so that a sum over five hundred holdings is taken once for a book and
then only corrected for the few positions that a list touches:

    before  ACME 100, BETA 50, cash 1,000     sum of the equities 15,000
    after   ACME 120, cash 800 (at 10 a share)  15,000 − 100 · 10 + 120 · 10 = 15,200

The trades of a list settle at once, without costs; a trade's own price moves cash (and gains) only.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from engine.facts.book import Book
from engine.facts.lots import Replacement
from engine.facts.trades import Side, Trade
from engine.gate.reference.amounts import Amounts
from engine.gate.reference.market import ONE, Market, cash_symbol
from engine.gate.reference.verdicts import Key
from engine.ledger.exact import exact
from engine.ledger.settle import Settlement

if TYPE_CHECKING:
    from engine.gate.reference.tables import Moves

NOTHING = exact(0)


class Position(NamedTuple):
    """Shares (or units of cash) of one security in one account, and their cost in the account's money.

    unknown: the securities whose trades have no price, or an old one, so that the cash is not known.
    """

    quantity: Fraction = NOTHING
    cost: Fraction = NOTHING
    unknown: frozenset[Key] = frozenset()


NONE_HELD = Position()

Positions = Mapping[Key, Position]
"""Positions by account and symbol, or what is added to them."""

Sum = tuple[Fraction, frozenset[Key]]
"""An amount, and the positions whose part in it is missing."""

Worth = Callable[[Key, Position], Sum]
"""What a position adds to a sum."""

Change = tuple[Fraction, frozenset[Key], frozenset[Key]]
"""What a position adds to a sum beyond what it did; what of it was missing, and what is missing now."""


@dataclass(slots=True, eq=False)
class State:
    """Positions at one moment; a later state holds only those in which it differs from `came_from`."""

    positions: Mapping[Key, Position]
    came_from: "State | None" = None
    changed: frozenset[Key] = frozenset()
    moved: dict[object, "Moves"] = field(default_factory=dict)  # by table
    answers: dict[object, Amounts] = field(default_factory=dict)
    bases: dict[object, Fraction] = field(default_factory=dict)  # weight bases of which nothing is missing
    sums: dict[object, Sum] = field(default_factory=dict)  # by table, group and worth
    changes: dict[tuple[Worth, Key], Change] = field(default_factory=dict)
    _touched: frozenset[Key] | None = None

    def position(self, key: Key) -> Position:
        """Return what is held; nothing where the position is not there."""
        held = self.positions.get(key)
        if held is not None:
            return held
        return NONE_HELD if self.came_from is None else self.came_from.position(key)

    @property
    def touched(self) -> frozenset[Key]:
        """The positions in which this state may differ from the first one."""
        if self._touched is None:
            earlier = self.came_from
            self._touched = self.changed if earlier is None else self.changed | earlier.touched
        return self._touched

    def held(self) -> Mapping[Key, Position]:
        """Return every position."""
        return self.positions if self.came_from is None else {**self.came_from.held(), **self.positions}

    def holds(self, key: Key) -> bool:
        """Return whether any of it is held."""
        return self.position(key).quantity != 0

    def change(self, key: Key, worth: Worth) -> Change:
        """Return what a position adds to a sum beyond what it did in the state that this one came from."""
        assert self.came_from is not None
        was, gone = worth(key, self.came_from.position(key))
        now, lacking = worth(key, self.position(key))
        known = self.changes[worth, key] = (now - was, gone, lacking)
        return known


def opening(book: Book) -> State:
    """Return what a book holds before anything trades, cash included."""
    held: dict[Key, Position] = {}
    for lot in book.lots:
        key = (lot.account, lot.symbol)
        known = held.get(key, NONE_HELD)
        held[key] = Position(known.quantity + exact(lot.quantity), known.cost + exact(lot.basis))
    for account, row in book.accounts.items():
        held[(account, cash_symbol(book, account))] = Position(exact(row.cash), exact(row.cash))
    return State(held)


@dataclass(frozen=True, slots=True)
class Rows:
    """What a settlement says of each trade: the basis it takes, and the losses it adds elsewhere."""

    basis: Mapping[int, Fraction]
    absorbed: tuple[tuple[int, Replacement], ...]  # by the sale; 0 for one before the list


def _rows_of(settlement: Settlement) -> Rows:
    basis: dict[int, Fraction] = {}
    for row in settlement.taken:
        basis[row.trade] = basis.get(row.trade, NOTHING) + row.basis
    absorbed = [(row.trade, part) for row in settlement.taken for part in row.replacements]
    absorbed += [(0, part) for row in settlement.restated for part in row.replacements]
    return Rows(basis, tuple(absorbed))


@dataclass(slots=True, kw_only=True, eq=False)
class Done:
    """A list, or all of it but one trade, and what the ledger says that the whole would come to."""

    listed: tuple[Trade, ...]
    settlement: Settlement
    less: int | None = None  # the number of the trade that is left out
    _rows: "Rows | None" = field(default=None, compare=False)  # of the settlement, found once

    def without(self, number: int) -> "Done":
        """Return the list without one trade, each other trade standing as it did."""
        return Done(listed=self.listed, settlement=self.settlement, less=number, _rows=self._rows)

    @property
    def trades(self) -> tuple[Trade, ...]:
        """The trades; those of a list without one are looked up when a measure asks, which few do."""
        if self.less is None:
            return self.listed
        return tuple(trade for trade in self.listed if trade.number != self.less)

    def basis_of(self, number: int) -> Fraction:
        """Return the basis of the lots that a sale takes."""
        return self.rows.basis.get(number, NOTHING)

    @property
    def rows(self) -> "Rows":
        """The settlement by trade."""
        if self._rows is None:
            self._rows = _rows_of(self.settlement)
        return self._rows


def changes(trade: Trade, market: Market, done: Done) -> Positions:
    """Return what a trade adds to the positions it touches, negative where it takes away."""
    book = market.book
    key, cash = (trade.account, trade.symbol), (trade.account, cash_symbol(book, trade.account))
    quantity = trade.side.sign * exact(trade.quantity)
    money = money_of(trade, market)
    if money is None:
        return {key: Position(quantity), cash: Position(unknown=frozenset({key}))}
    is_old = trade.price is None and not market.has_price(trade.symbol)
    cost = money if trade.side is Side.BUY else NOTHING
    cost -= done.basis_of(trade.number)
    paid = -money if trade.side.sign > 0 else money
    return {
        key: Position(quantity, cost),
        cash: Position(paid, paid, frozenset({key}) if is_old else frozenset()),
    }


def money_of(trade: Trade, market: Market) -> Fraction | None:
    """Return the size of a trade at its own price, else the book's last, in the account's currency."""
    price = exact(trade.price) if trade.price is not None else market.last_price(trade.symbol)
    factor = market.factor(trade.account, trade.symbol)
    if price is None or factor is None:
        return None
    money = price * exact(trade.quantity)
    return money if factor is ONE else money * factor


def after(before: State, moves: Iterable[Positions], done: Done) -> State:
    """Return what is held once the whole list is done; moves: what each trade adds."""
    return _moved(before, [*moves, absorbed(done, None)], sign=1)


def without(state: State, moves: Positions, number: int, done: Done) -> State:
    """Return what would be held after the list without one of its trades, the others unchanged."""
    return _moved(state, [moves, absorbed(done, number)], sign=-1)


def _moved(state: State, parts: list[Positions], *, sign: int) -> State:
    positions: dict[Key, Position] = {}
    for part in parts:
        for key, change in part.items():
            known = positions.get(key) or state.position(key)
            quantity, cost, unknown = change
            if sign < 0:
                quantity, cost = -quantity, -cost
            if unknown:
                unknown = known.unknown | unknown if sign > 0 else known.unknown - unknown
            else:
                unknown = known.unknown
            positions[key] = Position(known.quantity + quantity, known.cost + cost, unknown)
    return State(positions, state, frozenset(positions))


def absorbed(done: Done, number: int | None) -> Positions:
    """Return the disallowed losses that the list adds to the cost of replacements.

    number: only those of one trade's sale, or of the lot that it opens.
    """
    added: dict[Key, Position] = {}
    for sale, part in done.rows.absorbed:
        if not part.permanent and (number is None or sale == number or part.lot == f"trade {number}"):
            key = (part.account, part.symbol)
            added[key] = Position(cost=added.get(key, NONE_HELD).cost + exact(part.absorbed))
    return added


def market_worth(market: Market, *, takes_old: bool = False) -> Worth:
    """Return what a position is worth at the book's price; takes_old: at the last, however old."""

    def worth(key: Key, position: Position) -> Sum:
        if position.unknown and not takes_old:
            return NOTHING, position.unknown
        if position.quantity == 0:
            return NOTHING, frozenset()
        unit = market.unit(*key)
        if unit is None:
            return NOTHING, frozenset({key})
        return position.quantity if unit is ONE else position.quantity * unit, frozenset()

    return worth
