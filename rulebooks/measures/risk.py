"""Risk: the yearly standard deviation of the return, from the factor model; against the benchmark or alone.

    active positions +1% and -1% of net assets, specific risk 24% each, one factor that they share alike:
    tracking error = sqrt(0.0024^2 + 0.0024^2) = 0.339%

Risk decides on measure / base rounded half up to 0.01 bp. Cash has no risk.
"""

from collections.abc import Mapping
from fractions import Fraction

from dsl.policy import Unit
from engine.facts.book import RiskModel
from engine.facts.ids import Symbol
from rulebooks.evaluate import square_root, variance
from rulebooks.forms import ZERO, Form, FormClass, Linear, Risk, less, scaled
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.rows import benchmark_of
from rulebooks.scene import Ask, Figure, Scene, Taken, each_symbol
from rulebooks.universe import Slice, money_form, positions_in

NONE = Fraction(0)
NO_MODEL = "no risk model"


def covariance_of(model: RiskModel) -> tuple[tuple[Fraction, ...], ...]:
    """Return the factor covariance as rows; a pair given one way round counts both ways."""

    def entry(a: str, b: str) -> Fraction:
        found = model.covariance.get((a, b), model.covariance.get((b, a)))
        return NONE if found is None else Fraction(found)

    return tuple(tuple(entry(a, b) for b in model.factors) for a in model.factors)


def risk_form(model: RiskModel, actives: Mapping[Symbol, Form]) -> Risk:
    """Return the risk of active positions; every symbol is covered by the model."""
    return Risk(
        actives=tuple(actives.items()),
        exposures=tuple(
            tuple(Fraction(model.exposures[symbol].get(factor, 0)) for factor in model.factors)
            for symbol in actives
        ),
        covariance=covariance_of(model),
        specific=tuple(Fraction(model.specific[symbol]) for symbol in actives),
    )


def is_covered(model: RiskModel, symbol: Symbol) -> bool:
    """Return whether the model knows a security."""
    return symbol in model.exposures and symbol in model.specific


def _has_risk(scene: Scene, model: RiskModel, symbol: Symbol) -> bool:
    """Return whether the risk of a benchmark member is known; cash has none."""
    return is_covered(model, symbol) or scene.is_cash(symbol)


def _figure(
    scene: Scene, taken: Taken, *, benchmark: Mapping[Symbol, Fraction], missing: str | None
) -> Figure:
    model = scene.facts.book.risk
    if model is None or missing is not None:
        return Figure(measure=ZERO, base=scene.base, missing=missing or NO_MODEL, rounded=True)
    parts = each_symbol(part for part in taken.slices if not part.is_cash)
    actives: dict[Symbol, Form] = {}
    unknown: list[Slice] = []
    for symbol, slices in parts.items():
        if not is_covered(model, symbol):
            unknown.extend(slices)
            continue
        weight, held = benchmark.get(symbol), money_form(slices)
        actives[symbol] = less(held, scaled(scene.base, weight)) if weight else held
    strangers = [s for s, weight in benchmark.items() if weight and s not in parts and is_covered(model, s)]
    for symbol in strangers:
        actives[symbol] = scaled(scene.base, -benchmark[symbol])
    uncovered = sorted(s for s, weight in benchmark.items() if weight and not _has_risk(scene, model, s))
    return Figure(
        measure=risk_form(model, actives),
        base=scene.base,
        members=positions_in(part for slices in parts.values() for part in slices),
        unknown=unknown_of(taken, positions_in(unknown)),
        missing=f"no risk model of benchmark member {uncovered[0]}" if uncovered else None,
        rounded=True,
    )


def tracking_error(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the risk of the differences from the benchmark."""
    weights, missing = benchmark_of(scene.facts.book, scene.holds)
    return _figure(scene, taken, benchmark=weights or {}, missing=missing)


def volatility(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return the risk of everything held."""
    return _figure(scene, taken, benchmark={}, missing=None)


def benchmark_volatility(scene: Scene) -> tuple[Fraction | None, str | None]:
    """Return the benchmark's own yearly standard deviation, a fraction of one."""
    model = scene.facts.book.risk
    weights, missing = scene.benchmark
    if model is None or weights is None:
        return None, missing or NO_MODEL
    lacking = sorted(symbol for symbol in weights if not _has_risk(scene, model, symbol))
    if lacking:
        return None, f"no risk model of benchmark member {lacking[0]}"
    fixed = {s: Linear(constant=weight) for s, weight in weights.items() if is_covered(model, s)}
    return square_root(variance(risk_form(model, fixed), lambda term: NONE)), None


TRACKING_ERROR = MeasureModule(
    name="tracking_error",
    definition="yearly standard deviation of the return against the benchmark, from the risk model",
    unit=Unit.SHARE,
    figure=tracking_error,
    needs=("risk model", "benchmark"),
    at_most=FormClass.CONVEX,
    at_least=FormClass.GATE_ONLY,
)
VOLATILITY = MeasureModule(
    name="volatility",
    definition="yearly standard deviation of the return, from the risk model",
    unit=Unit.SHARE,
    figure=volatility,
    needs=("risk model",),
    at_most=FormClass.CONVEX,
    at_least=FormClass.GATE_ONLY,
)

MEASURES = (TRACKING_ERROR, VOLATILITY)
