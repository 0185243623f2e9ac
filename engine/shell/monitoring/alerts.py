"""Alerts as they lie in the store: read, acknowledged, told.

A new alert is open; a person acknowledges it; it is closed by the run that finds its fact gone. An alert
that was closed stays closed: a fact that comes back is a new one, with its own first day.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from engine.facts.failure import InputError
from engine.shell.log.chain import Author, append
from engine.shell.publishing.people import is_same_person, require
from engine.shell.store.columns import moment_text
from engine.shell.store.recording import table_of
from engine.shell.store.schema.alerts import AlertRow

ACKNOWLEDGE = "acknowledge"
"""The kind of the record that the decision log keeps of an acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert; `since` is the day on which its fact was first seen, `closed_on` when it was gone."""

    id: int
    kind: str
    severity: str
    message: str
    since: date
    last_seen: date
    account: str | None
    household: str | None
    policy: str | None
    rule: str | None
    symbol: str | None
    lot: str | None
    breach: str | None
    due: date | None
    level: int
    escalated_on: date | None
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    note: str | None
    closed_at: datetime | None
    closed_on: date | None
    detail: Mapping[str, str]

    @property
    def state(self) -> str:
        """Open, acknowledged or resolved."""
        if self.closed_at is not None:
            return "resolved"
        return "open" if self.acknowledged_at is None else "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which alerts are asked for; None and empty: all."""

    watch: str | None = None
    kinds: tuple[str, ...] = ()
    account: str | None = None
    household: str | None = None
    resolved: bool = False  # also those that are gone
    after: int = 0  # ids above this one: for pages
    most: int | None = None


def alerts(session: Session, chosen: Chosen | None = None) -> tuple[Alert, ...]:
    """Return the alerts asked for, in the order in which they were raised."""
    chosen = chosen or Chosen()
    table = table_of(AlertRow)
    statement = select(table).where(table.c.id > chosen.after).order_by(table.c.id)
    if not chosen.resolved:
        statement = statement.where(table.c.closed_at.is_(None))
    if chosen.watch is not None:
        statement = statement.where(table.c.watch == chosen.watch)
    if chosen.kinds:
        statement = statement.where(table.c.kind.in_(chosen.kinds))
    for name in ("account", "household"):
        wanted = getattr(chosen, name)
        if wanted is not None:
            statement = statement.where(table.c[name] == wanted)
    if chosen.most is not None:
        statement = statement.limit(chosen.most)
    return tuple(alert_of(row) for row in session.execute(statement).mappings())


def alert(session: Session, number: int) -> Alert:
    """Return one alert; raises InputError where there is none."""
    table = table_of(AlertRow)
    row = session.execute(select(table).where(table.c.id == number)).mappings().one_or_none()
    if row is None:
        raise InputError(f"there is no alert {number}", place="ALERT", cure="`guardband monitor alerts`")
    return alert_of(row)


def acknowledge(session: Session, author: Author, *, number: int, note: str = "") -> Alert:
    """Record that a person has seen an alert and sees to it; the decision log keeps it.

    The session is one of `Store.writing()`. The same person again changes nothing. Raises InputError where
    the alert is resolved or another person has it, NotAllowed where the person may not.
    """
    require(session, author.person, "close_alert")
    found = alert(session, number)
    if found.acknowledged_by is not None and is_same_person(found.acknowledged_by, author.person):
        return found
    if found.acknowledged_by is not None:
        reason = f"{found.acknowledged_by} acknowledged alert {number} already"
        raise InputError(reason, place="ALERT", cure=f"ask {found.acknowledged_by}")
    if found.closed_at is not None:
        raise InputError(f"alert {number} is resolved", place="ALERT", cure="there is nothing left to do")
    table = table_of(AlertRow)
    values = {"acknowledged_at": author.now, "acknowledged_by": author.person, "note": note or None}
    session.execute(update(table).where(table.c.id == number).values(**values))
    body = {"alert": number, "kind": found.kind, "message": found.message, "note": note}
    append(session, author, ACKNOWLEDGE, body)
    return alert(session, number)


def alert_of(row: Mapping[Any, Any]) -> Alert:
    """Return a row as a value."""
    same = ("id", "kind", "severity", "message", "account", "household", "policy", "rule", "symbol", "lot")
    more = ("breach", "due", "level", "escalated_on", "raised_at", "acknowledged_at", "acknowledged_by")
    return Alert(
        **{name: row[name] for name in (*same, *more, "note", "closed_at", "closed_on")},
        since=row["as_of"],
        last_seen=row["last_seen"] or row["as_of"],
        detail=json.loads(row["detail"]),
    )


def alert_data(one: Alert) -> dict[str, Any]:
    """Return an alert as plain data, as `/v1/alerts`, `monitor --format json` and webhooks tell it."""
    return {
        "id": one.id,
        "kind": one.kind,
        "severity": one.severity,
        "state": one.state,
        "message": one.message,
        "account": one.account,
        "household": one.household,
        "policy": one.policy,
        "rule": one.rule,
        "symbol": one.symbol,
        "lot": one.lot,
        "breach": one.breach,
        "since": one.since.isoformat(),
        "last_seen": one.last_seen.isoformat(),
        "due": None if one.due is None else one.due.isoformat(),
        "level": one.level,
        "escalated_on": None if one.escalated_on is None else one.escalated_on.isoformat(),
        "raised_at": moment_text(one.raised_at),
        "acknowledged_at": None if one.acknowledged_at is None else moment_text(one.acknowledged_at),
        "acknowledged_by": one.acknowledged_by,
        "note": one.note,
        "resolved_on": None if one.closed_on is None else one.closed_on.isoformat(),
        "detail": dict(one.detail),
    }


def alerts_answer(found: tuple[Alert, ...]) -> dict[str, Any]:
    """Return alerts as the answer `guardband/alerts/1`."""
    return {"schema": "guardband/alerts/1", "alerts": [alert_data(one) for one in found]}
