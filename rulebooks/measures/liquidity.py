"""Days to liquidate: how long the slowest holding takes to sell at a fifth of its daily volume.

    50,000 shares, average daily volume 25,000: 50,000 / (20% * 25,000) = 10 days

Volume is the mean of the last 20 days; a holding without it is missing data.
"""

from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import ZERO, Form, most, scaled
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.measures.quantity import quantity_terms
from rulebooks.scene import Ask, Figure, Scene, Taken
from rulebooks.universe import Slice, merged, positions_in

PARTICIPATION = Fraction(20, 100)
"""Share of the daily volume that a holding is sold at."""


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the largest number of days over the holdings."""
    parts: list[Form] = []
    lacking: list[Slice] = []
    for part in taken.slices:
        if part.is_cash:
            continue
        volume = scene.facts.book.volumes.get(part.symbol)
        if not volume:
            lacking.append(part)
            continue
        days = scaled(merged(quantity_terms((part,))), 1 / (PARTICIPATION * Fraction(volume)))
        parts.extend((days, scaled(days, -1)))
    return Figure(
        measure=most(*parts) if parts else ZERO,
        base=None,
        members=positions_in(s for s in taken.slices if not s.is_cash),
        unknown=unknown_of(taken, positions_in(lacking)),
        money=False,
    )


DAYS_TO_LIQUIDATE = MeasureModule(
    name="days_to_liquidate",
    definition="trading days needed to sell the subject at the stated share of daily volume",
    unit=Unit.DAYS,
    figure=figure,
    needs=("volume",),
)

MEASURES = (DAYS_TO_LIQUIDATE,)
