"""Lists around each limit: what one trade more must be for a rule's headroom to come to nothing.

The headroom of a rule is taken three times along one number of a trade, its quantity or its price. A share
of an account is one straight line over another, and three points tell which; where it is nothing, the whole
steps at and around that point make a list each:

    headroom 5,000 USD without the trade, 4,000 with 100 shares, 3,000 with 200  ->  499, 500 and 501 shares

A measure that is neither is met less exactly; such a list is one like any other.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.facts.trades import Side, Trade
from engine.gate.verdict import GateAnswer, Outcome, Verdict

SHARE = Decimal(1)
CENT = Decimal("0.01")
MOST = 1_000_000
"""Steps beyond which nothing is tried: a line that hardly falls meets zero far out."""

Ask = Callable[[tuple[Trade, ...]], GateAnswer | None]
Key = tuple[str | None, str, str | None, str | None, tuple[tuple[str, str | None], ...], str]
BEYOND = 500
"""Shares that a sale takes beyond the one it was drawn with, at most."""
Room = dict[Key, Fraction]


def edges(base: tuple[Trade, ...], trade: Trade, ask: Ask) -> Iterator[tuple[Trade, ...]]:
    """Yield lists that are `base` with `trade` at an edge of some rule; the lists asked count as well."""
    sizes = (Decimal(0), trade.quantity, 2 * trade.quantity)
    rooms = _along((base, *((*base, replace(trade, quantity=size)) for size in sizes[1:])), ask)
    for size in _meetings(rooms, sizes, step=SHARE):
        if trade.side is Side.BUY or size <= trade.quantity + BEYOND:
            yield (*base, replace(trade, quantity=size))
    if trade.price is None:
        return
    prices = (trade.price, trade.price + 1, trade.price + 2)
    rooms = _along(tuple((*base, replace(trade, price=price)) for price in prices), ask, unit="USD")
    for price in _meetings(rooms, prices, step=CENT):
        if price <= 3 * trade.price:  # an account that is worth something, whatever is paid
            yield (*base, replace(trade, price=price))


def _along(lists: tuple[tuple[Trade, ...], ...], ask: Ask, unit: str = "") -> tuple[Room, ...]:
    """Return the headrooms that the gate tells of each list; none where one cannot be judged."""
    answers = [ask(trades) for trades in lists]
    return tuple({} if answer is None else _rooms(answer, unit) for answer in answers)


def _rooms(answer: GateAnswer, unit: str) -> Room:
    """Return the room that is left on each side of what is tested."""
    found: Room = {}
    for verdict in answer.verdicts:
        if unit not in verdict.unit or verdict.after is None or verdict.outcome is Outcome.NOT_APPLICABLE:
            continue
        if verdict.high is not None:
            found[_key(verdict, "high")] = verdict.high - verdict.after
        if verdict.low is not None:
            found[_key(verdict, "low")] = verdict.after - verdict.low
    return found


def _key(verdict: Verdict, side: str) -> Key:
    return (verdict.policy, verdict.rule, verdict.account, verdict.household, verdict.group, side)


def _meetings(rooms: tuple[Room, ...], at: tuple[Decimal, ...], *, step: Decimal) -> Iterator[Decimal]:
    """Yield the whole steps at and around each point at which a headroom comes to nothing."""
    found: dict[int, None] = {}
    first, second, third = rooms
    start, near, far = map(Fraction, at)
    for key, room in first.items():
        if key not in second or key not in third:
            continue
        run = _run(room, second[key], third[key], near=near - start, far=far - start)
        if run is None:
            continue
        meeting = (start + run) / Fraction(step)
        whole = meeting.numerator // meeting.denominator
        for number in (whole - 1, whole, whole + 1) if whole == meeting else (whole, whole + 1):
            if 0 < number <= MOST:
                found.setdefault(number)
    for number in found:
        yield number * step


def _run(
    first: Fraction, second: Fraction, third: Fraction, *, near: Fraction, far: Fraction
) -> Fraction | None:
    """Return how far from the first point the headroom (first + b x) / (1 + d x) is nothing."""
    rise, whole_rise = (second - first) / near, (third - first) / far
    if not rise or (second == third and rise != whole_rise):
        return None
    bend = (rise - whole_rise) / (third - second) if second != third else Fraction(0)
    slope = rise + second * bend
    return -first / slope if slope else None
