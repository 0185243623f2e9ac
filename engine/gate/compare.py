"""Readings compared: which state has less headroom, and which trades lowered it.

A trade lowers the headroom where the list without it, every other trade standing as it was settled,
would leave more:

    after -0.4 percent; without trade 1 it would be 0.1: trade 1 lowers it
"""

from fractions import Fraction

from engine.facts.trades import Trade
from engine.gate.items import Told
from engine.gate.limits import OpenLimit, Reading
from engine.gate.measure import Listed


def reached(level: Fraction) -> Fraction:
    """Return the sign of the distance to a warning level, which is reached at the level itself."""
    return Fraction(1 if level > 0 else -1)


def lowering(listed: Listed, limit: OpenLimit) -> tuple[int, ...]:
    """Return the trades without which the headroom would be larger, in accounts the rule may stop."""
    limits = listed.opened.limits
    after = limits.reading(limit, listed.after)
    found = []
    for trade in movers(listed, limit):
        if trade.account not in limit.ground.scope.stops:
            continue
        state = listed.without(trade.number, settled=limit.settles)
        without, now = compared(limits.reading(limit, state), after)
        if without > now:
            found.append(trade.number)
    return tuple(found)


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
    return Told(
        before=before.figure,
        after=after.figure,
        limit=after.limit,
        headroom=after.told_headroom,
        low=after.low,
        high=after.high,
    )
