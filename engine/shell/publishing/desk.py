"""Acts of people on a database, as the command line and the service do them: one transaction each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlmodel import Session

from dsl.library import FileReader
from engine.facts.failure import InputError
from engine.gate.engine.port import InferenceEngine
from engine.shell import work
from engine.shell.log.chain import Author, Entry, author_named
from engine.shell.publishing.evidence import Prepared, prepare
from engine.shell.publishing.publish import pending, publish
from engine.shell.publishing.waive import Waiver, next_text, next_version
from engine.shell.recorded import person
from engine.shell.store.connect import Store, open_store
from engine.shell.store.facts import facts_of
from engine.shell.store.in_force import known_versions
from engine.shell.store.mandates import shelf_of

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts on which database, and when; `by` None: whoever is logged in."""

    book: str
    by: str | None
    now: datetime

    @property
    def author(self) -> Author:
        """The author of what is recorded, with the signing key that the environment names."""
        return author_named(person(self.by), self.now)

    def write(self, act: Callable[[Session, Author], Done]) -> Done:
        """Do something in one transaction; a failure leaves the database as it was."""
        with open_store(self.book) as store, store.writing() as session:
            return act(session, self.author)


def prepared_text(acting: Acting, text: str, *, file: str, files: FileReader, days: int = 365) -> Prepared:
    """Return a text with the evidence for publishing it, against what the database holds now."""
    with open_store(acting.book) as store, work.engine() as inference:
        return prepared_in(store, inference, text, file=file, files=files, today=acting.now.date(), days=days)


def prepared_in(
    store: Store,
    inference: InferenceEngine,
    text: str,
    *,
    file: str,
    files: FileReader,
    today: date,
    days: int = 365,
) -> Prepared:
    """Return a text with the evidence for publishing it, against what an open database holds now."""
    with store.reading() as session:
        shelf, records = shelf_of(session), facts_of(session, source=store.address)
    return prepare(
        text,
        file=file,
        files=files,
        shelf=shelf,
        records=records,
        inference=inference,
        today=today,
        days=days,
    )


def publish_text(acting: Acting, made: Prepared, *, approver: str | None = None, reason: str = "") -> Entry:
    """Record a prepared version as pending; returns the record."""
    return acting.write(
        lambda session, author: publish(session, author, made, approver=approver, reason=reason)
    )


def waived_text(
    store: Store, policy: str, waiver: Waiver, *, since: date | None, today: date
) -> tuple[str, str, FileReader]:
    """Return the next version of a policy with a waiver: its text, file name and files.

    since: its first day; unsaid: today, or the day after the version in force began. Raises InputError
    where the policy is not in force.
    """
    with store.reading() as session:
        shelf = shelf_of(session, as_of=today)
        entry = next((row for row in shelf.in_force if row.id == policy), None)
        taken = [row.version for row in known_versions(session) if row.policy == policy]
        taken += [row.version for row in pending(session) if row.policy == policy]
        begun = [row.since for row in known_versions(session) if row.policy == policy and row.since]
    if entry is None:
        ids = ", ".join(row.id for row in shelf.in_force) or "none"
        raise InputError(f"`{policy}` is not in force", place="POLICY", cure=f"policies in force: {ids}")
    first = since or max([today, *(day + timedelta(days=1) for day in begun)])
    version = next_version(entry.version, taken)
    return next_text(entry.text, waiver, version=version, since=first), entry.file, entry.files
