"""Which days a run judges: every trading day since the last one, so that a missed run catches up.

    last judged Friday 2 January, asked for Wednesday 7 January  ->  Monday, Tuesday, Wednesday

A day on which an exchange of the policies is open is a trading day; policies without a calendar trade on
every weekday.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from engine.facts.calendar import is_business_day


def days_to_judge(last: date | None, asked: date, calendars: Iterable[str | None]) -> tuple[date, ...]:
    """Return the days to judge, oldest first; the same day again where it was the last one.

    last: the last day judged, None where there is none. Empty where a later day is judged already.
    """
    known = tuple(dict.fromkeys(calendars)) or (None,)
    until = latest_open(asked, known)
    if last is None or until == last:
        return (until,)
    return tuple(day for day in _days(last, until) if _is_open(day, known))


def latest_open(day: date, calendars: Iterable[str | None]) -> date:
    """Return the last trading day on or before a day."""
    known = tuple(calendars)
    while not _is_open(day, known):
        day -= timedelta(days=1)
    return day


def _days(after: date, until: date) -> Iterator[date]:
    for count in range(1, (until - after).days + 1):
        yield after + timedelta(days=count)


def _is_open(day: date, calendars: Iterable[str | None]) -> bool:
    return any(is_business_day(day, calendar) for calendar in calendars)
