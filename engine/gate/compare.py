"""Readings compared: which state has less headroom, and which trades lowered it.

A trade lowers the headroom where the list without it, every other trade standing as it was settled,
would leave more:

    after -0.4 percent; without trade 1 it would be 0.1: trade 1 lowers it
"""

from fractions import Fraction

from engine.facts.trades import Trade
from engine.gate.items import Told
from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed
from engine.gate.readings import Reading, Room
from engine.ledger.exact import exact


def reached(level: Fraction) -> Fraction:
    """Return the sign of the distance to a warning level, which is reached at the level itself."""
    return exact(1 if level > 0 else -1)


def lowering(listed: Listed, limit: OpenLimit) -> tuple[int, ...]:
    """Return the trades without which the headroom would be larger, in accounts the rule may stop."""
    stops = limit.ground.scope.stops
    if len(listed.trades) == 1:
        return _lowering_alone(listed, limit, listed.trades[0])
    stoppable = (trade.number for trade in movers(listed, limit) if trade.account in stops)
    now = listed.opened.limits.room(limit, listed.after)
    return tuple(number for number in stoppable if _lowers(listed, limit, number, now))


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


def _lowers(listed: Listed, limit: OpenLimit, number: int, now: Room) -> bool:
    """Return whether the list without one trade would leave more headroom."""
    if _has_one_moving_side(listed, limit, number):
        shift = listed.shifts_of(number).get(limit.measure, 0)
        return shift > 0 if limit.bound.low is None else shift < 0
    return now.is_less_than(listed.opened.limits.room(limit, listed.left_out(limit, number)))


def _has_one_moving_side(listed: Listed, limit: OpenLimit, number: int) -> bool:
    """Return whether a trade moves nothing of a limit but a linear measure with a bound on one side.

    Then base and bound are the same with it and without it, and the sign of its shift says which has more.
    """
    low, high = limit.bound.low, limit.bound.high
    if limit.settles or limit.ground.rounded or (low is None) == (high is None):
        return False
    if not listed.opened.graph.is_linear(limit.measure):
        return False
    moved = listed.nodes_of(number)
    return not (limit.base in moved or low in moved or high in moved)


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
