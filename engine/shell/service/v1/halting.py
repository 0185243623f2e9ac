"""Halts: stop trading at once; lifting one needs a second person."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from engine.facts.failure import InputError
from engine.shell.log.chain import Entry
from engine.shell.orders.sending import halt_and_stop
from engine.shell.publishing.halts import Halt, Scope, halts, lift
from engine.shell.service.answering import Done, OnceKey, answer, written
from engine.shell.service.guard import At, GuardedRoute, Service, Signed, author_of
from engine.shell.service.models.records import ActAnswer, HaltsAnswer
from engine.shell.service.models.requests import HaltIn, LiftIn
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import described, not_found
from engine.shell.service.v1.records import Number
from engine.shell.store.columns import moment_text

router = APIRouter(route_class=GuardedRoute, tags=["halts"], responses=described(400, 409, 422))


@router.get("/v1/halts", response_model=HaltsAnswer)
async def held(service: At) -> Response:
    """List the halts that hold, oldest first."""

    def read() -> tuple[Halt, ...]:
        with service.store.reading() as session:
            return halts(session)

    rows = await service.lanes.run("store", service.settings.gate_seconds, read)
    return answer({"schema": "guardband/halts/1", "halts": [_halt(row) for row in rows], "next": None})


@router.post("/v1/halts", response_model=ActAnswer, status_code=201)
async def stop(request: Request, body: HaltIn, service: At, person: Signed, key: OnceKey) -> Response:
    """Halt trading in an account, a security, or all of it, at once; open orders that it touches end."""
    return await written(request, service, person, key, partial(_stopped, service, person, body))


def _stopped(service: Service, person: SignedIn, body: HaltIn, session: Session) -> Done:
    if (body.scope == "all") is bool(body.name.strip()):
        told = "everything has no name" if body.name else f"no {body.scope} is named"
        raise InputError(told, place="name", cure="name what is halted, or nothing for all")
    scope = Scope(kind=body.scope, name=body.name.strip())
    entry, _ = halt_and_stop(session, author_of(service, person), scope=scope, reason=body.reason)
    return acted(entry)


@router.post("/v1/halts/{number}/lift", response_model=ActAnswer, status_code=201, responses=described(404))
async def lifted(
    number: Number, request: Request, body: LiftIn, service: At, person: Signed, key: OnceKey
) -> Response:
    """Lift a halt, as somebody else than who halted."""
    return await written(request, service, person, key, partial(_lifted, service, person, number, body))


def _lifted(service: Service, person: SignedIn, number: int, body: LiftIn, session: Session) -> Done:
    if not any(row.number == number for row in halts(session)):
        raise not_found("halt that holds", number)
    return acted(lift(session, author_of(service, person), number=number, reason=body.reason))


def acted(entry: Entry, *, schema: str = "guardband/act/1", **more: object) -> Done:
    """Return an act that was recorded, as it is answered; one that tells `more` has a schema of its own."""
    data = {
        "schema": schema,
        "seq": entry.seq,
        "hash": entry.hash,
        "kind": entry.kind,
        "recorded_at": moment_text(entry.recorded_at),
        **more,
    }
    return Done(data=data, status=201)


def _halt(row: Halt) -> dict[str, Any]:
    return {
        "halt": row.number,
        "scope": row.scope.kind,
        "name": row.scope.name,
        "person": row.person,
        "reason": row.reason,
        "since": row.since.isoformat(),
    }
