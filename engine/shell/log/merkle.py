"""A Merkle root for each day: one hash that stands for all records of the day, to be kept elsewhere.

    leaf = SHA-256(00, record hash)      node = SHA-256(01, left, right)

An odd node at the end of a row goes up as it is. Days are of UTC. The same tree as RFC 6962, section 2.1.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import select
from sqlmodel import Session

from engine.shell.store.recording import table_of
from engine.shell.store.schema.people import DecisionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The records of one day: the first and last number, and the root over them."""

    day: date
    first: int
    last: int
    root: str


def root_of(hashes: Sequence[str]) -> str:
    """Return the root over record hashes in order; of none: the hash of nothing."""
    if not hashes:
        return hashlib.sha256(b"").hexdigest()
    row = [hashlib.sha256(b"\x00" + bytes.fromhex(name)).digest() for name in hashes]
    while len(row) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + row[n] + row[n + 1]).digest() if n + 1 < len(row) else row[n]
            for n in range(0, len(row), 2)
        ]
        row = pairs
    return row[0].hex()


def days(session: Session) -> tuple[Day, ...]:
    """Return every day on which something was recorded, in order."""
    table = table_of(DecisionRow)
    rows = session.execute(select(table.c.seq, table.c.hash, table.c.recorded_at).order_by(table.c.seq))
    return tuple(days_of((row[0], row[1], row[2].date()) for row in rows))


def days_of(rows: Iterable[tuple[int, str, date]]) -> Iterable[Day]:
    """Yield days from numbers, hashes and days of records in order."""
    for day, group in groupby(rows, key=lambda row: row[2]):
        listed = list(group)
        root = root_of([row[1] for row in listed])
        yield Day(day=day, first=listed[0][0], last=listed[-1][0], root=root)
