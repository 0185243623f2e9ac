"""Verifying the log: the first record that was altered, is missing, out of order, or cut off.

    record 7 is missing: record 8 follows record 6
    record 4 is out of order: it was written as record 5
    record 9 was altered: its bytes do not match its hash
    record 12 is missing: the log was cut after record 11

Rows are read as the database holds them, byte for byte, and compared with what the records themselves say.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from engine.shell.log.chain import START, hash_of, link_of
from engine.shell.log.merkle import Day, days_of, root_of
from engine.shell.log.rows import copies_differ
from engine.shell.log.signing import Key
from engine.shell.store.columns import moment_text

COLUMNS = ("seq", "previous", "hash", "kind", "recorded_at", "form", "record", "signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with one record; `seq` None: with the log as a whole."""

    seq: int | None
    what: str  # altered, missing, out of order, forged or unknown
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What verifying came to: how many records hold, and the first finding."""

    records: int
    last: str  # hash of the last record
    signed: int
    signatures: str  # verified, or why not
    finding: Finding | None
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """One pass over the log: records seen so far, and contents known to be whole."""

    session: Session
    key: Key | None
    seen: list[tuple[int, str, str]]
    whole: set[str]


class _Bad(Exception):
    def __init__(self, seq: int | None, what: str, words: str) -> None:
        self.finding = Finding(seq=seq, what=what, words=words)
        super().__init__(words)


def verify(session: Session, *, key: Key | None = None, known: Mapping[str, Any] | None = None) -> Checked:
    """Return whether the log is whole.

    key: verifies signatures; then every record from the first signed one on must be signed. known: a head
    that was exported before (`audit head`), which the log must still contain.
    """
    seen: list[tuple[int, str, str]] = []
    run = _Run(session, key, seen, set())
    signed = 0
    finding = None
    try:
        for row in _rows(session):
            _check(run, row, must_sign=bool(signed))
            signed += row["signature"] is not None
            seen.append((row["seq"], row["hash"], _told(row)["recorded_at"]))
        _check_head(session, seen)
        _check_known(seen, known or {})
    except _Bad as bad:
        finding = bad.finding
    days = days_of((seq, hash_, datetime.fromisoformat(at).date()) for seq, hash_, at in seen)
    return Checked(
        records=len(seen),
        last=seen[-1][1] if seen else START,
        signed=signed,
        signatures="not signed"
        if not signed
        else "not verified: no key was named"
        if key is None
        else "hold",
        finding=finding,
        days=tuple(days),
    )


def _signatures(signed: int, key: Key | None) -> str:
    if not signed:
        return "not signed"
    return "not verified: no key was named" if key is None else "hold"


def head_data(session: Session) -> dict[str, Any]:
    """Return what to keep elsewhere: the head, and a Merkle root for each day. See `verify(known=…)`."""
    checked = verify(session)
    return {
        "schema": "guardband/audit-head/1",
        "seq": checked.records,
        "hash": checked.last,
        "days": [
            {"day": row.day.isoformat(), "first": row.first, "last": row.last, "root": row.root}
            for row in checked.days
        ],
    }


def _rows(session: Session) -> Iterator[dict[str, Any]]:
    """Yield the rows in order; on SQLite as raw bytes, whatever they have become."""
    is_sqlite = session.connection().dialect.name == "sqlite"
    names = [f"CAST({name} AS BLOB) AS {name}" if is_sqlite else name for name in COLUMNS]
    listed = session.execute(text(f"SELECT {', '.join(names)} FROM decisions ORDER BY decisions.seq"))
    for number, row in enumerate(listed.mappings(), start=1):
        try:
            yield {name: _plain(name, row[name]) for name in COLUMNS}
        except (ValueError, TypeError, AttributeError):
            raise _Bad(number, "altered", f"record {number} was altered: a column cannot be read") from None


def _plain(name: str, value: Any) -> Any:
    if name in ("record", "signature"):
        return None if value is None else bytes(value)
    if isinstance(value, datetime):
        return moment_text(value)
    told = value.decode() if isinstance(value, bytes) else value
    return int(told) if name in ("seq", "form") else str(told)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    try:
        told = json.loads(row["record"])
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}


def _check(run: _Run, row: Mapping[str, Any], *, must_sign: bool) -> None:
    """Check one record against the one before it, and everything that it names. Raises _Bad."""
    seen = run.seen
    seq, expected = row["seq"], len(seen) + 1
    previous = seen[-1][1] if seen else START
    told = _told(row)
    link = link_of(row["previous"], row["record"] or b"")
    intact = row["hash"] == hash_of(link, row["signature"])
    if intact and isinstance(told.get("seq"), int) and told["seq"] != seq:
        words = f"record {seq} is out of order: it was written as record {told['seq']}"
        raise _Bad(seq, "out of order", words)
    if seq != expected:
        words = f"record {expected} is missing: record {seq} follows record {expected - 1}"
        raise _Bad(expected, "missing", words if seen else f"record 1 is missing: the first is record {seq}")
    if not intact:
        raise _Bad(seq, "altered", f"record {seq} was altered: its bytes do not match its hash")
    if row["previous"] != previous:
        raise _Bad(seq, "altered", f"record {seq} does not follow record {seq - 1}: one of them was replaced")
    for name in ("seq", "previous", "kind", "recorded_at", "form"):
        if told.get(name) != row[name]:
            raise _Bad(seq, "altered", f"record {seq} was altered: its column {name} differs from the record")
    if run.key is not None and row["signature"] is None and must_sign:
        raise _Bad(seq, "forged", f"record {seq} is not signed, and records before it are")
    if run.key is not None and row["signature"] is not None and not run.key.holds(link, row["signature"]):
        raise _Bad(seq, "forged", f"the signature of record {seq} is not by this key")
    _check_contents(run, seq, told["body"])


def addresses(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the contents that a record names, each with what it is."""
    inputs = body.get("inputs")
    if isinstance(inputs, Mapping):
        yield from ((f"facts ({name})", address) for name, address in inputs["facts"].items())
        yield "mandates", inputs["mandates"]
    for name in ("answer", "mandate", "evidence"):
        if isinstance(body.get(name), str):
            yield name, body[name]


