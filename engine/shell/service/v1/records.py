"""What the store keeps of decisions and work: the log, waivers, alerts, orders."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import RowMapping, Select, select
from sqlmodel import Session
from starlette.responses import Response

from engine.facts.money import plain
from engine.shell.monitoring.alerts import acknowledge as record_acknowledgement
from engine.shell.publishing.people import is_same_person
from engine.shell.service.answering import Done, OnceKey, answer, written
from engine.shell.service.guard import At, GuardedRoute, Service, Signed, author_of
from engine.shell.service.models.records import (
    AlertAnswer,
    AlertsAnswer,
    DecisionAnswer,
    DecisionsAnswer,
    OrdersAnswer,
    WaiversAnswer,
)
from engine.shell.service.models.requests import NoteIn
from engine.shell.service.paging import LAST, Cursor, Limit, number_after, page
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import Problem, described, not_found
from engine.shell.service.v1.asking import DayQuery, Name
from engine.shell.store.columns import moment_text
from engine.shell.store.facts import Seen
from engine.shell.store.recording import table_of
from engine.shell.store.schema.alerts import AlertRow
from engine.shell.store.schema.people import DecisionRow
from engine.shell.store.schema.policies import WaiverRow
from engine.shell.store.schema.work import OrderRow

router = APIRouter(route_class=GuardedRoute, tags=["records"], responses=described(422))

Number = Annotated[int, Path(ge=1, le=LAST)]


@router.get("/v1/decisions", response_model=DecisionsAnswer)
async def decisions(
    service: At,
    kind: Annotated[Name | None, Query(description="gate, rebalance, publish, halt, …")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List the records of the decision log, the latest first."""
    log = table_of(DecisionRow)
    before = number_after(cursor, first=LAST)
    statement = select(log).where(log.c.seq < before).order_by(log.c.seq.desc()).limit(limit + 1)
    if kind is not None:
        statement = statement.where(log.c.kind == kind)
    return await _listed(service, statement, "decisions", _decision, limit, "seq")


@router.get("/v1/decisions/{seq}", response_model=DecisionAnswer, responses=described(404))
async def decision(seq: Number, service: At) -> Response:
    """Tell one record of the decision log in full."""
    log = table_of(DecisionRow)
    rows = await _rows(service, select(log).where(log.c.seq == seq))
    if not rows:
        raise not_found("record", seq)
    body = json.loads(rows[0]["record"])["body"]
    return answer({"schema": "guardband/decision/1", **_decision(rows[0]), "body": body})


