"""The engine's own process, spoken to over its pipe: what it answers, what it keeps off, and when it ends."""

import builtins
import json
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.gate.engine import child
from engine.gate.engine.contained import BOOT
from engine.gate.engine.durable import available
from engine.gate.engine.faults import EmissionFault, EngineTrouble
from engine.gate.engine.program import Compare, Op, Outcome, Program, ThresholdRule

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

SECONDS, MEMORY = 5.0, 4 * 2**30
ROWS = (("x", (("x", 3),)), ("x", (("x", 2),)), ("x", ()))


def above(bound: float, *, name: str = "large") -> Program:
    return Program(
        rules=(ThresholdRule(name=name, kind="x", require=Compare(op=Op.GT, field="x", right=bound)),)
    )


@dataclass
class Spoken:
    """A child and our end of its pipe."""

    process: "subprocess.Popen[bytes]"
    pipe: Connection

    def ask(self, *question: object) -> tuple[Any, ...]:
        (answer,) = self.ask_all(question)
        return answer

    def ask_all(self, *questions: object) -> tuple[tuple[Any, ...], ...]:
        self.pipe.send_bytes(pickle.dumps(questions))
        return self.told()

    def told(self) -> tuple[Any, ...]:
        assert self.pipe.poll(30), "the child says nothing"
        answer: tuple[Any, ...] = pickle.loads(self.pipe.recv_bytes())
        return answer


@pytest.fixture
def spoken() -> Iterator[Spoken]:
    ours, theirs = Pipe()
    told = [
        "engine.gate.engine.child",
        json.dumps(sys.path),
        str(theirs.fileno()),
        str(SECONDS),
        str(MEMORY),
    ]
    process = subprocess.Popen([sys.executable, "-c", BOOT, *told], pass_fds=[theirs.fileno()])
    theirs.close()
    made = Spoken(process, ours)
    assert made.told() == ("ready",)
    yield made
    ours.close()
    assert process.wait(30) == 0, "a child ends by itself when its pipe does"


def outcomes(answer: tuple[Any, ...]) -> list[list[Outcome]]:
    assert answer[0] == "ok", answer
    return [[Outcome(value) for value in column] for column in answer[1]]


RIGHT = [[Outcome.HOLDS, Outcome.FAILS, Outcome.UNKNOWN]]


def test_a_program_is_sent_once_and_asked_by_its_key(spoken: Spoken) -> None:
    assert outcomes(spoken.ask(7, above(2), ROWS)) == RIGHT
    assert outcomes(spoken.ask(7, None, ROWS)) == RIGHT
    assert outcomes(spoken.ask(8, above(3), ROWS)) == [[Outcome.FAILS, Outcome.FAILS, Outcome.UNKNOWN]]
    held = spoken.ask(7, None, ROWS)[4]
    assert 2**20 < held < MEMORY


def test_several_questions_are_answered_together_as_far_as_the_first_that_fails(spoken: Spoken) -> None:
    one, other = spoken.ask_all((7, above(2), ROWS), (7, None, ROWS))
    assert outcomes(one) == outcomes(other) == RIGHT
    refused = (7, None, (("x", (("x", float("nan")),)),))
    told = spoken.ask_all((7, None, ROWS), refused, (7, None, ROWS))
    assert [answer[0] for answer in told] == ["ok", "refused"]


def test_it_ends_when_it_is_told_to(spoken: Spoken) -> None:
    spoken.pipe.send_bytes(pickle.dumps(None))
    assert spoken.process.wait(30) == 0


def test_a_program_that_was_never_sent_is_a_fault_and_ends_it(spoken: Spoken) -> None:
    assert spoken.ask(9, None, ROWS) == ("engine", "the program was never sent")
    assert spoken.process.wait(30) == 0


def test_what_the_emitter_refuses_does_not_end_it(spoken: Spoken) -> None:
    kind, reason = spoken.ask(1, above(2), (("x", (("x", float("nan")),)),))[:2]
    assert (kind, bool(reason)) == ("refused", True)
    assert outcomes(spoken.ask(1, None, ROWS)) == RIGHT


def test_an_interrupt_is_the_parents_to_handle(spoken: Spoken) -> None:
    spoken.process.send_signal(signal.SIGINT)
    assert outcomes(spoken.ask(1, above(2), ROWS)) == RIGHT


@pytest.mark.skipif(not Path("/proc/self/limits").is_file(), reason="the system does not tell limits")
def test_its_memory_is_bounded_and_it_leaves_no_core(spoken: Spoken) -> None:
    rows = Path(f"/proc/{spoken.process.pid}/limits").read_text(encoding="ascii").splitlines()
    limits = {row[:25].strip(): row[26:].split()[0] for row in rows}
    assert limits["Max core file size"] == "0"
    assert int(limits["Max address space"]) <= MEMORY


# ------------------------------------------------------------------ in this process


def greeting(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> tuple[Any, ...]:
    monkeypatch.setattr(child, name, value)
    ours, theirs = Pipe()
    with ours, theirs:
        assert not child._greet(theirs)
        told: tuple[Any, ...] = pickle.loads(ours.recv_bytes())
        return told


class Wrong:
    """A machine that says that every rule holds."""

    columns = (bytearray((Outcome.HOLDS,) * 3),)

    def __init__(self, program: Program) -> None: ...

    def run(self, rows: object) -> "Wrong":
        return self

    def drop(self) -> None: ...


class Refusing(Wrong):
    """A machine whose engine is dead."""

    def run(self, rows: object) -> Wrong:
        raise EngineTrouble("the canary did not fire: the engine is dead")


def test_an_engine_that_decides_wrongly_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert greeting(monkeypatch, "Machine", Wrong) == (
        "engine",
        "the engine answered its first probe wrongly",
    )


def test_an_engine_that_fails_its_probe_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, reason = greeting(monkeypatch, "Machine", Refusing)
    assert (kind, reason) == (
        "engine",
        "the engine failed its first probe: the canary did not fire: the engine is dead",
    )


def test_an_engine_that_is_not_there_is_told_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert greeting(monkeypatch, "available", lambda: "not installed") == ("absent", "not installed")


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (EmissionFault("a text cannot be written"), ("refused", "a text cannot be written")),
        (EngineTrouble("the engine is dead"), ("engine", "the engine is dead")),
        (MemoryError("no more"), ("engine", "MemoryError: no more")),
    ],
)
def test_whatever_goes_wrong_is_an_answer(
    error: Exception, answer: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(program: Program) -> None:
        raise error

    monkeypatch.setattr(child, "Machine", failing)
    assert child._answer({}, 1, above(2), ()) == answer


@pytest.mark.parametrize(("platform", "held"), [("linux", 7 * 1024), ("darwin", 7)])
def test_where_the_system_does_not_tell_the_memory_the_most_there_was_counts(
    platform: str, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux tells it in kilobytes, macOS in bytes."""

    def closed(*_: object, **__: object) -> object:
        raise FileNotFoundError

    monkeypatch.setattr(child.resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=7))
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(builtins, "open", closed)
    told = child.held_bytes()
    monkeypatch.undo()
    assert told == held
