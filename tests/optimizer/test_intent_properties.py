"""Properties of requests over invented households: cash, gain budgets and locks hold to the cent."""

import os
import random
from decimal import Decimal

import pytest

from engine.facts.ids import LotId
from engine.ledger.settle import settle
from optimizer.proposal import Proposal, Status
from optimizer.propose import propose
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import real_judge
from tests.optimizer.worlds import Sizes, World, make_world

SMALL = Sizes(names=(6, 12), lots=2, accounts=1, net_assets=(50_000, 3_000_000))
EVERYDAY = (2, 5, 11)


def asked(world: World, intent: Intent) -> Proposal:
    return propose(
        world.ground,
        accounts=world.accounts,
        intent=intent,
        settings=Settings(),
        judge=real_judge(world.ground),
    )


def some_locks(world: World, rng: random.Random) -> tuple[LotId, ...]:
    lots = [lot.lot for lot in world.book.lots]
    return tuple(rng.sample(lots, min(3, len(lots))))


def assert_kept(seed: int) -> None:
    world, rng = make_world(seed, SMALL), random.Random(seed)
    locked = some_locks(world, rng)
    amount = Decimal(rng.randint(1, 2_000_000)) / 100
    raised = asked(world, Intent(kind="raise", amount=amount, locked=locked))
    assert_locked(raised, locked, seed)
    if raised.asked[0].kept:
        assert raised.asked[0].reached >= amount, f"seed {seed}"
        floor = raised.after.cash - raised.asked[0].reached
        assert floor >= 0, f"seed {seed}: available cash is part of the cash"
    else:
        assert raised.status in (Status.INFEASIBLE, Status.FEASIBLE), f"seed {seed}"
        assert raised.notes or raised.conflict, f"seed {seed}: short of the amount and not told why"
    budget = Decimal(rng.randint(0, 500_000)) / 100
    moved = asked(world, Intent(to="target", anyway=True, max_gain=budget, locked=locked))
    assert_locked(moved, locked, seed)
    trades = tuple(row.trade for row in moved.trades)
    taken = settle(world.book, trades, reading=world.ground.rulebook.tax).taken
    assert sum(row.recognized for row in taken) <= budget, f"seed {seed}: more gains than the budget"


def assert_locked(proposal: Proposal, locked: tuple[LotId, ...], seed: int) -> None:
    touched = {row.trade.lot for row in proposal.trades} & set(locked)
    assert not touched, f"seed {seed}: {touched} was locked and is sold"


@pytest.mark.parametrize("seed", EVERYDAY)
def test_requests_hold_to_the_cent(seed: int) -> None:
    assert_kept(seed)


@pytest.mark.long
def test_requests_hold_to_the_cent_at_full_size() -> None:
    """GUARDBAND_REQUESTS households, seeds from 0."""
    for seed in range(int(os.environ.get("GUARDBAND_REQUESTS", "100"))):
        assert_kept(seed)
