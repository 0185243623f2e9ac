"""From a problem to whole-share trades: prices, modes, amounts, cutting planes, steps, and a bound.

    climb      prices and a bound           (prices)
    modes      each name's likely mode      (modes)
    amounts    one convex program           (primal)
    steps      whole shares                 (whole)
    cuts       curved rules that the list breaks get rows, and again   (curved)

Rules with derived sets or counts are left out until the list breaks them; then patterns are tried and
the best kept. The bound is the one from before, so that what a pattern forgoes shows in the gap.
"""

from dataclasses import dataclass, replace

import numpy as np

from optimizer.build import Problem, with_most, with_rows
from optimizer.conflict import leaves_room
from optimizer.counted import caps_of, try_names
from optimizer.curved import Patched, missed_curves, patches
from optimizer.model import INF, Floats, Ints, Model, objective, row_values, violation
from optimizer.modes import Choice, best_choice, likely_choice
from optimizer.names import answer_names
from optimizer.nearest import nearest_whole
from optimizer.prices import Climb
from optimizer.primal import fixed_modes
from optimizer.requirements import Requirement
from optimizer.settle import settled
from optimizer.shape import Inside
from optimizer.small import is_small, solve_small
from optimizer.whole import missed, whole_trades

MOST_CUTS = 10
"""Rounds of cutting planes; what is still missed then is left to the gate."""

