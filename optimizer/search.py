"""From a problem to whole-share trades: prices, modes, amounts, cutting planes, steps, and a bound.

    climb      prices and a bound           (prices)
    modes      each name's likely mode      (modes)
    amounts    one convex program           (primal)
    steps      whole shares                 (whole)
    cuts       curved rules that the list breaks get rows, and again   (curved)

Rules with derived sets or counts are left out until the list breaks them; then patterns are tried and
the best kept. The bound is the one from before, so that what a pattern forgoes shows in the gap.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.build import Problem, with_most, with_rows
from optimizer.curved import Patched, missed_curves, patches
from optimizer.model import INF, Floats, Ints, objective, row_values, violation
from optimizer.modes import best_choice, likely_choice
from optimizer.names import answer_names
from optimizer.prices import Climb, Priced
from optimizer.primal import fixed_modes
from optimizer.rows import Requirement
from optimizer.whole import whole_trades

MOST_CUTS = 10
"""Rounds of cutting planes; what is still missed then is left to the gate."""

MISSED = 1e-5
"""Units by which a hard row may be missed before a list counts as breaking it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Steps of each column, and what is known of the best possible."""

    problem: Problem  # with the rows that were added on the way
    steps: Ints
    cost: float  # objective in units
    bound: float  # no list costs less; -inf where unknown
    prices: Floats
    restricted: tuple[Requirement, ...]  # rules kept to a pattern

    @property
    def trades(self) -> Floats:
        """Amounts of the columns in units."""
        return np.asarray(self.steps * self.problem.grid.step)


def search(problem: Problem, *, start: Floats | None = None) -> Solution:
    """Return the best whole-share list found, with a bound."""
    restricted: tuple[Requirement, ...] = ()
    found = attempt(problem, start)
    bound = found.bound
    for _ in range(MOST_CUTS):
        missed = missed_curves(found.problem, found.trades)
        if not missed:
            break
        options = patches(found.problem, found.trades, missed, restricted)
        restricted = tuple(dict.fromkeys((*restricted, *(n for n in missed if n in options[0].patterns))))
        tried = [_patched(found, option) for option in options]
        found = min(tried, key=lambda one: (_worst(one) > MISSED, one.cost))
        if not restricted:
            bound = max(bound, found.bound)
    steps = _no_worse_than_nothing(found.problem, found.steps)
    return Solution(
        problem=found.problem,
        steps=steps,
        cost=objective(found.problem.model, _amount(found.problem, steps)),
        bound=bound,
        prices=found.prices,
        restricted=restricted,
    )


def attempt(problem: Problem, start: Floats | None) -> Solution:
    """Return one list for the rows as they are."""
    priced, wished = _amounts(problem, start)
    steps = whole_trades(problem.model, problem.grid, wished)
    return Solution(
        problem=problem,
        steps=steps,
        cost=objective(problem.model, _amount(problem, steps)),
        bound=priced.bound,
        prices=priced.prices,
        restricted=(),
    )


def _patched(found: Solution, option: Patched) -> Solution:
    problem = with_rows(found.problem, (*found.problem.rows, *option.rows))
    if option.closed:
        problem = with_most(problem, option.closed)
    return attempt(problem, np.concatenate((found.prices, np.full(len(option.rows), -1e-3))))


def _worst(solution: Solution) -> float:
    model = solution.problem.model
    if not model.rows.count:
        return 0.0
    return float(violation(model.rows, row_values(model, solution.trades)).max())


def _no_worse_than_nothing(problem: Problem, steps: Ints) -> Ints:
    better = objective(problem.model, _amount(problem, steps)) < cost_of_nothing(problem) - 1e-9
    return steps if better else np.zeros_like(steps)


def _amount(problem: Problem, steps: Ints) -> Floats:
    return np.asarray(steps * problem.grid.step, dtype=np.float64)


def _amounts(problem: Problem, start: Floats | None) -> tuple[Priced, Floats]:
    """Return prices and the best amounts found in the modes that they suggest."""
    model = problem.model
    climb = Climb(model)
    priced = climb.climb(start)
    exact = answer_names(model, climb.layout, climb.charge(priced.prices))
    best: Floats | None = None
    for choice in (likely_choice(climb.layout, model, priced.mix), best_choice(climb.layout, model, exact)):
        for tickets in (True, False):
            found = fixed_modes(model, choice, tickets=tickets)
            if found is not None:
                if best is None or objective(model, found) < objective(model, best):
                    best = found
                break
        if best is not None:
            break
    return priced, np.zeros(model.columns) if best is None else best


def cost_of_nothing(problem: Problem) -> float:
    """Return the objective of the empty list, in units."""
    return objective(problem.model, np.zeros(problem.model.columns))


NO_BOUND = -INF
"""The bound of a list that was not searched for."""
