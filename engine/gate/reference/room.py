"""Headroom: what a limit leaves of a figure.

4.5% of at most 5%     headroom 0.5%: within it
40% of at least 40%    headroom 0: at the limit, which passes
"""

from fractions import Fraction
from typing import NamedTuple

from engine.gate.reference.asked import Reading
from engine.gate.reference.bounds import Bound, of_base
from engine.gate.reference.market import ONE
from engine.gate.reference.state import NOTHING


class Figures(NamedTuple):
    """A group in one view: its reading, as it is told, its bounds and headroom.

    room: headroom times the base of the reading, which decides even where that base is zero.
    sign: -1 in breach, 0 at the limit, 1 within it.
    """

    reading: Reading
    told: Fraction | None
    low: Bound | None
    high: Bound | None
    room: Fraction
    sign: int

    def has_less_room_than(self, other: "Figures") -> bool:
        """Return whether there is less headroom here: of the base, where both have one."""
        base, its_base = self.reading.base, other.reading.base
        if base > 0 and its_base > 0 and base != its_base:
            return self.room * its_base < other.room * base
        return self.room < other.room


def figures(reading: Reading, low: Bound | None, high: Bound | None) -> Figures:
    """Return a reading with its bounds and headroom: the smaller of what is left to each bound."""
    amount, base = reading
    room = NOTHING if high is None else of_base(high, base) - amount
    if low is not None:
        above = amount - of_base(low, base)
        room = above if high is None else min(room, above)
    sign = 1 if room > 0 else -1 if room < 0 else 0
    told = amount if base is ONE else amount / base if base > 0 else None
    return Figures(reading, told, low, high, room, sign)
