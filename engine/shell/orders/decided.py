"""Decisions that may be sent: what the log recorded, judged again on what is known now.

    ready = ready_to_send(store, "12", by="P. Lane")     the list, and the gate's answer of this minute

A record is sent once. The list is judged again under the mandates in force on the book as it stands: an
answer other than pass or warn, or one for another rulebook, sends it back through the gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.approvals import decision_id
from engine.gate.verdict import Decision, GateAnswer
from engine.shell import work
from engine.shell.log.chain import Entry, entry
from engine.shell.log.logbook import DECISIONS, approvals_in
from engine.shell.publishing.halts import halted_answer, halts
from engine.shell.publishing.people import require
from engine.shell.store.connect import Store
from engine.shell.store.recording import table_of
from engine.shell.store.schema.imports import ImportRow, ToldRow
from engine.shell.store.schema.orders import ReportRow, TicketRow
from engine.shell.store.schema.people import DecisionRow

PLACE = "DECISION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A decision that may be sent; `seen` tells whether anything came in since it was judged again."""

    entry: Entry
    decision: str
    trades: tuple[Trade, ...]
    answer: GateAnswer
    seen: tuple[int, ...]


class NotSendable(InputError):
    """A decision that the gate did not pass, or that was sent before."""


def trades_of(body: Mapping[str, Any]) -> tuple[Trade, ...]:
    """Return the list that a record is about, exactly as it was judged."""
    return tuple(
        Trade(
            number=row["trade"],
            account=AccountId(row["account"]),
            side=Side(row["side"]),
            symbol=Symbol(row["symbol"]),
            quantity=Decimal(row["quantity"]),
            price=None if row["price"] is None else Decimal(row["price"]),
            lot=None if row["lot"] is None else LotId(row["lot"]),
            reason=row["reason"],
        )
        for row in body["trades"]
    )


def ready_to_send(store: Store, name: str, *, by: str, address: str) -> Ready:
    """Return a decision judged again. Raises NotSendable with the reason where it may not be sent.

    address: of the same database, with its password where it has one.
    """
    with store.reading() as session:
        require(session, by, "send_orders")
        found = entry(session, name)
        trades = _checked(session, found)
        refuse_sent(session, found)
        decision = str(found.body["decision_id"])
        approvals, held, seen = approvals_in(session, decision), halts(session), state_of(session)
    names = [row["id"] for row in found.body["policies"]]
    with work.opened(names, address, None) as desk:
        now_called = decision_id(desk.ground.rulebook.hash, trades)
        if now_called != decision:
            raise NotSendable(
                "the mandates changed since this decision",
                place=PLACE,
                cure="judge the list again, then send that",
            )
        answer = halted_answer(desk.judge(trades, approvals=approvals), held)
    _refuse_unpassed(answer)
    return Ready(entry=found, decision=decision, trades=trades, answer=answer, seen=seen)


def state_of(session: Session) -> tuple[int, ...]:
    """Return how far the log, the imports and the reports have come."""
    columns = (
        table_of(DecisionRow).c.seq,
        table_of(ImportRow).c.id,
        table_of(ReportRow).c.id,
        table_of(TicketRow).c.id,
    )
    return tuple(int(session.execute(select(func.coalesce(func.max(c), 0))).scalar_one()) for c in columns)


def refuse_sent(session: Session, found: Entry) -> None:
    """Refuse a record that was sent, or that is older than a sending of the same list."""
    table = table_of(TicketRow)
    decision = found.body["decision_id"]
    rows = session.execute(
        select(table.c.decision_seq, table.c.made_at, table.c.name).where(table.c.decision == decision)
    ).all()
    sent = [row for row in rows if row.decision_seq == found.seq or row.made_at >= found.recorded_at]
    if sent:
        cure = "to trade it once more judge it again; `guardband orders list` tells what went out"
        raise NotSendable(f"decision {found.name} was sent as {sent[0].name}", place=PLACE, cure=cure)


def _checked(session: Session, found: Entry) -> tuple[Trade, ...]:
    if found.kind not in DECISIONS or not found.body.get("decision_id"):
        raise NotSendable(
            f"record {found.name} is no decision on a list", place=PLACE, cure="name a decision of the gate"
        )
    if found.body["decision"] == Decision.BLOCK.value:
        raise NotSendable("the gate blocked this list", place=PLACE, cure="mend the list and judge it again")
    trades = trades_of(found.body)
    if not trades:
        raise NotSendable("the list is empty", place=PLACE, cure="there is nothing to send")
    same = decision_id(found.body["rulebook"]["hash"], trades) == found.body["decision_id"]
    if not same:
        raise NotSendable(
            "the record's list is not the one that was judged", place=PLACE, cure="guardband audit verify"
        )
    _refuse_untold(session, {trade.account for trade in trades})
    return trades


def _refuse_untold(session: Session, accounts: set[AccountId]) -> None:
    """Refuse accounts whose lots are told by a file: their fills could not become lots."""
    table = table_of(ToldRow)
    rows = session.execute(
        select(table.c.account, table.c.family).where(
            table.c.superseded_at.is_(None), table.c.account.in_(accounts)
        )
    ).all()
    by_file = sorted({row.account for row in rows if row.family == "lots"})
    if by_file:
        raise NotSendable(
            f"the lots of {by_file[0]} come from lots.csv, so its fills could not become lots",
            place=PLACE,
            cure="import its transactions instead: the lots follow from them",
        )


def _refuse_unpassed(answer: GateAnswer) -> None:
    if answer.decision in (Decision.PASS, Decision.WARN):
        return
    stopping = [row for row in answer.verdicts if row.decision is answer.decision]
    rules = ", ".join(dict.fromkeys(row.rule for row in stopping)) or "the gate"
    reason = stopping[0].reason if stopping and stopping[0].reason else None
    match answer.decision:
        case Decision.APPROVAL:
            told, cure = f"{rules} asks for approval", "guardband approve DECISION --as ROLE"
        case _:
            told, cure = f"{rules} blocks it now", "change the list and judge it again"
    raise NotSendable(f"{told}: {reason}" if reason else told, place=PLACE, cure=cure)
