"""Policies as the store keeps them: every version with its days, and the one that a person looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from dsl.library import LibraryPolicy
from engine.shell import policies
from engine.shell.service.problems import not_found
from engine.shell.store.recording import table_of
from engine.shell.store.schema.policies import MandateRow, PolicyRow
from engine.shell.store.schema.two_times import ALWAYS_FROM, ALWAYS_UNTIL


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version of a policy; start and end None: from or for ever. in_force: on the book's day."""

    policy: str
    version: str
    title: str
    start: date | None
    end: date | None
    published_by: str | None
    approved_by: str | None
    in_force: bool


def versions(session: Session, *, day: date) -> tuple[VersionRow, ...]:
    """Return every version of every policy, the latest first."""
    force, kept = table_of(PolicyRow), table_of(MandateRow)
    rows = session.execute(
        select(force, kept.c.title)
        .join(kept, kept.c.id == force.c.mandate_id)
        .where(force.c.superseded_at.is_(None))
        .order_by(force.c.policy, force.c.valid_from.desc())
    ).mappings()
    return tuple(
        VersionRow(
            policy=row["policy"],
            version=row["version"],
            title=row["title"],
            start=None if row["valid_from"] == ALWAYS_FROM else row["valid_from"],
            end=None if row["valid_to"] == ALWAYS_UNTIL else row["valid_to"],
            published_by=row["published_by"],
            approved_by=row["approved_by"],
            in_force=row["valid_from"] <= day <= row["valid_to"],
        )
        for row in rows
    )


def entry_of(shelf: policies.Beside, policy: str, version: str | None = None) -> LibraryPolicy:
    """Return a version of a policy, else the one in force. Raises Problem where there is none."""
    if not isinstance(shelf, policies.Shelf):
        raise not_found("policy", policy)
    listed = shelf.in_force if version is None else (*shelf.in_force, *shelf.others)
    for row in listed:
        if row.id == policy and version in (None, row.version):
            return row
    raise not_found("version of the policy" if version else "policy in force", policy)


def titles(shelf: policies.Beside) -> Mapping[str, str]:
    """Return the ids of the policies in force with their versions."""
    return {row.id: row.version for row in shelf.in_force} if isinstance(shelf, policies.Shelf) else {}
