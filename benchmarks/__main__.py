"""All benchmarks as one table: gate, optimizer, ledger, language, batch, each beside its named peers.

OMP_NUM_THREADS=1 python -m benchmarks                   small sizes: minutes on two quiet cores
OMP_NUM_THREADS=1 python -m benchmarks gate ledger       some parts
OMP_NUM_THREADS=1 python -m benchmarks --full            the whole sizes: more than an hour
OMP_NUM_THREADS=1 python -m benchmarks --write PATH      the table as Markdown too
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.parts import batch, gate, language, ledger, optimizer
from benchmarks.parts.sizes import FULL, SMALL, TINY, Sizes
from benchmarks.table import Row, markdown, text

PARTS: dict[str, Callable[[Sizes], list[Row]]] = {
    "gate": gate.rows,
    "optimizer": optimizer.rows,
    "ledger": ledger.rows,
    "language": language.rows,
    "batch": batch.rows,
}
UNITS = "Milliseconds of processor time, children included; the peer on the same input in the same run."


def main(words: Sequence[str] | None = None) -> None:
    """Measure the parts asked for and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; unsaid, all")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="the whole sizes")
    size.add_argument(
        "--tiny", action="store_true", help="only to see that everything runs; figures mean nothing"
    )
    parser.add_argument("--write", type=Path, metavar="PATH", help="write the table as Markdown")
    asked = parser.parse_args(words)
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]}; parts: {', '.join(PARTS)}")
    sizes = FULL if asked.full else TINY if asked.tiny else SMALL
    rows: list[Row] = []
    try:
        for name in asked.parts or PARTS:
            begun = time.perf_counter()
            rows += PARTS[name](sizes)
            print(f"{name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    finally:  # what was measured before a part failed is told all the same
        print(f"{UNITS}\n{machine()}\n\n{text(rows)}", end="", flush=True)
    if asked.write is not None:
        asked.write.write_text(f"{UNITS}\n{machine()}\n\n{markdown(rows)}", encoding="utf-8")


def machine() -> str:
    """Return on what was measured: system, processor and Python."""
    return f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}."


if __name__ == "__main__":
    main()
