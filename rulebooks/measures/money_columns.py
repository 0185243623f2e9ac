"""Sums of a money column: exposures that the data state beside a position.

    otc_exposure of Bank A: 30,000 + 12,000 = 42,000, over net assets 1,000,000: 4.2%

The column counts in full for what is held and not at all for what is not. An empty cell is unknown;
a book without the column has no such contracts.
"""

from collections.abc import Callable
from fractions import Fraction

from dsl.policy import Unit
from rulebooks.cells import NO_VALUE
from rulebooks.comparing import cell_number
from rulebooks.forms import Count, Form, total
from rulebooks.measures.model import MeasureModule, told_over, unknown_of
from rulebooks.measures.quantity import quantity_terms
from rulebooks.scene import Ask, Figure, Scene, Taken
from rulebooks.universe import Slice, merged, positions_in


def summed(column: str) -> Callable[[Scene, Taken, Ask], Figure]:
    """Return the figure that adds up a money column over what is held."""

    def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
        parts: list[tuple[Fraction | int, Form]] = []
        lacking: list[Slice] = []
        has_column = any(column in row.attributes for row in scene.facts.book.securities.values())
        slices = [part for part in taken.slices if has_column and not part.is_cash]
        for part in slices:
            cell = part.row.read(column)
            amount = cell_number(cell, Unit.MONEY, scene.setting)
            if amount is not None:
                parts.append((amount, Count(parts=(merged(quantity_terms((part,))),))))
            elif cell is not NO_VALUE:
                lacking.append(part)
        return Figure(
            measure=total(*parts),
            base=told_over(scene, ask.unit),
            members=positions_in(slices),
            unknown=unknown_of(taken, positions_in(lacking)),
        )

    return figure


OTC_EXPOSURE = MeasureModule(
    name="otc_exposure",
    definition="exposure to a counterparty from over-the-counter contracts",
    unit=Unit.SHARE,
    figure=summed("otc_exposure"),
    needs=("otc_exposure",),
)

MEASURES = (OTC_EXPOSURE,)
