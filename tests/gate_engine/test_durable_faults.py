"""What the adapter says when the C module itself fails or answers amiss: never a conclusion, always a fault.

The module is real; one of its calls at a time answers something else:

    assert_facts      code 1 instead of 0              "facts were refused with code 1"
    the first firing  {"r0F":[t0]} and then {"r0T":…}  "rule small both holds and fails"
"""

from collections.abc import Callable
from typing import Any

import pytest

from engine.gate.engine import durable
from engine.gate.engine.durable import Machine, available, load
from engine.gate.engine.faults import EngineFault, EngineTrouble, FaultKind
from engine.gate.engine.inline import Inline
from engine.gate.engine.plain import Plain
from engine.gate.engine.program import (
    Compare,
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
from engine.gate.engine.written import Row

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

SAME = Compare(op=Op.EQ, field="key", right=Of(alias="one", field="key"))
PROGRAM = Program(
    rules=(ThresholdRule(name="small", kind="x", require=Compare(op=Op.LT, field="x", right=2.5)),),
    joins=(
        JoinRule(
            name="pair",
            matches=(Match(alias="one", kind="a"), Match(alias="two", kind="b", where=(SAME,))),
            then=Report(),
        ),
    ),
)
ROWS: list[Row] = [("x", (("x", 1.0),)), ("a", (("key", "k"),)), ("b", (("key", "k"),))]


class Amiss:
    """The module with one call replaced."""

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        setattr(self, name, call)

    def __getattr__(self, name: str) -> Any:
        return getattr(load(), name)


def fails(*_: object) -> object:
    raise RuntimeError("out of memory")


def fired(*firings: str) -> tuple[str, Callable[..., Any]]:
    """Return a first firing, and the ones that follow it in place of the module's own."""
    rest = iter((*firings[1:], None))
    return firings[0], lambda *_: next(rest)


def test_the_module_as_it_is_concludes() -> None:
    raw = Machine(PROGRAM).run(ROWS)
    assert (raw.columns[0][0], raw.joined) == (Outcome.HOLDS, [(0, (1, 2))])


@pytest.mark.parametrize(
    ("name", "call", "said"),
    [
        ("create_ruleset", fails, "the engine refused a ruleset: out of memory"),
        ("assert_facts", fails, "the engine failed: out of memory"),
        ("assert_facts", lambda *_: (1, 0), "facts were refused with code 1"),
        ("assert_fact", lambda *_: (1, 0), "the canary was refused"),
        ("start_action_for_state", lambda *_: None, "the canary did not fire"),
        ("start_action_for_state", lambda *_: ("", '{"zz":[]}'), 'an unknown rule fired: {"zz":[]}'),
    ],
)
def test_a_call_that_fails_or_answers_amiss_is_a_fault(
    name: str, call: Callable[..., Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "load", lambda: Amiss(name, call))
    with pytest.raises(EngineTrouble) as told:
        Machine(PROGRAM).run(ROWS)
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("matched", "said"),
    [
        ('"a0":{"id":"t1"}', "incomplete match"),
        ('"a0":{"id":"t1"},"a0":{"id":"t2"}', "incomplete match"),
    ],
)
def test_half_a_match_of_a_join_is_a_fault(matched: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (join,) = [name for shard in Machine(PROGRAM)._emitted.shards for name in shard.joins]
    firing = f'{{"{join}":[{{{matched}}}]}}'
    monkeypatch.setattr(durable, "load", lambda: Amiss("start_action_for_state", lambda *_: ("", firing)))
    with pytest.raises(EngineTrouble) as told:
        Machine(PROGRAM).run(ROWS[1:])
    assert (said in str(told.value), "pair" in str(told.value)) == (True, True)


def test_a_rule_that_holds_and_fails_of_one_fact_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for shard in Machine(PROGRAM)._emitted.shards for name in shard.polarities]
    first, rest = fired(*(f'{{"{name}":[{{"m":{{"id":"t0"}}}}]}}' for name in names))

    def start(*_: object) -> tuple[str, str]:
        return ("", first)

    broken = Amiss("start_action_for_state", start)
    broken.complete_and_start_action = rest  # type: ignore[attr-defined]
    monkeypatch.setattr(durable, "load", lambda: broken)
    with pytest.raises(EngineTrouble, match="rule small both holds and fails"):
        Machine(PROGRAM).run(ROWS)


def test_a_package_that_cannot_be_loaded_is_told_with_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> object:
        raise ImportError("no module")

    monkeypatch.setattr(durable, "load", absent)
    told = available()
    assert told is not None
    assert "(no module)" in told
    assert "needs Python 3.11 or 3.12" in told


@pytest.mark.parametrize(
    ("names", "said"), [(("f", "f"), "two facts have the same id"), (("f", "+f"), "is one for derived facts")]
)
def test_ids_that_answers_could_not_tell_apart_are_refused(names: tuple[str, ...], said: str) -> None:
    facts = tuple(Fact(id=name, kind="x", fields=(("x", 1.0),)) for name in names)
    for engine in (Inline(), Plain()):
        answer = engine.infer(PROGRAM, facts)
        assert isinstance(answer, EngineFault)
        assert (answer.kind, said in answer.reason) == (FaultKind.REFUSED, True)
