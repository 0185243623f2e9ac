"""Tickets, requests and reports in the database: written before they matter, counted anew when they do.

A request is `to_send` until the session has a sequence number for it, `sending` from then until it is known
to have gone out, then `sent`. One that a halt or a person stopped before it went out is `withdrawn`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlmodel import Session

from engine.facts.trades import Side
from engine.shell.orders.fix.messages import from_kept, identity, kept_text, report_of
from engine.shell.orders.values import Kind, Leg, Report, Standing, State, Ticket, standing
from engine.shell.store.recording import table_of
from engine.shell.store.schema.orders import ReportRow, RequestRow, TicketRow
from engine.shell.store.schema.work import OrderRow

TO_SEND, SENDING, SENT, WITHDRAWN = "to_send", "sending", "sent", "withdrawn"
WITHDRAWN_NOTE = "withdrawn before it was sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A ticket as the database keeps it."""

    id: int
    ticket: Ticket
    decision_seq: int
    route: str
    state: State
    filled: Decimal
    made_by: str
    made_at: datetime
    sent_at: datetime | None
    replaces: int | None
    broker_order: str | None
    note: str | None
    posted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something that is asked of a counterparty."""

    id: int
    ticket_id: int
    name: str
    kind: str  # new, cancel or replace
    original: str | None
    quantity: Decimal
    state: str
    seq: int | None


def add_ticket(
    session: Session,
    ticket: Ticket,
    *,
    seq: int,
    route: str,
    by: str,
    now: datetime,
    replaces: int | None = None,
) -> int:
    """Write a ticket and its legs; return the ticket's id."""
    row = {
        "name": ticket.name,
        "decision": ticket.decision,
        "decision_seq": seq,
        "number": int(ticket.name.rpartition("-")[2]),
        "side": ticket.side.value,
        "symbol": ticket.symbol,
        "quantity": ticket.quantity,
        "price_limit": ticket.limit,
        "rule": ticket.rule,
        "route": route,
        "state": State.NEW.value,
        "filled": Decimal(0),
        "posted": False,
        "replaces": replaces,
        "made_by": by,
        "made_at": now,
    }
    made = session.execute(insert(table_of(TicketRow)).values(row).returning(table_of(TicketRow).c.id))
    ticket_id = int(made.scalar_one())
    legs = [
        {
            "order_name": f"{ticket.name}.{leg.number}",
            "ticket_id": ticket_id,
            "number": leg.number,
            "decision_seq": seq,
            "account": leg.account,
            "side": ticket.side.value,
            "symbol": ticket.symbol,
            "quantity": leg.quantity,
            "lot": leg.lot,
            "state": State.NEW.value,
            "made_at": now,
            "sent_at": None,
        }
        for leg in ticket.legs
    ]
    session.execute(insert(table_of(OrderRow)), legs)
    return ticket_id


def add_request(
    session: Session,
    ticket_id: int,
    *,
    name: str,
    kind: str,
    quantity: Decimal,
    by: str,
    now: datetime,
    original: str | None = None,
    state: str = TO_SEND,
) -> None:
    """Write a request before it goes out."""
    row = {
        "ticket_id": ticket_id,
        "name": name,
        "kind": kind,
        "original": original,
        "quantity": quantity,
        "state": state,
        "made_by": by,
        "made_at": now,
        "sent_at": now if state == SENT else None,
    }
    session.execute(insert(table_of(RequestRow)).values(row))


def tickets_kept(session: Session, *conditions: Any) -> tuple[Kept, ...]:
    """Return tickets in the order in which they were made."""
    table, legs = table_of(TicketRow), table_of(OrderRow)
    rows = session.execute(select(table).where(*conditions).order_by(table.c.id)).mappings().all()
    ids = [row["id"] for row in rows]
    found: dict[int, list[Leg]] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        statement = select(legs).where(legs.c.ticket_id.in_(some)).order_by(legs.c.number)
        for leg in session.execute(statement).mappings():
            value = Leg(
                number=leg["number"], account=leg["account"], quantity=leg["quantity"], lot=leg["lot"]
            )
            found.setdefault(leg["ticket_id"], []).append(value)
    return tuple(_kept(row, tuple(found.get(row["id"], ()))) for row in rows)


