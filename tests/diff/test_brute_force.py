"""`diff` against a grid of portfolios: on drawn pairs of policies neither finds what the other does not.

The everyday run draws 6 pairs; the full one:
GUARDBAND_DIFF_PAIRS=200 python -m pytest tests/diff/test_brute_force.py --long
"""

import os
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.facts.ids import AccountId, HouseholdId, Symbol
from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge, open_book
from optimizer.diff.compare import compare
from optimizer.diff.difference import Difference, Witness
from optimizer.portfolios.kinds import Made
from optimizer.portfolios.world import Situation, World
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.diff.worlds import UNIVERSE, Drawn, changed, drawn_rules, grid, policy_of
from tests.rulebooks.tiny import TODAY

EVERYDAY = 6
PAIRS = int(os.environ.get("GUARDBAND_DIFF_PAIRS", "200"))
SEED = int(os.environ.get("GUARDBAND_DIFF_SEED", "20260310"))
LEVELS = (3, 3, 3, 2, 1)


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def truth(old: tuple[Drawn, ...], new: tuple[Drawn, ...]) -> set[tuple[str, str]]:
    """Return (rule, direction) by looking at every portfolio of the grid."""
    found = set()
    for direction, forbids, admits in (("loosened", old, new), ("tightened", new, old)):
        for rule in forbids:
            heavy = [other for other in admits if other.level >= rule.level]
            for portfolio in grid():
                if not rule.keeps(portfolio) and all(other.keeps(portfolio) for other in heavy):
                    found.add((rule.name, direction))
                    break
    return found


def told(difference: Difference) -> set[tuple[str, str]]:
    return {(rule.rule, witness.direction) for rule in difference.rules for witness in rule.witnesses}


def regated(witness: Witness, rules: tuple[Drawn, ...], engine: InferenceEngine) -> str:
    """Return the gate's decision on a witness, its book made anew from what the witness says."""
    securities = {symbol: dict(cells) for symbol, cells in witness.securities.items()}
    named = {account for account, _ in (*witness.before, *witness.after)} or {AccountId("A")}
    accounts = tuple(sorted(named))
    situation = Situation(
        day=witness.day, worth=witness.worth, accounts=accounts, household=HouseholdId("H"), currency="USD"
    )
    world = World(situation=situation, made=Made(securities=securities, kind_of={}, complete=True))
    policy, _ = policy_of(rules)
    book = world.book({(a, Symbol(s)): money for (a, s), money in witness.before.items()})
    opened = open_book(ground(compile_rulebook((policy,)), book))
    return judge(opened, witness.trades, engine=engine).decision.value


def agree(seed: int, engine: InferenceEngine) -> int:
    draw = random.Random(seed)
    old = drawn_rules(draw, levels=LEVELS)
    new = changed(draw, old, levels=LEVELS)
    before, after = policy_of(old)[0], policy_of(new, version="1.1.0")[0]
    difference = compare(before, after, engine=engine, today=TODAY, securities=UNIVERSE)
    assert told(difference) == truth(old, new), f"seed {seed}: {old} -> {new}: {difference.without_effect}"
    assert all(row.decided for row in difference.without_effect), seed
    count = 0
    for rule in difference.rules:
        for witness in rule.witnesses:
            assert regated(witness, old, engine) == witness.old, seed
            assert regated(witness, new, engine) == witness.new, seed
            assert witness.old != witness.new
            count += 1
    return count


def test_diff_agrees_with_a_grid_of_portfolios(engine: InferenceEngine) -> None:
    assert sum(agree(SEED + number, engine) for number in range(EVERYDAY)) > EVERYDAY / 2


@pytest.mark.long
def test_diff_agrees_with_a_grid_of_portfolios_at_full_size(engine: InferenceEngine) -> None:
    witnesses = sum(agree(SEED + number, engine) for number in range(PAIRS))
    print(f"{PAIRS} pairs, {witnesses} witnesses, each judged again by the gate under both versions")
    assert witnesses > PAIRS / 2


def test_made_up_securities_find_at_least_what_three_given_ones_show(engine: InferenceEngine) -> None:
    draw = random.Random(SEED)
    for _ in range(4):
        old = drawn_rules(draw)
        new = changed(draw, old, levels=(3,))
        before, after = policy_of(old)[0], policy_of(new, version="1.1.0")[0]
        assert told(compare(before, after, engine=engine, today=TODAY)) >= truth(old, new)


def test_the_grid_itself_tells_a_loosened_bound() -> None:
    rule = Drawn("R", "tech", None, 20, 3)
    assert truth((rule,), (replace(rule, high=25),)) == {("R", "loosened")}
    assert truth((rule,), (rule,)) == set()
