"""Cure clocks: the day by which a breach is to be cured, by the exchange calendar of the policy.

    cure within 30 days, found on 2026-03-10     due 2026-04-09
    cure within 5 business_days                   due 2026-03-17

Days are counted from the day of the answer, the first of them the day after; a day on which the exchange
is closed gives way to the next business day, so that a cure can still be traded on the last day.
"""

from datetime import date

from dsl.policy import Duration, Response
from engine.facts.calendar import add_business_days, is_business_day
from rulebooks.measures.history import shifted


def cure_due(responses: tuple[Response, ...], *, today: date, calendar: str | None) -> date | None:
    """Return the earliest day by which the responses want a cure; None where none does."""
    days = [due(r.within, today=today, calendar=calendar) for r in responses if r.within is not None]
    return min(days, default=None)


def due(within: Duration, *, today: date, calendar: str | None) -> date:
    """Return the last day of a time to cure that starts today."""
    day = shifted(today, within, calendar, back=False)
    return day if is_business_day(day, calendar) else add_business_days(day, 1, calendar)
