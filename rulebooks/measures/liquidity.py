"""Days to liquidate: how long the slowest holding takes to sell at a fifth of its daily volume.

    50,000 shares, average daily volume 25,000: 50,000 / (20% * 25,000) = 10 days

The share of volume is 20% unless the account's column `participation_rate` says otherwise.
"""

from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import ZERO, Form, most, scaled
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.measures.quantity import quantity_terms
from rulebooks.predicates import cell_number
from rulebooks.scene import Ask, Figure, Scene, Taken
from rulebooks.universe import Slice, merged, positions_in

PARTICIPATION = Fraction(20, 100)
"""Share of the daily volume that a holding is sold at."""


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the largest number of days over the holdings."""
    rate = cell_number(scene.row.read("participation_rate"), Unit.SHARE, scene.setting) or PARTICIPATION
    parts: list[Form] = []
    lacking: list[Slice] = []
    for part in taken.slices:
        if part.is_cash:
            continue
        volume = cell_number(part.row.read("average_daily_volume"), Unit.NUMBER, scene.setting)
        if not volume:
            lacking.append(part)
            continue
        days = scaled(merged(quantity_terms((part,))), 1 / (rate * volume))
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
