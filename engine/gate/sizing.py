"""One trade of a list at other quantities: what each limit then reads, and how much it leaves room for.

without the trade 1,000 USD of headroom, with 50 shares -4,000: -100 a share, so 10 shares pass
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, cast

from engine.facts.trades import Side, Trade
from engine.gate.builtin import account_scope, held_of, short_rule
from engine.gate.items import Item
from engine.gate.known_part import known_item
from engine.gate.left_out import bent_without, left_out
from engine.gate.limit_items import blind, net_bought
from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed
from engine.gate.readings import Room, Sides
from engine.gate.resized import resized_trade
from engine.gate.states import NOTHING, Values
from engine.gate.still import Still
from engine.gate.unknowns import belonging, concerned, is_present
from engine.ledger.exact import exact, exact_ratio
from rulebooks.forms import TermKind

FINEST = Fraction(1, 1_000_000)
"""The step of a search in an account that may hold fractions of a share."""


_ZERO = exact(0)

Slope = tuple[Fraction, Fraction]
"""A value, without the trade or with it, and what the trade adds to it or takes from it."""


class Line(NamedTuple):
    """The headroom to one bound as a line in the trade's size.

    starts: without the trade. shift: what the trade as it stands adds. until: the quantity at which nothing
    is left of it; None where the trade takes nothing away.
    """

    starts: Fraction
    shift: Fraction
    until: Fraction | None


def step_of(listed: Listed, trade: Trade) -> Fraction | None:
    """Return the multiple in which a trade's quantity moves; None where any fraction may be held."""
    if listed.opened.book.accounts[trade.account].fractional:
        return None
    return exact(listed.opened.book.securities[trade.symbol].lot_size) or exact(1)


