"""Print what the importers make of real files: records in, facts out, and every row left unread.

    python docs/read_samples.py FOLDER      in which the files lie that tests/importers/samples.py names

Each file goes twice into a book of its own. The first table is that of docs/importers.md, line by line; the
second names the unread rows; the third holds the positions that a file states against the transactions
read; the last lines say what lacks a rate, and what the second import changed.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.facts.money import plain, rounded  # noqa: E402  # found beside this folder
from engine.shell.importers import importer  # noqa: E402
from engine.shell.importers.merging import Check, Choice  # noqa: E402
from engine.shell.importing import Imported, run  # noqa: E402
from tests.importers.samples import SAMPLES, Sample  # noqa: E402

HEAD = "| file | format | records | facts | read into another's | unread |\n|---|---|---|---|---|---|"
UNREAD = "| file, line | row | reason |\n|---|---|---|"
POSITIONS = "| file | security | stated | transactions |\n|---|---|---|---|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A sample and what became of it, the first time and the second."""

    sample: Sample
    first: Imported
    second: Imported


def read(folder: Path, samples: tuple[Sample, ...] = SAMPLES) -> Iterator[Read]:
    """Import each sample twice into a book of its own."""
    for sample in samples:
        with tempfile.TemporaryDirectory() as book:
            path, into = folder / sample.name, str(Path(book) / "book")
            first, second = (_imported(sample.format, path, into) for _ in range(2))
        yield Read(sample=sample, first=first, second=second)


def _imported(format: str, path: Path, book: str) -> Imported:
    choice = Choice(account="A-1", kind="taxable")
    return run(importer(format), path, book=book, choice=choice, now=datetime(2026, 3, 1, tzinfo=UTC))


def table(done: list[Read]) -> list[str]:
    """Return the table of records and facts, with their sums."""
    said = [one.first.merged.statement for one in done]
    rows = [(one.records, one.facts, one.joined, len(one.unread)) for one in said]
    lines = [
        f"| {one.sample.name} | `{one.sample.format}` | {' | '.join(map(str, row))} |"
        for one, row in zip(done, rows, strict=True)
    ]
    sums = " | ".join(str(sum(column)) for column in zip(*rows, strict=True))
    return [*HEAD.splitlines(), *lines, f"| all | | {sums} |"]


def unread(done: list[Read]) -> list[str]:
    """Return the rows left unread, with the importer's own reasons."""
    return UNREAD.splitlines() + [
        f"| {one.sample.name}, {row.line} | {row.words} | {row.reason} |"
        for one in done
        for row in one.first.merged.statement.unread
    ]


def positions(done: list[Read]) -> list[str]:
    """Return the positions that files with transactions state, beside what those come to."""
    return POSITIONS.splitlines() + [
        f"| {one.sample.name} | {check.symbol} | {plain(check.stated)} | {_derived(check)} |"
        for one in done
        for check in one.first.merged.checks
        if check.derived is not None
    ]


def _derived(check: Check) -> str:
    assert check.derived is not None, "asked of positions with transactions"
    return plain(rounded(check.derived, places=8))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    done = list(read(parser.parse_args().folder))
    changed = [one.sample.name for one in done if one.second.merged.changes]
    waiting = sum(len(one.first.merged.unread) - len(one.first.merged.statement.unread) for one in done)
    told = [*table(done), "", *unread(done), "", *positions(done), ""]
    told += [f"{waiting} rows in another currency wait for the rate of their day in fx.csv"]
    told += [f"imported again: {', '.join(changed) or 'nothing'} changed"]
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    main()
