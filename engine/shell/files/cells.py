"""Cells: the text of one cell as a value, or the reason why it is none and the cure.

Every reader takes stripped, non-empty text and returns a value or raises `CellError`. Blank cells never
come here; whether a blank is allowed is the column's affair.

    size("1,234.50")  -> Decimal("1234.50")        share("5%") -> Decimal("0.05")
    size("-5")        -> CellError: `-5` is negative  share("5")  -> CellError: `5` reads as 500%
"""

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from difflib import get_close_matches

from engine.facts.ids import LotId
from engine.facts.money import plain, read_decimal, read_share

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\d{2}:\d{2}(:\d{2})?")


class CellError(Exception):
    """A cell that cannot be understood: why, and what to write in its place."""

    def __init__(self, reason: str, cure: str) -> None:
        self.reason = reason
        self.cure = cure
        super().__init__(reason)


Read = Callable[[str], object]


def text(cell: str) -> str:
    """Return the text as it stands."""
    return cell


def number(cell: str) -> Decimal:
    """Return a number of either sign, thousands commas allowed."""
    try:
        return read_decimal(cell)
    except ValueError:
        reason = f"`{cell}` is not a number"
        raise CellError(
            reason, "write a plain decimal such as 1234.50; thousands commas are allowed"
        ) from None


def size(cell: str) -> Decimal:
    """Return a number that is 0 or more."""
    value = number(cell)
    if value < 0:
        raise CellError(f"`{cell}` is negative", "write the size without a sign")
    return value


def positive(cell: str) -> Decimal:
    """Return a number that is more than 0."""
    value = size(cell)
    if value == 0:
        raise CellError(f"`{cell}` is zero", "write an amount of more than 0, or delete the row")
    return value


def share(cell: str) -> Decimal:
    """Return a share as a fraction of one; more than one only where written with a percent sign."""
    try:
        value = read_share(cell)
    except ValueError:
        raise CellError(f"`{cell}` is not a share", "write it as 5% or as 0.05") from None
    if abs(value) > 1 and not cell.endswith("%"):
        percent = plain(value * 100)
        raise CellError(
            f"`{cell}` reads as {percent}%",
            f"write {cell}% if that is meant, or a fraction of one such as 0.05; write {percent}% "
            "if it is really that much",
        )
    return value


def positive_share(cell: str) -> Decimal:
    """Return a share that is not negative."""
    value = share(cell)
    if value < 0:
        raise CellError(f"`{cell}` is negative", "write a share from 0% up")
    return value


def day(cell: str) -> date:
    """Return an ISO date."""
    if _ISO_DAY.fullmatch(cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise CellError(f"there is no day `{cell}`", "correct the month or the day") from None
    raise CellError(f"`{cell}` is not a date", "write it as YYYY-MM-DD, for example 2018-02-08")


def clock(cell: str) -> time:
    """Return a time of day, `14:30` or `14:30:05`."""
    if _CLOCK.fullmatch(cell):
        try:
            return time.fromisoformat(cell)
        except ValueError:
            pass
    raise CellError(f"`{cell}` is not a time of day", "write it as HH:MM or HH:MM:SS")


def yes_or_no(cell: str) -> bool:
    """Return whether the cell says yes."""
    return one_of("yes", "no")(cell) == "yes"


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of an enumeration; capitals count."""

    def read(cell: str) -> str:
        if cell in words:
            return cell
        near = nearest(cell, words)
        listed = f"write one of {', '.join(words)}"
        raise CellError(f"`{cell}` is not known here", f"write {near}" if near else listed)

    return read


def lot_pairs(cell: str) -> tuple[tuple[LotId, Decimal], ...]:
    """Return `lot:quantity` pairs, `;` between them."""
    pairs = []
    for part in cell.split(";"):
        name, colon, quantity = part.strip().rpartition(":")
        if not colon or not name.strip():
            raise CellError(f"`{part.strip()}` names no lot and quantity", "write pairs such as L1:10;L2:5")
        pairs.append((LotId(name.strip()), positive(quantity.strip())))
    return tuple(pairs)


def nearest(word: str, known: "tuple[str, ...] | list[str]") -> str | None:
    """Return the known word that `word` was probably meant to be, or None."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    if word.casefold() in by_fold:
        return by_fold[word.casefold()]
    found = get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.75)
    return by_fold[found[0]] if found else None
