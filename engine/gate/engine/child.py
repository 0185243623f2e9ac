"""The process that the rules engine lives in: it takes programs and facts from a pipe until the pipe ends.

    parent -> [(key, Program or None, rows), …]   child -> (("ok", columns, joined, derived, bytes held), …)
    parent -> None                                child    ends

Three things are set before the engine is loaded: numbers are read the C way whatever the surroundings
say, a crash leaves no core file, and memory is bounded. While it works an alarm runs whose default
action ends the process even inside a C loop that never comes back, so that a child whose parent is gone
cannot run on.
"""

import contextlib
import gc
import locale
import os
import pickle
import resource
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from engine.gate.engine.durable import Machine, available
from engine.gate.engine.faults import EmissionFault, EngineTrouble
from engine.gate.engine.program import Compare, Op, Outcome, Program, ThresholdRule

ALARM_FACTOR = 2  # the parent gives up first; the alarm is for when there is no parent

PROBE = Program(
    rules=(ThresholdRule(name="probe", kind="probe", require=Compare(op=Op.GT, field="x", right=0.25)),)
)
"""What a fresh child must decide rightly before it is used."""


def serve(descriptor: int, seconds: float, memory_bytes: int) -> None:
    """Answer requests from the pipe until it ends. seconds, memory_bytes: limits of one request."""
    _prepare(memory_bytes)
    pipe = Connection(descriptor)
    machines: dict[int, Machine] = {}
    if not _greet(pipe):
        return
    while True:
        try:
            request = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        if request is None:
            return
        signal.setitimer(signal.ITIMER_REAL, seconds * ALARM_FACTOR)
        answers = _answers(machines, request)
        signal.setitimer(signal.ITIMER_REAL, 0)
        pipe.send_bytes(pickle.dumps(answers, protocol=pickle.HIGHEST_PROTOCOL))
        if answers[-1][0] == "engine":
            return


def _prepare(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    bound = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    with contextlib.suppress(ValueError, OSError):  # some systems know no such bound
        resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    gc.disable()  # nothing here makes cycles, and walking the facts of a large run again and again is slow
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    locale.setlocale(locale.LC_NUMERIC, "C")


def _greet(pipe: Connection) -> bool:
    """Say that the engine works here, or why not."""
    reason = available()
    if reason is None:
        reason = _probed()
        pipe.send_bytes(pickle.dumps(("ready",) if reason is None else ("engine", reason)))
    else:
        pipe.send_bytes(pickle.dumps(("absent", reason)))
    return reason is None


def _probed() -> str | None:
    try:
        machine = Machine(PROBE)
        columns = machine.run((("probe", (("x", 0.75),)), ("probe", (("x", 0.1),)), ("probe", ()))).columns
        machine.drop()
    except (EmissionFault, EngineTrouble) as error:
        return f"the engine failed its first probe: {error}"
    right = bytes((Outcome.HOLDS, Outcome.FAILS, Outcome.UNKNOWN))
    return None if bytes(columns[0]) == right else "the engine answered its first probe wrongly"


def _answers(machines: dict[int, Machine], request: list[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Return one answer for each question, as far as the first that fails, which is the last."""
    answers: list[tuple[Any, ...]] = []
    for question in request:
        answers.append(_answer(machines, *question))
        if answers[-1][0] != "ok":
            break
    return tuple(answers)


def _answer(machines: dict[int, Machine], key: int, program: Program | None, rows: Any) -> tuple[Any, ...]:
    try:
        if key not in machines:
            if program is None:
                return ("engine", "the program was never sent")
            machines[key] = Machine(program)
        raw = machines[key].run(rows)
    except EmissionFault as fault:
        return ("refused", str(fault))
    except EngineTrouble as trouble:
        return ("engine", str(trouble))
    except Exception as error:
        return ("engine", f"{type(error).__name__}: {error}")
    return ("ok", [bytes(column) for column in raw.columns], raw.joined, raw.derived, held_bytes())


def held_bytes() -> int:
    """Return the memory this process holds now, or at its most where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as status:
            return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