def floored(quantity: Fraction, step: Fraction | None) -> Fraction:
    """Return the largest multiple of the step that is not above the quantity; 0 at the least."""
    if quantity <= 0:
        return _ZERO
    if step is None:
        return quantity
    (above, below), (rise, run) = quantity.as_integer_ratio(), step.as_integer_ratio()
    return step * (above * run // (below * rise))


def room_to_sell(listed: Listed, trade: Trade) -> Fraction | None:
    """Return what a sale can take beside the list's other sales; None for what is no sale."""
    if trade.side is not Side.SELL:
        return None
    state = listed.opened.state
    household = listed.opened.book.accounts[trade.account].household
    beside = listed.by_symbol.get((household, trade.symbol), ())
    rooms = []
    for lot in dict.fromkeys((None, trade.lot)):
        others = (
            exact(other.quantity)
            for other in beside
            if other.number != trade.number
            and (other.account, other.side) == (trade.account, Side.SELL)
            and lot in (None, other.lot)
        )
        rooms.append(held_of(state, trade, lot) - sum(others, start=_ZERO))
    return max(_ZERO, min(rooms))


class Sizing:
    """One trade of a list at other quantities, the others unchanged."""

    def __init__(self, listed: Listed, trade: Trade) -> None:
        self.listed = listed
        self.trade = trade
        self.step = step_of(listed, trade)
        self.quantity = exact(trade.quantity)
        self._size = self.quantity.as_integer_ratio()
        self._shifts = listed.shifts_of(trade.number)
        self._is_alone = listed.trades == (trade,)
        self._on = NOTHING if self._is_alone else listed.after
        self._states: dict[tuple[Fraction, bool], Values] = {}
        self._bounds: dict[int, Fraction | None] = {}
        self._lines = _lines_of(listed, trade)
        self._is_sure = Still(listed, frozenset(), blind(listed)).is_sure

    @cached_property
    def limits(self) -> tuple[OpenLimit, ...]:
        """The limits that the trade moves, or may, and that may stop it.

        Not those of a group of which nothing is held or traded, though the trade moves what bounds it.
        """
        shifts, listed = self._shifts, self.listed
        return tuple(row for row in self._movable() if row.measure in shifts or is_present(listed, row))

    def _movable(self) -> tuple[OpenLimit, ...]:
        opened, nodes = self.listed.opened, self.listed.nodes_of(self.trade.number)
        place = (self.trade.account, self.trade.symbol, nodes)
        known = opened.moved_by.get(place)
        if known is None:
            stoppable = (row for row in self._touched(nodes) if self.trade.account in row.ground.scope.stops)
            known = opened.moved_by[place] = tuple(stoppable)
        return known

    @cached_property
    def unsure(self) -> list[OpenLimit]:
        """Those of them of which data are missing."""
        is_sure = self._is_sure
        return [limit for limit in self.limits if not is_sure(limit) and self.is_unsure(limit)]

    def parted(self) -> tuple[list[OpenLimit], Fraction | None]:
        """Return the limits that stop the trade in an active breach, and one quantity for most of them.

        Of those that are kept before the list and without the trade the first ends at that quantity, and
        only the others are returned; None: none of them ends.
        """
        others, least = list[OpenLimit](), None
        for limit in self.limits:
            if not limit.stops:
                continue
            slopes = self._slopes(limit, limit.bound) if limit.steady and self._is_sure(limit) else ()
            if not slopes or any((room < 0 or fall < 0) and room + fall < 0 for room, fall in slopes):
                others.append(limit)
                continue
            for room, fall in slopes:
                if fall > 0 and (least is None or room / fall < least):
                    least = room / fall
        return others, None if least is None else self.quantity * (1 + least)

    def _slopes(self, limit: OpenLimit, sides: Sides) -> tuple[Slope, ...]:
        """Return the headroom after the list to each bound of a line, and what the trade takes from it."""
        if sides is limit.bound and (sides.low is None) != (sides.high is None):
            room = self.listed.opened.limits.reading(limit, self.listed.after).headroom
            under, over = (limit.measure, sides.high) if sides.low is None else (sides.low, limit.measure)
            assert over is not None
            return ((room, self._shift(over, under)),)
        found = []
        if sides.low is not None:
            found.append(self._between(sides.low, limit.measure))
        if sides.high is not None:
            found.append(self._between(limit.measure, sides.high))
        return tuple(found)

    def _between(self, under: int, over: int) -> Slope:
        """Return by how much one linear node is above another, and what the trade takes from that."""
        value, after = self.listed.opened.graph.value, self.listed.after
        return value(over, after) - value(under, after), self._shift(over, under)

    def _touched(self, nodes: frozenset[int]) -> Iterator[OpenLimit]:
        limits = self.listed.opened.limits
        indexes = {index for node in nodes for index in limits.watchers.get(node, ())}
        position = (self.trade.account, self.trade.symbol)
        indexes.update(limits.touched_by.get(position, ()))
        indexes.update(
            i
            for i in limits.unsure
            if position in (*limits.all[i].ground.unknown, *limits.all[i].ground.gaps)
        )
        if self.listed.opened.settles:
            indexes.update(limit.index for limit in limits.all if limit.settles)
        for index in sorted(indexes):
            if limits.all[index].ground.standing == "applies":
                yield limits.all[index]

    def state(self, quantity: Fraction, *, settled: bool) -> Values:
        """Return the values of the list with the trade at this quantity."""
        if quantity == 0 and not settled:
            return bent_without(self.listed, self.trade.number)
        if quantity == self.quantity:
            return self.listed.after
        known = self._states.get((quantity, settled))
        if known is None:
            known = self._states[(quantity, settled)] = self._resized(quantity, settled=settled)
        return known

    def _resized(self, quantity: Fraction, *, settled: bool) -> Values:
        """Return the state at another quantity; not settled, of what bends, for lines need no state."""
        listed = self.listed
        if settled and listed.opened.settles:
            return listed.resized(self.trade.number, quantity, settled=True)
        share, bending = quantity / self.quantity, listed.opened.bending
        factor = share if self._is_alone else share - 1
        shifts = {node: factor * shift for node, shift in self._shifts.items() if node in bending}
        return listed.opened.graph.shifted(shifts, self._on)

    def room(self, limit: OpenLimit, quantity: Fraction) -> Room:
        """Return a limit's headroom with the trade at this quantity."""
        return self.listed.opened.limits.room(limit, self._read_by(limit, quantity))

    def _read_by(self, limit: OpenLimit, quantity: Fraction) -> Values:
        """Return the values that a limit reads with the trade at this quantity."""
        if limit.straight and quantity != self.quantity:
            return self.listed.on_line(limit, self.trade.number, quantity / self.quantity - 1)
        return self.state(quantity, settled=limit.settles)

    def is_line(self, limit: OpenLimit) -> bool:
        """Return whether the limit's headroom is a straight line in the quantity."""
        return limit.linear and not limit.settles and not self.is_unsure(limit)

    def is_unsure(self, limit: OpenLimit) -> bool:
        """Return whether data are missing of a limit, so that at most its known part is in breach."""
        if self._is_sure(limit):
            return False
        return limit.ground.missing is not None or bool(concerned(self.listed, limit))

    def _breaks_known(self, limit: OpenLimit, quantity: Fraction) -> bool:
        """Return whether the trade at this quantity is in a breach by what is known alone."""
        nameless = limit.ground.group is not None and limit.ground.group[1] is None
        if limit.ground.missing is not None or nameless or limit.bound.high is None:
            return False
        changed = self.listed.replaced(resized_trade(self.trade, quantity))
        scope = account_scope(self.listed.opened.ground, self.trade.account)
        blank = Item(kind="limit", rule=short_rule(), scope=scope)
        item = known_item(changed, limit, blank, concerned(changed, limit))
        assert item.before is not None
        assert item.after is not None
        active = item.after < 0 and item.after < item.before
        if not active or self.trade.number not in item.trades:
            return False
        return not self._is_waived(limit, self._read_by(limit, quantity))

    def breaks(self, limit: OpenLimit, quantity: Fraction) -> bool:
        """Return whether the trade at this quantity is in an active breach of the limit."""
        if quantity == 0 or not self.is_tested(limit, quantity):
            return False
        if self.is_unsure(limit):
            return self._breaks_known(limit, quantity)
        if limit.linear and not limit.settles:
            if self._is_within(limit, quantity):
                return False
            if limit.ground.waiver is None and self._is_kept_without(limit):
                return True
        state = self._read_by(limit, quantity)
        here = self.listed.opened.limits.room(limit, state)
        if here.headroom >= 0 or self._is_waived(limit, state):
            return False
        return here.is_less_than(limit.room) and here.is_less_than(self._left_out(limit, quantity))

    def is_active(self, limit: OpenLimit, quantity: Fraction) -> bool:
        """Return whether the list with the trade at this quantity is in an active breach of the limit."""
        if limit.linear and not limit.settles:
            if self._is_within(limit, quantity):
                return False
            if limit.room.headroom >= 0:
                return True
        return is_active(limit, self.room(limit, quantity))

    def _is_within(self, limit: OpenLimit, quantity: Fraction) -> bool:
        """Return whether a linear limit is kept to at this quantity."""
        for starts, shift, until in self._lines_of(limit):
            if until is None:
                if starts < 0 and starts + quantity / self.quantity * shift < 0:
                    return False
            elif quantity > until:
                return False
        return True

    def _is_kept_without(self, limit: OpenLimit) -> bool:
        """Return whether a linear limit is kept to before the list, and by the list without the trade."""
        return limit.room.headroom >= 0 and not any(line.starts < 0 for line in self._lines_of(limit))

    def _left_out(self, limit: OpenLimit, quantity: Fraction) -> Room:
        """Return the headroom of the list without the trade, the others standing as they were settled."""
        number, limits = self.trade.number, self.listed.opened.limits
        if not limit.settles:
            return limits.room(limit, left_out(self.listed, limit, number))
        state = self.state(quantity, settled=True)
        return limits.room(limit, self.listed.dropped(number, state, settled=True, quantity=quantity))

    def is_tested(self, limit: OpenLimit, quantity: Fraction) -> bool:
        """Return whether the list buys of the group, net, where the limit is tested at purchase only."""
        if not limit.ground.purchase_only:
            return True
        own, members = _ZERO, belonging(self.listed, limit)
        for term, delta in self.listed.own[self.trade.number].items():
            if term.kind is TermKind.VALUE and (term.account, term.symbol) in members:
                own += delta
        return net_bought(self.listed, limit) + own * (quantity / self.quantity - 1) > 0

    def _is_waived(self, limit: OpenLimit, state: Values) -> bool:
        if limit.ground.waiver is None:
            return False
        if limit.waived is None:
            return True
        return self.listed.opened.limits.against(limit, limit.waived, state) >= 0

    def linear_bound(self, limit: OpenLimit) -> Fraction | None:
        """Return the largest quantity that keeps a line, or its waiver; None: none bounds it, or no line."""
        if limit.index not in self._bounds:
            self._bounds[limit.index] = self._linear_bound(limit) if self.is_line(limit) else None
        return self._bounds[limit.index]

    def _linear_bound(self, limit: OpenLimit) -> Fraction | None:
        if limit.ground.waiver is None:
            return self._root(limit, self._lines_of(limit), limit.floor)
        if limit.waived is None:
            return None
        bounds = [
            self._root(limit, self._lines_of(limit), limit.floor),
            self._root(limit, self._sides(limit, limit.waived), _ZERO),
        ]
        known = [bound for bound in bounds if bound is not None]
        return max(known) if len(known) == len(bounds) else None

    def _root(self, limit: OpenLimit, lines: Sequence[Line], least: Fraction) -> Fraction | None:
        """Return the quantity at which the headroom falls to `least` times the base."""
        if least:
            start, rise = self._of_base(limit, least)
            lines = [self._line(starts - start, shift - rise) for starts, shift, _ in lines]
        bound: Fraction | None = None
        for line in lines:
            if line.until is not None and (bound is None or line.until < bound):
                bound = line.until
        return None if bound is None else max(_ZERO, bound)

    def _lines_of(self, limit: OpenLimit) -> tuple[Line, ...]:
        known = self._lines.get(limit.index)
        if known is None:
            known = self._lines[limit.index] = self._sides(limit, limit.bound)
        return known

    def _sides(self, limit: OpenLimit, sides: Sides) -> tuple[Line, ...]:
        """Return the headroom to each bound as a line in the trade's size."""
        return tuple(self._line(room + fall, -fall) for room, fall in self._slopes(limit, sides))

    def _shift(self, under: int, over: int) -> Fraction:
        more, less = self._shifts.get(over), self._shifts.get(under)
        if less is None:
            return _ZERO if more is None else more
        return -less if more is None else more - less

    def _line(self, starts: Fraction, shift: Fraction) -> Line:
        fall, run = shift.as_integer_ratio()
        if fall >= 0:
            return Line(starts, shift, None)
        (above, below), (size, parts) = starts.as_integer_ratio(), self._size
        return Line(starts, shift, exact_ratio(above * size * run, below * parts * -fall))

    def _of_base(self, limit: OpenLimit, least: Fraction) -> Slope:
        """Return `least` times the base without the trade, and what the trade adds to that."""
        if limit.base is None:
            return least, _ZERO
        graph = self.listed.opened.graph
        if graph.is_linear(limit.base):
            start, shift = self._slope(limit.base)
            return least * start, least * shift
        start = graph.value(limit.base, self.state(_ZERO, settled=False))
        return least * start, least * (graph.value(limit.base, self.listed.after) - start)

    def _slope(self, node: int) -> Slope:
        """Return a linear node's value without the trade, and what the trade adds to it."""
        shift = self._shifts.get(node, _ZERO)
        return self.listed.opened.graph.value(node, self.listed.after) - shift, shift


def is_active(limit: OpenLimit, room: Room) -> bool:
    """Return whether so much headroom is a breach, and less than there was before the list."""
    return room.headroom < 0 and room.is_less_than(limit.room)


def _lines_of(listed: Listed, trade: Trade) -> dict[int, tuple[Line, ...]]:
    """Return what is known of a trade of the list, by limit; whoever asks again finds it."""
    if listed.by_number.get(trade.number) is not trade:
        return {}
    known = listed.memo.setdefault(("lines", trade.number), {})
    return cast(dict[int, tuple[Line, ...]], known)
