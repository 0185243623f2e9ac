"""Workers of a served book: one that is starved for a while keeps what it was judging."""

import os
import signal
import time
from pathlib import Path

import pytest

from benchmarks.service import family_of, serving
from engine.shell.demo import lay_out
from engine.shell.service.running.start import served_database


def workers_of(root: int) -> set[int]:
    """Return the processes that answer requests: those that multiprocessing started for the service."""
    told = {one: Path(f"/proc/{one}/cmdline").read_bytes() for one in family_of(root) - {root}}
    return {one for one, words in told.items() if b"spawn_main" in words}


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc, which this system has not")
def test_a_worker_that_is_silent_for_a_while_is_not_replaced(tmp_path: Path) -> None:
    lay_out(tmp_path / "book")
    with serving(served_database(str(tmp_path / "book")), workers=2) as (_, root):
        workers = workers_of(root)
        assert len(workers) == 2
        held = min(workers)
        os.kill(held, signal.SIGSTOP)
        time.sleep(12)  # more than twice of what uvicorn allows unless told otherwise
        os.kill(held, signal.SIGCONT)
        time.sleep(1)
        assert workers_of(root) == workers
