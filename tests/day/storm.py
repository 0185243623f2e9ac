"""Commands that are killed at random moments and run again, while the broker dies and the line is cut.

A person whose command died runs it again; where its orders are written down, they take the session up:
`orders receive`. Blows during the session fall after a random number of rows more in the broker's journal,
so that they meet orders and reports on their way; some fall before the session stands again.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from engine.shell.orders import desk
from tests.day.forked import Forked
from tests.day.wire import Wire
from tests.orders.conftest import Broker
from tests.shell.cli import Ran

WRITES = ("monitor", "rebalance", "gate", "approve")
"""Commands before the orders that write to the database; each is killed too."""

BLOWS = ("desk", "broker", "both", "line")
WAIT = ("--wait", "900")
LONGEST = 900.0
"""Seconds that a command may take on a machine with much else to do."""

STILL = 30.0
"""Seconds without a word of the broker after which the next blow falls all the same."""


class Storm:
    """Runs the commands of the day; `blows` counts what it did to them.

    kills: how often a process is killed; cuts of the line come on top.
    """

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
        self.inside = inside  # runs what is not killed in this process
        self.chance = random.Random(seed)
        self.early = min(2, kills // 10)  # of each command before the orders
        self.kills = kills
        self.step = max(1, rows // max(1, self.kills))  # rows of the journal from blow to blow
        self.blows: Counter[str] = Counter()
        self.took = 3.0  # seconds of the last command
        self.is_approved = False
        self.records: dict[str, str] = {}

    @property
    def killed(self) -> int:
        """How many processes were killed."""
        return self.blows.total() - self.blows["line"] + self.blows["both"]

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
        return Forked(self.folder, *words).ran(LONGEST) if self.inside is None else self.inside(*words)

    def _remember(self, words: tuple[str, ...], ran: Ran) -> None:
        """Keep under which number the page's records 1 and 2 stand in this log."""
        found = re.search(r"recorded as (\d+)", ran.out + ran.err)
        if found and words[0] in ("rebalance", "gate"):
            self.records["1" if words[0] == "rebalance" else "2"] = found[1]
        self.is_approved = self.is_approved or (words[0] == "approve" and ran.status == 0)

    def _killed(self, words: tuple[str, ...]) -> None:
        """Start a command and kill it at some moment of its run."""
        running = Forked(self.folder, *words)
        running.wait(self.chance.uniform(0, self.took * 1.2))
        self.blows[words[0]] += running.kill()

    # -------------------------------------------------------------- the session

    def _session(self, words: tuple[str, ...]) -> Ran:
        """Send the orders through everything that happens, and return what the last command told."""
        book = words[-1]
        running = Forked(self.folder, *words, *WAIT)
        while self.killed < self.kills:
            self._wait(running)
            if running.poll() is not None:
                break
            blow = self.chance.choice(BLOWS)
            if blow == "line":
                self.wire.cut()
            if blow in ("broker", "both"):
                self.broker.kill()
            if blow in ("desk", "both"):
                running.kill()
                written = bool(desk.listed(book)["orders"])
                again = ("orders", "receive", "--fix", "desk.cfg", "--book", book) if written else words
                running = Forked(self.folder, *again, *WAIT)
            if blow in ("broker", "both"):
                self.broker.start()
            self.blows[blow] += 1
        last = running.ran(LONGEST)
        assert last.status == 0, last
        return self._quietly("orders", "list", "--book", book)

    def _wait(self, running: Forked) -> None:
        """Wait for some more rows of the broker's journal; one time in four only for a moment."""
        if self.chance.random() < 0.25:
            time.sleep(self.chance.uniform(0, 1.5))
            return
        point = self._rows() + self.chance.randint(1, 2 * self.step)
        until = time.monotonic() + STILL
        while self._rows() < point and time.monotonic() < until and running.poll() is None:
            time.sleep(0.005)
        time.sleep(self.chance.uniform(0, 0.05))

    def _rows(self) -> int:
        return (self.broker.folder / "journal.jsonl").read_bytes().count(b"\n")
