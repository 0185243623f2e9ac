"""Headroom: what a limit leaves of a figure.

4.5% of at most 5%     headroom 0.5%: within it
40% of at least 40%    headroom 0: at the limit, which passes
"""

from fractions import Fraction
from typing import NamedTuple

from engine.gate.reference.asked import Reading
from engine.gate.reference.bounds import Bound, of_base
from engine.gate.reference.state import NOTHING


class Room(NamedTuple):
    """Headroom times the base of its reading, which decides even where that base is zero.

    sign: -1 in breach, 0 at the limit, 1 within it.
    """

    form: Fraction
    base: Fraction
    sign: int

    def is_less_than(self, other: "Room") -> bool:
        """Return whether there is less headroom than elsewhere: of the base, where both have one."""
        if self.base > 0 and other.base > 0 and self.base != other.base:
            return self.form * other.base < other.form * self.base
        return self.form < other.form


class Figures(NamedTuple):
    """A group in one view: its reading, as it is told, its bounds and headroom."""

    reading: Reading
    told: Fraction | None
    low: Bound | None
    high: Bound | None
    room: Room


def room(reading: Reading, low: Bound | None, high: Bound | None) -> Room:
    """Return the headroom of a reading: the smaller of what is left to each bound."""
    amount, base = reading
    form = NOTHING if high is None else of_base(high, base) - amount
    if low is not None:
        above = amount - of_base(low, base)
        form = above if high is None else min(form, above)
    return Room(form, base, (form > 0) - (form < 0))


def figures(reading: Reading, low: Bound | None, high: Bound | None) -> Figures:
    """Return a reading with its bounds and headroom."""
    return Figures(reading, reading.told, low, high, room(reading, low, high))
