"""Many accounts in one batch beside the same command once for each account, and beside cvxpy's search alone.

Times are for one account, of the processor, worker processes included. The answers of the batch and of the
command must be the same bytes.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.batch import measured
from benchmarks.firm import write_firm
from benchmarks.invented import account
from benchmarks.optimizer import spent
from benchmarks.parts.optimizer import timed
from benchmarks.parts.sizes import Sizes
from benchmarks.peers import by_cvxpy
from benchmarks.table import Row, beside

SEED = 7


def rows(sizes: Sizes) -> list[Row]:
    """Return the batch beside its peers, for one account."""
    least, most = sizes.firm_names
    with tempfile.TemporaryDirectory() as folder:
        book, out = Path(folder) / "book", Path(folder) / "answers"
        write_firm(book, accounts=sizes.firm, names=sizes.firm_names, seed=SEED)
        run = measured(book, out, sizes.workers)
        ours = run.processor * 1000 / sizes.firm
        alone, same = _one_by_one(book, out, sizes.alone)
    rate = sizes.firm / run.seconds
    work = (
        f"one account of a batch of {sizes.firm} with {least} to {most} names, {sizes.workers} workers: "
        f"proposed and gated ({rate:.1f} a second by the clock)"
    )
    command = Row(
        part="batch",
        work=work,
        ours=ours,
        peer="a shell loop, one by one",
        theirs=alone,
        apart=(
            "`guardband rebalance --account` for each account: reads the book each time, is not taken up "
            f"again after a stop, keeps no summary; {same} answers compared, the same trades"
        ),
    )

    def relaxed() -> tuple[float, str]:
        times = []
        for seed in range(sizes.alone):
            model = account(most, seed)[0]
            times.append(timed(by_cvxpy, [model])[0])
        said = f"the search alone, on invented accounts of {most} names: no book read, no whole shares"
        return statistics.median(times), f"{said}, no gate, no reasons"

    return [
        command,
        beside(part="batch", work=work, ours=ours, peer="cvxpy, Clarabel", install="cvxpy", run=relaxed),
    ]


def _one_by_one(book: Path, out: Path, count: int) -> tuple[float, int]:
    """Return the median time of the command for one account, and how many answers were the same."""
    times = []
    files = sorted(file for file in out.glob("*.json") if file.name != "batch.json")[:count]
    for file in files:
        words = ["rebalance", "--book", str(book), "--account", file.stem, "--format", "json"]
        begun = spent()
        told = subprocess.run(
            [sys.executable, "-m", "engine.shell.main", *words], capture_output=True, text=True, check=False
        )
        times.append(spent() - begun)
        assert told.returncode in (0, 1), f"{' '.join(words)}: {told.stderr}"
        ours = json.loads(file.read_text(encoding="utf-8"))
        assert json.loads(told.stdout)["trades"] == ours["trades"], f"{file.stem} has another answer alone"
    return statistics.median(times), len(files)
