"""Days: the window of 61 days, holding periods, and when a sale is long-term.

>>> from datetime import date
>>> term(date(2023, 2, 28), date(2024, 2, 29)), term(date(2023, 2, 28), date(2024, 3, 1))
('short', 'long')

A count of 365 days is wrong around leap days; an anniversary is not.
"""

import calendar
from datetime import date, timedelta
from functools import lru_cache

from engine.facts.lots import Term

WINDOW_DAYS = 30
"""Days on each side of a sale in which an acquisition is a replacement: 61 days with the day itself."""


def is_in_window_61(acquired: date, sold: date) -> bool:
    """Return whether an acquisition is near enough to a sale to replace what was sold.

    Source: 26 U.S.C. 1091(a).
    """
    return abs((acquired - sold).days) <= WINDOW_DAYS


@lru_cache(maxsize=8192)
def anniversary(acquired: date) -> date:
    """Return the last day on which a sale is still short-term.

    Shares acquired on the last day of a month have their anniversary on the last day of that month.
    Source: 26 U.S.C. 1222; Rev. Rul. 66-7.
    """
    return months_after(acquired, 12)


def months_after(acquired: date, months: int) -> date:
    """Return the last day on which shares are held for no more than so many months; month end to month end.

    Source: Rev. Rul. 66-7.
    """
    ahead, month = divmod(acquired.month - 1 + months, 12)
    year, month = acquired.year + ahead, month + 1
    last = calendar.monthrange(year, month)[1]
    is_month_end = acquired.day == calendar.monthrange(acquired.year, acquired.month)[1]
    return date(year, month, last if is_month_end else min(acquired.day, last))


def term(acquired: date, sold: date) -> Term:
    """Return `long` where shares acquired on a (tacked) day were held for more than one year."""
    return "long" if sold > anniversary(acquired) else "short"


def days_to_long_term(acquired: date, today: date) -> int:
    """Return the days until the first day on which a sale is long-term; 0 if today is one."""
    return max(0, (anniversary(acquired) - today).days + 1)


def first_safe_day(other_side: date) -> date:
    """Return the first day after `other_side` that no longer shares a window with it."""
    return other_side + timedelta(days=WINDOW_DAYS + 1)
