"""Exposure: long plus short, or long less short, cash left out, over the weight base.

long 900,000, short 150,000, net assets 1,000,000: gross 105%, net 75%
"""

from dsl.policy import Unit
from rulebooks.forms import Form, Most, scaled, total
from rulebooks.measures.model import MeasureModule, told_over, unknown_of
from rulebooks.scene import Ask, Figure, Position, Scene, Taken
from rulebooks.universe import Slice, positions_in


def _positions(taken: Taken) -> tuple[Slice, ...]:
    return tuple(part for part in taken.slices if not part.is_cash)


def _figure(scene: Scene, taken: Taken, ask: Ask, measure: Form, lacking: tuple[Position, ...]) -> Figure:
    return Figure(
        measure=measure,
        base=told_over(scene, ask.unit),
        members=positions_in(_positions(taken)),
        unknown=unknown_of(taken, lacking),
    )


def gross(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the sum of the sizes of all positions."""
    parts: list[Form] = []
    lacking: list[Position] = []
    for part in _positions(taken):
        worth, unknown = scene.worth((part,), ask.valued_at)
        lacking.extend(unknown)
        parts.append(Most(parts=(worth, scaled(worth, -1))))
    return _figure(scene, taken, ask, total(*((1, part) for part in parts)), tuple(lacking))


def net(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the sum of all positions, shorts negative."""
    worth, lacking = scene.worth(_positions(taken), ask.valued_at)
    return _figure(scene, taken, ask, worth, lacking)


GROSS_EXPOSURE = MeasureModule(
    name="gross_exposure",
    definition="long plus short market value, cash left out, over the weight base",
    unit=Unit.SHARE,
    figure=gross,
)
NET_EXPOSURE = MeasureModule(
    name="net_exposure",
    definition="long less short market value, cash left out, over the weight base",
    unit=Unit.SHARE,
    figure=net,
)

MEASURES = (GROSS_EXPOSURE, NET_EXPOSURE)
