"""Schedule D: the rows of Form 8949 summed by box, with what else goes into lines 7 and 15.

    line 1b box A (and G), 2 box B (H), 3 box C; 8b, 9, 10 the same in part II
    line 6 and 14 the carryovers brought in, 13 capital gain distributions

Rows that need no form may be taken out of 1b and 8b and stand on lines 1a and 8a; the sums are the same.
Source: Instructions for Schedule D (Form 1040).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.ledger.tax.form8949 import FormRow

ZERO = Decimal(0)
LINES = {"A": "1b", "G": "1b", "B": "2", "H": "2", "C": "3", "I": "3"} | {
    "D": "8b",
    "J": "8b",
    "E": "9",
    "K": "9",
    "F": "10",
    "L": "10",
}
"""The line of Schedule D on which a box of Form 8949 is summed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of Schedule D; None where the line has only column (h)."""

    line: str
    gain: Decimal
    proceeds: Decimal | None = None
    basis: Decimal | None = None
    adjustment: Decimal | None = None


def lines_of(
    rows: Iterable[FormRow], *, carryover_short: Decimal, carryover_long: Decimal, distributions: Decimal
) -> tuple[Line, ...]:
    """Return the lines of parts I and II that are not empty, with lines 7 and 15, in their order.

    carryover_*: sizes brought in; distributions: capital gain distributions of the year.
    """
    summed: dict[str, list[FormRow]] = {}
    for row in rows:
        summed.setdefault(LINES[row.box], []).append(row)
    short = [_sum(line, summed[line]) for line in ("1b", "2", "3") if line in summed]
    short += _alone("6", -carryover_short)
    long = [_sum(line, summed[line]) for line in ("8b", "9", "10") if line in summed]
    long += _alone("13", distributions) + _alone("14", -carryover_long)
    return (*short, _total("7", short), *long, _total("15", long))


def _sum(line: str, rows: list[FormRow]) -> Line:
    return Line(
        line=line,
        gain=sum((row.gain for row in rows), ZERO),
        proceeds=sum((row.proceeds for row in rows), ZERO),
        basis=sum((row.basis for row in rows), ZERO),
        adjustment=sum((row.adjustment for row in rows), ZERO),
    )


def _alone(line: str, amount: Decimal) -> list[Line]:
    return [Line(line=line, gain=amount)] if amount else []


def _total(line: str, parts: list[Line]) -> Line:
    return Line(line=line, gain=sum((part.gain for part in parts), ZERO))
