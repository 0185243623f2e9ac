"""Orders as answers: one value, as text for people and as JSON for programs and the service."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from engine.facts.money import plain
from engine.shell.orders import keeping
from engine.shell.orders.blocks import Part, parts
from engine.shell.orders.keeping import Kept
from engine.shell.orders.reconcile import Break
from engine.shell.store.columns import moment_text


def orders_answer(session: Session, tickets: Iterable[Kept]) -> dict[str, Any]:
    """Return tickets as `guardband/order-blocks/1`."""
    return {"schema": "guardband/order-blocks/1", "orders": [_order(session, kept) for kept in tickets]}


def _order(session: Session, kept: Kept) -> dict[str, Any]:
    found = keeping.standing_of(session, kept)
    ticket = kept.ticket
    return {
        "order": ticket.name,
        "decision": ticket.decision,
        "record": kept.decision_seq,
        "side": ticket.side.value,
        "symbol": ticket.symbol,
        "quantity": plain(ticket.quantity),
        "limit": None if ticket.limit is None else plain(ticket.limit),
        "state": found.state.value,
        "filled": plain(found.filled),
        "money": plain(found.money),
        "route": kept.route,
        "allocation": ticket.rule,
        "accounts": [
            {"trade": leg.number, "account": leg.account, "quantity": plain(leg.quantity), "lot": leg.lot}
            for leg in ticket.legs
        ],
        "fills": [
            {
                "reference": fill.reference,
                "quantity": plain(fill.quantity),
                "price": plain(fill.price),
                "fees": plain(fill.fees),
                "date": fill.day.isoformat(),
            }
            for fill in found.fills
        ],
        "allocated": [_part(row) for row in parts(ticket, found.fills)],
        "void": list(found.void),
        "broker_order": found.broker_order,
        "note": found.note,
        "made_by": kept.made_by,
        "made_at": moment_text(kept.made_at),
        "sent_at": None if kept.sent_at is None else moment_text(kept.sent_at),
    }


def _part(row: Part) -> dict[str, Any]:
    """Return what one account got of a day's fills; `price` is the average, `amount` exact to the cent."""
    return {
        "account": row.account,
        "date": row.day.isoformat(),
        "quantity": plain(row.quantity),
        "price": plain(row.price),
        "amount": plain(row.amount),
        "fees": plain(row.fees),
    }


def orders_text(answer: dict[str, Any]) -> str:
    """Return orders as text, one a line; a block's accounts stand below it."""
    if not answer["orders"]:
        return "no orders"
    lines = []
    for row in answer["orders"]:
        told = f"{row['order']:<16} {row['side']:<5} {row['quantity']:>8} {row['symbol']:<6}"
        note = f"  {row['note']}" if row["note"] else ""
        lines.append(f"{told} {row['state'].replace('_', ' '):<17} {row['filled']:>8} filled{note}")
        if len({leg["account"] for leg in row["accounts"]}) > 1:
            lines += [
                f"    {one['account']:<12} {one['quantity']:>8} for {Decimal(one['amount']):,.2f}"
                for one in row["allocated"]
            ]
    return "\n".join(lines)


def breaks_answer(found: Iterable[Break], *, as_of: str) -> dict[str, Any]:
    """Return breaks as `guardband/reconcile/1`."""
    return {
        "schema": "guardband/reconcile/1",
        "as_of": as_of,
        "breaks": [
            {
                "account": row.account,
                "symbol": row.symbol,
                "ours": plain(row.ours),
                "theirs": plain(row.theirs),
                "difference": plain(row.difference),
                "cause": row.cause,
            }
            for row in found
        ],
    }


def breaks_text(answer: dict[str, Any]) -> str:
    """Return breaks as text."""
    if not answer["breaks"]:
        return "positions agree with the custodian's"
    return "\n".join(
        f"{row['account']:<12} {row['symbol']:<6} ours {row['ours']:>12}  theirs {row['theirs']:>12}  "
        f"{row['cause']}"
        for row in answer["breaks"]
    )
