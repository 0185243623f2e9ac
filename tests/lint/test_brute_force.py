"""`lint` against a grid of portfolios: no pair of rules that exclude each other is missed, none is made up.

The everyday run draws 15 policies; the full one (both policies of 200 pairs):
GUARDBAND_LINT_PAIRS=200 python -m pytest tests/lint/test_brute_force.py --long
"""

import os
import random
from collections.abc import Iterator
from itertools import combinations

import pytest

from engine.facts.ids import AccountId, HouseholdId
from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from engine.gate.judge import judge, open_book
from engine.gate.verdict import Outcome
from optimizer.lint.finding import Finding, Portfolio
from optimizer.lint.lint import lint
from optimizer.portfolios.kinds import Made
from optimizer.portfolios.world import Situation, World
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.diff.worlds import UNIVERSE, Drawn, changed, drawn_rules, grid, policy_of
from tests.rulebooks.tiny import TODAY

EVERYDAY = 15
PAIRS = int(os.environ.get("GUARDBAND_LINT_PAIRS", "200"))
SEED = int(os.environ.get("GUARDBAND_LINT_SEED", "20260311"))
LEVELS = (3, 3, 2, 1)


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def possible(rules: tuple[Drawn, ...]) -> bool:
    return any(all(rule.keeps(portfolio) for rule in rules) for portfolio in grid())


def implied(rule: Drawn, others: tuple[Drawn, ...]) -> bool:
    heavy = tuple(other for other in others if other.level >= rule.level)
    return not any(
        not rule.keeps(portfolio) and all(other.keeps(portfolio) for other in heavy) for portfolio in grid()
    )


def named(findings: tuple[Finding, ...], code: str) -> set[tuple[str, ...]]:
    return {tuple(sorted(row.rules)) for row in findings if row.diagnostic.code == code}


def regate(witness: Portfolio, rules: tuple[Drawn, ...], engine: InferenceEngine) -> None:
    """Judge a witness anew: of the rules of the conflict, it breaks the one it says, and no other."""
    accounts = tuple(sorted({account for account, _ in witness.held} or {AccountId("A")}))
    situation = Situation(
        day=witness.day, worth=witness.worth, accounts=accounts, household=HouseholdId("H"), currency="USD"
    )
    world = World(situation=situation, made=Made(securities=witness.securities, kind_of={}, complete=True))
    policy, _ = policy_of(rules)
    opened = open_book(ground(compile_rulebook((policy,)), world.book(witness.held)))
    answer = judge(opened, (), engine=engine)
    broken = {v.rule for v in answer.verdicts if v.outcome is Outcome.BREACH}
    assert witness.breaks in broken
    assert not broken & set(witness.keeps)


def agree(rules: tuple[Drawn, ...], engine: InferenceEngine) -> tuple[int, int]:
    policy, text = policy_of(rules)
    found = lint(policy, text, engine=engine, today=TODAY, examples=False, universe=UNIVERSE)
    by_name = {rule.name: rule for rule in rules}
    alone = {(rule.name,) for rule in rules if not possible((rule,))}
    assert named(found, "E0701") == alone, rules
    able = [rule for rule in rules if (rule.name,) not in alone]
    pairs = {
        tuple(sorted((one.name, other.name)))
        for one, other in combinations(able, 2)
        if not possible((one, other))
    }
    conflicts = named(found, "E0312")
    assert {core for core in conflicts if len(core) == 2} == pairs, rules
    assert bool(conflicts or alone) is not possible(rules), rules
    for core in conflicts:
        members = tuple(by_name[name] for name in core)
        assert not possible(members), rules
        assert all(possible(tuple(m for m in members if m is not one)) for one in members), rules
    for row in found:
        if row.diagnostic.code in ("E0312", "E0701"):
            assert row.witness is not None, row
            regate(row.witness, rules, engine)
    if possible(rules):
        idle = {row.rules[0] for row in found if row.diagnostic.code == "W0703"}
        kept = tuple(rule for rule in rules if rule.name not in idle)
        assert all(implied(by_name[name], kept) for name in idle), (rules, idle)
        assert not any(implied(one, tuple(r for r in kept if r is not one)) for one in kept), (rules, idle)
    return len(pairs), len(conflicts)


def test_lint_agrees_with_a_grid_of_portfolios(engine: InferenceEngine) -> None:
    draw = random.Random(SEED)
    counts = [agree(drawn_rules(draw, levels=LEVELS, floors=True), engine) for _ in range(EVERYDAY)]
    assert sum(pairs for pairs, _ in counts) > 5


@pytest.mark.long
def test_lint_agrees_with_a_grid_of_portfolios_at_full_size(engine: InferenceEngine) -> None:
    draw = random.Random(SEED)
    pairs = conflicts = 0
    for _ in range(PAIRS):
        old = drawn_rules(draw, levels=LEVELS, floors=True)
        for rules in (old, changed(draw, old, levels=LEVELS)):
            if rules:
                counted = agree(rules, engine)
                pairs, conflicts = pairs + counted[0], conflicts + counted[1]
    print(f"{PAIRS} pairs of policies: {pairs} contradicting pairs of rules, {conflicts} conflicts in all")
    assert pairs > PAIRS / 10
