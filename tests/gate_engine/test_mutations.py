"""Every operator and rule of emission, broken in turn: the differential runs must notice within seconds.

`test_validate` breaks the text of a ruleset; here the code that writes it is broken, consistently where
that is possible, so that our own check of the text has nothing to object to.
"""

import re
from dataclasses import replace

import pytest

from engine.gate.engine import conditions, dialect, durable, emit, emit_joins, gatebase, gaterules, written
from engine.gate.engine.durable import available
from engine.gate.engine.program import And, Op, Program
from tests.gate_engine.test_differential import compare_cases, compare_joins, compare_thresholds

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

PROGRAMS = 400
REAL_COMPARED = dialect.compared
REAL_NUMBER = dialect.number_text
REAL_FIELDS = written.Written._fields
REAL_FACT = written.Written.fact


def swapped(pairs: dict[Op, Op]):
    return lambda op, field, right: REAL_COMPARED(pairs.get(op, op), field, right)


OPERATORS = {
    "more than becomes at least": {Op.GT: Op.GTE, Op.LTE: Op.LT},
    "at least becomes more than": {Op.GTE: Op.GT, Op.LT: Op.LTE},
    "less than becomes more than": {Op.LT: Op.GT, Op.GTE: Op.LTE},
    "at most becomes at least": {Op.LTE: Op.GTE, Op.GT: Op.LT},
    "equality becomes difference": {Op.EQ: Op.NEQ, Op.NEQ: Op.EQ},
}


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_written_wrongly_in_both_polarities(monkeypatch, name) -> None:
    monkeypatch.setattr(emit, "compared", swapped(OPERATORS[name]))
    monkeypatch.setattr(dialect, "compared", swapped(OPERATORS[name]))
    with pytest.raises(AssertionError):
        compare_thresholds(PROGRAMS)


@pytest.mark.parametrize("op", list(Op))
def test_an_operator_of_joins_written_wrongly(monkeypatch, op) -> None:
    other = {Op.GT: Op.GTE, Op.GTE: Op.GT, Op.LT: Op.LTE, Op.LTE: Op.LT, Op.EQ: Op.NEQ, Op.NEQ: Op.EQ}
    monkeypatch.setattr(emit_joins, "compared", swapped({op: other[op]}))
    with pytest.raises(AssertionError):
        compare_joins(PROGRAMS)


def rounded(value: float) -> str:
    return REAL_NUMBER(round(value, 3) if isinstance(value, float) else value)


def first_fields(self, fields):
    return REAL_FIELDS(self, tuple(fields)[:-1])


def zeros(self, fields):
    return REAL_FIELDS(self, tuple((n, v if isinstance(v, str | bool) else v or 1.0) for n, v in fields))


def unreadable_second(self, number, fields):
    return REAL_FACT(self, number, fields) if number != 1 else '{"id":"t1","q":1e-05}'


def half_opposite(condition):
    return condition if isinstance(condition, And) else conditions.negated(condition)


NEGATED = {**conditions.NEGATED, Op.GT: Op.LT}
BROKEN = {
    "numbers are rounded": (written, "number_text", rounded),
    "the last field is left out": (written.Written, "_fields", first_fields),
    "zero becomes one": (written.Written, "_fields", zeros),
    "all texts have one code": (dialect.Vocabulary, "code", lambda self, value: "s0"),
    "all kinds have one code": (dialect.Vocabulary, "guard", lambda self, kind: {"k": "k0"}),
    "less than as the opposite of more than": (conditions, "NEGATED", NEGATED),
    "an `and` as its own opposite": (emit, "negated", half_opposite),
    "a batch ends at its second fact": (written.Written, "fact", unreadable_second),
    "facts that hold are not read": (durable, "SINGLE", re.compile(r'"id":"t([1-9]\d*)"')),
    "the tally is not written": (emit, "single", lambda e: dialect.single({"k": "k9"} if "k" in e else e)),
    "the canary is not written": (emit, "canary", lambda: dialect.single({"k": "_c"})),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_step_broken(monkeypatch, name) -> None:
    monkeypatch.setattr(*BROKEN[name])
    with pytest.raises(AssertionError):
        compare_thresholds(PROGRAMS)


TOLD_ONLY = ("report", "cure", "notify")
JOINS = [
    pytest.param(join, id=join.name, marks=[pytest.mark.long] if join.name.endswith(TOLD_ONLY) else [])
    for join in gaterules.FOLLOWS.joins
]


@pytest.mark.parametrize("join", JOINS)
def test_no_rule_of_the_gate_can_be_spared(monkeypatch, join) -> None:
    rest = tuple(other for other in gaterules.FOLLOWS.joins if other is not join)
    monkeypatch.setattr(gatebase, "FOLLOWS", Program(joins=rest))
    with pytest.raises(AssertionError):
        compare_cases(PROGRAMS)


def test_the_order_of_work_changes_no_answer(monkeypatch) -> None:
    turned = tuple(replace(join, priority=9 - join.priority) for join in reversed(gaterules.FOLLOWS.joins))
    monkeypatch.setattr(gatebase, "FOLLOWS", Program(joins=turned))
    compare_cases(100)
