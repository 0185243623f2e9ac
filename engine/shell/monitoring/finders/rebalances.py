"""Rebalances that are due: a band left, a condition that holds, or a day of the policy's calendar.

What the calendar asked for stands until the account has traded, at most STANDS_BUSINESS_DAYS: the last
business day of a quarter is past on the next morning, the rebalance is not.

    sectors: last business day of the quarter, 2026-03-31; not traded since
"""

from collections.abc import Iterator
from datetime import date, timedelta

from dsl.policy import CheckedPolicy, Rebalance, Trigger
from engine.facts.calendar import business_days_between, period_end, period_start
from engine.facts.ids import AccountId
from engine.gate.drift import AccountDrift, held_back, last_traded
from engine.shell.monitoring.finding import Finding, Severity, View

STANDS_BUSINESS_DAYS = 10
"""Business days for which a day of the calendar asks for a rebalance that is not done."""


def find(view: View) -> Iterator[Finding]:
    """Yield one finding for each account and set of targets by what makes it due."""
    for account in view.drifts:
        on_calendar = tuple(_on_calendar(view, account))
        yield from on_calendar
        if account.rebalance and not on_calendar and account.account not in view.blind:
            yield _finding(view, account, "due", "; ".join(account.why), None)


def _on_calendar(view: View, account: AccountDrift) -> Iterator[Finding]:
    policy = next((p for p in view.policies if p.id == account.policy), None)
    for statement in () if policy is None else policy.rebalances:
        if policy is None or statement.targets != account.target:
            continue
        for trigger in statement.triggers:
            day = _latest(view.today, trigger, policy.calendar)
            if day is not None and _stands(view, policy, statement, account.account, day):
                words = f"{trigger.day or 'last'} business day of the {trigger.each}, {day.isoformat()}"
                since = "" if day == view.today else "; not traded since"
                yield _finding(view, account, day.isoformat(), f"{words}{since}", day)


def _latest(today: date, trigger: Trigger, calendar: str | None) -> date | None:
    """Return the last day on or before today on which a calendar trigger held."""
    if trigger.each is None:
        return None
    first = trigger.day == "first"
    edge = period_start if first else period_end
    day = edge(today, trigger.each, calendar)
    if day <= today:
        return day
    start = period_start(today, trigger.each, None)
    return edge(start - timedelta(days=7), trigger.each, calendar)


def _stands(view: View, policy: CheckedPolicy, statement: Rebalance, account: AccountId, day: date) -> bool:
    if business_days_between(day, view.today, policy.calendar) > STANDS_BUSINESS_DAYS:
        return False
    traded = last_traded(view.book, account)
    if traded is not None and traded >= day:
        return False
    return held_back(view.book, policy, statement, account) is None


def _finding(view: View, account: AccountDrift, what: str, why: str, due: date | None) -> Finding:
    return Finding(
        kind="rebalance",
        key=("rebalance", account.policy or "", account.target or "", account.account, what),
        severity=Severity.WARNING,
        message=f"rebalance {account.target} is due: {why}",
        account=account.account,
        household=view.book.accounts[account.account].household,
        policy=account.policy,
        rule=account.target,
        due=due,
    )
