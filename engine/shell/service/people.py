"""Who is asking: a program by its key, a person by a session that a key began.

    Authorization: Bearer gb_3f9a12c0_…      a key; its argon2 hash lies in `api_keys`
    Cookie: guardband=<session>.<signature>  a session; its SHA-256 lies in `sessions`

A session's cookie is signed, HttpOnly and SameSite=Strict; a request with it that changes something also
brings the session's token, in the header `X-CSRF-Token` or the form field `csrf`. A session ends when its
key is no longer valid for anybody: a user who was removed is signed out everywhere.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from sqlalchemy import insert, select, update
from sqlmodel import Session

from engine.shell.publishing.people import person_of
from engine.shell.publishing.roles import Role
from engine.shell.service.settings import Settings
from engine.shell.store.recording import table_of
from engine.shell.store.schema.people import UserRow
from engine.shell.store.schema.service import SessionRow

COOKIE = "guardband"
LONGEST = 200
"""Keys longer than this are nobody's."""

MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody who is signed in; csrf: the token of a session, empty for a key."""

    user_id: int
    name: str
    role: Role
    by: Literal["key", "session"]
    csrf: str = ""


class People:
    """Who is signed in, over one database. Safe to share among threads."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.secret.encode()
        self._hours, self._key_seconds = settings.session_hours, settings.key_seconds
        self._verified: dict[bytes, tuple[float, SignedIn]] = {}
        self._lock = Lock()

    def remembered(self, key: str) -> SignedIn | None:
        """Return whose key it is where it was verified just now."""
        with self._lock:
            until, person = self._verified.get(_digest(key), (0.0, None))
            return person if time.monotonic() < until else None

    def forget(self) -> None:
        """Verify every key anew: somebody's keys have changed."""
        with self._lock:
            self._verified.clear()

    def of_key(self, session: Session, key: str) -> SignedIn | None:
        """Return whose key it is; None where it is nobody's, void, or its user no longer active."""
        found = person_of(session, key) if len(key) <= LONGEST else None
        if found is None:
            return None
        users = table_of(UserRow)
        user_id = session.execute(select(users.c.id).where(users.c.name == found.name)).scalar_one()
        person = SignedIn(user_id=user_id, name=found.name, role=found.role, by="key")
        with self._lock:
            if len(self._verified) >= MOST_REMEMBERED:
                self._verified.clear()
            self._verified[_digest(key)] = (time.monotonic() + self._key_seconds, person)
        return person

    def begin(self, session: Session, person: SignedIn, *, now: datetime) -> tuple[str, SignedIn]:
        """Begin a session; return its cookie, and the person with the token that goes with it."""
        token = secrets.token_urlsafe(32)
        ends = now + timedelta(hours=self._hours)
        row = {"digest": _digest(token).hex(), "user_id": person.user_id, "began_at": now, "ends_at": ends}
        session.execute(insert(table_of(SessionRow)).values(row))
        return f"{token}.{self._mac('session', token)}", replace(person, by="session", csrf=self._csrf(token))

    def of_cookie(self, session: Session, cookie: str, *, now: datetime) -> SignedIn | None:
        """Return whose session it is; None where it is forged, over, or its user no longer active."""
        token = self._token(cookie)
        if token is None:
            return None
        users, kept = table_of(UserRow), table_of(SessionRow)
        row = session.execute(
            select(users.c.id, users.c.name, users.c.role)
            .join(kept, kept.c.user_id == users.c.id)
            .where(kept.c.digest == _digest(token).hex(), kept.c.ended_at.is_(None), kept.c.ends_at > now)
            .where(users.c.active.is_(True))
        ).first()
        if row is None:
            return None
        return SignedIn(
            user_id=row.id, name=row.name, role=Role(row.role), by="session", csrf=self._csrf(token)
        )

    def end(self, session: Session, cookie: str, *, now: datetime) -> None:
        """End a session for good."""
        token = self._token(cookie)
        if token is not None:
            kept = table_of(SessionRow)
            ended = update(kept).where(kept.c.digest == _digest(token).hex()).values(ended_at=now)
            session.execute(ended)

    def _token(self, cookie: str) -> str | None:
        token, _, signature = cookie.partition(".")
        told = signature.encode("utf-8", "replace")
        return token if hmac.compare_digest(told, self._mac("session", token).encode()) else None

    def _csrf(self, token: str) -> str:
        return self._mac("csrf", token)

    def _mac(self, purpose: str, token: str) -> str:
        told = f"{purpose}:{token}".encode("utf-8", "replace")
        return hmac.new(self._secret, told, hashlib.sha256).hexdigest()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