@router.get("/v1/waivers", response_model=WaiversAnswer)
async def waivers(
    service: At,
    as_of: Annotated[DayQuery, Query(description="In force on this day; unsaid: on any.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List the waivers that are known now."""
    table = table_of(WaiverRow)
    after = number_after(cursor, first=0)
    statement = Seen(as_of=as_of, known=None).of(table).order_by(None)
    statement = statement.where(table.c.id > after).order_by(table.c.id).limit(limit + 1)
    return await _listed(service, statement, "waivers", _waiver, limit, "id")


@router.get("/v1/alerts", response_model=AlertsAnswer)
async def alerts(
    service: At,
    account: Annotated[Name | None, Query()] = None,
    state: Annotated[str, Query(pattern="^(all|open|closed)$")] = "open",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List alerts, the latest first."""
    table = table_of(AlertRow)
    before = number_after(cursor, first=LAST)
    statement = select(table).where(table.c.id < before).order_by(table.c.id.desc()).limit(limit + 1)
    if account is not None:
        statement = statement.where(table.c.account == account)
    if state != "all":
        closed = table.c.closed_at
        statement = statement.where(closed.is_(None) if state == "open" else closed.is_not(None))
    return await _listed(service, statement, "alerts", _alert, limit, "id")


@router.post("/v1/alerts/{alert}/acknowledge", response_model=AlertAnswer, responses=described(404, 409))
async def acknowledge(
    alert: Number, request: Request, body: NoteIn, service: At, person: Signed, key: OnceKey
) -> Response:
    """Say that somebody has looked at an open alert; it closes when what it tells of is gone."""
    return await written(request, service, person, key, partial(_seen, service, person, alert, body.note))


def _seen(service: Service, person: SignedIn, alert: int, note: str, session: Session) -> Done:
    table = table_of(AlertRow)
    mine = select(table).where(table.c.id == alert)
    row = session.execute(mine).mappings().first()
    if row is None:
        raise not_found("alert", alert)
    if row["closed_at"] is not None:
        raise Problem(409, "closed", "the alert is closed", detail="what it told of is gone")
    holder = row["acknowledged_by"]
    if holder is not None and not is_same_person(holder, person.name):
        told = f"{holder} acknowledged the alert already"
        raise Problem(409, "taken", "the alert is another person's", detail=told)
    record_acknowledgement(session, author_of(service, person), number=alert, note=note)
    row = session.execute(mine).mappings().one()
    return Done(data={"schema": "guardband/alert/1", **_alert(row)})


@router.get("/v1/orders", response_model=OrdersAnswer)
async def orders(
    service: At,
    account: Annotated[Name | None, Query()] = None,
    state: Annotated[Name | None, Query(description="new, sent, filled, …")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List orders, the latest first."""
    table = table_of(OrderRow)
    before = number_after(cursor, first=LAST)
    statement = select(table).where(table.c.id < before).order_by(table.c.id.desc()).limit(limit + 1)
    for column, value in ((table.c.account, account), (table.c.state, state)):
        if value is not None:
            statement = statement.where(column == value)
    return await _listed(service, statement, "orders", _order, limit, "id")


async def _listed(
    service: Service,
    statement: Select[Any],
    name: str,
    told: Callable[[RowMapping], Mapping[str, Any]],
    limit: int,
    key: str,
) -> Response:
    """Answer a page of a list; `key` is the column that its cursor names."""
    rows = await _rows(service, statement)
    listed, following = page(rows, limit, lambda row: str(row[key]))
    return answer({"schema": f"guardband/{name}/1", name: [told(row) for row in listed], "next": following})


async def _rows(service: Service, statement: Select[Any]) -> list[RowMapping]:
    def read() -> list[RowMapping]:
        with service.store.reading() as session:
            return list(session.execute(statement).mappings())

    return await service.lanes.run("store", service.settings.gate_seconds, read)


def _decision(row: RowMapping) -> dict[str, Any]:
    told = json.loads(row["record"])
    body = told["body"]
    return {
        "seq": row["seq"],
        "kind": row["kind"],
        "recorded_at": moment_text(row["recorded_at"]),
        "person": told["person"],
        "hash": row["hash"],
        "previous": row["previous"],
        "decision": body.get("decision"),
        "as_of": body.get("as_of"),
        "accounts": body.get("accounts") or [],
    }


def _waiver(row: RowMapping) -> dict[str, Any]:
    names = ("policy", "version", "rule", "noun", "subject", "up_to")
    return {
        **{name: row[name] for name in names},
        "until": row["until"].isoformat(),
        **{name: row[name] for name in ("approved_by", "source", "clause")},
    }


def _alert(row: RowMapping) -> dict[str, Any]:
    names = (
        "kind",
        "severity",
        "account",
        "household",
        "policy",
        "rule",
        "symbol",
        "lot",
        "breach",
        "message",
    )
    return {
        "alert": row["id"],
        "raised_at": moment_text(row["raised_at"]),
        "as_of": row["as_of"].isoformat(),
        **{name: row[name] for name in names},
        "due": _day(row["due"]),
        "last_seen": _day(row["last_seen"]),
        "level": row["level"],
        "acknowledged_at": _moment(row["acknowledged_at"]),
        "acknowledged_by": row["acknowledged_by"],
        "note": row["note"],
        "closed_at": _moment(row["closed_at"]),
        "closed_by": row["closed_by"],
        "detail": json.loads(row["detail"]),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def _order(row: RowMapping) -> dict[str, Any]:
    return {
        "order": row["order_name"],
        "decision": row["decision_seq"],
        **{name: row[name] for name in ("account", "side", "symbol")},
        "quantity": plain(row["quantity"]),
        "lot": row["lot"],
        "state": row["state"],
        "made_at": moment_text(row["made_at"]),
        "sent_at": _moment(row["sent_at"]),
    }
