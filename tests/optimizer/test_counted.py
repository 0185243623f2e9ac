"""Rules that cap a number of names: the bound against SCIP, and lists that use the places better."""

import os

import numpy as np
import pytest

from optimizer.build import Problem, build
from optimizer.counted import caps_of
from optimizer.curved import missed_curves
from optimizer.model import objective
from optimizer.search import _cut, _with_best_names
from optimizer.settings import Intent, Settings
from tests.optimizer.exact import solve_exactly
from tests.optimizer.hand import account, book, laid_out, lot
from tests.optimizer.worlds import Sizes, make_world

NAMES = tuple("ABCDEFGH")


def capped(most: int, held: int) -> Problem:
    """An account of 100,000 in the first `held` names that wishes for eight alike; at most `most` of them."""
    rule = (
        f'rule COUNT "Names"\n  limit count of holdings where asset_class is equity to at most {most}\n'
        '  because ips "§1"\n'
    )
    weights = {name: f"0.{11 + at:02d}" for at, name in enumerate(NAMES)}
    lots = [lot(name, 80 // held * 10, cost="97") for name in NAMES[:held]]
    on = book(lots, accounts=[account("MAIN", "20000", benchmark="index")], weights=weights)
    ground = laid_out("parameter risk_aversion = 2\n" + rule, on)
    return build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings())


def check(problem: Problem, seconds: float) -> tuple[float, float] | None:
    """Return how far list and bound are from SCIP's list; None where no cap held anything back."""
    cut = _cut(problem)
    if not {cap.need for cap in caps_of(cut.valid)} & set(cut.restricted):
        return None
    found, bound = _with_best_names(cut)
    assert bound >= cut.bound
    assert found.cost <= cut.found.cost
    exact = solve_exactly(problem, limit=seconds, start=found.steps)
    trades = np.array(exact.steps) * problem.grid.step
    if exact.cost > 1e10 or missed_curves(problem, trades):
        return None
    best = objective(problem.model, trades)
    assert bound <= best + 1e-6, "the bound is above a list"
    return found.cost - best, best - bound


@pytest.mark.parametrize(("most", "held"), [(3, 2), (4, 2), (4, 4), (5, 4), (6, 5)])
def test_the_best_names_get_the_places(most: int, held: int) -> None:
    pair = check(capped(most, held), 20.0)
    assert pair is not None
    assert pair[0] <= 0.05
    assert pair[1] <= 0.05


@pytest.mark.long
def test_with_every_kind_of_rule_the_bound_is_below_every_list_found() -> None:
    """GUARDBAND_COUNTED worlds of 40 to 60 names; SCIP begins from our list."""
    sizes = Sizes(names=(40, 60), lots=2, accounts=1, net_assets=(50_000, 3_000_000))
    told = []
    for seed in range(int(os.environ.get("GUARDBAND_COUNTED", "12"))):
        world = make_world(seed, sizes)
        problem = build(world.ground, accounts=world.accounts, intent=Intent(), settings=Settings())
        told.append(check(problem, 5.0))
    known = [pair for pair in told if pair is not None]
    assert known
    print(f"\n{len(known)} accounts held back by a cap on names: lost at most {max(a for a, _ in known):.3f}")
