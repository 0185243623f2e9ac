"""Small accounts as mixed-integer programs: every list stands inside, at no more than it costs.

A program that leaves out a list that keeps every rule would tell a bound above the optimum.
"""

import numpy as np
import pytest

from optimizer.build import Problem, build
from optimizer.curved import missed_curves
from optimizer.model import objective
from optimizer.search import Solution, search
from optimizer.settings import Intent, Settings
from optimizer.small import is_small
from optimizer.small_rules import Rules
from optimizer.small_trades import COARSE_STEP, Trades
from tests.optimizer.test_counted import capped
from tests.optimizer.worlds import Sizes, make_world


def problem_of(seed: int, names: int, *, exact_columns: int = 150) -> Problem:
    sizes = Sizes(names=(names, names), lots=3, accounts=1, net_assets=(100_000, 5_000_000))
    world = make_world(seed, sizes)
    settings = Settings(exact_columns=exact_columns)
    return build(world.ground, accounts=world.accounts, intent=Intent(), settings=settings)


def told(problem: Problem, steps: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float | None:
    """Return what the program says a list costs; None where the list is not inside it."""
    trades = Trades(problem)
    Rules(trades)
    amounts = steps * problem.grid.step
    trades.touch(amounts)
    for column, value in trades.start_of(amounts).items():
        trades.program.narrow(column, low=value, high=value)
    answer = trades.program.relaxed()
    return None if answer is None else answer.cost


@pytest.mark.parametrize(("seed", "names"), [(13, 60), (30, 20), (80, 20), (84, 80)])
def test_a_list_that_keeps_every_rule_stands_inside_the_program_at_its_cost(seed: int, names: int) -> None:
    problem = problem_of(seed, names, exact_columns=0)
    found = search(problem)
    cost = told(problem, found.steps)
    assert cost is not None
    assert cost <= objective(problem.model, found.trades) + 1e-6
    if (problem.grid.step >= COARSE_STEP).all():  # else amounts are free
        assert cost >= objective(problem.model, found.trades) - 0.02


@pytest.mark.parametrize(("most", "held", "inside"), [(4, 3, True), (3, 3, False)])
def test_a_cap_on_names_lets_in_as_many_as_it_says(most: int, held: int, inside: bool) -> None:
    problem = capped(most, held)
    steps = np.zeros(problem.columns.width, dtype=np.int64)
    steps[held] = problem.grid.least[held]  # one new name
    assert (told(problem, steps) is not None) == inside


def test_selling_out_makes_room_for_another_name() -> None:
    problem = capped(3, 3)
    steps = np.zeros(problem.columns.width, dtype=np.int64)
    steps[3] = problem.grid.least[3]
    first = problem.columns.sales(0)[0]
    steps[first] = problem.grid.most[first]
    assert told(problem, steps) is not None
    steps[first] -= 1
    assert told(problem, steps) is None


def test_half_of_a_trade_carries_half_of_its_bend() -> None:
    """Purchases and sales without whole numbers are nearly as sharp as the prices are."""
    problem = problem_of(33, 60, exact_columns=0)
    found = search(problem)
    trades = Trades(problem)
    rules = Rules(trades)
    best = -np.inf
    for _ in range(30):
        answer = trades.program.relaxed()
        assert answer is not None
        best = max(best, answer.cost)
        trades.tighten(answer.values)
        rules.cut(trades.amounts_of(answer.values))
    assert best <= found.cost
    assert best >= found.bound - 0.25


def gap(solution: Solution) -> float:
    return solution.cost - solution.bound


@pytest.mark.parametrize(("seed", "names"), [(43, 60), (80, 20)], ids=["count", "derived set"])
def test_accounts_held_back_by_counts_and_derived_sets_are_solved(seed: int, names: int) -> None:
    quick = search(problem_of(seed, names, exact_columns=0))
    exact = search(problem_of(seed, names))
    assert gap(quick) > 20, "an account that the prices leave open"
    assert gap(exact) <= 0.5
    assert exact.bound <= quick.cost
    assert exact.cost < quick.cost


def test_accounts_above_the_size_asked_for_are_not_branched_on() -> None:
    problem = problem_of(43, 60)
    opened = int((problem.grid.most > 0).sum())
    assert is_small(problem_of(43, 60, exact_columns=opened), gap=3.0)
    assert not is_small(problem_of(43, 60, exact_columns=opened - 1), gap=3.0)
    assert is_small(problem_of(43, 60, exact_columns=opened - 1), gap=3.1)


def test_equal_inputs_give_equal_lists() -> None:
    one, other = search(problem_of(10, 20)), search(problem_of(10, 20))
    assert one.cost < search(problem_of(10, 20, exact_columns=0)).cost + 1e-9
    assert np.array_equal(one.steps, other.steps)
    assert (one.cost, one.bound) == (other.cost, other.bound)


@pytest.mark.long
def test_a_cap_on_tracking_error_that_whole_shares_break_is_held_to_while_they_move() -> None:
    """100 names under a cap on names and one on the tracking error: 8.06 bp by prices."""
    problem = problem_of(25, 100)
    found = search(problem)
    assert gap(found) <= 0.5
    assert not missed_curves(problem, found.trades)
