"""Many seeded accounts from book to gate: nothing rejected, and how near to the bound the lists come.

GUARDBAND_ACCOUNTS=2000 pytest tests/optimizer/test_accounts.py --long -s     prints the figures
"""

import os
import time
from collections import Counter

import numpy as np
import pytest

from engine.facts.trades import Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from engine.gate.verdict import Decision, GateAnswer
from optimizer.proposal import Status
from optimizer.propose import propose
from optimizer.settings import Intent, Settings
from tests.optimizer.worlds import Sizes, make_world

SIZES = (20, 40, 80, 120, 200, 300)
FIRST = 50_000


@pytest.mark.long
def test_seeded_accounts_at_full_size() -> None:
    count = int(os.environ.get("GUARDBAND_ACCOUNTS", "24"))
    engine, tally = Inline(), Counter[str]()
    gaps: dict[int, list[float]] = {}
    times: dict[int, list[float]] = {}
    for seed in range(FIRST, FIRST + count):
        names = SIZES[seed % len(SIZES)]
        world = make_world(seed, Sizes(names=(names, names), lots=5, accounts=1))
        opened = open_book(world.ground)

        def asked(trades: tuple[Trade, ...], opened: OpenBook = opened) -> GateAnswer:
            return judge(opened, trades, engine=engine, explained=False)

        begun = time.process_time()
        told = propose(
            world.ground,
            accounts=world.accounts,
            intent=Intent(),
            settings=Settings(),
            judge=asked,
        )
        times.setdefault(names, []).append(time.process_time() - begun)
        assert told.gate is not None
        rejected = bool(told.trades) and told.gate.decision.rank > Decision.WARN.rank
        tally["proposals rejected"] += rejected
        tally["more than one round"] += told.rounds > 1
        tally["with trades"] += bool(told.trades)
        tally[told.status.value] += 1
        if told.trades and told.gap is not None:
            gaps.setdefault(names, []).append(float(told.gap))
            is_open = float(told.gap) > float(Settings().tolerance_bp)
            assert not is_open or told.status is not Status.OPTIMAL, f"seed {seed}: the gap is not told"
    print()
    for name, number in sorted(tally.items()):
        print(f"{name}: {number} of {count}")
    print("names    gap p50      p99      max   seconds p50      p95")
    for names, found in sorted(gaps.items()):
        p50, p99 = np.percentile(found, [50, 99])
        t50, t95 = np.percentile(times[names], [50, 95])
        print(f"{names:5d} {p50:10.3f} {p99:8.3f} {max(found):8.3f} {t50:13.2f} {t95:8.2f}")
    assert tally["proposals rejected"] == 0
