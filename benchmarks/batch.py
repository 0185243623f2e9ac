"""Many accounts at once: accounts a second, memory of each worker, and whether worker counts matter.

    OMP_NUM_THREADS=1 python -m benchmarks.batch 40 --names 500 500 --workers 2
    OMP_NUM_THREADS=1 python -m benchmarks.batch 10000 --workers 1 2 --same

The firm is invented (`benchmarks.firm`), the way is that of `guardband rebalance --accounts all --out`.
Rates are told by the clock and by processor time, which counts what other work on the machine does not
take; memory is the most that one worker ever held, its rules engine apart. --same: the answers of all
worker counts must be the same bytes.
"""

import argparse
import hashlib
import os
import resource
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.firm import write_firm
from engine.shell.batch import run_batch
from engine.shell.requests import Request, Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one batch took and gave."""

    workers: int
    seconds: float
    processor: float
    memory: float  # megabytes of the largest worker
    counts: Counter[str]
    digest: str


def measured(book: Path, out: Path, workers: int) -> Run:
    """Run a batch over all accounts of a book and return what it took."""
    setup = Setup(policy=None, book=str(book), as_of=None, known=None, request=Request())
    begun, used = time.perf_counter(), _processor()
    summary, _ = run_batch(setup, (), folder=out, workers=workers)
    seconds = time.perf_counter() - begun
    memory = _largest_worker() if workers > 1 else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _stop_workers(workers)
    rows = summary["accounts"]
    assert isinstance(rows, list)
    return Run(
        workers=workers,
        seconds=seconds,
        processor=_processor() - used,
        memory=memory,
        counts=Counter(str(row["status"]) for row in rows),
        digest=digest_of(out),
    )


def digest_of(folder: Path) -> str:
    """Return one fingerprint of all answers in a folder, names included."""
    total = hashlib.sha256()
    for file in sorted(folder.glob("*.json")):
        total.update(file.name.encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _largest_worker() -> float:
    """Return the most memory that a process started by this one ever held, in megabytes."""
    found = [0.0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            cells = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if int(cells["PPid"]) == os.getpid() and "VmHWM" in cells:
            found.append(int(cells["VmHWM"].split()[0]) / 1024)
    return max(found)


def _stop_workers(workers: int) -> None:
    """End the worker processes, so that their processor time is counted."""
    if workers > 1:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)


def main() -> None:
    """Run the batches asked for and print a line for each."""
    asked = argparse.ArgumentParser(description=main.__doc__)
    asked.add_argument("accounts", type=int)
    asked.add_argument("--names", type=int, nargs=2, default=(20, 60))
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--same", action="store_true")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book"
        write_firm(book, accounts=told.accounts, names=tuple(told.names), seed=told.seed)
        print("workers  accounts  seconds  a second  processor  ms each  memory MB  statuses")
        digests = set()
        for workers in told.workers:
            run = measured(book, Path(folder) / f"answers-{workers}", workers)
            digests.add(run.digest)
            counts = ", ".join(f"{count} {status}" for status, count in sorted(run.counts.items()))
            each = 1e3 * run.processor / told.accounts
            print(
                f"{workers:7d} {told.accounts:9d} {run.seconds:8.1f} {told.accounts / run.seconds:9.2f} "
                f"{run.processor:10.1f} {each:8.0f} {run.memory:10.0f}  {counts}",
                flush=True,
            )
        if told.same:
            assert len(digests) == 1, "the answers depend on the number of workers"
            print(f"the same bytes whatever the workers: {digests.pop()[:16]}")


if __name__ == "__main__":
    main()
