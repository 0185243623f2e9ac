"""Whether there is anything to do: the triggers of `rebalance` statements.

An account without a `rebalance` statement acts when asked. With one it acts when a class has left its
band, on the calendar day named, or when the predicate holds, and not too soon after its last trade.
Requests for cash and harvests need no trigger.
"""

from datetime import date

from dsl.policy import CheckedPolicy, Duration, Rebalance, Trigger
from engine.facts.calendar import add_months, business_days_between, period_end, period_start
from engine.facts.ids import AccountId
from optimizer.settings import Intent
from optimizer.tradable import policy_of
from rulebooks.evaluate import value
from rulebooks.ground import GroundBook, GroundLimit
from rulebooks.grounding import ground_state
from rulebooks.predicates import Setting, holds
from rulebooks.rows import AccountRow, Facts
from rulebooks.state import BookState


def triggers(
    ground: GroundBook, accounts: tuple[AccountId, ...], intent: Intent
) -> tuple[tuple[AccountId, ...], tuple[str, ...]]:
    """Return the accounts that should act, and sentences about those that should not."""
    if intent.kind != "rebalance":
        return accounts, ()
    state = ground_state(ground)
    acting: list[AccountId] = []
    notes: list[str] = []
    for account in accounts:
        statements = [(p, row) for p in policy_of(ground, account) for row in p.rebalances]
        idle = _idle(ground, state, account, statements)
        if idle is None:
            acting.append(account)
        else:
            notes.append(f"{account}: {idle}")
    return tuple(acting), tuple(notes)


def _idle(
    ground: GroundBook,
    state: BookState,
    account: AccountId,
    statements: list[tuple[CheckedPolicy, Rebalance]],
) -> str | None:
    """Return why the account rests, or None where it acts."""
    if not statements:
        return None
    for policy, statement in statements:
        if not any(_fires(ground, state, account, policy, statement, t) for t in statement.triggers):
            continue
        last = _last_trade(ground, account)
        if last is not None and _too_soon(last, ground.book.as_of, statement.at_most_every, policy.calendar):
            assert statement.at_most_every is not None
            every = statement.at_most_every
            return f"last traded on {last}, at most once every {every.count} {every.unit}"
        return None
    return "every class is inside its band and no other trigger holds"


def _fires(
    ground: GroundBook,
    state: BookState,
    account: AccountId,
    policy: CheckedPolicy,
    statement: Rebalance,
    trigger: Trigger,
) -> bool:
    if trigger.band:
        return any(
            _outside(limit, state)
            for limit in ground.limits
            if limit.target is not None
            and limit.scope.account == account
            and limit.rule.rule.id == statement.targets
            and limit.standing == "applies"
        )
    if trigger.each is not None:
        return is_calendar_day(ground.book.as_of, trigger.each, trigger.day or "last", policy.calendar)
    assert trigger.when is not None
    setting = Setting(today=ground.book.as_of, calendar=policy.calendar)
    return holds(trigger.when, AccountRow(Facts(state), (account,)), setting) is True


def _outside(limit: GroundLimit, state: BookState) -> bool:
    now = value(limit.measure, state)
    bound = limit.bound
    low = bound.low is not None and value(bound.low, state) > now
    return low or (bound.high is not None and value(bound.high, state) < now)


def is_calendar_day(today: date, each: str, which: str, calendar: str | None) -> bool:
    """Return whether today is the first or last business day of the month, quarter or year."""
    edge = period_start if which == "first" else period_end
    return today == edge(today, each, calendar)


def _last_trade(ground: GroundBook, account: AccountId) -> date | None:
    """Return the last day on which the account bought or sold, as far as the records tell."""
    days = [
        row.date
        for row in ground.book.transactions or ()
        if row.account == account and row.type.value in ("buy", "sell") and row.date <= ground.book.as_of
    ]
    return max(days, default=None)


def _too_soon(last: date, today: date, every: Duration | None, calendar: str | None) -> bool:
    if every is None:
        return False
    match every.unit:
        case "days":
            return (today - last).days < every.count
        case "business_days":
            return business_days_between(last, today, calendar) < every.count
        case "months":
            return add_months(last, every.count) > today
        case "years":
            return add_months(last, 12 * every.count) > today
