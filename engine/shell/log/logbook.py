"""Recording decisions: the answer is given only once its record is on the disk.

    with logbook_for(book, log=None, by="P. Lane", now=moment) as logbook:
        decided = logbook.decide(desk, asked)     the answer, and its record where there is a log

A book in a database keeps its own log; a folder keeps one where a file is named for it. Halts and recorded
approvals of the log count in either case, also where nothing is recorded (`--dry-run`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from engine.facts.failure import InputError
from engine.facts.money import plain
from engine.gate.approvals import Approval, decision_id
from engine.shell import work
from engine.shell.books import moment_of
from engine.shell.log.asked import Asked, Reached, halted, reach, reach_freely
from engine.shell.log.chain import Author, Entry, append, records_of
from engine.shell.log.codec import decoded, encoded
from engine.shell.log.contents import put
from engine.shell.log.inputs import Inputs, inputs_of, keep
from engine.shell.log.rows import insert_copies
from engine.shell.log.signing import key_from
from engine.shell.publishing.halts import halts
from engine.shell.publishing.people import require
from engine.shell.store.address import is_address
from engine.shell.store.connect import Store, open_store

APPROVAL = "approval"
DECISIONS = ("gate", "rebalance", "harvest", "repair")
_ACTION = {"gate": "gate", "rebalance": "propose", "harvest": "propose", "repair": "propose"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An answer and its record; `entry` is None where nothing was to be recorded."""

    reached: Reached
    entry: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logbook:
    """Where decisions are recorded, and by whom; `store` None: nowhere."""

    store: Store | None
    author: Author
    records: bool = True
    book: str = ""
    known: datetime | None = None

    def decide(self, desk: work.Desk, asked: Asked, *, inputs: Inputs | None = None) -> Decided:
        """Return the answer to a request, recorded.

        inputs: of the desk, where it serves several requests. Raises NotAllowed, and StoreError where the
        record cannot be written: then there is no answer.
        """
        if self.store is None:
            return Decided(reached=reach(desk, asked), entry=None)
        with self.store.reading() as session:
            asked = replace(asked, approvals=(*asked.approvals, *_given(session, desk, asked)))
            held = halts(session)
        freely = reach_freely(desk, asked)
        if not self.records:
            return Decided(reached=halted(freely, desk, replace(asked, halts=held)), entry=None)
        kept = inputs or inputs_of(desk)
        with self.store.writing() as session:
            require(session, self.author.person, _ACTION[asked.command])
            asked = replace(asked, halts=halts(session))
            reached = halted(freely, desk, asked)
            entry = record(session, self, desk, asked, reached, kept)
        return Decided(reached=reached, entry=entry)


@contextmanager
def logbook_for(
    book: str | Path,
    *,
    log: Path | None = None,
    dry_run: bool = False,
    by: str,
    now: datetime,
    known: datetime | None = None,
) -> Iterator[Logbook]:
    """Give the logbook of a book. Raises InputError where a database is told to keep its log elsewhere."""
    kept = str(book) if is_address(book) else None
    if kept is not None and log is not None:
        cure = "leave --log out"
        raise InputError("a database keeps its own log", place="--log", cure=cure)
    address = kept or (f"sqlite:///{log}" if log is not None else None)
    author = Author(person=by, now=now, key=None if address is None else key_from())
    if address is None:
        yield Logbook(store=None, author=author)
        return
    with open_store(address, create=log is not None) as store:
        shown = store.address if kept is not None else Path(book).name
        yield Logbook(store=store, author=author, records=not dry_run, book=shown, known=moment_of(known))


def record(
    session: Session, logbook: Logbook, desk: work.Desk, asked: Asked, reached: Reached, inputs: Inputs
) -> Entry:
    """Record a decision in a transaction that the caller commits; return its record."""
    body = {
        **_terms(reached, desk),
        "book": logbook.book,
        "known": None if logbook.known is None else logbook.known.isoformat(),
        "proposed_by": logbook.author.person,
        "approved_by": [encoded(Approval, given) for given in asked.approvals],
        "request": encoded(Asked, asked),
        "inputs": keep(session, inputs),
        "answer": put(session, reached.bytes),
    }
    entry = append(session, logbook.author, asked.command, body)
    insert_copies(session, entry.seq, reached.data)
    return entry


def approvals_in(session: Session, decision: str) -> tuple[Approval, ...]:
    """Return the approvals of a decision that the log holds."""
    return tuple(
        decoded(Approval, given)
        for row in records_of(session, decision, APPROVAL)
        for given in row.body["approvals"]
        if given["decision"] == decision
    )


def _given(session: Session, desk: work.Desk, asked: Asked) -> tuple[Approval, ...]:
    if asked.command != "gate":
        return ()
    return approvals_in(session, decision_id(desk.ground.rulebook.hash, asked.trades))


def _terms(reached: Reached, desk: work.Desk) -> dict[str, Any]:
    """Return what a record of an order must tell: what was decided, on which terms, under which policy."""
    gate, proposal, book = reached.gate, reached.proposal, desk.ground.book
    rulebook = desk.ground.rulebook
    listed = () if gate is None else gate.trades
    prices = {symbol: plain(price.price) for symbol, price in book.prices.items()}
    accounts = {row.trade.account for row in listed}
    needed = {
        (verdict.rule, response.role)
        for verdict in (() if gate is None else gate.verdicts)
        if verdict.decision.value == "approval"
        for response in verdict.responses
        if response.kind == "approval"
    }
    return {
        "as_of": book.as_of.isoformat(),
        "decision": None if gate is None else gate.decision.value,
        "decision_id": None if gate is None else gate.decision_id,
        "status": None if proposal is None else proposal.status.value,
        "rulebook": {"id": rulebook.id, "version": rulebook.version, "hash": rulebook.hash},
        "policies": [{"id": row.id, "version": row.version, "hash": row.digest} for row in rulebook.policies],
        "facts_hash": None if gate is None else gate.facts_hash,
        "accounts": sorted(accounts),
        "needs": [{"rule": rule, "role": role} for rule, role in sorted(needed, key=str)],
        "trades": [
            {
                "trade": row.trade.number,
                "account": row.trade.account,
                "side": row.trade.side.value,
                "symbol": row.trade.symbol,
                "quantity": plain(row.trade.quantity),
                "price": None if row.trade.price is None else plain(row.trade.price),
                "book_price": prices.get(row.trade.symbol),
                "currency": book.accounts[row.trade.account].currency,
                "lot": row.trade.lot,
                "reason": row.trade.reason,
                "decision": row.decision.value,
            }
            for row in listed
        ],
    }
