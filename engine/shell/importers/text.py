"""Text of custodians' files: amounts, days and lines as they are written in the wild.

    amount("-$1,259.59")  -> -1259.59        amount("(5.00)") -> -5.00       amount("--") -> None
    comma("1.234,5")      -> 1234.5          day("07/15/2024 as of 07/12/2024", US) -> 2024-07-15

Nothing passes through a float. A cell that cannot be read raises `Unreadable` with the cure, which stops
its row and no other.
"""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from engine.facts.failure import InputError
from engine.facts.money import read_decimal

US = "%m/%d/%Y"
UK = "%d/%m/%Y"
DUTCH = "%d-%m-%Y"
ISO = "%Y-%m-%d"
COMPACT = "%Y%m%d"

NOTHING = frozenset({"", "-", "--", "n/a", "N/A", "Not available"})
_CURRENCY_SIGNS = re.compile(r"[$€£]")
_PLUS = re.compile(r"^\+|(?<=[eE])\+")
_BINARY = re.compile(r"-?(\d+\.?\d*|\.\d+)[eE]-?\d{1,2}")  # as a spreadsheet writes 0.00000012


class Unreadable(Exception):
    """A record that cannot be understood: why, and what to do about it."""

    def __init__(self, reason: str, cure: str) -> None:
        self.reason = reason
        self.cure = cure
        super().__init__(reason)


def amount(cell: str) -> Decimal | None:
    """Return a signed amount; brackets mean minus; None where the cell says nothing."""
    text = cell.strip()
    if text in NOTHING:
        return None
    bare = _PLUS.sub("", _CURRENCY_SIGNS.sub("", text))
    in_brackets = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1] if in_brackets else bare
    try:
        value = Decimal(bare) if _BINARY.fullmatch(bare) else read_decimal(bare)
    except ValueError:
        raise Unreadable(
            f"`{text}` is not an amount", "correct the cell, then import the file again"
        ) from None
    return -value if in_brackets else value


def needed(cell: str, column: str) -> Decimal:
    """Return the amount of a cell that its row cannot do without."""
    value = amount(cell)
    if value is None:
        raise Unreadable(f"the row has no {column}", f"fill in `{column}` from the confirmation")
    return value


def size(cell: str) -> Decimal | None:
    """Return an amount without its sign."""
    value = amount(cell)
    return None if value is None else abs(value)


def comma(cell: str) -> Decimal | None:
    """Return an amount written with a comma or a point before the decimals."""
    text = cell.strip().replace("\u00a0", "").replace(" ", "")
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    return amount(text)


def day(cell: str, form: str) -> date:
    """Return the first day that a cell names; `as of` and what follows is left aside."""
    text = cell.strip().split(" as of ")[0].strip()
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Unreadable(f"`{text}` is not a day", "correct the date, then import the file again") from None


def decoded(path: Path) -> str:
    """Return a file's text: UTF-8, with or without mark, else Windows-1252.

    Raises InputError where the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"the file cannot be read ({error.strerror})"
        raise InputError(reason, place=str(path), cure="check that it is a file that you may read") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file that say anything, each with the line on which it begins.

    Two rows that the custodian ran together, `…"$5.49"` and `Total`, stay as the file has them.
    Raises InputError where the file cannot be read, or its cells cannot be told apart.
    """
    reader = csv.reader(io.StringIO(decoded(path), newline=""))
    rows, before = [], 0
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((before + 1, stripped))
            before = reader.line_num
    except csv.Error as error:
        place = f"{path.name} row {before + 1}"
        raise InputError(f"the row is not CSV ({error})", place=place, cure="check its quotes") from None
    return rows


def no_header(path: Path, wanted: str) -> InputError:
    """Return the failure of a file that is not of its format."""
    return InputError(
        f"the file has no line of column names with {wanted}",
        place=path.name,
        cure="export it again as the custodian offers it, or name another FORMAT",
    )
