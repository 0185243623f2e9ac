"""A list with one of its trades left out, as one limit reads it: the others stand as they were settled.

A limit of lines needs no state, only what the trade adds to each line; of the others, what bends is enough:

    value(Acme) after 54,000; trade 3 bought 5,000 of it; without it 49,000
"""

from typing import cast

from engine.gate.limits import OpenLimit
from engine.gate.measure import Listed
from engine.gate.states import NOTHING, Values
from engine.ledger.exact import exact

_LESS = exact(-1)


def left_out(listed: Listed, limit: OpenLimit, number: int) -> Values:
    """Return the values that a limit reads with one trade left out, the others as they were settled."""
    if limit.straight and len(listed.trades) > 1:
        return listed.on_line(limit, number, _LESS)
    if limit.settles:
        return listed.without(number, settled=True)
    return bent_without(listed, number)


def bent_without(listed: Listed, number: int) -> Values:
    """Return the values with one trade left out, of what bends alone; kept with the list."""
    if len(listed.trades) == 1:
        return NOTHING
    known = listed.memo.get(("bent without", number))
    if known is None:
        bending = listed.opened.bending
        shifts = {node: -shift for node, shift in listed.shifts_of(number).items() if node in bending}
        known = listed.memo["bent without", number] = listed.opened.graph.shifted(shifts, listed.after)
    return cast(Values, known)
