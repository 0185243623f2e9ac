"""Form 8949 rows as files: CSV for people and spreadsheets, TXF (version 042) for tax programs."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from engine.facts.money import plain
from engine.ledger.tax.form8949 import FormRow

CSV_COLUMNS = (
    "part",
    "box",
    "description",
    "acquired",
    "sold",
    "proceeds",
    "basis",
    "code",
    "adjustment",
    "gain",
    "account",
    "needs_form_8949",
)

TXF_CODES = {
    "A": 321,
    "B": 711,
    "C": 712,
    "D": 323,
    "E": 713,
    "F": 714,
    "G": 712,
    "H": 712,
    "J": 714,
    "K": 714,
}
"""Reference numbers of TXF for each box; digital assets go where no form was received."""


def rows_as_csv(rows: Iterable[FormRow]) -> str:
    """Return rows as CSV text with a header line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        writer.writerow(
            (
                row.part,
                row.box,
                row.description,
                row.acquired.isoformat(),
                row.sold.isoformat(),
                plain(row.proceeds),
                plain(row.basis),
                row.code,
                plain(row.adjustment),
                plain(row.gain),
                row.account,
                "yes" if row.needs_form_8949 else "no",
            )
        )
    return text.getvalue()


def rows_as_txf(rows: Iterable[FormRow], *, made: date) -> str:
    """Return rows as TXF text; the loss that a wash sale disallows stands in the field after the proceeds.

    TXF has no field for other corrections: its cost is the basis with which the gain is the true one.
    made: the day that the file names as its own.
    """
    lines = ["V042", "AGuardband", f"D{_day(made)}", "^"]
    for row in rows:
        lines += [
            "TD",
            f"N{TXF_CODES[row.box]}",
            "C1",
            "L1",
            f"P{row.description}",
            f"D{_day(row.acquired)}",
            f"D{_day(row.sold)}",
            f"${row.proceeds - row.gain + row.disallowed:.2f}",
            f"${row.proceeds:.2f}",
        ]
        if row.disallowed:
            lines.append(f"${row.disallowed:.2f}")
        lines.append("^")
    return "\r\n".join(lines) + "\r\n"


def _day(day: date) -> str:
    return f"{day.month:02d}/{day.day:02d}/{day.year}"