def ticket_kept(session: Session, ticket_id: int) -> Kept:
    """Return one ticket."""
    return tickets_kept(session, table_of(TicketRow).c.id == ticket_id)[0]


def open_tickets(session: Session) -> tuple[Kept, ...]:
    """Return the tickets of which more may be filled."""
    states = [state.value for state in State if state.is_open]
    return tickets_kept(session, table_of(TicketRow).c.state.in_(states))


def _kept(row: RowMapping, legs: tuple[Leg, ...]) -> Kept:
    ticket = Ticket(
        name=row["name"],
        side=Side(row["side"]),
        symbol=row["symbol"],
        legs=legs,
        rule=row["rule"],
        decision=row["decision"],
        limit=row["price_limit"],
    )
    return Kept(
        id=row["id"],
        ticket=ticket,
        decision_seq=row["decision_seq"],
        route=row["route"],
        state=State(row["state"]),
        filled=row["filled"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        sent_at=row["sent_at"],
        replaces=row["replaces"],
        broker_order=row["broker_order"],
        note=row["note"],
        posted=row["posted"],
    )


def requests(session: Session, *states: str, route: str | None = None) -> tuple[Request, ...]:
    """Return requests in the order in which they were made, those of some states only where named."""
    table, kept = table_of(RequestRow), table_of(TicketRow)
    statement = select(table).join(kept, kept.c.id == table.c.ticket_id).order_by(table.c.id)
    if states:
        statement = statement.where(table.c.state.in_(states))
    if route is not None:
        statement = statement.where(kept.c.route == route)
    return tuple(_request(row) for row in session.execute(statement).mappings())


def requests_of(session: Session, ticket_id: int) -> tuple[Request, ...]:
    """Return what was asked about one ticket."""
    table = table_of(RequestRow)
    rows = session.execute(
        select(table).where(table.c.ticket_id == ticket_id).order_by(table.c.id)
    ).mappings()
    return tuple(_request(row) for row in rows)


def request_named(session: Session, name: str) -> Request | None:
    """Return the request of a ClOrdID; None where it is not ours."""
    table = table_of(RequestRow)
    row = session.execute(select(table).where(table.c.name == name)).mappings().first()
    return None if row is None else _request(row)


def request_numbered(session: Session, route: str, seq: int) -> Request | None:
    """Return the latest request of a route that went out under a sequence number."""
    found = [row for row in requests(session, SENDING, SENT, route=route) if row.seq == seq]
    return found[-1] if found else None


def _request(row: RowMapping) -> Request:
    names = ("id", "ticket_id", "name", "kind", "original", "quantity", "state", "seq")
    return Request(**{name: row[name] for name in names})


def mark(session: Session, request: Request, state: str, *, now: datetime, seq: int | None = None) -> None:
    """Write where a request is on its way, and count its ticket anew."""
    table = table_of(RequestRow)
    values: dict[str, Any] = {"state": state}
    if seq is not None:
        values["seq"] = seq
    if state == SENT:
        values["sent_at"] = now
    session.execute(update(table).where(table.c.id == request.id).values(values))
    count(session, ticket_kept(session, request.ticket_id), now=now)


def reports_of(session: Session, ticket_id: int) -> tuple[Report, ...]:
    """Return what was reported of a ticket, in the order in which it came."""
    table = table_of(ReportRow)
    rows = session.execute(
        select(table.c.message).where(table.c.ticket_id == ticket_id).order_by(table.c.id)
    ).scalars()
    return tuple(report_of(from_kept(text)) for text in rows)


def standing_of(session: Session, kept: Kept) -> Standing:
    """Return where a ticket stands, counted from its reports."""
    asked = requests_of(session, kept.id)
    new = [row for row in asked if row.kind in ("new", "replace")]
    names = {row.name for row in asked if row.kind == "cancel"}
    told = [_settled(report, names) for report in reports_of(session, kept.id)]
    found = standing(kept.ticket, told, is_sent=any(row.state in (SENDING, SENT) for row in new))
    if found.state is State.NEW and new and all(row.state == WITHDRAWN for row in new):
        return replace(found, state=State.CANCELLED, note=WITHDRAWN_NOTE)
    return found


def _settled(report: Report, cancels: set[str]) -> Report:
    """A message that turns away a request to cancel says nothing of the order itself."""
    if report.kind is Kind.REJECTED and report.order in cancels:
        return replace(report, kind=Kind.REFUSED, is_open=None)
    return report


def count(session: Session, kept: Kept, *, now: datetime) -> Standing:
    """Count a ticket anew from its reports and write where it stands."""
    found = standing_of(session, kept)
    table, legs = table_of(TicketRow), table_of(OrderRow)
    changed = found.filled != kept.filled or found.state != kept.state or bool(found.void)
    values = {
        "state": found.state.value,
        "filled": found.filled,
        "broker_order": found.broker_order,
        "note": found.note,
        "posted": kept.posted and not changed,
    }
    sent = kept.sent_at or (now if found.state is not State.NEW and found.note != WITHDRAWN_NOTE else None)
    session.execute(update(table).where(table.c.id == kept.id).values({**values, "sent_at": sent}))
    session.execute(
        update(legs).where(legs.c.ticket_id == kept.id).values(state=found.state.value, sent_at=sent)
    )
    return found


def take(
    session: Session, *, route: str, fields: Mapping[int, str], now: datetime
) -> Iterator[tuple[Kept | None, bool]]:
    """Keep a message and count its tickets anew; yields each ticket, and whether the message was new.

    A message that names no order of ours, or says too little, is kept without a ticket.
    """
    for part, ticket_id, told in _about(session, route, dict(fields)):
        if not _keep(session, route, part, ticket_id, told, now):
            yield (None if ticket_id is None else ticket_kept(session, ticket_id)), False
            continue
        if ticket_id is None:
            yield None, True
            continue
        count(session, ticket_kept(session, ticket_id), now=now)
        yield ticket_kept(session, ticket_id), True


def _about(
    session: Session, route: str, fields: dict[int, str]
) -> Iterable[tuple[str, int | None, Mapping[int, str]]]:
    """Return which tickets a message is about: a replacement is about two."""
    if fields.get(35) in ("3", "j"):
        asked = request_numbered(session, route, int(fields.get(45, "0")))
        if asked is None:
            return [(identity(fields), None, fields)]
        return [(identity(fields), asked.ticket_id, {**fields, 11: asked.name})]
    try:
        report = report_of(fields)
    except ValueError:
        return [(identity(fields), None, fields)]
    asked = request_named(session, report.order)
    found = [(identity(fields), None if asked is None else asked.ticket_id, fields)]
    if report.kind is Kind.REPLACED and (new := request_named(session, fields.get(11, ""))) is not None:
        accepted = {**fields, 150: "0", 41: fields.get(41, "")}
        found.append((f"{identity(fields)} new", new.ticket_id, accepted))
    return found


def _keep(
    session: Session, route: str, part: str, ticket_id: int | None, fields: Mapping[int, str], now: datetime
) -> bool:
    table = table_of(ReportRow)
    known = session.execute(
        select(table.c.id).where(table.c.route == route, table.c.identity == part).limit(1)
    ).first()
    if known is not None:
        return False
    row = {
        "ticket_id": ticket_id,
        "route": route,
        "identity": part,
        "message": kept_text(fields),
        "day": _day(fields),
        "received_at": now,
    }
    session.execute(insert(table).values(row))
    return True


def _day(fields: Mapping[int, str]) -> date | None:
    try:
        return report_of(fields).day
    except ValueError:
        return None
