"""Business days of the exchanges that mandates name.

Terms: `NYSE` and `TARGET2` (the calendar of the ECB's payment system) are known by name; with any
other name, or none, every weekday is a business day. Periods are months, quarters and years.

>>> from datetime import date
>>> is_business_day(date(2026, 7, 3), "NYSE")  # Independence Day, observed
False
>>> period_end(date(2026, 2, 10), "quarter", "NYSE")
datetime.date(2026, 3, 31)

Holidays come from the `holidays` package, which is pure data; it is imported when first needed.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Period = Literal["month", "quarter", "year"]

_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
_SATURDAY = 5

_SOURCES: dict[str, str] = {"NYSE": "NYSE", "TARGET2": "ECB"}

KNOWN_CALENDARS = tuple(_SOURCES)
"""Calendars whose holidays are known; all others have weekends only."""


@lru_cache(maxsize=256)
def _holidays(calendar: str, year: int) -> frozenset[date]:
    import holidays

    # The observed day of a January holiday can fall into the year before, so each year is asked alone.
    source = holidays.financial_holidays(_SOURCES[calendar], years=[year])
    return frozenset(day for day in source if day.year == year)


def is_business_day(day: date, calendar: str | None) -> bool:
    """Return whether the exchange is open on `day`."""
    if day.weekday() >= _SATURDAY:
        return False
    return calendar not in KNOWN_CALENDARS or day not in _holidays(str(calendar), day.year)


def add_business_days(day: date, count: int, calendar: str | None) -> date:
    """Return the `count`-th business day after `day`; before it where `count` is negative, `day` at 0."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_business_day(day, calendar):
            day += step
    return day


@lru_cache(maxsize=4096)
def business_days_between(first: date, last: date, calendar: str | None) -> int:
    """Return the business days after `first` up to and with `last`; 0 where `last` is not later."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(is_business_day(day, calendar) for day in days)


def period_start(day: date, period: str, calendar: str | None) -> date:
    """Return the first business day of the month, quarter or year in which `day` falls."""
    first = _first_day(day, period)
    return first if is_business_day(first, calendar) else add_business_days(first, 1, calendar)


def period_end(day: date, period: str, calendar: str | None) -> date:
    """Return the last business day of the month, quarter or year in which `day` falls."""
    first = _first_day(day, period)
    return add_business_days(add_months(first, _MONTHS[period]), -1, calendar)


def _first_day(day: date, period: str) -> date:
    length = _MONTHS[period]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def add_months(day: date, months: int) -> date:
    """Return the same day of a later (or earlier) month, or that month's last day where it has none.

    Stops at the first and the last month that a date can be in.
    """
    index = min(max(day.year * 12 + day.month - 1 + months, 12), date.max.year * 12 + 11)
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
