"""Comparing cells with amounts: what is a number, a share, a date or a span of days, and which is larger.

"6%" with 5%                       above
a maturity of 2028-03-11 with 2 years from 2026-03-10     above, by a day
a price of Friday with 2 business days, on Tuesday        equal
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from dsl.policy import (
    Amount,
    AnyAmount,
    DataRef,
    Day,
    Greater,
    MeasureTerm,
    PercentOf,
    Smaller,
    Text,
    Times,
    Unit,
)
from engine.facts.calendar import business_days_between
from rulebooks.cells import Age, Cell, date_of, day_after, number_of
from rulebooks.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What comparisons need besides the row: the day, and the exchange calendar of business days."""

    today: date
    calendar: str | None = None
    measure: Callable[[MeasureTerm], Fraction | None] | None = None  # a measure before trading, for `when`


def order_of(cell: Cell, bound: AnyAmount | Text | Day, row: Row, setting: Setting) -> int | None:
    """Return -1, 0 or 1 as the cell is below, at or above the bound; None where either is unknown."""
    if cell is None:
        return None
    if isinstance(bound, Day | Text):
        day, limit = date_in(cell), day_of(bound, row)
        return None if day is None or limit is None else (day > limit) - (day < limit)
    if isinstance(bound, Amount):
        spans = _against_today(cell, bound, setting)
        if spans is not None:
            return (spans[0] > spans[1]) - (spans[0] < spans[1])
    number = cell_number(cell, _unit_of(bound), setting)
    limit_number = amount_in_row(bound, row, setting)
    if number is None or limit_number is None:
        return None
    return (number > limit_number) - (number < limit_number)


def _against_today(cell: Cell, bound: Amount, setting: Setting) -> tuple[date, date] | None:
    """Return (day, threshold) where a date is compared with a span: maturity is at most 2 years."""
    day = cell if isinstance(cell, date) else date_of(cell) if isinstance(cell, str) else None
    if day is None:
        return None
    threshold = day_after(setting.today, bound.value, bound.unit, setting.calendar)
    return None if threshold is None else (day, threshold)


def cell_number(cell: Cell, unit: Unit, setting: Setting) -> Fraction | None:
    """Return a cell as a number in the sense of `unit`; None where it is none."""
    match cell:
        case Fraction():
            return cell
        case str():
            return number_of(cell, unit)
        case Age(since=since):
            if unit is Unit.BUSINESS_DAYS:
                return Fraction(business_days_between(since, setting.today, setting.calendar))
            return Fraction((setting.today - since).days)
        case _:
            return None


def _unit_of(bound: AnyAmount) -> Unit:
    match bound:
        case Amount(unit=unit):
            return unit
        case Smaller(parts=parts) | Greater(parts=parts):
            return _unit_of(parts[0])
        case Times(of=of):
            return _unit_of(of)
        case PercentOf() | DataRef():
            return Unit.NUMBER
        case _:
            assert_never(bound)


def amount_in_row(bound: AnyAmount, row: Row, setting: Setting) -> Fraction | None:
    """Return an amount where names are read from the row: `5% of cost`; None where one is unknown."""
    match bound:
        case Amount(value=value):
            return Fraction(value)
        case DataRef(name=name):
            return cell_number(row.read(name), Unit.NUMBER, setting)
        case PercentOf(share=share, name=name):
            part = None if name is None else cell_number(row.read(name), Unit.NUMBER, setting)
            return None if part is None else Fraction(share) * part
        case Times(factor=factor, of=of):
            part = amount_in_row(of, row, setting)
            return None if part is None else Fraction(factor) * part
        case Smaller(parts=(a, b)) | Greater(parts=(a, b)):
            left, right = amount_in_row(a, row, setting), amount_in_row(b, row, setting)
            if left is None or right is None:
                return None
            return min(left, right) if isinstance(bound, Smaller) else max(left, right)
        case _:
            assert_never(bound)


def date_in(cell: Cell) -> date | None:
    """Return the day that a cell holds; None where it holds none."""
    match cell:
        case date():
            return cell
        case str():
            return date_of(cell)
        case Age(since=since):
            return since
        case _:
            return None


def day_of(bound: Day | Text, row: Row) -> date | None:
    """Return the day on the right of a comparison: a date, or the path of one in the row."""
    if isinstance(bound, Day):
        return bound.value
    return date_of(bound.value) or date_in(row.read(bound.value))
