"""Drift: the largest distance of a target class from its target.

us_equity 45% of target 42%, bonds 31% of target 35%: drift 4 points
measure = the larger of |value - target * base| over the classes, told over the base
"""

from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import Form, FormClass, constant, least, less, most, scaled
from rulebooks.measures.model import MeasureModule
from rulebooks.members import select_plain
from rulebooks.scene import Ask, Figure, Position, Scene, Taken


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the largest distance over the classes of the policy's targets."""
    distances: list[Form] = []
    members: list[Position] = []
    unknown: list[Position] = []
    classes = (c for targets in scene.policy.targets for c in targets.classes if c.target is not None)
    for target in classes:
        slices, maybe = select_plain(scene, target.subject)
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


DRIFT = MeasureModule(
    name="drift",
    definition="largest distance of a class from its target",
    unit=Unit.POINTS,
    figure=figure,
    needs=("targets",),
    at_most=FormClass.LINEAR,
    at_least=FormClass.INTEGER,
)

MEASURES = (DRIFT,)
