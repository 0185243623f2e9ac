"""Periods: which past days a measure looks back on, today included.

today 2026-03-10   this tax_year: from 2026-01-01   this quarter: from 2026-01-01
over the last 30 days: from 2026-02-08   over the last 12 months: from 2025-03-10
"""

from datetime import date, timedelta

from dsl.policy import Duration, Period
from engine.facts.calendar import add_business_days, add_months

_MONTHS = {"month": 1, "quarter": 3, "year": 12, "tax_year": 12, "calendar_year": 12}


def period_start(period: Period | None, today: date, calendar: str | None) -> date:
    """Return the first day of a period; unsaid, that of the calendar year."""
    if period is None:
        return date(today.year, 1, 1)
    if period.since is not None:
        return period.since
    if period.last is not None:
        return days_back(today, period.last, calendar)
    length = _MONTHS.get(period.name or "", 12)
    return date(today.year, (today.month - 1) // length * length + 1, 1)


def days_back(today: date, duration: Duration, calendar: str | None) -> date:
    """Return the day that lies the whole duration before today."""
    return shifted(today, duration, calendar, back=True)


def shifted(today: date, duration: Duration, calendar: str | None, *, back: bool) -> date:
    """Return the day that lies the whole duration before or after today."""
    count = -duration.count if back else duration.count
    match duration.unit:
        case "days":
            return today + timedelta(days=count)
        case "business_days":
            return add_business_days(today, count, calendar)
        case "months":
            return add_months(today, count)
        case "years":
            return add_months(today, 12 * count)
