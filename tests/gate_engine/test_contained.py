"""Whatever the engine does, the answer is a fault and the next call works; recovery is measured."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.gate.engine.bundle import bundle_read
from engine.gate.engine.contained import Bounds, Contained
from engine.gate.engine.durable import available
from engine.gate.engine.faults import EngineFault, FaultKind
from engine.gate.engine.inline import Inline
from engine.gate.engine.program import Compare, Conclusions, Fact, Op, Program, ThresholdRule

pytestmark = pytest.mark.skipif(available() is not None, reason=str(available()))

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Program(
    rules=(
        ThresholdRule(name="small", kind="x", require=Compare(op=Op.LT, field="x", right=2.5)),
        ThresholdRule(name="large", kind="x", require=Compare(op=Op.GT, field="x", right=1.5)),
    )
)
FACTS = tuple(Fact(id=f"f{n}", kind="x", fields=(("x", n),)) for n in range(5))
RECOVERY_SECONDS = 5.0  # a fresh child takes a tenth of a second; a loaded machine takes longer


def faulty(fault: str) -> tuple[Fact, ...]:
    return (*FACTS, Fact(id="z", kind="x", fields=(("x", 1), ("fault", fault))))


@pytest.fixture
def engine():
    with Contained(Bounds(answer_seconds=2.0), module="tests.gate_engine.faulty_child") as contained:
        yield contained


def test_the_child_answers_as_the_engine_in_this_process() -> None:
    with Contained() as contained:
        assert contained.infer(PROGRAM, FACTS) == Inline().infer(PROGRAM, FACTS)


FAULTS = (
    ("crash", FaultKind.DIED, "SIGSEGV"),
    ("exit", FaultKind.DIED, "exit status 3"),
    ("memory", FaultKind.ENGINE, "MemoryError"),
    ("loop", FaultKind.TIMEOUT, "no answer within 2 seconds"),
    ("lost tail", FaultKind.ENGINE, "6 facts of kind x were sent and 5 arrived"),
    ("lost firing", FaultKind.ENGINE, "6 facts of kind x were sent and 0 arrived"),
    ("locale", FaultKind.ENGINE, "the canary was refused"),
    ("contradiction", FaultKind.ENGINE, "rule small both holds and fails"),
)


@pytest.mark.parametrize(("fault", "kind", "reason"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
def test_a_fault_is_an_answer_and_the_next_call_works(engine, fault, kind, reason, record_property) -> None:
    assert isinstance(engine.infer(PROGRAM, FACTS), Conclusions)
    answer = engine.infer(PROGRAM, faulty(fault))
    assert isinstance(answer, EngineFault)
    assert (answer.kind, reason in answer.reason) == (kind, True), answer.reason
    assert bundle_read(answer.bundle) == (PROGRAM, faulty(fault))
    begun = time.perf_counter()
    assert engine.infer(PROGRAM, FACTS) == Inline().infer(PROGRAM, FACTS)
    seconds = time.perf_counter() - begun
    record_property("recovery_seconds", round(seconds, 3))
    print(f"recovery after {fault}: {seconds:.3f} s")
    assert seconds < RECOVERY_SECONDS


def test_a_killed_child_is_a_fault_and_is_replaced(engine) -> None:
    assert isinstance(engine.infer(PROGRAM, FACTS), Conclusions)
    os.kill(engine.process_id, signal.SIGKILL)
    answer = engine.infer(PROGRAM, FACTS)
    assert isinstance(answer, EngineFault)
    assert answer.kind is FaultKind.DIED
    assert "SIGKILL" in answer.reason
    assert isinstance(engine.infer(PROGRAM, FACTS), Conclusions)


def test_a_child_that_cannot_start_is_a_fault_each_time() -> None:
    with Contained(module="tests.gate_engine.no_such_module") as contained:
        for _ in range(2):
            answer = contained.infer(PROGRAM, FACTS)
            assert isinstance(answer, EngineFault)
            assert answer.kind is FaultKind.DIED


def test_a_child_that_stands_still_is_given_up(engine) -> None:
    """With more facts than its pipe holds, so that even the sending cannot end."""
    facts = tuple(Fact(id=f"f{n}", kind="x", fields=(("x", n),)) for n in range(20_000))
    assert isinstance(engine.infer(PROGRAM, FACTS), Conclusions)
    os.kill(engine.process_id, signal.SIGSTOP)
    answer = engine.infer(PROGRAM, facts)
    assert isinstance(answer, EngineFault)
    assert answer.kind is FaultKind.TIMEOUT
    assert isinstance(engine.infer(PROGRAM, FACTS), Conclusions)


def test_where_no_process_can_be_started_every_answer_is_a_fault(monkeypatch) -> None:
    monkeypatch.setattr(sys, "executable", str(ROOT / "no such interpreter"))
    with Contained() as contained:
        for _ in range(2):
            answer = contained.infer(PROGRAM, FACTS)
            assert isinstance(answer, EngineFault)
            assert (answer.kind, "could not be started" in answer.reason) == (FaultKind.DIED, True)


def test_where_the_engine_is_not_installed_the_answer_says_so() -> None:
    with Contained(module="tests.gate_engine.absent_child") as contained:
        answers = [contained.infer(PROGRAM, FACTS) for _ in range(2)]
    for answer in answers:
        assert isinstance(answer, EngineFault)
        assert answer.kind is FaultKind.ABSENT
        assert "durable-rules cannot be loaded" in answer.reason


def test_what_our_checks_refuse_costs_no_child(engine) -> None:
    assert isinstance(engine.infer(PROGRAM, FACTS), Conclusions)
    process = engine.process_id
    answer = engine.infer(PROGRAM, (Fact(id="f", kind="x", fields=(("x", "text"),)),))
    assert isinstance(answer, EngineFault)
    assert answer.kind is FaultKind.REFUSED
    assert engine.process_id == process
    assert isinstance(engine.infer(PROGRAM, FACTS), Conclusions)


@pytest.mark.parametrize("bounds", [Bounds(recycle_bytes=1), Bounds(recycle_runs=1), Bounds(programs=1)])
def test_a_worn_child_is_replaced_between_calls(bounds) -> None:
    processes = set()
    with Contained(bounds) as contained:
        for _ in range(3):
            assert isinstance(contained.infer(PROGRAM, FACTS), Conclusions)
            processes.add(contained.process_id)
    assert len(processes) >= 2


def test_threads_share_one_child() -> None:
    expected = Inline().infer(PROGRAM, FACTS)
    answers = []
    with Contained() as contained:
        threads = [
            threading.Thread(target=lambda: answers.append(contained.infer(PROGRAM, FACTS))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [expected] * 8


def test_the_child_works_while_its_caller_does_something_else(engine) -> None:
    asked = engine.begin(((PROGRAM, FACTS),))
    other = threading.Thread(target=lambda: answers.append(engine.infer(PROGRAM, FACTS[:2])))
    answers = []
    other.start()
    time.sleep(0.1)
    assert answers == []  # another waits until the question is answered
    assert asked.answers() == (Inline().infer(PROGRAM, FACTS),)
    other.join()
    assert answers == [Inline().infer(PROGRAM, FACTS[:2])]


def test_of_several_questions_the_first_fault_is_the_last_answer(engine) -> None:
    right = Inline().infer(PROGRAM, FACTS)
    assert engine.begin(((PROGRAM, FACTS), (PROGRAM, FACTS))).answers() == (right, right)
    told = engine.begin(((PROGRAM, FACTS), (PROGRAM, faulty("exit")), (PROGRAM, FACTS))).answers()
    assert [isinstance(answer, EngineFault) for answer in told] == [True]  # with the child, all is lost
    told = engine.begin(((PROGRAM, FACTS), (PROGRAM, faulty("locale")), (PROGRAM, FACTS))).answers()
    assert [isinstance(answer, EngineFault) for answer in told] == [False, True]
    assert bundle_read(told[-1].bundle) == (PROGRAM, faulty("locale"))
    assert engine.infer(PROGRAM, FACTS) == right


def test_a_question_given_up_leaves_no_stale_answer(engine) -> None:
    assert isinstance(engine.infer(PROGRAM, FACTS), Conclusions)
    process = engine.process_id
    engine.begin(((PROGRAM, FACTS[:2]),)).drop()
    assert engine.infer(PROGRAM, FACTS) == Inline().infer(PROGRAM, FACTS)
    assert engine.process_id != process


def test_an_interrupt_while_waiting_leaves_no_stale_answer(engine, monkeypatch) -> None:
    expected = engine.infer(PROGRAM, FACTS)
    with monkeypatch.context() as patched:
        patched.setattr(type(engine._child), "_received", interrupted)
        with pytest.raises(KeyboardInterrupt):
            engine.infer(PROGRAM, FACTS[:2])
    assert engine.infer(PROGRAM, FACTS) == expected


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def python(code: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, **options
    )


SCRIPT = """
from engine.gate.engine.contained import Bounds, Contained
from tests.gate_engine.test_contained import FACTS, PROGRAM, faulty
engine = Contained(Bounds(answer_seconds=2.0), module="tests.gate_engine.faulty_child")
"""


def test_a_script_without_a_guard_may_use_it() -> None:
    done = python(SCRIPT + "print(len(engine.infer(PROGRAM, FACTS).columns))")
    assert (done.stdout, done.stderr) == ("2\n", "")


def test_a_child_in_an_endless_loop_does_not_outlive_its_parent() -> None:
    code = SCRIPT + (
        "import os\n"
        "engine.infer(PROGRAM, FACTS)\n"
        "child = engine._child\n"
        "child._received = lambda: (print(child.process.pid, flush=True), os._exit(0))\n"
        "engine.infer(PROGRAM, faulty('loop'))\n"
    )
    process = int(python(code).stdout)
    deadline = time.monotonic() + 20
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(process)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.long
def test_a_locale_with_a_decimal_comma_is_set_aside_in_the_child_and_noticed_here(tmp_path) -> None:
    """The engine reads `0.75` as 0 under such a locale; without the canary it would answer wrongly."""
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", str(tmp_path / "de_DE.UTF-8")], capture_output=True
    )
    if not made or made.returncode:
        pytest.skip("no German locale can be made here")
    code = (
        "import locale; locale.setlocale(locale.LC_ALL, 'de_DE.UTF-8')\n"
        "assert locale.localeconv()['decimal_point'] == ','\n"
        "from engine.gate.engine.inline import Inline\n"
        + SCRIPT
        + "print(Inline().infer(PROGRAM, FACTS).reason)\n"
        + "print(len(engine.infer(PROGRAM, FACTS).columns))\n"
    )
    done = python(code, env={**os.environ, "LOCPATH": str(tmp_path), "LC_ALL": "de_DE.UTF-8"})
    reason = "the canary was refused: the engine is dead or misreads numbers"
    assert (done.stdout, done.stderr) == (f"{reason}\n2\n", "")
