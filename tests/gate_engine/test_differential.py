"""The engine against a plain reading of the same programs and facts, from a fixed seed.

Everyday: 1,500 small programs and 500 gate cases. At full size:

    GUARDBAND_PROGRAMS=50000 pytest tests/gate_engine/test_differential.py --long -s
"""

import os
import random
from collections import Counter

import pytest

from engine.gate.engine.durable import available
from engine.gate.engine.gatebase import judge
from engine.gate.engine.gatefacts import Decision, Standing
from engine.gate.engine.inline import Inline
from engine.gate.engine.program import (
    Compare,
    Conclusions,
    Derive,
    Fact,
    JoinRule,
    Match,
    Of,
    Op,
    Outcome,
    Program,
    Report,
    ThresholdRule,
)
from tests.gate_engine import gate_oracle, oracle, programs

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

SEED = 20260310
LONG = int(os.environ.get("GUARDBAND_PROGRAMS", "20000"))


def compare_thresholds(count: int, make=Inline) -> Counter:
    seen: Counter = Counter()
    for number in range(count):
        chance = random.Random(SEED + number)
        program = programs.threshold_program(chance)
        facts = programs.threshold_facts(chance, program)
        engine = make()
        concluded = engine.infer(program, facts)
        assert isinstance(concluded, Conclusions), (number, concluded.reason)
        found = {
            (rule.name, fact): outcome
            for rule in program.rules
            for fact, outcome in concluded.column(rule.name)
        }
        wanted = oracle.outcomes(program, facts)
        assert found == wanted, f"program {number}"
        if number % 4 == 0:
            shuffled = tuple(chance.sample(facts, len(facts)))
            assert engine.infer(program, shuffled) == concluded, f"program {number} in another order"
        engine.close()
        seen.update(wanted.values())
    return seen


def compare_joins(count: int, make=Inline) -> Counter:
    seen: Counter = Counter()
    for number in range(count):
        chance = random.Random(SEED + number)
        program = programs.join_program(chance)
        kinds = {match.kind for join in program.joins for match in join.matches}
        kinds |= {join.then.kind for join in program.joins if isinstance(join.then, Derive)}
        facts = tuple(fact for fact in programs.join_facts(chance) if fact.kind in kinds)
        engine = make()
        concluded = engine.infer(program, facts)
        assert isinstance(concluded, Conclusions), (number, concluded.reason)
        by_id = {fact.id: (fact.kind, fact.fields) for fact in facts + concluded.derived}
        found = {(match.join, tuple(by_id[fact] for fact in match.facts)) for match in concluded.joined}
        matches, derived = oracle.closure(program, facts)
        assert len(set(concluded.joined)) == len(concluded.joined), f"program {number} told a match twice"
        assert found == matches, f"program {number}"
        assert {by_id[fact.id] for fact in concluded.derived} == derived, f"program {number}"
        if number % 4 == 0:
            assert engine.infer(program, facts) == concluded, f"program {number} told again"
        engine.close()
        seen.update(matches=len(matches), derived=len(derived))
    return seen


def compare_cases(count: int, make=Inline) -> Counter:
    seen: Counter = Counter()
    engine = make()
    for number in range(count):
        case = gate_oracle.random_case(random.Random(SEED + number))
        wanted = gate_oracle.expected(case)
        assert judge(engine, case) == wanted, f"case {number}"
        seen.update(wanted.standings.values())
        seen.update(wanted.decisions.values())
        seen.update(pairs=len(wanted.pairs), stops=len(wanted.stops))
    engine.close()
    return seen


def test_thresholds_agree() -> None:
    seen = compare_thresholds(700)
    assert all(seen[outcome] > 700 for outcome in Outcome), seen


def test_joins_agree() -> None:
    seen = compare_joins(800)
    assert seen["matches"] > 1000, seen
    assert seen["derived"] > 300, seen


def test_gate_cases_agree() -> None:
    seen = compare_cases(500)
    assert all(seen[standing] > 50 for standing in Standing), seen
    assert all(seen[decision] > 50 for decision in Decision), seen
    assert seen["pairs"] > 150, seen


def test_more_facts_than_a_slice_and_more_matches_than_one_call_hands_over() -> None:
    large = Compare(op=Op.GTE, field="n", right=2048.0)
    same = Compare(op=Op.EQ, field="key", right=Of(alias="x", field="key"))
    below = Compare(op=Op.LT, field="n", right=Of(alias="x", field="n"))
    join = JoinRule(
        name="meet",
        matches=(Match(alias="x", kind="a"), Match(alias="y", kind="a", where=(same, below))),
        then=Report(),
    )
    program = Program(rules=(ThresholdRule(name="large", kind="b", require=large),), joins=(join,))
    facts = [Fact(id=f"b{n}", kind="b", fields=(("n", n),)) for n in range(5000)]
    facts += [Fact(id=f"a{n}", kind="a", fields=(("n", n), ("key", "k"))) for n in range(100)]
    engine = Inline()
    concluded = engine.infer(program, tuple(facts))
    assert isinstance(concluded, Conclusions), concluded.reason
    column = dict(concluded.column("large"))
    assert all(column[f"b{n}"] is (Outcome.HOLDS if n >= 2048 else Outcome.FAILS) for n in range(5000))
    assert {match.facts for match in concluded.joined} == {
        (f"a{x}", f"a{y}") for x in range(100) for y in range(x)
    }
    engine.close()


@pytest.mark.long
@pytest.mark.parametrize("compare", [compare_thresholds, compare_joins, compare_cases])
def test_they_agree_at_length(compare) -> None:
    print(compare.__name__, "programs", LONG, "seed", SEED, dict(compare(LONG)))
