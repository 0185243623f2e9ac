"""One table of all benchmarks: what was done, how long we and a named peer took, what the peer leaves out.

    part    work                                       ours ms   peer         peer ms   ours/peer
    gate    one trade, 50 limits over 500 positions        9.1   cel-python     0.214        42.5

A *part* is one of gate, optimizer, ledger, language, batch. Times are milliseconds of processor time,
children included, both taken in the same run on the same input; a ratio below 1 says that we were faster. A
peer that is not installed has a row as well, with the command that installs it.
"""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One work, done by us and by one peer."""

    part: str
    work: str
    ours: float
    peer: str
    theirs: float | None  # None: the peer is not installed, or did not answer
    apart: str  # what the peer does not do, and how exact each answer is

    @property
    def ratio(self) -> float | None:
        """Our time divided by theirs."""
        return None if not self.theirs else self.ours / self.theirs


def absent(part: str, work: str, ours: float, peer: str, install: str) -> Row:
    """Return the row of a peer that is not installed."""
    apart = f"not installed: pip install '{install}'"
    return Row(part=part, work=work, ours=ours, peer=peer, theirs=None, apart=apart)


def beside(
    *, part: str, work: str, ours: float, peer: str, install: str, run: Callable[[], tuple[float | None, str]]
) -> Row:
    """Return the row of a peer: `run` gives its time and how it differs, or raises ImportError."""
    try:
        theirs, apart = run()
    except ImportError:
        return absent(part, work, ours, peer, install)
    return Row(part=part, work=work, ours=ours, peer=peer, theirs=theirs, apart=apart)


def figure(value: float | None) -> str:
    """Return a time or a ratio with three significant digits, without an exponent; a dash for none."""
    if value is None:
        return "-"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def text(rows: Sequence[Row]) -> str:
    """Return the table for a terminal: each work once, its peers below it, what several leave out once."""
    lines: list[str] = []
    for number, row in enumerate(rows):
        before = rows[number - 1] if number else None
        after = rows[number + 1] if number + 1 < len(rows) else None
        if before is None or _place(before) != _place(row):
            lines += ["", *textwrap.wrap(f"{row.part.upper()}  {row.work}", WIDTH)]
            lines.append(f"  {'ours':<30} {figure(row.ours):>10} ms")
        ratio = "" if row.ratio is None else f"   ours/peer {figure(row.ratio):>7}"
        lines.append(f"  {row.peer:<30} {figure(row.theirs):>10} ms{ratio}".rstrip())
        if after is None or (*_place(after), after.apart) != (*_place(row), row.apart):
            lines += textwrap.wrap(row.apart, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(lines).lstrip("\n") + "\n"


def _place(row: Row) -> tuple[str, str]:
    return row.part, row.work


def markdown(rows: Iterable[Row]) -> str:
    """Return the table as Markdown."""
    lines = [
        "| part | work | ours, ms | peer | its time, ms | ours / peer | what the peer does not do |",
        "|---|---|---:|---|---:|---:|---|",
    ]
    for row in rows:
        figures = figure(row.ours), row.peer, figure(row.theirs), figure(row.ratio)
        cells = (row.part, row.work, *figures, row.apart)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
