"""Averages: an attribute's mean, weighted by value within the subject.

    60,000 at 4 years and 40,000 at 7 years: (60,000 * 4 + 40,000 * 7) / 100,000 = 5.2 years
    measure = 4 * value(A) + 7 * value(B), base = value(A) + value(B)

Cash, and whatever has no such attribute, is in neither sum; an unknown attribute is missing data.
Ratings average as notches: AAA 22 … BBB- 13 … D 1. A maturity date counts in years from today.
"""

from collections.abc import Callable
from fractions import Fraction

from dsl.policy import Unit
from dsl.ratings import notch
from rulebooks.cells import NO_VALUE, Cell, date_of
from rulebooks.comparing import cell_number
from rulebooks.forms import Form, Term
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.scene import Ask, Figure, Scene, Taken
from rulebooks.universe import Slice, merged, positions_in

DAYS_IN_YEAR = Fraction(1461, 4)


def number_for(scene: Scene, attribute: str, cell: Cell, unit: Unit) -> Fraction | None:
    """Return the number that a cell stands for in an average; None where it is unknown."""
    if attribute == "rating":
        points = notch(cell) if isinstance(cell, str) else None
        return None if points is None else Fraction(points)
    if isinstance(cell, str) and (day := date_of(cell)) is not None:
        return Fraction((day - scene.setting.today).days) / DAYS_IN_YEAR
    return cell_number(cell, unit, scene.setting)


def averaged(attribute: str) -> Callable[[Scene, Taken, Ask], Figure]:
    """Return the figure of the average of one attribute."""

    def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
        amounts: list[tuple[Term, Fraction]] = []
        weights: list[tuple[Term, Fraction]] = []
        members: list[Slice] = []
        unknown: list[Slice] = []
        for part in taken.slices:
            cell = part.row.read(attribute)
            if cell is NO_VALUE:
                continue
            number = number_for(scene, attribute, cell, ask.unit)
            worth = scene.unit_worth(part, ask.valued_at)
            if number is None or worth is None:
                unknown.append(part)
                continue
            members.append(part)
            term, share = worth
            weights.append((term, share))
            amounts.append((term, share * number))
        base: Form = merged(weights)
        return Figure(
            measure=merged(amounts),
            base=base,
            members=positions_in(members),
            unknown=unknown_of(taken, positions_in(unknown)),
            money=False,
        )

    return figure


def average_of(attribute: str, unit: Unit, definition: str) -> MeasureModule:
    """Return the measure that averages one attribute."""
    return MeasureModule(
        name=attribute, definition=definition, unit=unit, figure=averaged(attribute), needs=(attribute,)
    )


MEASURES = (
    average_of("duration", Unit.YEARS, "value-weighted average duration"),
    average_of("maturity", Unit.YEARS, "value-weighted average time to maturity"),
    average_of("beta", Unit.NUMBER, "value-weighted average beta"),
    average_of("yield", Unit.SHARE, "value-weighted average yield"),
    average_of("expense_ratio", Unit.SHARE, "value-weighted average yearly fund cost"),
    average_of("esg_score", Unit.NUMBER, "value-weighted average ESG score"),
    average_of("carbon_intensity", Unit.NUMBER, "value-weighted average carbon intensity"),
    average_of("rating", Unit.TEXT, "value-weighted average credit rating, on the notch scale"),
)
