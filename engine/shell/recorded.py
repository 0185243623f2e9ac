"""Decisions of the command line: reached, recorded where there is a log, and only then told."""

import getpass
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.shell import work
from engine.shell.console import complain

if TYPE_CHECKING:
    from engine.shell.log.asked import Asked, Reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What the options say of recording: by whom, where, and whether at all."""

    by: str | None = None
    log: Path | None = None
    dry_run: bool = False
    known: datetime | None = None


def decided(desk: work.Desk, book: str | Path, asked: "Asked", keeping: Keeping) -> "Reached":
    """Return the answer to a request; where it was recorded, its record is named on standard error."""
    from engine.shell.store.address import is_address

    if keeping.log is None and not is_address(book):
        from engine.shell.log.asked import reach

        return reach(desk, asked)
    from engine.shell.log.logbook import logbook_for

    with logbook_for(
        book,
        log=keeping.log,
        dry_run=keeping.dry_run,
        by=person(keeping.by),
        now=datetime.now(UTC),
        known=keeping.known,
    ) as logbook:
        found = logbook.decide(desk, asked)
    if found.entry is not None:
        complain(f"recorded as {found.entry.name}")
    return found.reached


def person(by: str | None) -> str:
    """Return who acts: as said, else the name of who is logged in."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
