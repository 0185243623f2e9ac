"""Values of attributes, and how texts of the data become numbers and days.

An attribute is a text, a number or a day; or it is unknown (an empty cell of a book), or there is none
(cash has no issuer; an example leaves a column out). Unknown makes comparisons unknown; none makes them
false, and `is not`, `is not in` true.
"""

from datetime import date
from enum import Enum
from fractions import Fraction

from engine.facts.book import Book
from engine.facts.money import read_share
from engine.ledger.exact import exact


class Absent(Enum):
    """Why there is no value."""

    UNKNOWN = "unknown"
    NONE = "none"


Value = str | Fraction | date | Absent


def blank(book: Book) -> Absent:
    """Return what a column without a value means in this book."""
    return Absent.UNKNOWN if book.absent == "unknown" else Absent.NONE


def number(value: Value) -> Fraction | Absent:
    """Return a value as a number; a text that is none cannot be known.

    Shares of one are read as such, `5%` and `0.05` alike; a currency behind an amount is left aside.
    """
    if isinstance(value, (Fraction, Absent)):
        return value
    if isinstance(value, date):
        return Absent.UNKNOWN
    try:
        return exact(read_share(value.split(" ")[0]))
    except ValueError:
        return Absent.UNKNOWN


def day(value: Value) -> date | Absent:
    """Return a value as a day; a text that is none cannot be known."""
    if isinstance(value, (date, Absent)):
        return value
    if isinstance(value, Fraction):
        return Absent.UNKNOWN
    try:
        return date.fromisoformat(value)
    except ValueError:
        return Absent.UNKNOWN


def text(value: Value) -> str | Absent:
    """Return a value as the text that stands in the data."""
    if isinstance(value, (str, Absent)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
