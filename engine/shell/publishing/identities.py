"""Who a user is at an identity provider: linked by an administrator, told in the log, never guessed.

    link(session, author, name="R. Okafor", issuer="https://login.firm.com", subject="r.okafor@firm.com")
    person_at(session, issuer="https://login.firm.com", subject="r.okafor@firm.com")     the user, or None

A name that the provider tells makes nobody a user: users and their roles are kept here.
"""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from engine.facts.failure import InputError
from engine.shell.log.chain import Author, append
from engine.shell.publishing.people import USER, Person, person, require
from engine.shell.publishing.roles import Role
from engine.shell.store.recording import table_of
from engine.shell.store.schema.identities import IdentityRow
from engine.shell.store.schema.people import UserRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a provider calls a user."""

    name: str
    issuer: str
    subject: str


def link(session: Session, author: Author, *, name: str, issuer: str, subject: str) -> None:
    """Let a user sign in as somebody whom a provider knows.

    Raises InputError where there is no such user or the subject is linked already, NotAllowed where the
    person may not keep users.
    """
    require(session, author.person, "keep_users")
    found = _found(session, name)
    if not issuer.strip() or not subject.strip():
        raise InputError("nobody is named", place="--subject", cure="say issuer and subject")
    taken = next((row for row in identities(session) if (row.issuer, row.subject) == (issuer, subject)), None)
    if taken is not None:
        cure = "guardband user unlink"
        raise InputError(f"{subject} is {taken.name} already", place="--subject", cure=cure)
    users, table = table_of(UserRow), table_of(IdentityRow)
    user_id = session.execute(select(users.c.id).where(users.c.name == found.name)).scalar_one()
    row = {"user_id": user_id, "issuer": issuer, "subject": subject, "linked_at": author.now}
    session.connection().execute(insert(table), [row])
    append(session, author, USER, _told("linked", found, issuer, subject))


def unlink(session: Session, author: Author, *, issuer: str, subject: str) -> None:
    """End what `link` began. Raises InputError where nobody is linked, NotAllowed as it does."""
    require(session, author.person, "keep_users")
    linked = next(
        (row for row in identities(session) if (row.issuer, row.subject) == (issuer, subject)), None
    )
    if linked is None:
        raise InputError(f"{subject} is linked to nobody", place="--subject", cure="guardband user list")
    table = table_of(IdentityRow)
    session.execute(delete(table).where(table.c.issuer == issuer, table.c.subject == subject))
    append(session, author, USER, _told("unlinked", _found(session, linked.name), issuer, subject))


def identities(session: Session) -> tuple[Identity, ...]:
    """Return every link, by the user's name."""
    users, table = table_of(UserRow), table_of(IdentityRow)
    rows = session.execute(
        select(users.c.name, table.c.issuer, table.c.subject)
        .join(users, users.c.id == table.c.user_id)
        .order_by(users.c.name, table.c.issuer, table.c.subject)
    )
    return tuple(Identity(name=row[0], issuer=row[1], subject=row[2]) for row in rows)


def person_at(session: Session, *, issuer: str, subject: str) -> tuple[int, Person] | None:
    """Return the active user, with their number, whom a provider calls so; None where there is none."""
    users, table = table_of(UserRow), table_of(IdentityRow)
    row = session.execute(
        select(users.c.id, users.c.name, users.c.role)
        .join(table, table.c.user_id == users.c.id)
        .where(table.c.issuer == issuer, table.c.subject == subject, users.c.active.is_(True))
    ).first()
    return None if row is None else (row.id, Person(name=row.name, role=Role(row.role)))


def _found(session: Session, name: str) -> Person:
    found = person(session, name)
    if found is None:
        raise InputError(f"there is no user {name}", place="NAME", cure="guardband user list")
    return found


def _told(act: str, found: Person, issuer: str, subject: str) -> dict[str, str]:
    return {"act": act, "name": found.name, "role": found.role.value, "issuer": issuer, "subject": subject}
