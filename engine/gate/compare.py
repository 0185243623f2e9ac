"""Readings compared: which state has less headroom, and which trades lowered it.

A trade lowers the headroom where the list without it, every other trade standing as it was settled,
would leave more:

    after -0.4 percent; without trade 1 it would be 0.1: trade 1 lowers it
"""

from fractions import Fraction

from engine.facts.trades import Trade
from engine.gate.items import Told
from engine.gate.left_out import left_out
from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed
from engine.gate.readings import NONE, Reading, Room
from engine.ledger.exact import exact


def reached(level: Fraction) -> Fraction:
    """Return the sign of the distance to a warning level, which is reached at the level itself."""
    return exact(1 if level > 0 else -1)


def lowering(listed: Listed, limit: OpenLimit) -> tuple[int, ...]:
    """Return the trades without which the headroom would be larger, in accounts the rule may stop."""
    stops = limit.ground.scope.stops
    if len(listed.trades) == 1:
        return _lowering_alone(listed, limit, listed.trades[0])
    now, still = listed.opened.limits.room(limit, listed.after), _still_of_line(listed, limit)
    if still is not None and listed.reached.isdisjoint(still):
        pushed = listed.pushes.get(limit.measure, ())
        found = [number for number, shift in pushed if _lowers_line(listed, limit, shift, now)]
        return tuple(number for number in found if listed.by_number[number].account in stops)
    numbers = (trade.number for trade in movers(listed, limit) if trade.account in stops)
    return tuple(number for number in numbers if _lowers(listed, limit, number, now, still))


def _lowering_alone(listed: Listed, limit: OpenLimit, trade: Trade) -> tuple[int, ...]:
    """Return the only trade of a list, where there was more headroom before it."""
    if trade.account not in limit.ground.scope.stops:
        return ()
    limits, after, before = listed.opened.limits, listed.after, limit.room
    headroom = limits.reading(limit, after).headroom
    if limit.base is None or limit.base not in after or limit.ground.rounded:  # of the same base
        return (trade.number,) if headroom < before.headroom else ()
    now = Room(headroom, limits.graph.value(limit.base, after))
    return (trade.number,) if now.is_less_than(before) else ()


def _lowers(listed: Listed, limit: OpenLimit, number: int, now: Room, still: frozenset[int] | None) -> bool:
    """Return whether the list without one trade would leave more headroom.

    still: the nodes of a line beside its measure; a trade that moves none of them needs no state.
    """
    if still is not None and still.isdisjoint(listed.nodes_of(number)):
        return _lowers_line(listed, limit, listed.shifts_of(number).get(limit.measure, NONE), now)
    return now.is_less_than(listed.opened.limits.room(limit, left_out(listed, limit, number)))


def _still_of_line(listed: Listed, limit: OpenLimit) -> frozenset[int] | None:
    """Return the nodes of a limit beside its linear measure: base and bounds; None where it is no line.

    A trade that moves none of them moves the measure alone; its shift then says where there is more headroom.
    """
    if limit.settles or limit.ground.rounded or not listed.opened.graph.is_linear(limit.measure):
        return None
    sides = (limit.bound.low, limit.bound.high)
    if sides == (None, None):
        return None
    return frozenset(node for node in (limit.base, *sides) if node is not None)


def _lowers_line(listed: Listed, limit: OpenLimit, shift: Fraction, now: Room) -> bool:
    """Return the same of a trade that moves nothing of a limit but its linear measure, by so much."""
    low, high = limit.bound.low, limit.bound.high
    if low is None:
        return shift > 0
    if high is None:
        return shift < 0
    value, after = listed.opened.graph.value, listed.after
    measure = value(limit.measure, after) - shift
    return now.headroom < measure - value(low, after) and now.headroom < value(high, after) - measure


def may_move(listed: Listed, limit: OpenLimit, number: int) -> bool:
    """Return whether a trade may move a limit at all."""
    return limit.settles or not limit.nodes.isdisjoint(listed.nodes_of(number))


def movers(listed: Listed, limit: OpenLimit) -> tuple[Trade, ...]:
    """Return the trades that may move a limit at all, in order."""
    if limit.settles or len(listed.trades) == 1:
        return listed.trades
    numbers = {number for node in limit.nodes for number in listed.movers.get(node, ())}
    return tuple(listed.by_number[number] for number in sorted(numbers))


def compared(one: Reading, other: Reading) -> tuple[Fraction, Fraction]:
    """Return two headrooms in one unit: told where both are, else in form units."""
    left, right = one.told_headroom, other.told_headroom
    if left is None or right is None:
        return one.headroom, other.headroom
    return left, right


def told_of(before: Reading, after: Reading) -> Told:
    """Return the figures of a verdict."""
    return Told(before.figure, after.figure, after.limit, after.told_headroom, after.low, after.high)
