"""What a due date means for a list of today: when its cash is there, and what waiting would save.

raise 50,000 by 2026-06-01, today 2026-03-10: cash is there on 2026-03-11; a lot sold at a short-term
gain of 4,000 is long-term from 2026-05-02: sold then, it would cost 680.00 less of tax
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from engine.facts.calendar import add_business_days
from engine.facts.money import cents_half_up
from engine.facts.trades import Trade
from engine.ledger.settle import Taken, settle
from engine.ledger.terms import days_to_long_term
from optimizer.build import Problem
from optimizer.settings import told
from optimizer.tradable import policy_of, rate_of

_SETTLES_AFTER = ((date(2024, 5, 28), 1), (date(2017, 9, 5), 2), (date.min, 3))
"""Business days from a trade to its cash, by the first day on which they hold.

Source: 17 CFR 240.15c6-1(a) as amended by 82 FR 15564 (T+2) and 88 FR 13872 (T+1).
"""


def settlement_day(traded: date, calendar: str | None) -> date:
    """Return the day on which the cash of a trade is there.

    >>> settlement_day(date(2018, 2, 8), None), settlement_day(date(2026, 3, 10), None)
    (datetime.date(2018, 2, 12), datetime.date(2026, 3, 11))
    """
    days = next(count for first, count in _SETTLES_AFTER if traded >= first)
    return add_business_days(traded, days, calendar)


def waiting_notes(problem: Problem, trades: tuple[Trade, ...]) -> tuple[str, ...]:
    """Return sentences about the due date of a request for cash; none where there is none."""
    due = problem.intent.due
    if due is None or not trades:
        return ()
    book = problem.ground.book
    calendar = next((p.calendar for a in problem.accounts for p in policy_of(problem.ground, a)), None)
    settled = settlement_day(book.as_of, calendar)
    if settled > due:
        return (f"sales of today settle on {settled}, after {due}: the cash comes too late",)
    last = due - timedelta(days=(settled - book.as_of).days)
    saved: dict[date, Fraction] = {}
    for row in settle(book, trades, reading=problem.ground.rulebook.tax).taken:
        day = book.as_of + timedelta(days=days_to_long_term(row.adjusted_acquired, book.as_of))
        if row.term == "short" and row.recognized > 0 and day <= last:
            saved[day] = saved.get(day, Fraction(0)) + _saving(problem, row)
    notes = [f"the cash is there on {settled}"]
    if saved:
        amount = cents_half_up(sum(saved.values(), Fraction(0)))
        notes.append(
            f"lots sold at short-term gains turn long-term by {max(saved)}, in time for {due}: sold then, "
            f"they would cost {told(Decimal(amount))} less of tax at today's prices"
        )
    return tuple(notes)


def _saving(problem: Problem, row: Taken) -> Fraction:
    short, long = (rate_of(problem.ground, row.account, t, problem.settings) for t in ("short", "long"))
    return row.recognized * (short - long) * problem.state.rate_of(row.account)
