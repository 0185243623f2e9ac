"""A command in a process of its own that starts at once and can be killed at any moment.

    running = Forked(folder, "orders", "receive", "--fix", "desk.cfg")
    running.kill()

Processes are forked from a server that has read the program and opened nothing: a connection to a database
that went through a fork would break the locks of the child.
"""

import os
import sys
import traceback
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from engine.shell import main as shell
from engine.shell.commands import approve, gate, monitor, orders, rebalance
from engine.shell.orders.fix import session
from optimizer import propose
from tests.shell.cli import Ran

READ = (approve, gate, monitor, orders, propose, rebalance, session)
"""What the server reads before the first command."""

FAULT = 70
"""The status of a command that ended with a fault of ours."""

_numbers = count(1)
_server = get_context("forkserver")
_server.set_forkserver_preload(["tests.day.forked"])


class Forked:
    """One command; `status` is None while it runs, and below zero where it was killed."""

    def __init__(self, folder: Path, *words: str) -> None:
        name = f"{next(_numbers)}"
        self.out, self.err = (folder / "told" / f"{name}.{kind}" for kind in ("out", "err"))
        self.out.parent.mkdir(exist_ok=True)
        told = (str(folder), words, str(self.out), str(self.err))
        self._process = _server.Process(target=command, args=told)
        self._process.start()

    def poll(self) -> int | None:
        """Return the status where it has ended."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int | None:
        """Wait until it has ended, so long at most."""
        self._process.join(seconds)
        return self._process.exitcode

    def kill(self) -> bool:
        """Kill it; returns whether it was running."""
        if self._process.exitcode is not None:
            return False
        self._process.kill()
        self._process.join()
        return True

    def ran(self, seconds: float) -> Ran:
        """Return what it told, once it has ended."""
        status = self.wait(seconds)
        assert status is not None, f"a command goes on after {seconds} seconds"
        return Ran(status=status, out=self.out.read_text("utf-8"), err=self.err.read_text("utf-8"))


def command(folder: str, words: tuple[str, ...], out: str, err: str) -> None:
    """Be the command, and never come back."""
    status = FAULT
    try:
        for number, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
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
