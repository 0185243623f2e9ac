"""The bound against SCIP: never above what any list costs, and the gap told covers what was lost.

Both hold whether or not SCIP proves its answer: any list that it finds is one that the bound must lie
below, and its own bound is one that our lists must lie above.

GUARDBAND_EXACT=100 pytest tests/optimizer/test_bound.py --long -s     20 to 500 names, prints the figures
"""

import os
from dataclasses import dataclass

import numpy as np
import pytest

from benchmarks.optimizer import account
from benchmarks.peers import Told, by_scip
from optimizer.build import build
from optimizer.curved import missed_curves
from optimizer.model import objective, row_values, violation
from optimizer.prices import Climb
from optimizer.search import search
from optimizer.settings import Intent, Settings
from optimizer.settle import settled
from tests.optimizer.exact import solve_exactly
from tests.optimizer.worlds import Sizes, make_world

TOLERANCE = 1e-3
"""Basis points to which SCIP is asked to solve, and keeps rows."""

SIZES = (20, 40, 60, 100, 200, 500)


@dataclass(frozen=True)
class Beside:
    """One account solved by both."""

    names: int
    seed: int
    bound: float
    cost: float
    exact: Told
    exact_cost: float

    def check(self) -> None:
        where = f"{self.names} names, seed {self.seed}"
        slack = TOLERANCE * max(1.0, abs(self.exact_cost) / 100)
        assert self.bound <= self.exact_cost + slack, f"{where}: the bound is above a list"
        assert self.cost >= self.exact.bound - slack, f"{where}: the list is below SCIP's bound"
        assert self.cost - self.bound >= self.cost - self.exact_cost - slack, f"{where}: the gap is short"


def beside(names: int, seed: int, seconds: float) -> Beside | None:
    model, _ = account(names, seed)
    climb = Climb(model)
    priced = climb.climb()
    found = settled(model, climb, priced)
    told = by_scip(model, seconds)
    if told.trades is None:
        return None
    cost = objective(model, told.trades)
    if found is None:  # likely modes that leave no amounts: the bound stands nonetheless
        assert priced.bound <= cost + TOLERANCE * max(1.0, abs(cost) / 100)
        return None
    assert violation(model.rows, row_values(model, found.trades)).max() < TOLERANCE
    return Beside(names=names, seed=seed, bound=priced.bound, cost=found.cost, exact=told, exact_cost=cost)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_bound_of_a_small_account_is_below_the_optimum(seed: int) -> None:
    pair = beside(15, seed, 10.0)
    assert pair is not None
    pair.check()


def test_a_bound_for_whole_shares_is_below_every_list_of_whole_shares() -> None:
    model, grid = account(30, 3)
    climb = Climb(model)
    priced = climb.climb()
    found = settled(model, climb, priced)
    assert found is not None
    bound = climb.bound(priced.prices, whole=True)
    assert bound >= priced.bound - 1e-9
    rng = np.random.default_rng(1)
    tried = 0
    for _ in range(2_000):
        steps = np.floor(found.trades / grid.step + rng.random(grid.step.size)).astype(np.int64)
        steps = np.where(steps >= grid.least, np.minimum(steps, grid.most), 0)
        trades = steps * grid.step
        if violation(model.rows, row_values(model, trades)).max() <= 1e-9:
            tried += 1
            assert objective(model, trades) >= bound - 1e-9
    assert tried > 20


def test_prices_of_the_wrong_sign_give_no_bound() -> None:
    model, _ = account(20, 0)
    climb = Climb(model)
    prices = climb.climb().prices
    assert climb.bound(prices) > -1e6
    turnover = model.rows.count - 3
    wrong = prices.copy()
    wrong[turnover] = 0.1  # a row with a lower limit only
    assert climb.bound(wrong) == -float("inf")


def world_is_covered(seed: int, names: int, seconds: float) -> tuple[float, float] | None:
    """Check one world with every kind of rule; returns gap told and gap true, None if SCIP found nothing."""
    sizes = Sizes(names=(names, names), lots=3, accounts=1, net_assets=(50_000, 5_000_000))
    world = make_world(seed, sizes)
    problem = build(world.ground, accounts=world.accounts, intent=Intent(), settings=Settings())
    ours = search(problem)
    exact = solve_exactly(problem, limit=seconds)
    slack = 1e-3 * max(1.0, abs(exact.cost))
    assert ours.cost >= exact.bound - slack, f"world {seed}: the list is below SCIP's bound"
    trades = np.array(exact.steps) * problem.grid.step
    if exact.cost > 1e10 or missed_curves(problem, trades):
        return None
    assert ours.bound <= exact.cost + slack, f"world {seed}: the bound is above a list"
    return ours.cost - ours.bound, ours.cost - exact.cost


def test_the_bound_holds_with_every_kind_of_rule() -> None:
    assert world_is_covered(8, 12, 20.0) is not None


@pytest.mark.long
def test_the_bound_at_full_size() -> None:
    count = int(os.environ.get("GUARDBAND_EXACT", "12"))
    seconds = float(os.environ.get("GUARDBAND_EXACT_SECONDS", "10"))
    told: list[float] = []
    lost: list[float] = []
    for number in range(count):
        pair = beside(SIZES[number % len(SIZES)], number, seconds)
        if pair is not None:
            pair.check()
            told.append(pair.cost - pair.bound)
            lost.append(pair.cost - pair.exact_cost)
    assert len(told) >= 0.5 * count
    print(f"\n{len(told)} accounts: gap told median {np.median(told):.3f}, largest {max(told):.3f}")
    print(f"against SCIP's list: median {np.median(lost):.4f}, largest {max(lost):.4f}")
    gaps = [world_is_covered(seed, 20 + 5 * (seed % 5), seconds) for seed in range(count)]
    known = [pair for pair in gaps if pair is not None]
    print(f"{len(known)} worlds with every rule: gap told median {np.median([a for a, _ in known]):.3f}")
    print(f"against SCIP's list: median {np.median([b for _, b in known]):.4f}")
