"""Trying changes: each in a process of its own, forked from one that has read all tests and run none.

First every test runs once, and it is noted on which lines each was (coverage.py); a change is then tried by
the tests that were on its line, those of the quickest file first, until one fails. What ran already while
the modules were read is not changed any more: a change of lines that ran only then is told apart.
"""

import json
import os
import resource
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.mutants import Mutant, put

KILLED, OUT_OF_TIME, SURVIVED = "killed", "out of time", "survived"
UNREACHED, READ = "without a test", "ran when read"
BROKEN = "not tried"
TESTS = ("tests/ledger", "tests/gate", "tests/gate_engine", "tests/reference_evaluator")
LEFT_OUT = (
    "tests/ledger/test_docs.py",
    "tests/ledger/test_tax_pdf.py",
    "tests/gate_engine/test_mutations.py",
    "tests/gate_engine/test_soak.py",
)
"""Tests of text, and those that take long by themselves."""

PLUGINS = ("cacheprovider", "cov", "xdist", "schemathesis", "randomly")
QUIET = ("-q", "-s", "-oaddopts=", *(f"-pno:{name}" for name in PLUGINS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Which tests were on which line of which file, and how long each took.

    names: of the tests, `` for what ran when they were read; tests: places in names, by file and line.
    """

    names: Sequence[str]
    tests: Mapping[str, Mapping[str, Sequence[int]]]
    seconds: Mapping[str, float]

    def about(self, mutant: Mutant) -> set[str]:
        """Return the tests that were on the lines of a change."""
        lines = self.tests.get(mutant.path, {})
        return {self.names[place] for line in mutant.lines for place in lines.get(str(line), ())}


class Trial:
    """A plugin of pytest that tries changes instead of running the tests it has collected."""

    def __init__(
        self, root: Path, mutants: Iterable[Mutant], *, until: Callable[[], float], notes: Path, seen: Path
    ) -> None:
        self.root, self.mutants, self.until, self.notes, self.seen = root, mutants, until, notes, seen
        self.cover = coverage.Coverage(
            data_file=None, source=[str(root / "engine/gate"), str(root / "engine/ledger")], config_file=False
        )

    def run(self) -> None:
        """Collect and try; the outcomes are in the notes, one JSON object a line."""
        self.cover.start()
        ignored = [f"--ignore={name}" for name in LEFT_OUT]
        done = pytest.main([*QUIET, f"--rootdir={self.root}", *ignored, *TESTS], plugins=[self])
        assert done == 0, f"pytest ended with {done}"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure, then try one change after the other until the time is over."""
        items = {item.nodeid: item for item in session.items}
        if not self.seen.exists():
            in_fork(lambda: self._measure(session.items), limit=3_600)
        self.cover.stop()
        seen = Seen(**json.loads(self.seen.read_text(encoding="utf-8")))
        end = self.until()
        for mutant in self.mutants:
            if time.monotonic() > end:
                break
            begun = time.monotonic()
            outcome, tests = tried(mutant, seen, items)
            note = {"name": mutant.name, "outcome": outcome, "tests": tests, "before": mutant.before}
            note |= {"after": mutant.after, "seconds": round(time.monotonic() - begun, 1)}
            with self.notes.open("a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        return True

    def _measure(self, items: Sequence[pytest.Item]) -> int:
        seconds: dict[str, float] = {}
        passed = {"": 0}
        for item, following in zip(items, (*items[1:], None), strict=True):
            self.cover.switch_context(item.nodeid)
            begun = time.monotonic()
            if not is_failing_one(item, following):
                passed[item.nodeid] = len(passed)
            seconds[item.nodeid] = time.monotonic() - begun
        self.cover.stop()
        data = self.cover.get_data()
        tests = {
            str(Path(path).relative_to(self.root)): {
                line: [passed[name] for name in names if name in passed]
                for line, names in data.contexts_by_lineno(path).items()
            }
            for path in data.measured_files()
        }
        self.seen.write_text(json.dumps({"names": list(passed), "tests": tests, "seconds": seconds}))
        return 0


def tried(mutant: Mutant, seen: Seen, items: Mapping[str, pytest.Item]) -> tuple[str, int]:
    """Try a change; return what came of it and how many tests were on its lines."""
    about = seen.about(mutant)
    names = about & items.keys()
    if not names:
        return (READ if "" in about else UNREACHED), 0
    chosen = in_turn(names, seen.seconds, items)
    expected = sum(seen.seconds[name] for name in names)

    def work() -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (int(30 + 5 * expected),) * 2)
        put(mutant)
        return 1 if is_failing(chosen) else 0

    code = in_fork(work, limit=60 + 10 * expected)
    return {0: SURVIVED, 1: KILLED, 2: BROKEN}.get(code, OUT_OF_TIME), len(names)


def in_fork(work: Callable[[], int], *, limit: float) -> int:
    """Do something in a process of its own; return its exit code, 2 where it breaks off, -9 after `limit`."""
    child = os.fork()
    if not child:
        code = 2
        try:
            os.setsid()
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            code = work()
        finally:
            os._exit(code)
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_turn(
    names: Iterable[str], seconds: Mapping[str, float], items: Mapping[str, pytest.Item]
) -> list[pytest.Item]:
    """Return tests in the order in which they run: file by file, the quickest first."""
    order = {name: place for place, name in enumerate(items)}
    by_file: dict[str, list[str]] = {}
    for name in sorted(names, key=order.__getitem__):
        by_file.setdefault(name.partition("::")[0], []).append(name)
    files = sorted(by_file.values(), key=lambda own: sum(seconds[name] for name in own))
    return [items[name] for own in files for name in own]


def is_failing(chosen: Sequence[pytest.Item]) -> bool:
    """Run tests until one fails."""
    return any(
        is_failing_one(item, following) for item, following in zip(chosen, (*chosen[1:], None), strict=True)
    )


def is_failing_one(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run a test; following: the one after it, which may use what it has set up."""
    return any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))
