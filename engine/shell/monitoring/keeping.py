"""From a day's findings to alerts: new facts are raised, known ones followed, gone ones resolved.

    found     A B C          A is raised; B is known: its message follows the figures; D is gone: resolved
    open        B   D

All of a day happens in one transaction of the only writer, and the database refuses a second open alert of
one key: a second run, or one at the same time, raises nothing. A run that is overtaken by one of a later
day keeps nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session

from engine.facts.calendar import business_days_between
from engine.shell.monitoring.finding import Finding, Severity
from engine.shell.monitoring.judging import Judged
from engine.shell.monitoring.settings import Settings
from engine.shell.store.recording import insert_rows, next_key, table_of
from engine.shell.store.schema.alerts import AlertDeliveryRow, AlertRow, MonitoredRow

Row = Mapping[str, Any]
RAISED, WORSE, RESOLVED = "raised", "worse", "resolved"
BY_MONITOR = "monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a day's findings; `overtaken`: a later day was kept before, and nothing is."""

    day: date
    found: int = 0
    raised: int = 0
    resolved: int = 0
    escalated: int = 0
    overtaken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How a day is kept: for which watch, when, under which settings and calendar."""

    watch: str
    now: datetime
    settings: Settings
    calendar: str | None = None


def last_judged(session: Session, watch: str) -> date | None:
    """Return the last day that was judged for a watch."""
    table = table_of(MonitoredRow)
    found: date | None = session.execute(select(func.max(table.c.day)).where(table.c.watch == watch)).scalar()
    return found


def keep(session: Session, judged: Judged, how: Keeping) -> Kept:
    """Write a day's findings as alerts; the session is one of `Store.writing()`."""
    last = last_judged(session, how.watch)
    if last is not None and last > judged.day:
        return Kept(day=judged.day, found=len(judged.findings), overtaken=True)
    known = _open(session, how.watch)
    found = {finding.text_key: finding for finding in judged.findings}
    events: list[tuple[int, str, Row]] = []
    events += _raise(session, [one for key, one in found.items() if key not in known], judged.day, how)
    raised = len(events)
    events += _follow(session, known, found, judged.day)
    gone = [row for key, row in known.items() if key not in found and not _is_unknown(row, judged)]
    events += _resolve(session, gone, judged.day, how)
    leaving = {row["id"] for row in gone}
    staying = [row for row in known.values() if row["id"] not in leaving]
    escalated = _escalate(session, staying, judged.day, how)
    events += escalated
    _enqueue(session, events, how)
    kept = Kept(
        day=judged.day,
        found=len(found),
        raised=raised,
        resolved=len(gone),
        escalated=len(escalated),
    )
    _remember(session, kept, how)
    return kept


def _open(session: Session, watch: str) -> dict[str, Row]:
    table = table_of(AlertRow)
    rows = session.execute(select(table).where(table.c.watch == watch, table.c.closed_at.is_(None)))
    return {row["alert_key"]: dict(row) for row in rows.mappings()}


def _raise(session: Session, findings: list[Finding], day: date, how: Keeping) -> list[tuple[int, str, Row]]:
    table = table_of(AlertRow)
    first = next_key(session, table.c.id)
    rows = [
        {
            "id": number,
            "raised_at": how.now,
            "as_of": day,
            "watch": how.watch,
            "alert_key": finding.text_key,
            "closed_at": None,
            "closed_by": None,
            "closed_on": None,
            "level": 0,
            "escalated_on": None,
            "acknowledged_at": None,
            "acknowledged_by": None,
            "note": None,
            "last_seen": day,
            "due": finding.due,
            **_told(finding),
        }
        for number, finding in enumerate(findings, start=first)
    ]
    insert_rows(session, table, rows)
    return [(row["id"], RAISED, row) for row in rows]


def _told(finding: Finding) -> dict[str, Any]:
    """Return what a finding says in the columns of an alert, all but its due day."""
    names = ("kind", "account", "household", "rule", "policy", "symbol", "lot", "breach", "message")
    detail = json.dumps(dict(finding.detail), ensure_ascii=False, sort_keys=True)
    return {
        **{name: getattr(finding, name) for name in names},
        "severity": finding.severity.value,
        "detail": detail,
    }


