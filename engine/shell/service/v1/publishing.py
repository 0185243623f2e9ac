"""Versions of policies: published by one person, put into force or refused by a second; waivers likewise.

    POST /v1/pending                 the text, checked, linted, tried and compared -> record 7, pending
    POST /v1/pending/7/approve       by another officer: in force from its date

Whoever published a version does not approve it, whatever their role: 403.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from dsl.library import FileReader, library_of, no_files
from engine.shell.publishing.desk import prepared_in, waived_text
from engine.shell.publishing.evidence import Prepared
from engine.shell.publishing.publish import (
    Pending,
    approve_policy,
    evidence_of,
    mandate_of,
    pending,
    publish,
    refuse_policy,
)
from engine.shell.publishing.waive import Waiver, waiver_from
from engine.shell.service.answering import Done, OnceKey, answer, prepared, written
from engine.shell.service.guard import At, GuardedRoute, Service, Signed, author_of
from engine.shell.service.models.records import ActAnswer, PendingAnswer, PendingVersionAnswer
from engine.shell.service.models.requests import PublishIn, RefuseIn, WaiveIn
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import described, not_found
from engine.shell.service.v1.halting import acted
from engine.shell.service.v1.records import Number
from engine.shell.store.columns import moment_text
from engine.shell.store.mandates import shelf_of

router = APIRouter(route_class=GuardedRoute, tags=["publishing"], responses=described(422))
WRITES = described(400, 409)


@router.get("/v1/pending", response_model=PendingAnswer)
async def waiting(service: At) -> Response:
    """List the versions that wait for a second person, oldest first."""

    def read() -> list[dict[str, Any]]:
        with service.store.reading() as session:
            return [_pending(row) for row in pending(session)]

    rows = await service.lanes.run("store", service.settings.gate_seconds, read)
    return answer({"schema": "guardband/pending/1", "pending": rows, "next": None})


@router.get("/v1/pending/{number}", response_model=PendingVersionAnswer, responses=described(404))
async def one_waiting(number: Number, service: At) -> Response:
    """Tell a version that waits: its text, and what was found of it when it was published."""

    def read() -> dict[str, Any]:
        with service.store.reading() as session:
            row = _found(session, number)
            mandate = mandate_of(session, row)
            told = {"file": mandate.policy.file, "text": mandate.text, "evidence": evidence_of(session, row)}
            return {"schema": "guardband/pending-version/1", **_pending(row), **told}

    return answer(await service.lanes.run("store", service.settings.gate_seconds, read))


@router.post("/v1/pending", response_model=ActAnswer, status_code=201, responses=WRITES)
async def publishing(
    request: Request, body: PublishIn, service: At, person: Signed, key: OnceKey
) -> Response:
    """Publish a version: check, lint, examples, difference, impact; it then waits for a second person."""
    prepare = partial(_prepared, service, body)
    act = partial(_published, service, person, body.reason, None)
    return await prepared(request, service, person, key, prepare, act)


def _prepared(service: Service, body: PublishIn) -> Prepared:
    files = {name: text.encode() for name, text in body.files.items()}
    return prepared_in(
        service.store,
        service.inference,
        body.text,
        file=body.file,
        files=_files(service, body.text, body.file, files),
        today=service.now().date(),
        days=body.days,
    )


def _files(service: Service, text: str, file: str, told: Mapping[str, bytes]) -> FileReader:
    """Return the files that came along, and else those of the version in force."""
    ids = library_of([(file, text, no_files)]).ids
    with service.store.reading() as session:
        shelf = shelf_of(session)
    before = next((row.files for row in shelf.in_force if row.id in ids), None)

    def read(path: str) -> bytes | None:
        return told[path] if path in told else None if before is None else before(path)

    return read


def _published(
    service: Service, person: SignedIn, reason: str, approver: str | None, made: Prepared, session: Session
) -> Done:
    author = author_of(service, person)
    return acted(publish(session, author, made, approver=approver, reason=reason))


@router.post(
    "/v1/pending/{number}/approve",
    response_model=ActAnswer,
    status_code=201,
    responses=WRITES | described(404),
)
async def approve(number: Number, request: Request, service: At, person: Signed, key: OnceKey) -> Response:
    """Put a version into force from its date, as a second person."""

    def act(session: Session) -> Done:
        name = _found(session, number).name
        return acted(approve_policy(session, author_of(service, person), name))

    return await written(request, service, person, key, act)


@router.post(
    "/v1/pending/{number}/refuse",
    response_model=ActAnswer,
    status_code=201,
    responses=WRITES | described(404),
)
async def refuse(
    number: Number, request: Request, body: RefuseIn, service: At, person: Signed, key: OnceKey
) -> Response:
    """Take a version back, with a reason; whoever published it may do so too."""

    def act(session: Session) -> Done:
        name = _found(session, number).name
        return acted(refuse_policy(session, author_of(service, person), name, reason=body.reason))

    return await written(request, service, person, key, act)


@router.post("/v1/waivers", response_model=ActAnswer, status_code=201, responses=WRITES)
async def waive(request: Request, body: WaiveIn, service: At, person: Signed, key: OnceKey) -> Response:
    """Write a waiver into the policy's next version, which waits for the person whom it names."""
    waiver = waiver_from(
        body.rule,
        subject=f"{body.noun} {body.subject}",
        up_to=body.up_to,
        until=body.until,
        approver=body.approver,
        because=f"{body.source} {body.clause}",
    )
    prepare = partial(_waived, service, body, waiver)
    reason = body.reason.strip() or waiver.statement
    act = partial(_published, service, person, reason, waiver.approver)
    return await prepared(request, service, person, key, prepare, act)


def _waived(service: Service, body: WaiveIn, waiver: Waiver) -> Prepared:
    today: date = service.now().date()
    text, file, files = waived_text(service.store, body.policy, waiver, since=body.since, today=today)
    return prepared_in(
        service.store, service.inference, text, file=file, files=files, today=today, days=body.days
    )


def _found(session: Session, number: int) -> Pending:
    row = next((row for row in pending(session) if row.number == number), None)
    if row is None:
        raise not_found("pending version", number)
    return row


def _pending(row: Pending) -> dict[str, Any]:
    return {
        "pending": row.number,
        "policy": row.policy,
        "version": row.version,
        "title": row.body["title"],
        "in_force_from": row.effective_from,
        "published_by": row.published_by,
        "published_at": moment_text(row.published_at),
        "approver": row.approver,
        "reason": row.body["reason"],
        "rulebook_hash": row.body["rulebook"]["hash"],
    }
