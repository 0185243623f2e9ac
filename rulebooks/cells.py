"""Cells: texts of the data read as numbers, shares, money, durations and dates.

    "5%" and "0.05" are 1/20        "1,000 USD" is 1000        "18 months" is 1.5 years

A text that is not what a comparison needs is unknown (None), never an error: the data say something
that the rule cannot read, and unknown data do not pass silently.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from dsl.policy import Unit
from engine.facts.calendar import add_business_days, add_months
from engine.facts.money import read_decimal


class NoValue(Enum):
    """The cell of an attribute that something does not have, as opposed to one that is unknown."""

    NO_VALUE = "no value"


NO_VALUE = NoValue.NO_VALUE


@dataclass(frozen=True, slots=True)
class Age:
    """A span of time since a day, such as the age of a price."""

    since: date


Cell = str | Fraction | date | Age | NoValue | None
"""What a row answers for a path; None is unknown."""

_SHARE_UNITS = {"%": Fraction(1, 100), "points": Fraction(1, 100), "bps": Fraction(1, 10_000)}
_YEAR_PARTS = {"year": Fraction(1), "month": Fraction(1, 12), "day": Fraction(4, 1461)}
_TIME_UNITS = {Unit.YEARS: "year", Unit.MONTHS: "month", Unit.DAYS: "day", Unit.BUSINESS_DAYS: "day"}


@lru_cache(maxsize=65536)
def number_in(text: str) -> tuple[Fraction, str] | None:
    """Return the number in a text and the unit word after it (`` where there is none), or None."""
    stripped = text.strip()
    if stripped.endswith("%"):
        stripped = stripped[:-1] + " %"
    amount, _, unit = stripped.partition(" ")
    try:
        return Fraction(read_decimal(amount)), unit.strip()
    except ValueError:
        return None


@lru_cache(maxsize=65536)
def number_of(text: str, unit: Unit = Unit.NUMBER) -> Fraction | None:
    """Return the number in a text in the sense of `unit`; shares as fractions of one."""
    found = number_in(text)
    if found is None:
        return None
    number, word = found
    if word in _SHARE_UNITS:
        return number * _SHARE_UNITS[word]
    stem = word.removeprefix("business_").removesuffix("s")
    if stem in _YEAR_PARTS and unit in _TIME_UNITS and stem != _TIME_UNITS[unit]:
        return number * _YEAR_PARTS[stem] / _YEAR_PARTS[_TIME_UNITS[unit]]
    return number


@lru_cache(maxsize=4096)
def date_of(text: str) -> date | None:
    """Return the ISO date in a text, or None."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def day_after(today: date, count: Decimal | Fraction, unit: Unit, calendar: str | None) -> date | None:
    """Return the day that lies `count` units after today; None where the unit is no span of time.

    Fractions of a year count in whole months, fractions of a month or day are left out.
    """
    match unit:
        case Unit.DAYS:
            return today + timedelta(days=int(count))
        case Unit.BUSINESS_DAYS:
            return add_business_days(today, int(count), calendar)
        case Unit.MONTHS:
            return add_months(today, int(count))
        case Unit.YEARS:
            return add_months(today, int(count * 12))
        case _:
            return None
