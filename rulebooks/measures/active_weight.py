"""Active weight: a group's weight less its weight in the benchmark.

sector Energy 5.5% of net assets, 4.0% of the benchmark: active weight 1.5 points
measure = value(Energy) - 0.04 * net_assets, told over net_assets
"""

from collections.abc import Iterable
from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import total
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.scene import Ask, Figure, Scene, Taken, each_symbol
from rulebooks.universe import Slice, positions_in


def benchmark_weight(scene: Scene, slices: Iterable[Slice]) -> tuple[Fraction | None, str | None]:
    """Return the benchmark's weight of the securities in `slices`; 0 for those it does not hold."""
    weights, why_not = scene.benchmark
    if weights is None:
        return None, why_not
    return sum((weights.get(symbol, Fraction(0)) for symbol in each_symbol(slices)), Fraction(0)), None


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return value less benchmark weight times base."""
    worth, lacking = scene.worth(taken.slices, ask.valued_at)
    weight, missing = benchmark_weight(scene, taken.slices)
    return Figure(
        measure=total((1, worth), (-(weight or Fraction(0)), scene.base)),
        base=scene.base,
        members=positions_in(taken.slices),
        unknown=unknown_of(taken, lacking),
        missing=missing,
    )


ACTIVE_WEIGHT = MeasureModule(
    name="active_weight",
    definition="weight less the weight of the same group in the benchmark",
    unit=Unit.POINTS,
    figure=figure,
    needs=("benchmark",),
)

MEASURES = (ACTIVE_WEIGHT,)
