"""The rows of the trade list editor: what a person typed, and the trades that it makes.

    account=ALD-TAX-1&side=buy&symbol=KO&quantity=100     one row; the fields of a page repeat in order

A row that is still being typed is left out of the list and told beside itself; it never stops the others.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from engine.facts.book import Records
from engine.facts.failure import InputErrors
from engine.facts.trades import Trade
from engine.shell.files.sheets import Sheet
from engine.shell.files.trades import trades_of

FIELDS = ("account", "side", "symbol", "quantity", "lot")
HEADER = (*FIELDS, "price", "reason")
EMPTY = 3
"""Rows that an empty list begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row as typed; number: of the trade that it makes, None while it makes none."""

    account: str = ""
    side: str = "buy"
    symbol: str = ""
    quantity: str = ""
    lot: str = ""
    number: int | None = None
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it yet."""
        return not (self.symbol or self.quantity or self.lot)


def lines_of(body: bytes) -> tuple[Line, ...]:
    """Return the rows of a form as they were typed."""
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    columns = [fields.get(name, []) for name in FIELDS]
    count = max((len(column) for column in columns), default=0)
    cells = [[column[i].strip() if i < len(column) else "" for column in columns] for i in range(count)]
    rows = tuple(
        Line(
            account=row[0],
            side=row[1] or "buy",
            symbol=row[2].upper(),
            quantity=row[3].replace(",", ""),
            lot=row[4],
        )
        for row in cells
    )
    return (*rows, *pasted(fields.get("pasted", [""])[-1]))


def pasted(text: str) -> tuple[Line, ...]:
    """Return rows copied from a spreadsheet or a trades.csv; a header tells the order of its columns."""
    if not text.strip():
        return ()
    mark = "\t" if "\t" in text.split("\n", 1)[0] else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.strip()), delimiter=mark)]
    header = [cell.lower() for cell in rows[0]]
    if "symbol" in header and "side" in header:
        rows = rows[1:]
    else:
        header = list(FIELDS)
    found = []
    for row in rows:
        cells = dict(zip(header, row, strict=False))
        found.append(
            Line(
                account=cells.get("account", ""),
                side=cells.get("side", "").lower().replace(" ", "_") or "buy",
                symbol=cells.get("symbol", "").upper(),
                quantity=cells.get("quantity", "").replace(",", ""),
                lot=cells.get("lot", ""),
            )
        )
    return tuple(found)


def listed(lines: Iterable[Line], records: Records) -> tuple[tuple[Line, ...], tuple[Trade, ...]]:
    """Return the rows with their numbers or their mistakes, and the trades of those that are right."""
    out: list[Line] = []
    trades: list[Trade] = []
    for line in lines:
        if line.is_blank:
            out.append(line)
            continue
        try:
            (trade,) = trades_of(_sheet(line), records)
        except InputErrors as errors:
            first = errors.problems[0]
            told = "still to be filled in" if not (line.symbol and line.quantity) else first.reason
            out.append(replace(line, problem=told))
            continue
        trades.append(replace(trade, number=len(trades) + 1))
        out.append(replace(line, number=len(trades)))
    return tuple(out), tuple(trades)


def _sheet(line: Line) -> Sheet:
    cells = (line.account, line.side, line.symbol, line.quantity, line.lot, "", "")
    return Sheet(place="trade list", header=HEADER, rows=((1, cells),))


def with_blanks(lines: tuple[Line, ...], account: str) -> tuple[Line, ...]:
    """Return the rows with at least one blank one below."""
    blank = Line(account=lines[-1].account if lines else account)
    missing = max(EMPTY - len(lines), 0 if lines and lines[-1].is_blank else 1)
    return (*lines, *([blank] * missing))