def _check_contents(run: _Run, seq: int, body: Mapping[str, Any]) -> None:
    answer = None
    for name, address in addresses(body):
        if address in run.whole and name != "answer":
            continue
        data = _content(run.session, address)
        if data is None:
            raise _Bad(seq, "missing", f"record {seq}: its {name} is missing from the contents")
        if hashlib.sha256(data).hexdigest() != address:
            raise _Bad(seq, "altered", f"record {seq}: its {name} was altered in the contents")
        run.whole.add(address)
        answer = data if name == "answer" else answer
    if answer is None:
        return
    try:
        table = copies_differ(run.session, seq, json.loads(zlib.decompress(answer)))
    except (ArithmeticError, ValueError, SQLAlchemyError):  # what lies there can no longer be read
        table = "trades or verdicts"
    if table is not None:
        raise _Bad(seq, "altered", f"record {seq}: its copy in the table {table} differs from its answer")


def _content(session: Session, address: str) -> bytes | None:
    found = session.execute(
        text("SELECT content FROM contents WHERE sha256 = :address"), {"address": address}
    ).scalar_one_or_none()
    return None if found is None else bytes(found) if not isinstance(found, str) else found.encode()


def _check_head(session: Session, listed: list[tuple[int, str, str]]) -> None:
    try:
        heads = session.execute(text("SELECT id, seq, hash FROM log_head")).all()
    except SQLAlchemyError:
        raise _Bad(None, "altered", "the head was altered: it can no longer be read") from None
    last = listed[-1] if listed else None
    if not heads:
        if last is not None:
            raise _Bad(None, "missing", f"the head is missing: the log ends with record {last[0]}")
        return
    seq, hash_ = heads[0][1], heads[0][2]
    count = len(listed)
    if len(heads) > 1 or heads[0][0] != 1 or not isinstance(seq, int) or seq < count:
        raise _Bad(None, "altered", f"the head was altered: it does not tell record {count}, the last one")
    if seq > count:
        raise _Bad(
            count + 1, "missing", f"record {count + 1} is missing: the log was cut after record {count}"
        )
    if last is not None and hash_ != last[1]:
        raise _Bad(count, "altered", f"the head tells another hash of record {count} than the log")


def _check_known(seen: list[tuple[int, str, str]], known: Mapping[str, Any]) -> None:
    """Check that the log still contains what was exported. Raises _Bad."""
    seq = int(known.get("seq", 0))
    if seq > len(seen):
        at = len(seen) + 1
        raise _Bad(at, "missing", f"record {at} is missing: the exported head tells {seq} records")
    if not seq or seen[seq - 1][1] == known["hash"]:
        return
    for row in known.get("days", ()):
        first, last = int(row["first"]), int(row["last"])
        if root_of([hash_ for _, hash_, _ in seen[first - 1 : last]]) != row["root"]:
            words = f"the records of {row['day']} ({first} to {last}) are not those that were exported"
            raise _Bad(first, "altered", words)
    raise _Bad(seq, "altered", f"record {seq} is not the one that was exported as the head")
