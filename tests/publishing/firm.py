"""A firm's database with one policy in force, and versions of it to publish."""

import functools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from engine.gate.engine.plain import Plain
from engine.shell import policies
from engine.shell.importers.book import read
from engine.shell.log.chain import Author
from engine.shell.publishing.evidence import Prepared, prepare
from engine.shell.store.connect import Store, open_store
from engine.shell.store.delivery import Delivery
from engine.shell.store.facts import facts_of
from engine.shell.store.load import load
from engine.shell.store.mandates import shelf_of
from tests.log.desks import MANDATE
from tests.store.books import book

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
WRITER, SECOND = "R. Okafor", "L. Brandt"


def by(name: str, *, hours: int = 0) -> Author:
    return Author(person=name, now=NOW + timedelta(hours=hours))


@functools.cache
def folder() -> Path:
    return book(Path(tempfile.mkdtemp(prefix="gb-firm-")) / "book", adams__mandate=MANDATE)


@functools.cache
def delivery() -> Delivery:
    return read(folder())


@contextmanager
def firm(address: str) -> Iterator[Store]:
    """Give the database after the book's import."""
    with open_store(address) as store:
        load(store, delivery(), now=NOW - timedelta(days=9))
        yield store


def tightened(version: str = "1.1.0", since: date = date(2026, 4, 1)) -> str:
    """The policy with a lower cap on a sector."""
    text = (folder() / "adams.mandate").read_text(encoding="utf-8")
    return (
        text.replace("version 1.0.0", f"version {version}")
        .replace("effective from 2025-01-01", f"effective from {since}")
        .replace("at most 60%", "at most 45%")
    )


@functools.cache
def found(text: str) -> Prepared:
    """What is found of a text against the firm's book."""
    records = delivery().records
    entry, *_ = (row for row in policies.library(folder()).policies if row.id == "adams.ips")
    return prepare(
        text,
        file="adams.mandate",
        files=policies.files_below(folder()),
        shelf=policies.Shelf(in_force=(entry,)),
        records=records,
        inference=Plain(),
        today=NOW.date(),
        days=0,
    )


def in_force(store: Store, day: date, known: datetime | None = None) -> list[str]:
    with store.reading() as session:
        return [row.version for row in shelf_of(session, as_of=day, known=known).in_force]


def accounts(store: Store) -> int:
    with store.reading() as session:
        return len(facts_of(session).accounts)
