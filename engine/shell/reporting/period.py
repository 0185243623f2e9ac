"""The days that a report looks at: a month or a year, as asked for or as the book's day says.

period_of("2026-03", book_day=date(2026, 3, 10))   ->   1 to 31 March, standing on the 10th
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from engine.facts.failure import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """First and last day, both included, and the day on which the book is judged; `word` names it."""

    since: date
    until: date
    stands: date
    word: str


def month_of(text: str | None, *, book_day: date) -> Period:
    """Return a month, `2026-03`; unsaid: that of the book's day. Raises InputError for what is none."""
    year, month = book_day.year, book_day.month
    if text is not None:
        found = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if found is None or not (1 <= int(found[2]) <= 12 and int(found[1]) >= 1):
            raise InputError(f"`{text}` is no month", place="--month", cure="write it like 2026-03")
        year, month = int(found[1]), int(found[2])
    last = date(year, month, calendar.monthrange(year, month)[1])
    return _period(date(year, month, 1), last, book_day, f"{last:%B %Y}")


def year_of(year: int | None, *, book_day: date) -> Period:
    """Return a year; unsaid: that of the book's day."""
    chosen = book_day.year if year is None else year
    return _period(date(chosen, 1, 1), date(chosen, 12, 31), book_day, str(chosen))


def _period(since: date, until: date, book_day: date, word: str) -> Period:
    """Return the days; a log may go on after the book's last day, on which the book is then judged."""
    return Period(since=since, until=until, stands=min(until, book_day), word=word)
