"""What the decision log and monitoring hold of some days, as the values that reports are made of."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from engine.shell.log.chain import Entry, entries
from engine.shell.log.contents import get
from engine.shell.log.export import status_words
from engine.shell.log.logbook import APPROVAL, DECISIONS
from engine.shell.log.rows import gate_part
from engine.shell.log.verify import verify
from engine.shell.monitoring.alerts import Alert, Chosen, alerts
from engine.shell.reporting.period import Period
from engine.shell.store.recording import table_of
from engine.shell.store.schema.alerts import MonitoredRow
from reports.kinds.oversight import Act, Breach, Decided, LogKept, RuleUse, Watch
from reports.prints.report import Measured

UNTOLD = (*DECISIONS, APPROVAL, "orders", "orders_cancelled")
"""Records that are told elsewhere than among the acts of people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The log of some days, and how often each rule (policy, id) met each outcome in its decisions."""

    log: LogKept
    counts: Mapping[tuple[str, str], Counter[str]]
    titles: Mapping[tuple[str, str], str]


def counted(session: Session, period: Period) -> Counted:
    """Return what the log holds of the days."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    titles: dict[tuple[str, str], str] = {}
    decided: list[Decided] = []
    approvals: list[Act] = []
    acts: list[Act] = []
    for row in _within(entries(session), period):
        if row.kind in DECISIONS:
            decided.append(_decided(session, row, counts, titles))
        elif row.kind == APPROVAL:
            approvals.append(_act(row, what="approval", subject=f"record {row.body['of']}"))
        elif row.kind not in UNTOLD:
            acts.append(_act(row, what=row.kind, subject=_subject(row.body)))
    checked = verify(session)
    log = LogKept(
        decisions=tuple(decided),
        acts=tuple(acts),
        approvals=tuple(approvals),
        chain=status_words(checked),
        holds=checked.finding is None,
    )
    return Counted(log=log, counts=counts, titles=titles)


def used(rules: tuple[RuleUse, ...], found: Counted | None) -> tuple[RuleUse, ...]:
    """Return the rules with their counts; the gate's own checks that fired stand after them."""
    if found is None:
        return rules
    own = {(rule.policy, rule.rule) for rule in rules}
    more = tuple(
        _rule(policy, rule, found.titles[policy, rule])
        for policy, rule in sorted(found.counts)
        if (policy, rule) not in own and found.counts[policy, rule]["breach"]
    )
    return tuple(
        _with(rule, found.counts.get((rule.policy, rule.rule), Counter())) for rule in (*rules, *more)
    )


def watched(session: Session, period: Period) -> Watch | None:
    """Return what monitoring did in the days; None where it never judged a day until then."""
    table = table_of(MonitoredRow)
    own = table.c.watch == ""
    if not session.execute(select(func.count()).where(own, table.c.day <= period.until)).scalar_one():
        return None
    inside = own & table.c.day.between(period.since, period.until)
    sums = select(func.count(), func.sum(table.c.raised), func.sum(table.c.resolved)).where(inside)
    days, raised, resolved = session.execute(sums).one()
    known = alerts(session, Chosen(watch="", resolved=True))
    gone = [row for row in known if row.closed_on and period.since <= row.closed_on <= period.until]
    return Watch(
        days=days,
        raised=int(raised or 0),
        resolved=int(resolved or 0),
        waiting=sum(_stands(row, period) and row.acknowledged_by is None for row in known),
        resolved_after=tuple(
            sorted((row.closed_on - row.since).days for row in gone if row.closed_on is not None)
        ),
    )


def breaches(session: Session, period: Period) -> tuple[Breach, ...]:
    """Return the breaches that monitoring held to stand on the last of the days."""
    known = alerts(session, Chosen(watch="", kinds=("breach",), resolved=True))
    return tuple(_breach(row, period.stands) for row in known if _stands(row, period))


def _stands(row: Alert, period: Period) -> bool:
    return row.since <= period.stands and (row.closed_on is None or row.closed_on > period.stands)


def _breach(row: Alert, day: date) -> Breach:
    unit = row.detail.get("unit", "")
    return Breach(
        rule=row.rule or "",
        account=row.account or (f"household {row.household}" if row.household else ""),
        what=row.message,
        kind=row.breach or "not known",
        measured=_measured(row.detail.get("measured"), unit),
        limit=_measured(row.detail.get("limit"), unit),
        since=row.since,
        age_days=(day - row.since).days,
        due=row.due,
        seen_by=row.acknowledged_by or "nobody yet",
    )


def _measured(text: str | None, unit: str) -> Measured | None:
    try:
        return Measured(value=Decimal(text), unit=unit) if text else None
    except InvalidOperation:  # told in words
        return None


def _within(rows: Iterator[Entry], period: Period) -> Iterator[Entry]:
    return (row for row in rows if period.since <= row.recorded_at.date() <= period.until)


def _decided(
    session: Session,
    row: Entry,
    counts: dict[tuple[str, str], Counter[str]],
    titles: dict[tuple[str, str], str],
) -> Decided:
    gate = gate_part(json.loads(get(session, row.body["answer"])))
    breached: dict[str, None] = {}
    for verdict in () if gate is None else gate["verdicts"]:
        key = (verdict["policy"] or "", verdict["rule"])
        titles.setdefault(key, verdict["title"])
        found = counts.setdefault(key, Counter())
        if verdict["outcome"] == "not_applicable":
            continue
        found.update(("tried", verdict["outcome"]))
        if verdict["outcome"] == "breach":
            breached[verdict["rule"]] = None
        if verdict["decision"] != "pass":
            found[f"decision {verdict['decision']}"] += 1
    trades = row.body.get("trades") or ()
    return Decided(
        record=row.seq,
        day=row.recorded_at.date(),
        command=row.kind,
        person=row.person,
        decision=row.body.get("decision"),
        trades=len(trades),
        stopped=sum(trade["decision"] in ("block", "approval") for trade in trades),
        breached=tuple(breached),
    )


def _act(row: Entry, *, what: str, subject: str) -> Act:
    body = row.body
    return Act(
        record=row.seq,
        day=row.recorded_at.date(),
        person=row.person,
        role=str(body.get("role") or ""),
        what=what,
        subject=subject,
        reason=str(body.get("reason") or body.get("note") or ""),
    )


def _subject(body: Mapping[str, Any]) -> str:
    if body.get("policy"):
        return f"{body['policy']} {body.get('version') or ''}".strip()
    if "alert" in body:
        return f"alert {body['alert']}: {body.get('message', '')}"
    if "scope" in body:
        return f"{body['scope']} {body.get('name') or ''}".strip()
    return f"halt {body['halt']}" if "halt" in body else str(body.get("name") or "")


def _with(rule: RuleUse, found: Counter[str]) -> RuleUse:
    return replace(
        rule,
        tried=found["tried"],
        breached=found["breach"],
        blocked=found["decision block"],
        approval=found["decision approval"],
        warned=found["decision warn"],
        waived=found["waived"],
    )


def _rule(policy: str, rule: str, title: str) -> RuleUse:
    return RuleUse(
        policy=policy,
        rule=rule,
        title=title,
        clause="" if policy else "built in",
        tried=None,
        breached=None,
        blocked=None,
        approval=None,
        warned=None,
        waived=None,
    )
