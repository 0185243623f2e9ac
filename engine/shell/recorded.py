"""Decisions of the command line: reached, recorded where there is a log, and only then told."""

import getpass
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.shell import work
from engine.shell.console import complain

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from engine.shell.log.asked import Asked, Reached
    from engine.shell.log.logbook import Logbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What the options say of recording: by whom, where, and whether at all."""

    by: str | None = None
    log: Path | None = None
    dry_run: bool = False
    known: datetime | None = None


def decided(desk: work.Desk, book: str | Path, asked: "Asked", keeping: Keeping) -> "Reached":
    """Return the answer to a request; where it was recorded, its record is named on standard error."""
    if not has_log(book, keeping):
        from engine.shell.log.asked import reach

        return reach(desk, asked)
    with logbook(book, keeping) as kept:
        found = kept.decide(desk, asked)
    if found.entry is not None:
        complain(f"recorded as {found.entry.name}")
    return found.reached


def has_log(book: str | Path, keeping: Keeping) -> bool:
    """Return whether a log counts for a book: a database's own, or one that was named."""
    from engine.shell.store.address import is_address

    return keeping.log is not None or is_address(book)


def logbook(book: str | Path, keeping: Keeping) -> "AbstractContextManager[Logbook]":
    """Give the logbook of a book, for decisions of this moment."""
    from engine.shell.log.logbook import logbook_for

    return logbook_for(
        book,
        log=keeping.log,
        dry_run=keeping.dry_run,
        by=person(keeping.by),
        now=datetime.now(UTC),
        known=keeping.known,
    )


def person(by: str | None) -> str:
    """Return who acts: as said, else the name of who is logged in."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
