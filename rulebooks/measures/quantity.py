"""Quantity: shares, units or contracts held of the subject; short positions count negative."""

from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import Term, TermKind
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.scene import Ask, Figure, Scene, Taken
from rulebooks.universe import Slice, merged, positions_in


def quantity_terms(slices: tuple[Slice, ...]) -> list[tuple[Term, Fraction]]:
    """Return the QUANTITY term of each slice that is no cash, with its share."""
    return [(Term(TermKind.QUANTITY, s.account, s.symbol), s.share) for s in slices if not s.is_cash]


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the sum of quantities."""
    return Figure(
        measure=merged(quantity_terms(taken.slices)),
        base=None,
        members=positions_in(s for s in taken.slices if not s.is_cash),
        unknown=unknown_of(taken),
        money=False,
    )


QUANTITY = MeasureModule(
    name="quantity",
    definition="shares or units held of the subject",
    unit=Unit.SHARES_HELD,
    figure=figure,
)

MEASURES = (QUANTITY,)
