"""Data frames as the sheets that files of them would be.

    pandas.DataFrame({"account": ["A-1"], "cash": [Decimal("10.50")]})  ->  account,cash / A-1,10.50

A frame is anything with `columns` and rows by `itertuples` (pandas) or `iter_rows` (polars), or a list of
mappings. Cells become the text that a person would write: a day without its time, no exponents, blank for
what is missing. A float is taken at its shortest decimal; where cents must be exact, hand in text or
decimals.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isnan
from typing import Any

from engine.facts.failure import InputError, InputErrors
from engine.facts.money import plain
from engine.shell.files.sheets import Sheet


def sheet_of_frame(name: str, frame: Any) -> Sheet:
    """Return a frame as the sheet named `name`. Raises InputErrors where it is no table."""
    columns, rows = _table(name, frame)
    header = tuple(str(column).strip() for column in columns)
    if "" in header or len(set(header)) < len(header):
        raise _refused(name, "its columns are not named, each by one name", "name each column once")
    told = ((n, tuple(_text(cell) for cell in row)) for n, row in enumerate(rows, start=1))
    return Sheet(place=name, header=header, rows=tuple((n, cells) for n, cells in told if any(cells)))


def _table(name: str, frame: Any) -> tuple[Sequence[Any], Iterable[Sequence[Any]]]:
    if hasattr(frame, "columns") and hasattr(frame, "itertuples"):
        return list(frame.columns), frame.itertuples(index=False, name=None)
    if hasattr(frame, "columns") and hasattr(frame, "iter_rows"):
        return list(frame.columns), frame.iter_rows()
    if isinstance(frame, Sequence) and all(isinstance(row, Mapping) for row in frame):
        columns = tuple(dict.fromkeys(column for row in frame for column in row))
        return columns, ([row.get(column) for column in columns] for row in frame)
    cure = "hand in a pandas or polars frame, or a list of mappings"
    raise _refused(name, f"a {type(frame).__name__} is no table", cure)


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case Decimal():
            return "" if cell.is_nan() else plain(cell)
        case float():
            return "" if isnan(cell) else plain(Decimal(repr(float(cell))))
        case datetime() if cell != cell:  # what a frame holds where a day is missing
            return ""
        case datetime():
            return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
        case date():
            return cell.isoformat()
        case _:
            text = str(cell).strip()
            return "" if text in ("<NA>", "NaT") else text


def _refused(name: str, reason: str, cure: str) -> InputErrors:
    return InputErrors((InputError(reason, place=name, cure=cure),))
