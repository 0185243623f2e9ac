"""Users and their API keys; keys are shown once and stored hashed (argon2).

    added = add_user(session, author, name="R. Okafor", role="officer")
    added.key                         gb_3f9a0c12_… : told once, never stored
    person_of(session, key)           the user behind a key, or None

While a database has no user, the names that people give are taken as they are said; from the first user on
every act needs an active user of a role that may do it.
"""

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update
from sqlmodel import Session

from engine.facts.failure import InputError
from engine.shell.log.chain import Author, append
from engine.shell.publishing.roles import Role, allowed, may
from engine.shell.store.recording import table_of
from engine.shell.store.schema.log import ApiKeyRow
from engine.shell.store.schema.people import UserRow

if TYPE_CHECKING:
    from argon2 import PasswordHasher

USER = "user"
_KEY = re.compile(r"gb_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user."""

    name: str
    role: Role
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A user with a new key; the key is not kept anywhere."""

    person: Person
    key: str


class NotAllowed(InputError):
    """A person whose role may not do what was asked."""


class SecondPerson(InputError):
    """An act that takes two persons, asked of the same one twice."""


def is_same_person(one: str, other: str) -> bool:
    """Return whether two names are one person's, whatever their case and blanks."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def people(session: Session) -> tuple[Person, ...]:
    """Return every user, by name."""
    table = table_of(UserRow)
    rows = session.execute(select(table.c.name, table.c.role, table.c.active).order_by(table.c.name))
    return tuple(Person(name=row[0], role=Role(row[1]), active=row[2]) for row in rows)


def person(session: Session, name: str) -> Person | None:
    """Return a user by name; None where there is none."""
    return next((row for row in people(session) if is_same_person(row.name, name)), None)


def require(session: Session, name: str, action: str) -> None:
    """Refuse an act to those who may not do it.

    Raises NotAllowed where the name is empty, or the database has users and this one may not.
    """
    if not name.strip():
        raise NotAllowed("no person is named", place="--by", cure="say who acts: --by NAME")
    known = people(session)
    if not known:
        return
    found = next((row for row in known if is_same_person(row.name, name)), None)
    roles = " or ".join(allowed(action))
    if found is None or not found.active:
        told = "is no user" if found is None else "is no active user"
        raise NotAllowed(f"{name} {told} of this database", place="--by", cure=f"name a user who is {roles}")
    if not may(found.role, action):
        what = action.replace("_", " ")
        raise NotAllowed(f"{name} is {found.role} and may not {what}", place="--by", cure=f"ask: {roles}")


def add_user(session: Session, author: Author, *, name: str, role: Role | str) -> Added:
    """Add a user and give them a key.

    The first user is an administrator, whom anybody may add. Raises InputError where the name is taken or
    the role unknown, NotAllowed where the person may not keep users.
    """
    chosen = _role(role)
    require(session, author.person, "keep_users")
    if not people(session) and chosen is not Role.ADMINISTRATOR:
        cure = "guardband user add NAME --role administrator"
        raise InputError("the first user is an administrator", place="--role", cure=cure)
    if not name.strip():
        raise InputError("no name is given", place="NAME", cure="say who it is")
    if person(session, name) is not None:
        raise InputError(f"there is a user {name} already", place="NAME", cure="choose another name")
    row = {"name": " ".join(name.split()), "role": chosen.value, "active": True, "created_at": author.now}
    session.connection().execute(insert(table_of(UserRow)), [row])
    append(session, author, USER, {"act": "added", "name": name, "role": chosen.value})
    return Added(person=Person(name=name, role=chosen), key=_new_key(session, author, name))


def renew_key(session: Session, author: Author, *, name: str) -> Added:
    """Give a user a new key; those given before stop working."""
    require(session, author.person, "keep_users")
    found = _found(session, name)
    _revoke(session, author, name)
    append(session, author, USER, {"act": "key renewed", "name": found.name, "role": found.role.value})
    return Added(person=found, key=_new_key(session, author, name))


def remove_user(session: Session, author: Author, *, name: str) -> None:
    """Make a user inactive and their keys void; the name stays with what they did.

    Raises InputError where nobody would be left who may keep users.
    """
    require(session, author.person, "keep_users")
    found = _found(session, name)
    left = [row for row in people(session) if row.active and row.name != found.name]
    if not any(may(row.role, "keep_users") for row in left):
        raise InputError("nobody else may keep users", place="NAME", cure="add another administrator first")
    table = table_of(UserRow)
    session.execute(update(table).where(table.c.name == found.name).values(active=False))
    _revoke(session, author, found.name)
    append(session, author, USER, {"act": "removed", "name": found.name, "role": found.role.value})


def person_of(session: Session, key: str) -> Person | None:
    """Return the active user behind an API key; None where the key is none, void, or wrong.

    Takes some tens of milliseconds, on purpose: a service keeps the answer for a short while.
    """
    from argon2.exceptions import VerificationError

    parts = _KEY.fullmatch(key)
    if parts is None:
        return None
    keys, users = table_of(ApiKeyRow), table_of(UserRow)
    row = session.execute(
        select(keys.c.hash, users.c.name, users.c.role)
        .join(users, users.c.id == keys.c.user_id)
        .where(keys.c.prefix == parts[1], keys.c.revoked_at.is_(None), users.c.active.is_(True))
    ).first()
    try:
        _hasher().verify(_NOBODY if row is None else row[0], parts[2])
    except VerificationError:
        return None
    return None if row is None else Person(name=row[1], role=Role(row[2]))


_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43
"""What a key of nobody is compared with, so that it takes as long as any other."""


def _hasher() -> "PasswordHasher":
    try:
        from argon2 import PasswordHasher
    except ModuleNotFoundError:
        cure = 'install it: pip install "guardband[serve]"'
        raise InputError("API keys need `argon2-cffi`", place="users", cure=cure) from None
    return PasswordHasher()


def _new_key(session: Session, author: Author, name: str) -> str:
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    users = table_of(UserRow)
    known = _found(session, name).name
    user_id = session.execute(select(users.c.id).where(users.c.name == known)).scalar_one()
    row = {
        "user_id": user_id,
        "prefix": prefix,
        "hash": _hasher().hash(secret),
        "created_at": author.now,
        "revoked_at": None,
    }
    session.connection().execute(insert(table_of(ApiKeyRow)), [row])
    return f"gb_{prefix}_{secret}"


def _revoke(session: Session, author: Author, name: str) -> None:
    keys, users = table_of(ApiKeyRow), table_of(UserRow)
    ids = select(users.c.id).where(users.c.name == _found(session, name).name)
    statement = update(keys).where(keys.c.user_id.in_(ids), keys.c.revoked_at.is_(None))
    session.execute(statement.values(revoked_at=author.now))


def _found(session: Session, name: str) -> Person:
    found = person(session, name)
    if found is None:
        listed = ", ".join(row.name for row in people(session)) or "there is none"
        raise InputError(f"there is no user {name}", place="NAME", cure=f"users: {listed}")
    return found


def _role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError:
        cure = f"name one of {', '.join(Role)}"
        raise InputError(f"`{role}` is no role", place="--role", cure=cure) from None
