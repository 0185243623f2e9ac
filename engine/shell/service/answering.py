"""How handlers answer: the bytes that the command prints, and once only where something was written.

    return answer(gate_answer(found))                        what `guardband gate --format json` prints
    return await written(request, service, person, act)      act(session) runs in one transaction with the
                                                             note that it ran, or not at all
    return await prepared(…, prepare, act)                   what takes long before: act(prepared, session)

An idempotency key belongs to one person. The same request again gets the same bytes and writes nothing;
another request under the same key is refused. A key of a user is told once and is not in the note.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Header, Request
from sqlalchemy import delete, insert, select
from sqlmodel import Session
from starlette.responses import Response

from engine.shell.console import json_bytes
from engine.shell.service.guard import Service
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import Problem
from engine.shell.store.recording import table_of
from engine.shell.store.schema.service import AnsweredRow

KEPT_DAYS = 30
"""How long an answer can be asked for again."""

OnceKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Made by the client; the same key with the same request is done once.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act comes to; secret: keys that are told now and never kept."""

    data: Mapping[str, Any]
    status: int = 200
    secret: Mapping[str, Any] = field(default_factory=dict)


Act = Callable[[Session], Done]
T = TypeVar("T")


def answer(data: Mapping[str, Any], status: int = 200) -> Response:
    """Return an answer as it is printed for programs."""
    return _sent(json_bytes(data), status)


async def written(request: Request, service: Service, person: SignedIn, key: str, act: Act) -> Response:
    """Run an act once and answer; raises Problem where the key was used for another request."""
    asked = _digest(request.method, request.url.path, await request.body())
    work = partial(_once, service, person, key, asked, act)
    return await service.lanes.run("store", service.settings.gate_seconds, work)


async def prepared(
    request: Request,
    service: Service,
    person: SignedIn,
    key: str,
    prepare: Callable[[], T],
    act: Callable[[T, Session], Done],
) -> Response:
    """Do what takes long first, outside of any transaction, and then act once; nothing is done twice."""
    asked = _digest(request.method, request.url.path, await request.body())
    seconds = service.settings.gate_seconds
    before = await service.lanes.run("store", seconds, partial(_answered, service, person, key, asked))
    if before is not None:
        return before
    made = await service.lanes.run("own", service.settings.solve_seconds, prepare)
    return await written(request, service, person, key, partial(act, made))


def _answered(service: Service, person: SignedIn, key: str, asked: str) -> Response | None:
    with service.store.reading() as session:
        return _kept(session, person, key, asked)


def _kept(session: Session, person: SignedIn, key: str, asked: str) -> Response | None:
    """Return the answer that was given under a key; raises Problem where it was for another request."""
    kept = table_of(AnsweredRow)
    mine = (kept.c.user_id == person.user_id, kept.c.key == key)
    before = session.execute(select(kept).where(*mine)).first()
    if before is None:
        return None
    if before.request != asked:
        told = "the idempotency key was used for another request"
        raise Problem(409, "idempotency", told, detail="make a new key for each request")
    return _sent(before.answer, before.status)


def _once(service: Service, person: SignedIn, key: str, asked: str, act: Act) -> Response:
    kept, now = table_of(AnsweredRow), service.now()
    with service.store.writing() as session:
        before = _kept(session, person, key, asked)
        if before is not None:
            return before
        done = act(session)
        row = {
            "user_id": person.user_id,
            "key": key,
            "request": asked,
            "status": done.status,
            "answer": json_bytes(done.data),
            "answered_at": now,
        }
        session.execute(delete(kept).where(kept.c.answered_at < now - timedelta(days=KEPT_DAYS)))
        session.execute(insert(kept).values(row))
    return answer({**done.data, **done.secret}, done.status)


def _digest(method: str, path: str, body: bytes) -> str:
    told = json.dumps([method, path, hashlib.sha256(body).hexdigest()])
    return hashlib.sha256(told.encode()).hexdigest()


def _sent(body: bytes, status: int) -> Response:
    return Response(body, status_code=status, media_type="application/json")
