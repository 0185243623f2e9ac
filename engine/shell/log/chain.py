"""The chain: each record's hash is over the record before it, its own bytes and its signature.

    link = SHA-256(previous hash, record bytes)        what a key signs
    hash = SHA-256(link, signature)                    what the next record names as its previous one

Appending happens inside the caller's transaction, together with everything that the decision changes, and
only one writer is let in at a time: two records can never follow the same one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlmodel import Session

from engine.facts.failure import InputError
from engine.shell.log.signing import Key, key_from
from engine.shell.store.columns import moment_text
from engine.shell.store.recording import table_of
from engine.shell.store.schema.log import LogHeadRow
from engine.shell.store.schema.people import DecisionRow
from engine.shell.version import VERSION

FORM = 1
"""The format of the records that this program writes; it reads every form up to this one."""

START = "0" * 64
"""What the first record names as the hash before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record of the log, as it was written."""

    seq: int
    hash: str
    previous: str
    kind: str
    recorded_at: datetime
    person: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How people call it: `12 (3f9a0c12)`."""
        return f"{self.seq} ({self.hash[:8]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who acts and when; `key` signs what is recorded."""

    person: str
    now: datetime
    key: Key | None = None


def author_named(person: str, now: datetime) -> Author:
    """Return who acts, with the key that the environment names; every record of a signed log needs it.

    Raises InputError where the file that is named holds no key.
    """
    return Author(person=person, now=now, key=key_from())


def link_of(previous: str, record: bytes) -> bytes:
    """Return what a record's signature is over."""
    return hashlib.sha256(b"guardband\n" + previous.encode() + b"\n" + record).digest()


def hash_of(link: bytes, signature: bytes | None) -> str:
    """Return a record's hash."""
    return hashlib.sha256(link + (signature or b"")).hexdigest()


def append(session: Session, author: Author, kind: str, body: Mapping[str, Any]) -> Entry:
    """Append a record in a transaction that the caller commits; return it.

    The session is one of `Store.writing()`. Raises InputError where the key can only verify.
    """
    seq, previous, before = _last(session)
    moment = max(author.now, before + timedelta(microseconds=1)) if before else author.now
    told = {
        "form": FORM,
        "seq": seq + 1,
        "previous": previous,
        "recorded_at": moment_text(moment),
        "kind": kind,
        "person": author.person,
        "product": f"Guardband {VERSION}",
        "body": body,
    }
    record = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    link = link_of(previous, record)
    signature = _signed(author.key, link)
    row = {
        "seq": seq + 1,
        "previous": previous,
        "hash": hash_of(link, signature),
        "kind": kind,
        "recorded_at": moment,
        "form": FORM,
        "record": record,
        "signature": signature,
    }
    connection = session.connection()
    connection.execute(insert(table_of(DecisionRow)), [row])
    head = table_of(LogHeadRow)
    values = {"id": 1, "seq": seq + 1, "hash": row["hash"]}
    connection.execute(insert(head).values(values) if seq == 0 else update(head).values(values))
    return Entry(
        seq=seq + 1,
        hash=str(row["hash"]),
        previous=previous,
        kind=kind,
        recorded_at=moment,
        person=author.person,
        body=json.loads(record)["body"],
    )


def entries(session: Session, *kinds: str, newest_first: bool = False) -> Iterator[Entry]:
    """Yield records in order, of some kinds only where they are named."""
    table = table_of(DecisionRow)
    order = table.c.seq.desc() if newest_first else table.c.seq
    statement = select(table).order_by(order)
    if kinds:
        statement = statement.where(table.c.kind.in_(kinds))
    for row in session.execute(statement):
        yield _entry(row)


def entry(session: Session, name: str) -> Entry:
    """Return the record that a person names: its number, the beginning of its hash, or of its decision.

    A decision recorded more than once is the latest one. Raises InputError where none or several fit.
    """
    table = table_of(DecisionRow)
    found: list[Entry] = []
    if name.isdigit():
        found = [_entry(row) for row in session.execute(select(table).where(table.c.seq == int(name)))]
    if not found and len(name) >= 6:
        found = [
            _entry(row) for row in session.execute(select(table).where(table.c.hash.startswith(name)))
        ] or _of_decision(session, name)
    if len(found) == 1:
        return found[0]
    reason = f"the log holds no record `{name}`" if not found else f"`{name}` is the beginning of several"
    raise InputError(reason, place="decision log", cure="name it by its number, or by more of its hash")


def records_of(session: Session, decision: str, *kinds: str) -> list[Entry]:
    """Return the records that name a decision, given by its beginning; oldest first."""
    table = table_of(DecisionRow)
    within = func.instr if session.connection().dialect.name == "sqlite" else func.pg_catalog.position
    statement = select(table).where(within(table.c.record, f'"decision_id":"{decision}'.encode()) > 0)
    if kinds:
        statement = statement.where(table.c.kind.in_(kinds))
    found = map(_entry, session.execute(statement.order_by(table.c.seq)))
    return [row for row in found if str(row.body.get("decision_id")).startswith(decision)]


def _of_decision(session: Session, name: str) -> list[Entry]:
    """Return the latest record of a decision; several where several decisions begin so."""
    found = [row for row in records_of(session, name) if "answer" in row.body]
    return found[-1:] if len({row.body["decision_id"] for row in found}) == 1 else found


def _entry(row: Row[Any]) -> Entry:
    told = json.loads(row.record)
    return Entry(
        seq=row.seq,
        hash=row.hash,
        previous=row.previous,
        kind=row.kind,
        recorded_at=row.recorded_at,
        person=told["person"],
        body=told["body"],
    )


def _last(session: Session) -> tuple[int, str, datetime | None]:
    """Return number, hash and moment of the last record. Raises InputError where the head differs."""
    table, head = table_of(DecisionRow), table_of(LogHeadRow)
    row = session.execute(
        select(table.c.seq, table.c.hash, table.c.recorded_at).order_by(table.c.seq.desc()).limit(1)
    ).first()
    told = session.execute(select(head.c.seq, head.c.hash)).first()
    last = (0, START, None) if row is None else (row[0], row[1], row[2])
    if (told is None) != (row is None) or (told is not None and tuple(told) != last[:2]):
        raise InputError(
            "the log does not end where its head says",
            place="decision log",
            cure="guardband audit verify tells what is missing; nothing is recorded until it is restored",
        )
    return last


def _signed(key: Key | None, link: bytes) -> bytes | None:
    if key is None:
        return None
    if key.sign is None:
        raise InputError(
            "the key can only verify", place="GUARDBAND_SIGNING_KEY", cure="name the private key"
        )
    return key.sign(link)
