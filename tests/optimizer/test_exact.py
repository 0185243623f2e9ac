"""Accounts against SCIP, which is given the same problem as a mixed-integer quadratic program.

GUARDBAND_EXACT=100 pytest tests/optimizer/test_exact.py --long -s     20 to 500 names, prints the table
GUARDBAND_SEED=64 says with which account to begin.

SCIP begins from our own list, so that what it tells is never worse: every account is a try to find a better
one. Where it does not prove its answer in its time (GUARDBAND_EXACT_SECONDS, of the processor), its own bound
stands for the optimum in the column `at most`. Whatever it finds is put to the model again, share by share.
"""

import os
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from optimizer.build import Problem, build
from optimizer.curved import missed_curves
from optimizer.model import objective, row_values, violation
from optimizer.search import MISSED, Solution, cost_of_nothing, search
from optimizer.settings import Intent, Settings
from tests.optimizer.exact import Exact, solve_exactly
from tests.optimizer.worlds import Sizes, make_world

SMALL = Sizes(names=(6, 9), lots=2, accounts=1, net_assets=(20_000, 3_000_000))
EVERYDAY = (3, 4, 8)
SIZES = (20, 30, 40, 60, 80, 100, 150, 200, 300, 500)
NEAR = 0.05
"""Basis points within which a list counts as the optimum."""

ROUNDING = 1e-6
"""Basis points by which sums in another order may differ."""


@dataclass(frozen=True)
class Pair:
    seed: int
    problem: Problem
    ours: Solution
    exact: Exact

    @property
    def known(self) -> float | None:
        """What SCIP's list costs; None where it found none that keeps every rule to the last cent."""
        trades = np.array(self.exact.steps) * self.problem.grid.step
        model = self.problem.model
        worst = violation(model.rows, row_values(model, trades)).max(initial=0.0)
        if self.exact.cost > 1e10 or worst > MISSED or missed_curves(self.problem, trades):
            return None
        return objective(model, trades)

    @property
    def proven(self) -> bool:
        return self.exact.status == "optimal"

    @property
    def gap(self) -> float:
        return self.ours.cost - self.ours.bound

    @property
    def lost(self) -> float | None:
        """What our list costs more than SCIP's."""
        return None if self.known is None else max(0.0, self.ours.cost - self.known)

    def check(self) -> None:
        """The bound is below every list, and the gap told covers what was lost."""
        where = f"seed {self.seed}, {self.problem.model.positions.count} names"
        slack = 1e-4 * max(1.0, abs(self.exact.bound)) if abs(self.exact.bound) < 1e10 else 0.0
        assert self.ours.cost >= self.exact.bound - slack, f"{where}: the list is below SCIP's bound"
        if self.known is None or self.lost is None:
            return
        assert self.ours.bound <= self.known + ROUNDING, f"{where}: the bound is above a list"
        assert self.lost <= max(NEAR, self.gap + ROUNDING), f"{where}: {self.lost} lost, {self.gap} told"


def solved(seed: int, sizes: Sizes = SMALL, *, seconds: float = 60.0, started: bool = False) -> Pair:
    world = make_world(seed, sizes)
    problem = build(world.ground, accounts=world.accounts, intent=Intent(), settings=Settings())
    ours = search(problem)
    exact = solve_exactly(problem, limit=seconds, start=ours.steps if started else None)
    return Pair(seed=seed, problem=problem, ours=ours, exact=exact)


@pytest.mark.parametrize("seed", EVERYDAY)
def test_small_accounts_reach_the_exact_optimum(seed: int) -> None:
    pair = solved(seed)
    assert pair.proven
    assert pair.known is not None
    pair.check()
    possible = cost_of_nothing(pair.problem) - pair.known
    reached = cost_of_nothing(pair.problem) - pair.ours.cost
    assert reached >= 0.99 * possible - NEAR


@pytest.mark.long
def test_accounts_at_full_size() -> None:
    count = int(os.environ.get("GUARDBAND_EXACT", "10"))
    seconds = float(os.environ.get("GUARDBAND_EXACT_SECONDS", "10"))
    first = int(os.environ.get("GUARDBAND_SEED", "0"))
    table = Counter[str]()
    for seed in range(first, first + count):
        names = SIZES[seed % len(SIZES)]
        sizes = Sizes(names=(names, names), lots=3, accounts=1, net_assets=(100_000, 5_000_000))
        pair = solved(seed, sizes, seconds=seconds, started=True)
        pair.check()
        table.update(_told(pair, names))
    print(f"\n{count} accounts of 20 to 500 names, SCIP {seconds:.0f} s of processor time each:")
    for words, number in sorted(table.items()):
        print(f"  {number:4d}  {words}")
    assert table["b. SCIP found a list that keeps every rule"] >= count / 2


def _told(pair: Pair, names: int) -> list[str]:
    """Return what an account counts as, and print it."""
    at_most = max(0.0, pair.ours.cost - pair.exact.bound) if abs(pair.exact.bound) < 1e10 else float("inf")
    lost = pair.lost
    shown = "none" if lost is None else f"{lost:.4f}"
    print(
        f"seed {pair.seed:3d}  {names:3d} names  gap told {pair.gap:8.3f}  lost against SCIP's list {shown}  "
        f"at most {at_most:9.3f}  {pair.exact.status}",
        flush=True,
    )
    found = ["a. accounts"]
    if lost is None:
        return [*found, "g. SCIP found no list that keeps every rule to the cent"]
    found.append("b. SCIP found a list that keeps every rule")
    if pair.proven:
        found.append("c. SCIP proved its list")
    found.append(
        f"d. our list within {NEAR} bp of it" if lost <= NEAR else "e. further off, the gap told covers it"
    )
    if min(at_most, pair.gap) <= 0.5:
        found.append("f. within 0.5 bp of a proven bound, ours or SCIP's")
    return found
