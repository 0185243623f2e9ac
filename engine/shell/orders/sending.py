"""Orders made, cancelled and stopped: all is written down first, and the session sends what is written.

made = make_orders(store, ready, author, route="fix FIX.4.4:DESK->BROKER")
cancelled = cancel(session, tickets, by=…, now=…)
stopped = stop_halted(session, by=…, now=…)       what halts touch is cancelled at once
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.money import plain
from engine.facts.trades import Trade
from engine.shell.log.chain import Author, Entry, append, author_named, entry
from engine.shell.orders import keeping
from engine.shell.orders.blocks import parts, tickets
from engine.shell.orders.decided import NotSendable, Ready, refuse_sent, state_of, trades_of
from engine.shell.orders.keeping import Kept, Request
from engine.shell.orders.posting import post_into
from engine.shell.orders.values import Kind, Report, Ticket
from engine.shell.publishing.halts import Halt, Scope, halt, halts
from engine.shell.publishing.people import require
from engine.shell.store.connect import Store
from engine.shell.store.recording import table_of
from engine.shell.store.schema.orders import TicketRow

ORDERS, CANCELS = "orders", "orders_cancelled"


class Moved(InputError):
    """Something came in while a list was judged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Orders that are written down and go out next; record: that says so in the log."""

    decision: str
    seq: int
    tickets: tuple[Kept, ...]
    record: Entry


def make_orders(
    store: Store,
    ready: Ready,
    author: Author,
    *,
    route: str,
    blocks: bool = True,
    limits: Mapping[str, Decimal] | None = None,
    replacing: str | None = None,
) -> Made:
    """Write the orders of a decision, once; they are to be sent by their route.

    blocks: accounts share a ticket per side and security. limits: prices by symbol; none: at the market.
    replacing: an open ticket of the same side and security that the only ticket of this list replaces.
    Raises NotSendable where it was sent meanwhile, Moved where facts came in since it was judged.
    """
    with store.writing() as session:
        return orders_written(
            session, ready, author, route=route, blocks=blocks, limits=limits, replacing=replacing
        )


def orders_written(
    session: Session,
    ready: Ready,
    author: Author,
    *,
    route: str,
    blocks: bool = True,
    limits: Mapping[str, Decimal] | None = None,
    replacing: str | None = None,
) -> Made:
    """Do what `make_orders` does, in a transaction that is open; raises as it does."""
    require(session, author.person, "send_orders")
    refuse_sent(session, ready.entry)
    if state_of(session) != ready.seen:
        raise Moved("something came in while the list was judged", place="DECISION", cure="send it again")
    prefix = f"GB{ready.entry.seq}-{ready.entry.hash[:6]}"
    made = [
        replace(row, limit=(limits or {}).get(row.symbol))
        for row in tickets(ready.trades, prefix=prefix, decision=ready.decision, blocks=blocks)
    ]
    old = None if replacing is None else _replaced(session, replacing, made, route)
    ids = [_write(session, row, ready, author, route=route, old=old) for row in made]
    recorded = append(session, author, ORDERS, _told(ready, made, route))
    table = table_of(TicketRow)
    kept = keeping.tickets_kept(session, table.c.id.in_(ids))
    post_into(session, now=author.now)
    return Made(decision=ready.decision, seq=ready.entry.seq, tickets=kept, record=recorded)


def _write(
    session: Session, ticket: Ticket, ready: Ready, author: Author, *, route: str, old: Kept | None
) -> int:
    id_ = keeping.add_ticket(
        session,
        ticket,
        seq=ready.entry.seq,
        route=route,
        by=author.person,
        now=author.now,
        replaces=None if old is None else old.id,
    )
    keeping.add_request(
        session,
        id_,
        name=ticket.name,
        kind="new" if old is None else "replace",
        original=None if old is None else current_name(session, old),
        quantity=ticket.quantity + (old.filled if old is not None else 0),
        by=author.person,
        now=author.now,
    )
    return id_


def _replaced(session: Session, name: str, made: list[Ticket], route: str) -> Kept:
    old = named(session, (name,))[0]
    fits = len(made) == 1 and (made[0].side, made[0].symbol) == (old.ticket.side, old.ticket.symbol)
    if not old.state.is_open or not fits or old.route != route:
        raise NotSendable(
            f"{name} cannot be replaced by this list",
            place="--replacing",
            cure="name an open order of the same route, side and security, and a list with nothing else",
        )
    return old


def _told(ready: Ready, made: list[Ticket], route: str) -> dict[str, Any]:
    """Return what the log keeps of a sending; the allocation rule is fixed with it."""
    return {
        "decision_id": ready.decision,
        "decision_seq": ready.entry.seq,
        "route": route,
        "judged_again": {
            "decision": ready.answer.decision.value,
            "as_of": ready.answer.as_of.isoformat(),
            "facts_hash": ready.answer.facts_hash,
        },
        "orders": [
            {
                "order": row.name,
                "side": row.side.value,
                "symbol": row.symbol,
                "quantity": plain(row.quantity),
                "limit": None if row.limit is None else plain(row.limit),
                "rule": row.rule,
                "trades": [leg.number for leg in row.legs],
            }
            for row in made
        ],
    }


def current_name(session: Session, kept: Kept) -> str:
    """Return the ClOrdID under which a ticket is worked."""
    asked = [row for row in keeping.requests_of(session, kept.id) if row.kind in ("new", "replace")]
    return asked[-1].name if asked else kept.ticket.name


def named(session: Session, names: Iterable[str]) -> tuple[Kept, ...]:
    """Return tickets by name. Raises InputError for a name that is none."""
    table = table_of(TicketRow)
    found = []
    for name in names:
        kept = keeping.tickets_kept(session, table.c.name == name)
        if not kept:
            raise InputError(f"there is no order {name}", place="ORDER", cure="guardband orders list")
        found.append(kept[0])
    return tuple(found)


def cancel(session: Session, chosen: Iterable[Kept], *, by: str, now: datetime) -> tuple[str, ...]:
    """Ask for the cancellation of open tickets; those that have not gone out are withdrawn at once.

    Returns their names; a ticket whose cancellation is on its way already is not asked for again.
    """
    told = []
    for kept in chosen:
        asked = keeping.requests_of(session, kept.id)
        if not kept.state.is_open or _is_being_cancelled(asked, keeping.reports_of(session, kept.id)):
            continue
        told.append(kept.ticket.name)
        waiting = [row for row in asked if row.kind != "cancel" and row.state == keeping.TO_SEND]
        for row in waiting:
            keeping.mark(session, row, keeping.WITHDRAWN, now=now)
        if waiting:
            continue
        number = 1 + sum(row.kind == "cancel" for row in asked)
        keeping.add_request(
            session,
            kept.id,
            name=f"{kept.ticket.name}.C{number}",
            kind="cancel",
            original=current_name(session, kept),
            quantity=kept.ticket.quantity,
            by=by,
            now=now,
        )
    return tuple(told)


def _is_being_cancelled(asked: Iterable[Request], reports: Iterable[Report]) -> bool:
    refused = sum(report.kind is Kind.REFUSED for report in reports)
    cancels = [row for row in asked if row.kind == "cancel" and row.state != keeping.WITHDRAWN]
    return len(cancels) > refused


def cancel_orders(store: Store, author: Author, *, choose: Iterable[str] | None) -> tuple[str, ...]:
    """Cancel tickets by name, all open ones where None; recorded in the log."""
    with store.writing() as session:
        return orders_cancelled(session, author, choose=choose)


def orders_cancelled(session: Session, author: Author, *, choose: Iterable[str] | None) -> tuple[str, ...]:
    """Do what `cancel_orders` does, in a transaction that is open."""
    require(session, author.person, "send_orders")
    chosen = keeping.open_tickets(session) if choose is None else named(session, choose)
    told = cancel(session, chosen, by=author.person, now=author.now)
    if told:
        append(session, author, CANCELS, {"orders": list(told), "reason": "asked for"})
    post_into(session, now=author.now)
    return told


def stop_halted(session: Session, *, now: datetime) -> tuple[str, ...]:
    """Cancel every open ticket that a halt touches, in the name of who halted; returns their names.

    The log has a record for each halt that stopped something.
    """
    held = halts(session)
    if not held:
        return ()
    stopped: dict[Halt, list[str]] = {}
    for kept in keeping.open_tickets(session):
        stopping = touching(held, kept.ticket)
        if stopping is not None:
            stopped.setdefault(stopping, []).extend(cancel(session, (kept,), by=stopping.person, now=now))
    for halted, names in stopped.items():
        if names:
            append(
                session,
                author_named(halted.person, now),
                CANCELS,
                {"orders": names, "reason": halted.words},
            )
    return tuple(name for names in stopped.values() for name in names)


def halt_and_stop(
    session: Session, author: Author, *, scope: Scope, reason: str
) -> tuple[Entry, tuple[str, ...]]:
    """Halt trading and stop what it touches in one transaction; returns the record and the orders."""
    recorded = halt(session, author, scope=scope, reason=reason)
    stopped = stop_halted(session, now=author.now)
    post_into(session, now=author.now)
    return recorded, stopped


def touching(held: Iterable[Halt], ticket: Ticket) -> Halt | None:
    """Return a halt that touches a ticket; None where none does."""
    legs = [
        Trade(
            number=leg.number,
            account=AccountId(leg.account),
            side=ticket.side,
            symbol=Symbol(ticket.symbol),
            quantity=leg.quantity,
            lot=None if leg.lot is None else LotId(leg.lot),
        )
        for leg in ticket.legs
    ]
    return next((row for row in held if any(row.scope.touches(leg) for leg in legs)), None)


def remaining(session: Session, name: str) -> tuple[Trade, ...]:
    """Return what of a decision was not filled and is not on its way, as a new list for the gate.

    Raises InputError where an order of it is open, or the record is about no list.
    """
    found = entry(session, name)
    if "trades" not in found.body:
        reason = f"record {found.seq} is about no list ({found.kind})"
        raise InputError(reason, place="DECISION", cure="name a decision of the gate, or a proposal")
    table = table_of(TicketRow)
    done: dict[int, Decimal] = {}
    for kept in keeping.tickets_kept(session, table.c.decision_seq == found.seq):
        if kept.state.is_open:
            raise InputError(
                f"order {kept.ticket.name} is open", place="DECISION", cure="wait for it, or cancel it first"
            )
        for part in parts(kept.ticket, keeping.standing_of(session, kept).fills):
            for leg, size in part.legs:
                done[leg.number] = done.get(leg.number, Decimal(0)) + size
    left = [
        replace(trade, quantity=trade.quantity - done.get(trade.number, Decimal(0)))
        for trade in trades_of(found.body)
    ]
    kept_ = [trade for trade in left if trade.quantity > 0]
    return tuple(replace(trade, number=number) for number, trade in enumerate(kept_, start=1))
