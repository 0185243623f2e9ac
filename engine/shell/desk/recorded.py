"""Records of the log as the desk shows them: the answer as it was written, approvals, and what became of it.

shown = shown_of(session, 12)       answer, approvals, the decision's state in words
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from engine.facts.failure import InputError
from engine.gate.approvals import Approval
from engine.shell.desk.words import listed as listed_words
from engine.shell.log.chain import Entry, entries, entry
from engine.shell.log.contents import get
from engine.shell.log.logbook import DECISIONS, approvals_in
from engine.shell.service.problems import not_found
from engine.shell.store.recording import table_of
from engine.shell.store.schema.orders import TicketRow
from engine.shell.store.schema.people import DecisionRow

PAGE = 40
PROPOSALS = ("rebalance", "harvest", "repair")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One record; answer: what was decided, None for records of other kinds. orders: made from it."""

    entry: Entry
    answer: Mapping[str, Any] | None
    approvals: tuple[Approval, ...]
    orders: int

    @property
    def gate(self) -> Mapping[str, Any] | None:
        """The gate's answer, alone or inside a proposal's."""
        if self.answer is None or self.entry.kind == "gate":
            return self.answer
        found: Mapping[str, Any] | None = self.answer.get("gate")
        return found

    @property
    def decision(self) -> str:
        """What the gate decided; empty where it decided nothing."""
        return str(self.entry.body.get("decision") or "")

    @property
    def better(self) -> Decimal:
        """Money by which a proposal is better than doing nothing."""
        if self.answer is None or "objective" not in self.answer:
            return Decimal(0)
        return Decimal(self.answer["doing_nothing"]["total"]) - Decimal(self.answer["objective"]["total"])

    @property
    def can_send(self) -> bool:
        """Whether orders may be made of it: it passes, or all that it needs was given, and none went out."""
        may_go = self.decision in ("pass", "warn") or (self.decision == "approval" and not self.missing)
        return may_go and not self.orders and bool(self.entry.body.get("trades"))

    @property
    def state(self) -> str:
        """What became of it, in words."""
        if self.orders:
            return "sent"
        if not self.entry.body.get("trades"):
            return "nothing to do"
        if self.missing:
            return f"waits for {listed_words(sorted({role for _, role in self.missing}))}"
        if self.decision == "block":
            return "blocked"
        return "approved, can be sent" if self.approvals else "can be sent"

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """Approvals that the decision needs and does not have yet: rule and role."""
        given = {(row.rule, row.role) for row in self.approvals}
        needs = [(row["rule"], row["role"]) for row in self.entry.body.get("needs", ())]
        return tuple(need for need in needs if need not in given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a list of records."""

    seq: int
    hash: str
    kind: str
    person: str
    recorded_at: datetime
    decision: str
    words: str


def shown_of(session: Session, seq: str) -> Shown:
    """Return a record by its number. Raises Problem where there is none."""
    try:
        found = entry(session, seq)
    except InputError:
        raise not_found("record", seq) from None
    body = found.body
    answer = json.loads(get(session, body["answer"])) if "answer" in body else None
    decision = str(body.get("decision_id") or "")
    orders = table_of(TicketRow)
    count = session.execute(
        select(func.count()).select_from(orders).where(orders.c.decision_seq == found.seq)
    ).scalar_one()
    return Shown(
        entry=found,
        answer=answer,
        approvals=approvals_in(session, decision) if decision else (),
        orders=count,
    )


def listed(
    session: Session, *, kinds: tuple[str, ...] = (), words: str = "", before: int | None = None
) -> tuple[tuple[Listed, ...], bool]:
    """Return records, the newest first, and whether there are older ones.

    words: all of which a record's line must contain; before: the number to go on from.
    """
    wanted = words.casefold().split()
    found: list[Listed] = []
    for row in entries(session, *kinds, newest_first=True):
        if before is not None and row.seq >= before:
            continue
        one = _listed(row)
        if all(word in _searched(row, one) for word in wanted):
            if len(found) == PAGE:
                return tuple(found), True
            found.append(one)
    return tuple(found), False


def how_many(session: Session) -> int:
    """Return how many records the log holds."""
    table = table_of(DecisionRow)
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def _listed(row: Entry) -> Listed:
    return Listed(
        seq=row.seq,
        hash=row.hash,
        kind=row.kind,
        person=row.person,
        recorded_at=row.recorded_at,
        decision=str(row.body.get("decision") or ""),
        words=_in_words(row),
    )


def _in_words(row: Entry) -> str:
    body = row.body
    if row.kind in DECISIONS:
        trades = body["trades"]
        shown = ", ".join(f"{t['side'].replace('_', ' ')} {t['quantity']} {t['symbol']}" for t in trades[:3])
        more = f" and {len(trades) - 3} more" if len(trades) > 3 else ""
        accounts = ", ".join(body["accounts"])
        return f"{shown}{more} in {accounts}" if trades else "no trade"
    told = [
        str(body[key])
        for key in ("policy", "version", "rule", "name", "role", "reason", "halt")
        if body.get(key)
    ]
    return " ".join(told)


def _searched(row: Entry, one: Listed) -> str:
    trades = row.body.get("trades")
    symbols = [t["symbol"] for t in trades] if isinstance(trades, list) else []
    text = (
        f"{one.seq} {one.hash} {one.kind} {one.person} {one.decision} {one.words} {one.recorded_at:%Y-%m-%d}"
    )
    return f"{text} {' '.join(symbols)} {row.body.get('decision_id', '')}".casefold()
