"""The rules engine in a child process, so that nothing it does can take the gate down or past a limit.

A child that dies, hangs, loses a fact or contradicts itself gives an `EngineFault` with what reproduces
it; a fresh child is started at once, in the background, and the next call finds it ready. Programs are
compiled at their first use and kept, so that a running service pays for facts only. A child is replaced
between two calls when it holds too much memory or has done many runs.

The child is started as a fresh interpreter, not through `multiprocessing`: that would run the caller's
main script a second time where it has no guard against it.
"""

import json
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import Any, Self, TypeVar

from engine.gate.engine.answers import conclusions, ordered, rows_of
from engine.gate.engine.bundle import bundle_text
from engine.gate.engine.compiled import ProgramKeys
from engine.gate.engine.durable import Raw
from engine.gate.engine.faults import EmissionFault, EngineFault, FaultKind
from engine.gate.engine.port import Answers, Question
from engine.gate.engine.program import Conclusions, Fact, Program
from engine.gate.engine.written import Row

BOOT = (
    "import sys, json, importlib; sys.path[:] = json.loads(sys.argv[2]);"
    "importlib.import_module(sys.argv[1]).serve(int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))"
)


T = TypeVar("T")
Told = tuple[Any, ...]
"""An answer of the child, or (kind, reason) of how it failed to come."""

Written = tuple[Program, tuple[Row, ...]]
"""A question as it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits of a child."""

    start_seconds: float = 60.0  # to be ready; a cold disk is slow
    answer_seconds: float = 20.0  # one call
    memory_bytes: int = 4 * 2**30  # address space, which the system enforces
    recycle_bytes: int = 512 * 2**20  # resident memory above which a child is replaced between calls
    recycle_runs: int = 100_000  # calls after which it is replaced
    programs: int = 64  # programs kept compiled


class Contained:
    """An `InferenceEngine` that survives whatever the rules engine does. Safe to share among threads."""

    def __init__(self, bounds: Bounds | None = None, *, module: str = "engine.gate.engine.child") -> None:
        """Start the child in the background. module: what the child runs; tests put faults there."""
        self._bounds = bounds or Bounds()
        self._module = module
        self._lock = threading.Lock()
        self._absent: str | None = None
        self._end: Callable[[], object] = lambda: None
        self._start()

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> Conclusions | EngineFault:
        """Return what follows from the facts, or the fault that kept the answer from coming."""
        return self.begin(((program, facts),)).answers()[0]

    def begin(self, questions: tuple[Question, ...]) -> "Put":
        """Put questions that the child works on. Until they are answered or dropped nobody else can ask."""
        return Put(self, questions)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child."""
        self.close()

    @property
    def process_id(self) -> int | None:
        """The child's process, for those who watch it; None where none could be started."""
        return self._child.process.pid if self._child.process else None

    def hold(self, questions: tuple[Written, ...]) -> Told | None:
        """Keep others out and send the child questions; returns why that failed, None where they are sent."""
        self._lock.acquire()
        if self._absent is not None:
            return (FaultKind.ABSENT.value, self._absent)
        try:
            if self._child.owner != os.getpid() or self._child.worn():
                self._start()
            return self._child.send(questions)
        except BaseException:
            self.release(spoilt=True)
            raise

    def release(self, *, spoilt: bool) -> None:
        """Let others in again. spoilt: the child may have an answer left over, and is replaced."""
        try:
            if spoilt:
                self._start()
        finally:
            self._lock.release()

    def told(self, failed: Told | None) -> tuple[Told, ...]:
        """Return the child's answers; replace it where it failed, grew too large, or may have more to say."""
        answers = self._child.receive() if failed is None else (failed,)
        kind = answers[-1][0]
        if kind == FaultKind.ABSENT.value:
            self._absent = answers[-1][1]
        elif kind == "ok":
            if answers[-1][4] > self._bounds.recycle_bytes:
                self._start()
        elif kind != FaultKind.REFUSED.value:
            self._start()
        return answers

    def _start(self) -> None:
        """Replace the child; the new one ends with this engine, or with the interpreter, at the latest."""
        self._end()
        self._child = _Child(self._bounds, self._module)
        self._end = weakref.finalize(self, self._child.end)


