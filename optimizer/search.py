"""From a problem to whole-share trades: prices, modes, amounts, cutting planes, steps, and a bound.

    climb      prices and a bound           (prices)
    modes      each name's likely mode      (modes)
    amounts    one convex program           (primal)
    cuts       curved rules that the amounts break get one more row, and again
    steps      whole shares                 (whole)

Rules with derived sets keep the pattern of the book once they are broken; the bound is then the one from
before, so that what the pattern forgoes shows in the gap.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimizer.build import Problem, with_rows
from optimizer.model import INF, Floats, Ints, objective
from optimizer.modes import Choice, best_choice, likely_choice
from optimizer.names import answer_names
from optimizer.prices import Climb, Priced
from optimizer.primal import fixed_modes
from optimizer.rows import Requirement, RowData, normal, note_of
from optimizer.scale import Columns, as_float
from optimizer.shape import Curve, curve_of, linear_parts, pattern_rows, tangent
from optimizer.whole import whole_trades
from rulebooks.evaluate import value
from rulebooks.forms import Form, Term, terms_of
from rulebooks.state import BookState

MOST_CUTS = 12
"""Rounds of cutting planes; what is still missed then is left to the gate."""

CUT_SLACK = 1e-6
"""A curved rule missed by less, relative to its size, is met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Steps of each column, and what is known of the best possible."""

    problem: Problem  # with the rows that were added on the way
    steps: Ints
    cost: float  # objective in units
    bound: float  # no list costs less; -inf where unknown
    prices: Floats
    restricted: tuple[Requirement, ...]  # rules kept to the pattern of the book

    @property
    def trades(self) -> Floats:
        """Amounts of the columns in units."""
        return np.asarray(self.steps * self.problem.grid.step)


def search(problem: Problem, *, start: Floats | None = None) -> Solution:
    """Return the best whole-share list found, with a bound."""
    restricted: tuple[Requirement, ...] = ()
    best_bound = -INF
    for _ in range(MOST_CUTS):
        priced, wished = _amounts(problem, start)
        if not restricted:
            best_bound = priced.bound
        steps = whole_trades(problem.model, problem.grid, wished)
        added, newly = _cuts(problem, _amount(problem, steps), restricted)
        restricted = (*restricted, *newly)
        if not added:
            break
        start = np.concatenate((priced.prices, _small_prices(len(added))))
        problem = with_rows(problem, (*problem.rows, *added))
    steps = _no_worse_than_nothing(problem, steps)
    return Solution(
        problem=problem,
        steps=steps,
        cost=objective(problem.model, _amount(problem, steps)),
        bound=best_bound,
        prices=priced.prices,
        restricted=restricted,
    )


def _amount(problem: Problem, steps: Ints) -> Floats:
    return np.asarray(steps * problem.grid.step, dtype=np.float64)


def _small_prices(count: int) -> Floats:
    return np.full(count, -1e-3)


def _no_worse_than_nothing(problem: Problem, steps: Ints) -> Ints:
    better = objective(problem.model, _amount(problem, steps)) < cost_of_nothing(problem) - 1e-9
    return steps if better else np.zeros_like(steps)


def _amounts(problem: Problem, start: Floats | None) -> tuple[Priced, Floats]:
    """Return prices and the best amounts found in the modes that they suggest."""
    model = problem.model
    climb = Climb(model)
    priced = climb.climb(start)
    choices = [likely_choice(climb.layout, model, priced.mix)]
    choices.append(best_choice(climb.layout, model, answer_names(model, climb.layout, priced.prices)))
    best: Floats | None = None
    for choice in choices:
        for tickets in (True, False):
            found = _tried(problem, choice, tickets)
            if found is not None:
                if best is None or objective(model, found) < objective(model, best):
                    best = found
                break
        if best is not None:
            break
    return priced, np.zeros(model.columns) if best is None else best


def _tried(problem: Problem, choice: Choice, tickets: bool) -> Floats | None:
    return fixed_modes(problem.model, choice, tickets=tickets)


# ------------------------------------------------------------------ curved rules


def reader(problem: Problem, trades: Floats) -> "_After":
    """Return the state after `trades`, as a function of terms."""
    return _After(problem.columns, problem.state, trades)


class _After:
    """Terms after a list, near enough to decide where a cut is due."""

    def __init__(self, columns: Columns, state: BookState, trades: Floats) -> None:
        self._columns, self._state, self._trades = columns, state, trades
        self._known: dict[Term, Fraction] = {}

    def __call__(self, term: Term) -> Fraction:
        known = self._known.get(term)
        if known is None:
            entry = self._columns.entry(term)
            change = float(entry.amounts @ self._trades[entry.columns]) if entry.columns.size else 0.0
            known = self._known[term] = self._state(term) + Fraction(change).limit_denominator(10**9)
        return known


def _cuts(
    problem: Problem, trades: Floats, restricted: tuple[Requirement, ...]
) -> tuple[tuple[RowData, ...], tuple[Requirement, ...]]:
    """Return rows that the trades break, and the requirements that are now kept to a pattern."""
    after = reader(problem, trades)
    added: list[RowData] = []
    newly: list[Requirement] = []
    for need in problem.curved:
        short = as_float(need.least - value(need.form, after))
        if short <= CUT_SLACK * _size(need.form, problem.state):
            continue
        if curve_of(need.form) is Curve.CONCAVE:
            added.extend(_row(problem, need, tangent(need.form, after), as_float(need.least)))
        elif need not in restricted:
            newly.append(need)
            added.extend(_row(problem, need, tangent(need.form, problem.state), as_float(need.least)))
            for form in pattern_rows(need.form, problem.state):
                added.extend(_row(problem, need, form, 0.0))
    return tuple(added), tuple(newly)


def _size(form: Form, state: BookState) -> float:
    return max(1.0, max((abs(as_float(state(term))) for term in terms_of(form)), default=1.0))


def _row(problem: Problem, need: Requirement, form: Form, least: float) -> tuple[RowData, ...]:
    rows: list[RowData] = []
    for part in linear_parts(form) or ():
        entry = problem.columns.row(part)
        if entry.columns.size:
            start = as_float(value(part, problem.state))
            rows.append(normal(entry, start, min(least, start), note_of(need)))
    return tuple(rows)


def cost_of_nothing(problem: Problem) -> float:
    """Return the objective of the empty list, in units."""
    return objective(problem.model, np.zeros(problem.model.columns))
