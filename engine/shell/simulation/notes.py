"""price_notes.csv: what a person found about rows of prices.csv that are not what they seem."""

from datetime import date
from pathlib import Path
from typing import cast

from engine.facts.failure import InputErrors
from engine.facts.ids import Symbol
from engine.shell.files.cells import day, one_of
from engine.shell.files.sheets import csv_sheet
from engine.shell.files.table import Column, Table, read_table
from engine.shell.simulation.market import TREATS, Note, Treat

NOTES = Table(
    name="price_notes",
    key=("symbol", "date"),
    columns=(
        Column("symbol", need="cell"),
        Column("date", day, need="cell"),
        Column("treat", one_of(*TREATS), need="cell"),
        Column("words"),
    ),
)


def read_notes(folder: Path) -> tuple[Note, ...]:
    """Return the notes of a book's folder, none where it has no such file; raises InputErrors."""
    path = folder / "price_notes.csv"
    if not path.exists():
        return ()
    rows = read_table(csv_sheet(path), NOTES)
    if rows.problems:
        raise InputErrors(rows.problems)
    return tuple(
        Note(
            symbol=Symbol(row.need("symbol", str)),
            day=row.need("date", date),
            treat=cast(Treat, row.need("treat", str)),
            words=row.text("words") or "",
        )
        for row in rows.rows
    )
