"""Facts that the engine would misread are refused by name before it sees them."""

import pytest

from engine.gate.engine import written
from engine.gate.engine.emit import emit
from engine.gate.engine.faults import EmissionFault
from engine.gate.engine.gatebase import FOLLOWS
from engine.gate.engine.inline import Inline
from engine.gate.engine.program import (
    Compare,
    Conclusions,
    Equals,
    Fact,
    Op,
    Outcome,
    Program,
    Scalar,
    ThresholdRule,
)
from engine.gate.engine.written import Row, Written

PROGRAM = Program(
    rules=(
        ThresholdRule(name="large", kind="x", require=Compare(op=Op.GT, field="size", right=1.5)),
        ThresholdRule(name="named", kind="x", require=Equals(field="name", value="A")),
    )
)
EMITTED = emit(PROGRAM)


def row(*fields: tuple[str, Scalar], kind: str = "x") -> Row:
    return kind, fields


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (row(("size", 1), kind="y"), "no rule looks at facts of kind y"),
        (row(("size", "large")), "`size` is 'large', not a number"),
        (row(("size", True)), "`size` is True, not a number"),
        (row(("name", 3)), "`name` is 3, not a text"),
        (row(("size", 1), ("size", 2)), "`size` is given twice in one fact"),
    ],
)
def test_a_fact_that_the_engine_would_misread_is_refused(fact: Row, reason: str) -> None:
    with pytest.raises(EmissionFault) as refused:
        Written(EMITTED, (fact,))
    assert str(refused.value) == reason


def test_a_fact_that_joins_need_whole_is_refused_in_part() -> None:
    emitted = emit(FOLLOWS)
    kind, needed = next((kind, fields) for kind, fields in emitted.needed.items() if fields)
    with pytest.raises(EmissionFault, match=f"a fact of kind {kind} lacks `{min(needed)}`, which joins need"):
        Written(emitted, ((kind, ()),))


def test_more_facts_than_the_engine_bears_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "MAX_FACTS", 2)
    assert len(Written(EMITTED, (row(("size", 1)),) * 2).rows) == 2
    with pytest.raises(EmissionFault, match="more than 2 facts at once"):
        Written(EMITTED, (row(("size", 1)),) * 3)


def test_what_no_rule_looks_at_is_not_sent() -> None:
    one = Written(EMITTED, (row(("size", 2), ("colour", "red"), ("name", "A")),))
    told = one.fact(0, ("size", "name", "colour"))
    assert '"size":2' in told
    assert '"name":' in told
    assert "colour" not in told
    assert "red" not in told


def test_each_fact_has_an_outcome_under_a_rule_of_its_kind() -> None:
    facts = (
        Fact(id="a", kind="x", fields=(("size", 2),)),
        Fact(id="b", kind="x", fields=(("size", 1), ("name", "A"))),
    )
    engine = Inline()
    found = engine.infer(PROGRAM, facts)
    engine.close()
    assert isinstance(found, Conclusions)
    told = {(rule, fact): found.outcome(rule, fact) for rule in ("large", "named") for fact in ("a", "b")}
    assert told == {
        ("large", "a"): Outcome.HOLDS,
        ("large", "b"): Outcome.FAILS,
        ("named", "a"): Outcome.UNKNOWN,
        ("named", "b"): Outcome.HOLDS,
    }
    with pytest.raises(KeyError):
        found.outcome("large", "c")
