"""Sums of a money column: exposures that the data state beside a position.

    otc_exposure of Bank A: 30,000 + 12,000 = 42,000, over net assets 1,000,000: 4.2%

The column is the exposure of the holding as it stands. It grows and shrinks with the quantity held,
and of a holding that stands at 0 it is a constant.
"""

from collections.abc import Callable
from fractions import Fraction

from dsl.policy import Unit
from rulebooks.cells import NO_VALUE
from rulebooks.forms import Form, Term, TermKind, constant, total
from rulebooks.measures.model import MeasureModule, told_over, unknown_of
from rulebooks.predicates import cell_number
from rulebooks.scene import Ask, Figure, Scene, Taken
from rulebooks.universe import Slice, merged, positions_in


def summed(column: str) -> Callable[[Scene, Taken, Ask], Figure]:
    """Return the figure that adds up a money column."""

    def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
        parts: list[tuple[Fraction | int, Form]] = []
        members: list[Slice] = []
        for part in taken.slices:
            cell = part.row.read(column)
            if part.is_cash or cell is NO_VALUE or cell is None:
                continue  # a holding without such a contract
            amount = cell_number(cell, Unit.MONEY, scene.setting)
            members.append(part)
            parts.append((amount or Fraction(0), _per_share(scene, part)))
        return Figure(
            measure=total(*parts),
            base=told_over(scene, ask.unit),
            members=positions_in(members),
            unknown=unknown_of(taken),
        )

    return figure


def _per_share(scene: Scene, part: Slice) -> Form:
    quantity = Term(TermKind.QUANTITY, part.account, part.symbol)
    held = scene.facts.state(quantity)
    return merged([(quantity, part.share / held)]) if held else constant(0)


OTC_EXPOSURE = MeasureModule(
    name="otc_exposure",
    definition="exposure to a counterparty from over-the-counter contracts",
    unit=Unit.SHARE,
    figure=summed("otc_exposure"),
    needs=("otc_exposure",),
)