MISSED = 2e-7
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
    cut = _cut(problem, start)
    found, bound, restricted = cut.found, cut.bound, cut.restricted
    tolerance = float(problem.settings.tolerance_bp)
    if restricted and found.cost - bound > tolerance:
        found, bound = _with_best_names(cut)
    gap = found.cost - bound
    if gap > tolerance and is_small(problem, gap=gap) and leaves_room(problem):
        found, bound, restricted = _exactly(cut.valid, cut.prices, found, bound, restricted)
    steps = _no_worse_than_nothing(found.problem, found.steps)
    return Solution(
        problem=found.problem,
        steps=steps,
        cost=objective(found.problem.model, _amount(found.problem, steps)),
        bound=bound,
        prices=found.prices,
        restricted=restricted,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A list that keeps the curved rules, the problem with the cuts that every list keeps, and a bound."""

    found: Solution
    valid: Problem
    prices: Floats  # of its rows
    bound: float
    restricted: tuple[Requirement, ...]


def _cut(problem: Problem, start: Floats | None = None) -> _Cut:
    """Search, and again with rows for the curved rules that the list breaks."""
    kept: dict[Requirement, Inside] = {}
    found = attempt(problem, start)
    valid, prices, bound = found.problem, found.prices, found.bound
    for _ in range(MOST_CUTS):
        broken = missed_curves(found.problem, found.trades)
        if not broken:
            break
        options = patches(found.problem, found.trades, broken, kept)
        tried = [(_patched(found, option), option) for option in options]
        found, option = min(tried, key=lambda one: (_worst(one[0]) > MISSED, one[0].cost))
        kept.update(option.patterns)
        if not kept:
            valid, prices, bound = found.problem, found.prices, max(bound, found.bound)
    return _Cut(found=found, valid=valid, prices=prices, bound=bound, restricted=tuple(kept))


def _uncharged(found: Solution, problem: Problem) -> Solution:
    """Return a list with what its orders really cost."""
    model = replace(found.problem.model, positions=problem.model.positions, lots=problem.model.lots)
    own = replace(found.problem, model=model, grid=problem.grid)
    return replace(found, problem=own, cost=objective(model, found.trades))


def _with_best_names(cut: _Cut) -> tuple[Solution, float]:
    """Return a better list where rules that cap a number of names let one be found, and a sharper bound."""
    best, bound = cut.found, cut.bound
    for cap in caps_of(cut.valid):
        if cap.need not in cut.restricted:
            continue
        lists: list[Solution] = []

        def tried(problem: Problem, lists: list[Solution] = lists) -> Floats:
            lists.append(_cut(problem, cut.prices).found)
            return lists[-1].prices

        bound = max(bound, try_names(cut.valid, cap, (cut.prices, cut.found.prices), tried))
        for one in lists:
            found = _uncharged(one, cut.valid)
            sound = _worst(found) <= MISSED and not missed_curves(found.problem, found.trades)
            if sound and (found.cost < best.cost or _worst(best) > MISSED):
                best = found
    return best, bound


def _exactly(
    problem: Problem, prices: Floats, found: Solution, bound: float, restricted: tuple[Requirement, ...]
) -> tuple[Solution, float, tuple[Requirement, ...]]:
    """Return the exact answer of a small problem where it is better, and the sharper bound."""
    sound = _worst(found) <= MISSED and not missed_curves(found.problem, found.trades)
    answer = solve_small(
        problem,
        tolerance=float(problem.settings.tolerance_bp),
        first=found.steps if sound else None,
    )
    if answer.bound <= min(found.cost, answer.cost):
        bound = max(bound, answer.bound)
    if answer.steps is None or (sound and answer.cost >= found.cost):
        return found, bound, restricted
    exact = Solution(
        problem=problem,
        steps=answer.steps,
        cost=answer.cost,
        bound=bound,
        prices=prices,
        restricted=(),
    )
    return exact, bound, ()


def attempt(problem: Problem, start: Floats | None) -> Solution:
    """Return one list for the rows as they are."""
    model = problem.model
    climb = Climb(model)
    priced = climb.climb(start)
    charge = climb.charge(priced.prices)
    found = settled(model, climb, priced)
    steps, worst = _kept(problem, None if found is None else found.trades, charge)
    if steps is None or worst > MISSED:
        exact = answer_names(model, climb.layout, charge)
        likely = likely_choice(climb.layout, model, priced.mix)
        first = () if found is None else (found.choice,)
        choices = (*first, likely, best_choice(climb.layout, model, exact))
        steps = _rounded(problem, choices)
    at = (priced.prices,) if found is None else (priced.prices, found.prices)
    return Solution(
        problem=problem,
        steps=steps,
        cost=objective(model, _amount(problem, steps)),
        bound=max(priced.bound, *(climb.bound(prices, whole=True) for prices in at)),
        prices=priced.prices,
        restricted=(),
    )


def _kept(problem: Problem, wished: Floats | None, charge: Floats) -> tuple[Ints | None, float]:
    """Return whole shares near wished amounts, and by how much they miss a hard row."""
    if wished is None:
        return None, INF
    steps = whole_trades(problem.model, problem.grid, wished, charge=charge)
    return steps, missed(problem.model, problem.grid, steps)


MOST_TIGHTENED = 4
"""How often rows that whole shares miss are tightened before the gate is asked."""


def _rounded(problem: Problem, choices: tuple[Choice, ...]) -> Ints:
    """Return whole shares near the best amounts; rows that rounding misses are tightened first."""
    best: tuple[float, float, Ints] | None = None
    rows = problem.model.rows
    low = rows.low.copy()
    for _ in range(MOST_TIGHTENED):
        wished = _amounts(replace(problem.model, rows=replace(rows, low=low)), choices)
        steps = whole_trades(problem.model, problem.grid, wished)
        trades = _amount(problem, steps)
        missing = violation(rows, row_values(problem.model, trades))
        worst = float(missing.max(initial=0.0))
        rank = (max(worst, MISSED), objective(problem.model, trades))
        if best is None or rank < best[:2]:
            best = (*rank, steps)
        if worst <= MISSED:
            break
        low = np.where(missing > 0, low + missing + _one_step(problem), low)
    assert best is not None
    if best[0] <= MISSED:
        return best[2]
    fitting = nearest_whole(problem.model, problem.grid, _amounts(problem.model, choices))
    if fitting is None:
        return best[2]
    return whole_trades(problem.model, problem.grid, _amount(problem, fitting))


def _one_step(problem: Problem) -> Floats:
    """Return for each row what one middling step moves it by."""
    moved = abs(problem.model.rows.matrix).multiply(problem.grid.step).tocsr()
    found = np.zeros(problem.model.rows.count)
    for row in range(found.size):
        entries = moved.data[moved.indptr[row] : moved.indptr[row + 1]]
        found[row] = float(np.median(entries)) if entries.size else 0.0
    return found


def _amounts(model: Model, choices: tuple[Choice, ...]) -> Floats:
    """Return the best amounts in the first of the choices that leaves any."""
    for choice in choices:
        for tickets in (True, False):
            found = fixed_modes(model, choice, tickets=tickets)
            if found is not None:
                return found.trades
    slipped = fixed_modes(model, choices[0], tickets=False, slipping=True)
    return np.zeros(model.columns) if slipped is None else slipped.trades


def _patched(found: Solution, option: Patched) -> Solution:
    problem = with_rows(found.problem, (*found.problem.rows, *option.rows))
    if option.closed:
        problem = with_most(problem, option.closed)
    return attempt(problem, np.concatenate((found.prices, np.full(len(option.rows), -1e-3))))


def _worst(solution: Solution) -> float:
    model = solution.problem.model
    return float(violation(model.rows, row_values(model, solution.trades)).max(initial=0.0))


def _no_worse_than_nothing(problem: Problem, steps: Ints) -> Ints:
    better = objective(problem.model, _amount(problem, steps)) < cost_of_nothing(problem) - 1e-9
    return steps if better else np.zeros_like(steps)


def _amount(problem: Problem, steps: Ints) -> Floats:
    return np.asarray(steps * problem.grid.step, dtype=np.float64)


def cost_of_nothing(problem: Problem) -> float:
    """Return the objective of the empty list, in units, told as the problem tells the cost of lists."""
    nothing = objective(problem.model, np.zeros(problem.model.columns))
    return nothing if problem.netting is None else nothing - problem.netting.offset


NO_BOUND = -INF
"""The bound of a list that was not searched for."""
