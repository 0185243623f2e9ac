"""A command in a process of its own, forked from this one: it starts at once and can be killed at any moment.

    running = Forked(folder, "orders", "receive", "--fix", "desk.cfg")
    running.kill()

What this process has open is closed in the child, so that it holds no end of a line or of a database.
"""

import os
import signal
import sys
import time
import traceback
from itertools import count
from pathlib import Path

from engine.shell import main as shell
from tests.shell.cli import Ran

_numbers = count(1)
MOST_FILES = 65536
FAULT = 70
"""The status of a command that ended with a fault of ours."""


class Forked:
    """One command; `status` is None while it runs, and below zero where it was killed."""

    def __init__(self, folder: Path, *words: str) -> None:
        name = f"{next(_numbers)}"
        self.out, self.err = (folder / "told" / f"{name}.{kind}" for kind in ("out", "err"))
        self.out.parent.mkdir(exist_ok=True)
        self.status: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            self._run(folder, words)

    def _run(self, folder: Path, words: tuple[str, ...]) -> None:
        """Be the command, and never come back."""
        status = FAULT
        try:
            os.closerange(3, MOST_FILES)
            sys.stdout, sys.stderr = (path.open("w", encoding="utf-8") for path in (self.out, self.err))
            os.chdir(folder)
            sys.argv = ["guardband", *words]
            shell.main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def poll(self) -> int | None:
        """Return the status where it has ended."""
        if self.status is None:
            pid, ended = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(ended)
        return self.status

    def wait(self, seconds: float) -> int | None:
        """Wait until it has ended, so long at most."""
        until = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        return self.status

    def kill(self) -> bool:
        """Kill it; returns whether it was running."""
        if self.poll() is not None:
            return False
        os.kill(self.pid, signal.SIGKILL)
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return True

    def ran(self, seconds: float) -> Ran:
        """Return what it told, once it has ended."""
        status = self.wait(seconds)
        assert status is not None, f"a command goes on after {seconds} seconds"
        return Ran(status=status, out=self.out.read_text("utf-8"), err=self.err.read_text("utf-8"))
