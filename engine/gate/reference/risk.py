"""Tracking error and volatility from a factor model, exact up to the last square root.

    variance = Σ Σ f_j · C_jk · f_k + Σ (a_i · s_i)²     f_j = Σ a_i · x_ij

a is the weight of each security, less its benchmark weight for tracking error; x its loading on a
factor, C the factors' covariance, s its own risk per year. The root is told, and decides, rounded half
up to 0.01 bp: the integer nearest to a million times the root is found without a floating point.
Cash carries no risk.
"""

from fractions import Fraction
from math import isqrt

from engine.facts.book import RiskModel
from engine.facts.ids import Symbol
from engine.gate.reference.asked import Asked, Reading, View
from engine.gate.reference.benchmarks import benchmark
from engine.gate.reference.market import ONE, is_cash
from engine.gate.reference.state import NOTHING
from engine.gate.reference.verdicts import Gap

STEPS = 1_000_000
"""Steps of 0.01 bp in one."""


def tracking_error(asked: Asked) -> Reading:
    """Yearly standard deviation of the return against the benchmark."""
    weights = benchmark(asked.view)
    if weights is None:
        raise Gap("no benchmark")
    members = {symbol: weight for symbol, weight in weights.items() if weight and not is_cash(symbol)}
    model = asked.view.market.book.risk
    strange = sorted(s for s in members if model is not None and not _knows(model, s))
    if strange:
        raise Gap(f"the risk model does not know {strange[0]} of the benchmark")  # whatever is held
    active = _weights(asked)
    worth = asked.view.base_amount()
    of_one = worth if worth <= 0 else ONE
    for symbol, weight in members.items():
        active[symbol] = active.get(symbol, NOTHING) - Fraction(weight) * of_one
    return _reading(active, asked.view)


def volatility(asked: Asked) -> Reading:
    """Yearly standard deviation of the return."""
    return _reading(_weights(asked), asked.view)


def _weights(asked: Asked) -> dict[Symbol, Fraction]:
    """Return each security's weight in the scope, cash left out; its worth where the base is not positive."""
    view, weights = asked.view, dict[Symbol, Fraction]()
    base = view.base_amount()
    if base <= 0:
        base = ONE
    for key, position, pieces in asked.table.members(view.state, asked.group):
        held, missing = view.worths.of("market").worth(key, position)
        if missing:
            view.missing("a price is missing", missing)
        for symbol, share in pieces:
            if not is_cash(symbol):
                weights[symbol] = weights.get(symbol, NOTHING) + held * share / base
    return weights


def _reading(weights: dict[Symbol, Fraction], view: View) -> Reading:
    """Return the deviation; any at all is more than every limit where there is nothing to weigh by."""
    deviation = _deviation(weights, view)
    if view.base_amount() > 0:
        return Reading(deviation)
    return Reading(ONE if deviation else NOTHING, NOTHING)


def _deviation(weights: dict[Symbol, Fraction], view: View) -> Fraction:
    model = view.market.book.risk
    if model is None:
        raise Gap("no risk model")
    weights = {symbol: weight for symbol, weight in weights.items() if weight}
    weights = _known(weights, model, view)
    factors = {
        factor: sum(
            (weight * Fraction(model.exposures[symbol].get(factor, 0)) for symbol, weight in weights.items()),
            NOTHING,
        )
        for factor in model.factors
    }
    common = sum(
        (
            one * _covariance(model, j, k) * other
            for j, one in factors.items()
            for k, other in factors.items()
        ),
        NOTHING,
    )
    own = sum(
        ((weight * Fraction(model.specific[symbol])) ** 2 for symbol, weight in weights.items()), NOTHING
    )
    return rounded_root(common + own)


def _knows(model: RiskModel, symbol: Symbol) -> bool:
    return symbol in model.exposures and symbol in model.specific


def _known(weights: dict[Symbol, Fraction], model: RiskModel, view: View) -> dict[Symbol, Fraction]:
    """Return the weights of what the model knows; the rest is missing."""
    strange = {s for s in weights if not _knows(model, s)}
    if strange:
        why = f"the risk model does not know {', '.join(sorted(strange))}"
        held_in = ((key, position) for key, position in view.state.held().items() if position.quantity)
        held = frozenset(key for key, _ in held_in if key[1] in strange and key[0] in view.scope.holds)
        view.missing(why, held)
    return {symbol: weight for symbol, weight in weights.items() if symbol not in strange}


def _covariance(model: RiskModel, one: str, other: str) -> Fraction:
    known = model.covariance.get((one, other))
    return Fraction(known if known is not None else model.covariance.get((other, one), 0))


def rounded_root(variance: Fraction) -> Fraction:
    """Return the square root rounded half up to 0.01 bp, exactly.

    twice = floor(2 · 10⁶ · √v), so half up is (twice + 1) // 2 steps.
    """
    assert variance >= 0, "a covariance matrix has no negative variance"
    scaled = 4 * STEPS * STEPS * variance
    twice = isqrt(scaled.numerator // scaled.denominator)
    return Fraction((twice + 1) // 2, STEPS)
