"""Properties over random policies, books and lists: evaluators agree, order means nothing, remedies work.

The everyday run is small; `pytest --long` runs GUARDBAND_GATE_CASES lists (300 unless told), fixed seeds.
"""

import os
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.gate.engine.inline import Inline
from engine.gate.judge import judge
from tests.gate.generated import generated_case
from tests.gate.test_cases import applied, like, opened_of, stopped

FIRST_SEED = 2000
EVERYDAY = 12
LONG = int(os.environ.get("GUARDBAND_GATE_CASES", "300"))


def check(seed: int, engine: Inline) -> None:
    case = generated_case(seed)
    opened = opened_of(case)
    answer = judge(opened, case.trades, engine=engine)
    assert answer.fault is None, answer.fault
    turned = judge(opened, case.trades[::-1], engine=engine)
    assert turned.verdicts == answer.verdicts
    for verdict in answer.verdicts:
        for change in verdict.would_pass:
            changed = applied(case.trades, change)
            if changed is not None:
                again = judge(opened, changed, engine=engine, explained=False)
                assert again.fault is None, again.fault
                assert like(again, verdict) < like(answer, verdict), (verdict.rule, change)
    for decided in answer.trades:
        most = decided.max_quantity
        if most is None:
            continue
        quantity = Decimal(most.numerator) / Decimal(most.denominator)
        if quantity:
            assert not stopped(opened, case.trades, replace(decided.trade, quantity=quantity), engine)
        assert stopped(opened, case.trades, replace(decided.trade, quantity=quantity + 1), engine)


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + EVERYDAY))
def test_gate_and_reference_agree_and_remedies_work(seed: int, engine: Inline) -> None:
    check(seed, engine)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(FIRST_SEED + EVERYDAY, FIRST_SEED + LONG))
def test_many_random_lists(seed: int, engine: Inline) -> None:
    check(seed, engine)
