"""Work that is cut short: what is found is a list that the rules allow, above a bound that holds."""

from functools import cache
from types import ModuleType

import numpy as np
import pytest

from optimizer import counted, decide, prices, primal, rounding, search, settle, small, whole
from optimizer.build import Problem, build
from optimizer.model import row_values, violation
from optimizer.search import Solution
from optimizer.settings import Intent, Settings
from optimizer.solvers import interior
from tests.optimizer.worlds import Sizes, make_world

SEEDS = (50_001, 50_004)
LONGER = 50_002  # five times the work of the others
LIMITS: tuple[tuple[ModuleType, str, int], ...] = (
    (prices, "MOST_STEPS", 3),
    (prices, "MOST_JOINS", 1),
    (primal, "MOST_JOINS", 1),
    (decide, "MOST_CHANGES", 1),
    (settle, "MOST_ROUNDS", 1),
    (rounding, "MOST_TURNS", 1),
    (search, "MOST_CUTS", 1),
    (counted, "ROUNDS", 1),
    (interior, "MOST_STEPS", 1),
    (whole, "MOST_MOVES", 2),
    (small, "MOST_NODES", 5),
)
"""How often something is done at most, and how few it is here."""

CASES = [
    *((*limit, seed) for limit in LIMITS for seed in SEEDS),
    *(pytest.param(*limit, LONGER, marks=() if limit[0] is small else pytest.mark.long) for limit in LIMITS),
]
"""Every limit on both small worlds; on the longer one, every day, the limit that changes what is found."""


@cache
def problem_of(seed: int) -> Problem:
    world = make_world(seed, Sizes(names=(20, 20), accounts=1))
    return build(world.ground, accounts=world.accounts, intent=Intent(), settings=Settings())


@cache
def found(seed: int) -> Solution:
    """Return what is found with all the work that may be done."""
    return search.search(problem_of(seed))


def missed(solution: Solution) -> float:
    model = solution.problem.model
    return float(violation(model.rows, row_values(model, solution.trades)).max(initial=0.0))


@pytest.mark.parametrize(("where", "name", "least", "seed"), CASES)
def test_the_bound_holds_and_the_list_is_allowed_when_work_is_cut_short(
    where: ModuleType, name: str, least: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = found(seed)
    monkeypatch.setattr(where, name, least)
    monkeypatch.setattr(prices, "FEW_ROWS", 4)
    short = search.search(problem_of(seed))
    assert short.bound <= min(best.cost, short.cost) + 1e-6
    assert best.bound <= short.cost + 1e-6
    assert missed(short) <= max(1e-6, missed(best))
    assert (short.steps >= 0).all()
    assert (short.steps <= np.maximum(problem_of(seed).grid.most, 0)).all()
