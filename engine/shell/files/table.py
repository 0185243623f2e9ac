"""Tables: what columns a file of a book has, and its rows as values.

A table is a description, not code: one `Column` says how its cells read, whether the column must be
there, and whether a cell may stay empty. `read_table` turns a sheet into rows and collects every problem
on the way; a row with a problem is left out of the answer, its key is remembered, so that one mistake is
told once.

    Column("quantity", positive, need="cell")      `-5` in row 7 of lots.csv ->
    lots.csv row 7, column quantity: `-5` is negative
      cure: write the size without a sign
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeVar

from engine.facts.failure import InputError
from engine.shell.files.cells import CellError, Read, nearest, text
from engine.shell.files.sheets import Sheet

T = TypeVar("T")

Need = Literal["none", "column", "cell"]
"""`column`: the column must be there, its cells may be empty (unknown); `cell`: every cell is filled."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    read: Read = text
    need: Need = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file of a book: its columns, and the columns that name a row."""

    name: str  # without the ending: accounts
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()  # two rows with one key are an error; empty: rows have no key


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row whose cells are all understood."""

    place: str  # `lots.csv row 7`
    number: int
    values: Mapping[str, object]  # of the known columns; blank cells left out
    attributes: Mapping[str, str]  # of every column, as text; blank cells left out

    def at(self, column: str) -> str:
        """Return the place of one cell, for a message."""
        return f"{self.place}, column {column}"

    def get(self, column: str, kind: type[T]) -> T | None:
        """Return the value of a cell, None where it is blank or its column absent."""
        value = self.values.get(column)
        assert value is None or isinstance(value, kind), f"column {column} does not read as {kind}"
        return value

    def need(self, column: str, kind: type[T]) -> T:
        """Return the value of a cell that the table requires."""
        value = self.get(column, kind)
        assert value is not None, f"column {column} is not required by its table"
        return value

    def text(self, column: str) -> str | None:
        """Return a text cell, None where blank."""
        return self.get(column, str)

    def decimal(self, column: str) -> Decimal | None:
        """Return a number cell, None where blank."""
        return self.get(column, Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of one table that are understood, and the names of all rows, also the others."""

    place: str
    rows: tuple[Row, ...] = ()
    names: frozenset[str] | None = None  # first column of the key; None: no key, or unreadable
    problems: tuple[InputError, ...] = ()


def read_table(sheet: Sheet, table: Table) -> Rows:
    """Return the rows of a sheet as a table describes them, and every problem met, in file order."""
    missing = _missing_columns(sheet, table)
    if missing:
        return Rows(place=sheet.place, problems=missing)
    problems: list[InputError] = []
    rows: list[Row] = []
    first_row: dict[tuple[str, ...], int] = {}
    readers = {column.name: column for column in table.columns}
    plan = [(name, readers.get(name), position) for position, name in enumerate(sheet.header)]
    for number, cells in sheet.rows:
        row, found = _row(f"{sheet.place} row {number}", number, cells, plan)
        key = tuple(row.attributes.get(name, "") for name in table.key)
        if table.key and key in first_row:
            found.append(_twice(row, table, key, first_row[key]))
        first_row.setdefault(key, number)
        problems += found
        if not found:
            rows.append(row)
    return Rows(
        place=sheet.place,
        rows=tuple(rows),
        names=frozenset(key[0] for key in first_row) if table.key else None,
        problems=tuple(problems),
    )


def _row(
    place: str, number: int, cells: tuple[str, ...], plan: list[tuple[str, Column | None, int]]
) -> tuple[Row, list[InputError]]:
    values: dict[str, object] = {}
    attributes: dict[str, str] = {}
    problems = []
    for name, column, position in plan:
        cell = cells[position]
        if cell:
            attributes[name] = cell
        if column is None or (not cell and column.need != "cell"):
            continue
        try:
            if not cell:
                raise CellError("the cell is empty", f"fill in `{name}`; this table cannot do without it")
            values[name] = column.read(cell)
        except CellError as bad:
            problems.append(InputError(bad.reason, place=f"{place}, column {name}", cure=bad.cure))
    return Row(place=place, number=number, values=values, attributes=attributes), problems


def _twice(row: Row, table: Table, key: tuple[str, ...], first: int) -> InputError:
    named = ", ".join(f"{name} `{part}`" for name, part in zip(table.key, key, strict=True))
    return InputError(
        f"{named} stands here a second time; the first is row {first}",
        place=row.place,
        cure="delete one of the two rows, or give it its own name",
    )


def _missing_columns(sheet: Sheet, table: Table) -> tuple[InputError, ...]:
    known = {column.name for column in table.columns}
    spare = [name for name in sheet.header if name not in known]
    problems = []
    for column in table.columns:
        if column.need == "none" or column.name in sheet.header:
            continue
        near = nearest(column.name, spare)
        cure = f"rename `{near}` to `{column.name}`" if near else f"add a column `{column.name}`"
        problems.append(
            InputError(f"the column `{column.name}` is missing", place=f"{sheet.place} row 1", cure=cure)
        )
    return tuple(problems)
