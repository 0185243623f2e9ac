"""Measures of a scope before trading, for conditions that name them: `when cash_weight is less than 2%`."""

from dataclasses import replace
from fractions import Fraction

from dsl.policy import MeasureTerm
from rulebooks.catalogue import MEASURES
from rulebooks.evaluate import ratio_of
from rulebooks.grounding.exceptions import plain_subject
from rulebooks.grounding.limits import as_stated
from rulebooks.grounding.taken import Lens, is_whole, parts_of, taken_of
from rulebooks.scene import Ask, Scene


def measure_before(scene: Scene, term: MeasureTerm) -> Fraction | None:
    """Return a measure as answers tell it (a share as a fraction of one); None where it is unknown."""
    module = MEASURES[term.measure]
    scene = scene if scene.valued_at == "market" else replace(scene, valued_at="market")
    lens = Lens(scene=scene, look_through=False, valued_at="market")
    part = parts_of(lens, (plain_subject(term.of),), None)[None]
    ask = Ask(name=term.measure, unit=module.unit, valued_at="market", period=term.period)
    figure = module.figure(scene, taken_of(lens, term.of, part, whole=is_whole(term.of)), ask)
    told = as_stated(scene, term.measure, figure)
    if told.base is not None and figure.money and scene.base_gaps:
        return None  # a share of what is not known
    held = scene.facts.state.quantities
    if told.missing is not None or any(position in held for position in told.unknown):
        return None
    base = None if told.base is None else scene.value(told.base)
    return ratio_of(scene.value(told.measure), base, rounded=told.rounded)
