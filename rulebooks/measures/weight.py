"""Weight and value: what a part of the portfolio is worth, as a share of the base or in money.

    weight of equities = (value(ACME) + value(BETA)) / net_assets = 49,000 / 1,000,000 = 4.9%

A derived set counts each of its groups in full or not at all: `issuers in X whose weight is more than
5%` is a sum of guarded values. `the 5 largest issuers` is the sum of the largest group values.
"""

from dsl.policy import Unit
from rulebooks.forms import Form, Guarded, Largest, total
from rulebooks.measures.model import MeasureModule, told_over, unknown_of
from rulebooks.scene import Ask, Figure, Position, Scene, Taken
from rulebooks.universe import positions_in


def worth_of(scene: Scene, taken: Taken, ask: Ask) -> tuple[Form, tuple[Position, ...]]:
    """Return the value of what is taken, derived sets included, and positions of unknown value."""
    if taken.groups is None:
        return scene.worth(taken.slices, ask.valued_at)
    unknown: list[Position] = []
    parts: list[Form] = []
    for group in taken.groups:
        value, lacking = scene.worth(group.slices, ask.valued_at)
        unknown.extend(lacking)
        parts.append(Guarded(tests=group.tests, form=value) if group.tests else value)
    if taken.largest is not None:
        return Largest(count=taken.largest, parts=tuple(parts)), tuple(unknown)
    return total(*((1, part) for part in parts)), tuple(unknown)


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the worth of what is taken, over the base where it is asked as a share."""
    measure, lacking = worth_of(scene, taken, ask)
    return Figure(
        measure=measure,
        base=told_over(scene, ask.unit),
        members=positions_in(taken.slices),
        unknown=unknown_of(taken, lacking),
    )


WEIGHT = MeasureModule(
    name="weight",
    definition="value of the subject over the weight base, after the whole list",
    unit=Unit.SHARE,
    figure=figure,
)

VALUE = MeasureModule(
    name="value",
    definition="market value of the subject, or another value if the rule says so",
    unit=Unit.MONEY,
    figure=figure,
)

MEASURES = (WEIGHT, VALUE)
