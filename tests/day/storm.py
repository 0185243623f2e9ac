"""Commands that are killed at random moments and run again, while the broker dies and the line is cut.

A person whose command died runs it again. Where `orders send` says that the decision was sent, they take the
session up: `orders receive`. Kills during the session fall on random points of the broker's journal, so that
they meet orders and reports on their way; some come again before the session stands.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.day.wire import Wire
from tests.orders.conftest import Broker
from tests.shared import ROOT
from tests.shell.cli import Ran

WRITES = ("monitor", "rebalance", "gate", "approve")
"""Commands before the orders that write to the database; each is killed too."""

LONGEST = 60.0
"""Seconds without a word of the broker after which the next blow falls all the same."""


class Storm:
    """Runs the commands of the day; `blows` counts what it did to them."""

    def __init__(
        self,
        folder: Path,
        broker: Broker,
        wire: Wire,
        *,
        seed: int,
        kills: int,
        rows: int,
        inside: Callable[..., Ran] | None = None,
    ) -> None:
        self.folder, self.broker, self.wire = folder, broker, wire
        self.inside = inside  # runs what is not killed in this process, which is quicker
        self.chance = random.Random(seed)
        self.early = min(2, kills // 10)  # of each command before the orders
        self.kills = kills - self.early * len(WRITES)
        self.rows = rows  # about how many rows the broker's journal will have
        self.blows: Counter[str] = Counter()
        self.took = 3.0  # seconds of the last command
        self.is_approved = False
        self.records: dict[str, str] = {}

    def run(self, *words: str) -> Ran:
        """Run a command of the page to its end, however often it is killed before."""
        words = tuple(self.records.get(word, word) for word in words)
        if words[0] in WRITES and words[1] != "alerts" and "--dry-run" not in words:
            for _ in range(self.early):
                self._killed(words)
        started = time.monotonic()
        if words[:2] == ("orders", "send") and self.is_approved:
            self.is_approved = False
            return self._session(words)
        ran = self._quietly(*words)
        self.took = time.monotonic() - started
        self._remember(words, ran)
        return ran

    def _quietly(self, *words: str) -> Ran:
        """Run a command to its end."""
        return finished(self._start(words)) if self.inside is None else self.inside(*words)

    def _remember(self, words: tuple[str, ...], ran: Ran) -> None:
        """Keep under which number the page's records 1 and 2 stand in this log."""
        found = re.search(r"recorded as (\d+)", ran.out + ran.err)
        if found and words[0] in ("rebalance", "gate"):
            self.records["1" if words[0] == "rebalance" else "2"] = found[1]
        self.is_approved = self.is_approved or (words[0] == "approve" and ran.status == 0)

    def _start(self, words: tuple[str, ...]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "engine.shell.main", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def _killed(self, words: tuple[str, ...]) -> None:
        """Start a command and kill it at some moment of its run."""
        process = self._start(words)
        try:
            process.wait(timeout=self.chance.uniform(0.5, self.took * 1.2))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            self.blows[words[0]] += 1
        process.communicate()

    # -------------------------------------------------------------- the session

    def _session(self, words: tuple[str, ...]) -> Ran:
        """Send the orders through everything that happens, and return what the last command told."""
        receive = ("orders", "receive", "--fix", "desk.cfg", "--wait", "600", "--book", words[-1])
        process = self._start((*words, "--wait", "600"))
        for point in self._points():
            self._wait_for(point, process)
            if process.poll() is not None:
                break
            blow = self.chance.choice(("desk", "broker", "both", "line"))
            if blow == "line":
                self.wire.cut()
            if blow in ("broker", "both"):
                self.broker.kill()
            if blow in ("desk", "both"):
                process.kill()
                process.communicate()
                process = self._start(receive if self._is_sent() else (*words, "--wait", "600"))
            if blow in ("broker", "both"):
                self.broker.start()
            self.blows[blow] += 1
        last = finished(process)
        assert last.status == 0, last
        return self._quietly("orders", "list", "--book", words[-1])

    def _points(self) -> list[int]:
        """Return after which row of the journal each blow falls; -1: as soon as may be."""
        later = sum(self.chance.random() < 0.75 for _ in range(self.kills))
        rows = sorted(self.chance.randrange(self.rows) for _ in range(later))
        points = [*rows]
        for _ in range(self.kills - later):
            points.insert(self.chance.randrange(len(points) + 1), -1)
        return points

    def _wait_for(self, point: int, process: subprocess.Popen[str]) -> None:
        """Wait until the broker's journal has so many rows, and a moment more."""
        journal = self.broker.folder / "journal.jsonl"
        until = time.monotonic() + LONGEST
        while point >= 0 and time.monotonic() < until and process.poll() is None:
            if journal.read_bytes().count(b"\n") > point:
                break
            time.sleep(0.005)
        time.sleep(self.chance.uniform(0, 0.05) if point >= 0 else self.chance.uniform(0, self.took))

    def _is_sent(self) -> bool:
        """Return whether the orders are written down: then the session is taken up."""
        told = self._quietly("orders", "list", "--book", "sqlite:///firm.db")
        return told.out.strip() != "no orders"


def finished(process: subprocess.Popen[str]) -> Ran:
    """Return what a command told once it has ended."""
    out, err = process.communicate()
    return Ran(status=process.returncode, out=out, err=err)