def _follow(
    session: Session, known: Mapping[str, Row], found: Mapping[str, Finding], day: date
) -> list[tuple[int, str, Row]]:
    """Bring what is known up to date. A breach that was active stays so, and its clock runs on."""
    worse: list[tuple[int, str, Row]] = []
    changes = []
    for key, row in known.items():
        finding = found.get(key)
        if finding is None:
            continue
        told = _told(finding)
        if row["breach"] == "active" and finding.breach == "passive":
            told["breach"], told["severity"] = row["breach"], row["severity"]
        told["due"] = row["due"] if finding.kind == "breach" and row["due"] else finding.due
        told["last_seen"] = max(day, row["last_seen"] or day)
        if any(row[name] != value for name, value in told.items()):
            changes.append({"b_id": row["id"], **{f"b_{name}": value for name, value in told.items()}})
        if Severity(told["severity"]).rank > Severity(row["severity"]).rank:
            worse.append((row["id"], f"{WORSE}-{day.isoformat()}", {**row, **told}))
    _update(session, changes)
    return worse


def _update(session: Session, changes: list[dict[str, Any]]) -> None:
    if not changes:
        return
    table = table_of(AlertRow)
    names = [name.removeprefix("b_") for name in changes[0] if name != "b_id"]
    statement = update(table).where(table.c.id == bindparam("b_id"))
    session.connection().execute(statement.values({name: bindparam(f"b_{name}") for name in names}), changes)


BY_WEIGHT = frozenset({"drift", "rebalance", "breach", "harvest"})
"""Kinds that say nothing while prices are not fresh."""


def _is_unknown(row: Row, judged: Judged) -> bool:
    """Return whether nothing is known today of what an alert is about: then it is not gone."""
    whom = row["account"] or row["household"]
    if whom is None:
        return bool(judged.unjudged) and row["kind"] == "data"
    if whom in judged.unjudged:
        return bool(row["kind"] != "unjudged")
    return whom in judged.blind and row["kind"] in BY_WEIGHT


def _resolve(session: Session, gone: Iterable[Row], day: date, how: Keeping) -> list[tuple[int, str, Row]]:
    changes = [
        {"b_id": row["id"], "b_closed_at": how.now, "b_closed_by": BY_MONITOR, "b_closed_on": day}
        for row in gone
    ]
    _update(session, changes)
    return [(row["id"], RESOLVED, row) for row in gone]


def _escalate(
    session: Session, staying: Iterable[Row], day: date, how: Keeping
) -> list[tuple[int, str, Row]]:
    """Raise the level of what nobody has acknowledged in time, and of breaches past their due day."""
    raised: list[tuple[int, str, Row]] = []
    for row in staying:
        level = _level(row, day, how)
        if level > row["level"]:
            raised.append((row["id"], f"escalated-{level}", {**row, "level": level}))
    changes = [{"b_id": id_, "b_level": row["level"], "b_escalated_on": day} for id_, _, row in raised]
    _update(session, changes)
    return raised


def _level(row: Row, day: date, how: Keeping) -> int:
    if row["severity"] == Severity.INFO:
        return 0
    most = len(how.settings.escalate_after)
    if row["kind"] == "breach" and row["due"] is not None and row["due"] < day:
        return most + 1
    if row["acknowledged_at"] is not None:
        return int(row["level"])
    age = business_days_between(row["as_of"], day, how.calendar)
    return sum(age >= days for days in how.settings.escalate_after)


def _enqueue(session: Session, events: list[tuple[int, str, Row]], how: Keeping) -> None:
    rows = [
        {
            "alert_id": id_,
            "event": event,
            "receiver": receiver.name,
            "state": "waiting",
            "attempts": 0,
            "next_at": how.now,
            "sent_at": None,
            "failure": None,
        }
        for id_, event, row in events
        for receiver in how.settings.receivers
        if receiver.wants(kind=row["kind"], severity=row["severity"], event=event)
    ]
    insert_rows(session, table_of(AlertDeliveryRow), rows)


def _remember(session: Session, kept: Kept, how: Keeping) -> None:
    table = table_of(MonitoredRow)
    at = (table.c.watch == how.watch) & (table.c.day == kept.day)
    before = session.execute(select(table).where(at)).mappings().one_or_none()
    counts = {
        name: getattr(kept, name) + (before[name] if before else 0)
        for name in ("raised", "resolved", "escalated")
    }
    values = {"judged_at": how.now, "found": kept.found, **counts}
    if before is None:
        insert_rows(session, table, [{"watch": how.watch, "day": kept.day, **values}])
    else:
        session.execute(update(table).where(at).values(**values))