class Put:
    """Questions that the child works on, and this process holds the engine for."""

    def __init__(self, engine: Contained, questions: tuple[Question, ...]) -> None:
        """Send the questions."""
        self._engine, self._questions = engine, questions
        self._refused: EngineFault | None = None
        self._is_open = False
        self._ordered: list[tuple[Fact, ...]] = []
        for program, facts in questions:
            try:
                self._ordered.append(ordered(facts))
            except EmissionFault as fault:
                self._refused = _fault(FaultKind.REFUSED, str(fault), program, facts)
                return
        parts = zip(questions, self._ordered, strict=True)
        self._failed = engine.hold(tuple((program, rows_of(facts)) for (program, _), facts in parts))
        self._is_open = True

    def answers(self) -> Answers:
        """Return what follows, or the fault that kept an answer from coming; once."""
        if self._refused is not None:
            return (self._refused,)
        try:
            told = self._engine.told(self._failed)
        except BaseException:
            self.drop()
            raise
        self._is_open = False
        self._engine.release(spoilt=False)
        return tuple(self._read(place, answer) for place, answer in enumerate(told))

    def _read(self, place: int, answer: Told) -> Conclusions | EngineFault:
        program, facts = self._questions[place]
        if answer[0] != "ok":
            return _fault(FaultKind(answer[0]), answer[1], program, facts)
        raw = Raw(0, 0)
        raw.columns, raw.joined, raw.derived = answer[1], answer[2], answer[3]
        return conclusions(program, self._ordered[place], raw)

    def drop(self) -> None:
        """Give the questions up, if they have not been answered, and the child that works on them."""
        if self._is_open:
            self._is_open = False
            self._engine.release(spoilt=True)


def _fault(kind: FaultKind, reason: str, program: Program, facts: tuple[Fact, ...]) -> EngineFault:
    return EngineFault(kind=kind, reason=reason, bundle=bundle_text(program, facts))


class _Child:
    """One child process and what it has been told."""

    def __init__(self, bounds: Bounds, module: str) -> None:
        self.owner = os.getpid()
        self._bounds = bounds
        self._keys = ProgramKeys()
        self._sent: set[int] = set()
        self._runs = 0
        self._ready = False
        self._pipe, theirs = Pipe()
        self.process = _launched(module, theirs, bounds)
        theirs.close()
        _limit(self._pipe, bounds.answer_seconds)

    def worn(self) -> bool:
        """Return whether it has done its share."""
        return self._runs >= self._bounds.recycle_runs or len(self._keys) >= self._bounds.programs

    def send(self, questions: tuple[Written, ...]) -> Told | None:
        """Put questions; returns how that failed, None where they are sent."""
        return self._tried(lambda: self._send(questions))

    def receive(self) -> tuple[Told, ...]:
        """Return the child's answers, the last of them perhaps how one failed to come, as (kind, reason)."""
        told = self._tried(self._received)
        return (told,) if isinstance(told[0], str) else told

    def _send(self, questions: tuple[Written, ...]) -> Told | None:
        if not self._ready:
            greeting = self._greeting()
            if greeting[0] != "ready":
                return greeting
            self._ready = True
        request = [self._request(program, rows) for program, rows in questions]
        self._runs += 1
        self._pipe.send_bytes(pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL))
        return None

    def _request(self, program: Program, rows: tuple[Row, ...]) -> tuple[int, Program | None, Any]:
        """Return one question; a program goes with its first."""
        key = self._keys.key(program)
        is_known = key in self._sent
        self._sent.add(key)
        return (key, None if is_known else program, rows)

    def _tried(self, work: Callable[[], T]) -> T | Told:
        try:
            return work()
        except BlockingIOError:
            seconds = self._bounds.answer_seconds
            return (FaultKind.TIMEOUT.value, f"no answer within {seconds:g} seconds")
        except (EOFError, OSError):
            return (FaultKind.DIED.value, f"the engine's process ended: {self._status()}")
        except (pickle.UnpicklingError, ValueError) as error:
            return (FaultKind.ENGINE.value, f"the engine's answer cannot be read: {error}")

    def _greeting(self) -> Told:
        seconds = self._bounds.start_seconds
        if not self._pipe.poll(seconds):
            return (FaultKind.TIMEOUT.value, f"no answer within {seconds:g} seconds")
        return self._received()

    def _received(self) -> Told:
        """Return what the child says next; a read of the pipe lasts no longer than an answer may."""
        told: Told = pickle.loads(self._pipe.recv_bytes())
        return told

    def _status(self) -> str:
        if self.process is None:
            return "it could not be started"
        try:
            code = self.process.wait(2)
        except subprocess.TimeoutExpired:
            return "it closed its pipe"
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"

    def end(self) -> None:
        """End the process, at once: it holds nothing that is worth keeping. A fork leaves it alone."""
        if self.owner == os.getpid():
            self._pipe.close()
            if self.process is not None:
                self.process.kill()
                self.process.wait()


def _launched(module: str, pipe: Connection, bounds: Bounds) -> "subprocess.Popen[bytes] | None":
    """Start the child's interpreter; None where the system does not let us."""
    descriptor = pipe.fileno()
    arguments = [module, json.dumps(sys.path), str(descriptor)]
    limits = [str(bounds.answer_seconds), str(bounds.memory_bytes)]
    try:
        return subprocess.Popen(
            [sys.executable or "python3", "-c", BOOT, *arguments, *limits],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[descriptor],
        )
    except OSError:
        return None


def _limit(pipe: Connection, seconds: float) -> None:
    """Let no single read or write of the pipe last longer, should the child stand still in the middle."""
    span = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    with socket.socket(fileno=os.dup(pipe.fileno())) as same:
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            same.setsockopt(socket.SOL_SOCKET, option, span)
