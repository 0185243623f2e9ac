"""Executions from a file: rows become the same messages that a FIX session brings.

order,reference,kind,quantity,price,date,fees,corrects,text
GB7-3f9a0c-1,E1,fill,120,40.10,2026-03-10,,,
GB7-3f9a0c-1,E2,correction,120,40.08,2026-03-10,,E1,price was wrong
GB7-3f9a0c-2,E3,rejected,,,2026-03-10,,,no such symbol

The same file twice changes nothing: a row is known by its order, reference, kind and day.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from engine.facts.failure import InputError, InputErrors
from engine.facts.money import plain
from engine.shell.files.cells import day, one_of, positive, size
from engine.shell.files.sheets import csv_sheet
from engine.shell.files.table import Column, Row, Table, read_table

KINDS = {"fill": "F", "bust": "H", "correction": "G", "cancelled": "4", "rejected": "8", "accepted": "0"}
_STATUS = {"fill": "1", "bust": "1", "correction": "1", "cancelled": "4", "rejected": "8", "accepted": "0"}

EXECUTIONS = Table(
    name="executions",
    columns=(
        Column("order", need="cell"),
        Column("reference", need="cell"),
        Column("kind", one_of(*KINDS), need="cell"),
        Column("quantity", positive),
        Column("price", positive),
        Column("date", day, need="cell"),
        Column("fees", size),
        Column("corrects"),
        Column("text"),
    ),
)


def read_executions(path: Path) -> tuple[dict[int, str], ...]:
    """Return the rows of a file as messages. Raises InputErrors with every row that says too little."""
    if not path.is_file():
        cure = "name a CSV file with the columns order, reference, kind, quantity, price, date"
        raise InputErrors((InputError("there is no such file", place=str(path), cure=cure),))
    rows = read_table(csv_sheet(path), EXECUTIONS)
    problems = [*rows.problems, *(problem for row in rows.rows for problem in _problems(row))]
    if problems:
        raise InputErrors(tuple(problems))
    return tuple(_message(row) for row in rows.rows)


def _problems(row: Row) -> Iterator[InputError]:
    kind = row.text("kind") or ""
    needs = {
        "fill": ("quantity", "price"),
        "correction": ("quantity", "price", "corrects"),
        "bust": ("corrects",),
    }
    for column in needs.get(kind, ()):
        if column not in row.values:
            yield InputError(f"a {kind} needs {column}", place=row.at(column), cure="fill it in")


def _message(row: Row) -> dict[int, str]:
    kind = row.need("kind", str)
    told = row.need("date", date)
    fields = {
        35: "8",
        11: row.need("order", str),
        17: row.need("reference", str),
        150: KINDS[kind],
        39: _STATUS[kind],
        60: f"{told:%Y%m%d}-21:00:00",
        75: f"{told:%Y%m%d}",
    }
    for tag, column in ((32, "quantity"), (31, "price"), (12, "fees")):
        amount: Decimal | None = row.decimal(column)
        if amount is not None:
            fields[tag] = plain(amount)
    for tag, column in ((19, "corrects"), (58, "text")):
        if row.text(column):
            fields[tag] = str(row.text(column))
    return fields
