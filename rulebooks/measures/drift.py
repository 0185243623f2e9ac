"""Drift: the largest distance of a target class from its target.

us_equity 45% of target 42%, bonds 31% of target 35%: drift 4 points
measure = the larger of |value - target * base| over the classes, told over the base
"""

from collections.abc import Callable
from fractions import Fraction

from dsl.policy import Subject, Unit
from rulebooks.forms import Form, FormClass, constant, least, less, most, scaled
from rulebooks.measures.model import MeasureModule
from rulebooks.scene import Ask, Figure, Position, Scene, Taken
from rulebooks.universe import Slice

Select = Callable[[Scene, Subject], tuple[tuple[Slice, ...], tuple[Slice, ...]]]
"""Returns the slices that a subject surely and maybe selects."""


def drift_of(select: Select) -> Callable[[Scene, Taken, Ask], Figure]:
    """Return the figure of drift over the policy's targets."""

    def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
        distances: list[Form] = []
        members: list[Position] = []
        unknown: list[Position] = []
        classes = (c for targets in scene.policy.targets for c in targets.classes if c.target is not None)
        for target in classes:
            slices, maybe = select(scene, target.subject)
            worth, lacking = scene.worth(slices, ask.valued_at)
            away = less(worth, scaled(scene.base, Fraction(target.target or 0)))
            distances.extend((away, scaled(away, -1)))
            members.extend(part.position for part in slices)
            unknown.extend((*(part.position for part in maybe), *lacking))
        return Figure(
            measure=most(*distances) if distances else least(constant(0)),
            base=scene.base,
            members=tuple(dict.fromkeys(members)),
            unknown=tuple(dict.fromkeys(unknown)),
            missing=None if distances else "no targets",
        )

    return figure


def drift_module(select: Select) -> MeasureModule:
    """Return the measure; `select` evaluates the subjects of the classes."""
    return MeasureModule(
        name="drift",
        definition="largest distance of a class from its target",
        unit=Unit.POINTS,
        figure=drift_of(select),
        needs=("targets",),
        at_most=FormClass.LINEAR,
        at_least=FormClass.INTEGER,
    )
