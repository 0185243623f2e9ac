"""Sheets: a file of a book as text cells, before anything in it is understood.

A sheet is a header and rows of text; everything after this module is the same whatever kind of file the
text came from. Today the kind is CSV; another kind is one more function that returns a `Sheet`.

    accounts.csv           Sheet(place="accounts.csv", header=("account", "cash"),
    account,cash     ->          rows=((2, ("A-1", "1,000")),))
    A-1,"1,000"

Rows are numbered as a text editor or a spreadsheet shows them: the header is row 1.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from engine.facts.failure import InputError, InputErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The text of one table; every row has as many cells as the header, each stripped of spaces."""

    place: str  # file name, for messages
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # line in the file, cells


def csv_sheet(path: Path) -> Sheet:
    """Return the text of a CSV file: UTF-8, a byte order mark tolerated, empty lines left out.

    Raises InputErrors with every row whose cells cannot be told apart.
    """
    place = path.name
    lines = _lines(_text(path), place)
    header = lines[0][1] if lines else ()
    _check_header(header, place)
    problems = [
        InputError(
            f"the row has {_cells(len(cells))}, the header has {len(header)}",
            place=f"{place} row {number}",
            cure="give every row one cell for each column; put quotes round a text that contains a comma",
        )
        for number, cells in lines[1:]
        if len(cells) != len(header)
    ]
    if problems:
        raise InputErrors(tuple(problems))
    return Sheet(place=place, header=header, rows=tuple(lines[1:]))


def _cells(count: int) -> str:
    return f"{count} cell" if count == 1 else f"{count} cells"


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"the file is not UTF-8 text (byte {error.start + 1})"
        raise _whole_file(path.name, reason, "save it again as CSV with the encoding UTF-8") from None
    except OSError as error:
        reason = f"the file cannot be read ({error.strerror})"
        raise _whole_file(path.name, reason, "check that it is a file that you may read") from None


def _lines(text: str, place: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return the non-empty rows with the line on which each ends."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, tuple(cell.strip() for cell in cells)))
    except csv.Error as error:
        cure = "check the quotes: a text in quotes ends with a quote, and a quote inside it is doubled"
        raise InputErrors(
            (InputError(f"the row is not CSV ({error})", place=f"{place} row {reader.line_num}", cure=cure),)
        ) from None
    return rows


def _check_header(header: tuple[str, ...], place: str) -> None:
    if not header:
        raise _whole_file(place, "the file is empty", "begin it with a line of column names")
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            raise _whole_file(
                f"{place} row 1", f"the cells are separated by {word}", "separate them by commas"
            )
    problems = []
    for position, name in enumerate(header, start=1):
        if not name:
            reason, cure = f"column {position} has no name", "name it, or delete the column"
        elif name in header[: position - 1]:
            reason, cure = f"two columns are called `{name}`", "rename or delete one of them"
        else:
            continue
        problems.append(InputError(reason, place=f"{place} row 1", cure=cure))
    if problems:
        raise InputErrors(tuple(problems))


def _whole_file(place: str, reason: str, cure: str) -> InputErrors:
    return InputErrors((InputError(reason, place=place, cure=cure),))
