"""Small accounts against SCIP, which is given the same problem as a mixed-integer quadratic program."""

import os
from dataclasses import dataclass

import numpy as np
import pytest

from optimizer.build import Problem, build
from optimizer.curved import missed_curves
from optimizer.search import Solution, cost_of_nothing, search
from optimizer.settings import Intent, Settings
from tests.optimizer.exact import Exact, solve_exactly
from tests.optimizer.worlds import Sizes, make_world

SMALL = Sizes(names=(6, 9), lots=2, accounts=1, net_assets=(20_000, 3_000_000))
EVERYDAY = (3, 4, 8)
WITHIN = 0.01


@dataclass(frozen=True)
class Pair:
    seed: int
    problem: Problem
    ours: Solution
    exact: Exact

    @property
    def comparable(self) -> bool:
        """Whether SCIP proved its answer, and the answer keeps every rule to the last cent."""
        trades = np.array(self.exact.steps) * self.problem.grid.step
        return self.exact.status == "optimal" and not missed_curves(self.problem, trades)


def solved(seed: int) -> Pair:
    world = make_world(seed, SMALL)
    problem = build(world.ground, accounts=world.accounts, intent=Intent(), settings=Settings())
    return Pair(seed=seed, problem=problem, ours=search(problem), exact=solve_exactly(problem))


def assert_near(pair: Pair) -> float:
    """Return the share of the possible improvement that ours reaches."""
    possible = cost_of_nothing(pair.problem) - pair.exact.cost
    reached = cost_of_nothing(pair.problem) - pair.ours.cost
    slack = 1e-3 * max(1.0, abs(pair.exact.cost))
    assert pair.ours.bound <= pair.exact.cost + slack, f"seed {pair.seed}: the bound is above the optimum"
    assert reached >= (1 - WITHIN) * possible - 0.05, f"seed {pair.seed}: {reached} of {possible}"
    return 1.0 if possible <= 0 else reached / possible


@pytest.mark.parametrize("seed", EVERYDAY)
def test_small_accounts_reach_the_exact_optimum(seed: int) -> None:
    pair = solved(seed)
    assert pair.comparable
    assert_near(pair)


@pytest.mark.long
def test_small_accounts_at_full_size() -> None:
    count = int(os.environ.get("GUARDBAND_EXACT", "20"))
    shares: list[float] = []
    seed = 0
    while len(shares) < count:
        pair = solved(seed)
        seed += 1
        if pair.comparable:
            shares.append(assert_near(pair))
    print(f"\n{count} accounts, worst share of the possible improvement {min(shares):.4f}")
