"""In from the outside and out to it: files of custodians, executions, positions, the monitor, readiness.

    POST /v1/imports     {"format": "schwab", "name": "activity.csv", "text": "…", "account": "TAX-1"}
    POST /v1/executions  {"executions": [{"order": "GB7-1", "reference": "X1", "kind": "fill", …}]}
    GET  /v1/decisions/7/orders      what was sent, its fills, and what each account got

Importing, executions and the monitor need no idempotency key: the same again changes nothing, as what
they bring is known by what it says.
"""

import base64
import binascii
import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from engine.facts.money import plain
from engine.shell.service.answering import Done, OnceKey, answer, written
from engine.shell.service.guard import At, GuardedRoute, Service, Signed
from engine.shell.service.models.outside import (
    BreaksAnswer,
    DeadLettersAnswer,
    DecisionOrdersAnswer,
    ExecutionIn,
    ExecutionsAnswer,
    ExecutionsIn,
    ImportAnswer,
    ImportIn,
    MonitorAnswer,
    MonitorIn,
    PositionIn,
    PositionsIn,
    ReadinessAnswer,
    RemainingAnswer,
    RevivedAnswer,
)
from engine.shell.service.problems import described, not_found, refused
from engine.shell.service.v1.records import Number
from engine.shell.store.schema.people import DecisionRow

router = APIRouter(route_class=GuardedRoute, tags=["outside"], responses=described(422))


async def _slow(service: Service, work: "partial[dict[str, Any]]") -> Response:
    return answer(await service.lanes.run("own", service.settings.solve_seconds, work))


# ------------------------------------------------------------------ files


@router.post("/v1/imports", response_model=ImportAnswer, responses=described(400))
async def imported(body: ImportIn, service: At) -> Response:
    """Bring a custodian's file into the book; rows that stay unread are told with their cures."""
    return await _slow(service, partial(_imported, service, body))


def _imported(service: Service, body: ImportIn) -> dict[str, Any]:
    from engine.shell.files.accounts import KINDS
    from engine.shell.imported import imported_answer
    from engine.shell.importers import importer
    from engine.shell.importers.corrections import Corrections
    from engine.shell.importers.merging import Choice
    from engine.shell.importing import run

    chosen = importer(body.format)
    if chosen.parse is None:
        raise refused("a book's folder is no file", place="format", cure="use `guardband import book`")
    if body.new is not None and body.new not in KINDS:
        raise refused(
            f"`{body.new}` is no kind of account", place="new", cure=f"say one of {', '.join(KINDS)}"
        )
    choice = Choice(
        account=body.account,
        accounts=body.accounts,
        kind=body.new,
        household=body.household,
        corrections=Corrections(body.corrections),
    )
    with tempfile.TemporaryDirectory(prefix="guardband-") as folder:
        path, mapping = Path(folder) / body.name, Path(folder) / "mapping" / "mapping.toml"
        path.write_bytes(_bytes(body))
        if body.mapping is not None:
            mapping.parent.mkdir()
            mapping.write_text(body.mapping, encoding="utf-8")
        done = run(
            chosen,
            path,
            book=service.settings.database,
            choice=choice,
            now=service.now(),
            mapping=mapping if body.mapping is not None else None,
            dry_run=body.dry_run,
        )
    return imported_answer(chosen.format, done)


def _bytes(body: ImportIn) -> bytes:
    if (body.text is None) is (body.base64 is None):
        raise refused("a file is its text or its base64", place="text", cure="say one of the two")
    if body.text is not None:
        return body.text.encode()
    try:
        return base64.b64decode(body.base64 or "", validate=False)
    except binascii.Error:
        raise refused("these are no bytes in base64", place="base64", cure="encode the file again") from None


@contextmanager
def _as_file(name: str, kind: type[BaseModel], rows: Sequence[BaseModel]) -> Iterator[Path]:
    """Give rows as the CSV file that the commands read."""
    out = io.StringIO()
    table = csv.DictWriter(out, tuple(kind.model_fields), lineterminator="\n")
    table.writeheader()
    table.writerows(row.model_dump() for row in rows)
    with tempfile.TemporaryDirectory(prefix="guardband-") as folder:
        path = Path(folder) / name
        path.write_text(out.getvalue(), encoding="utf-8")
        yield path


# ------------------------------------------------------------------ orders


@router.post("/v1/executions", response_model=ExecutionsAnswer, responses=described(400))
async def executions(body: ExecutionsIn, service: At) -> Response:
    """Keep executions and post them to the lots; a reference that is known changes nothing."""
    return await _slow(service, partial(_executions, service, body))


def _executions(service: Service, body: ExecutionsIn) -> dict[str, Any]:
    from engine.shell.orders.desk import receive_file

    with _as_file("executions.csv", ExecutionIn, body.executions) as path:
        new, strays = receive_file(service.settings.database, path)
    return {"schema": "guardband/executions/1", "new": new, "strays": strays}


@router.get("/v1/decisions/{seq}/orders", response_model=DecisionOrdersAnswer, responses=described(404))
async def orders_of(seq: Number, service: At) -> Response:
    """Tell a decision's orders with their fills, and what each account got of them."""
    return await _slow(service, partial(_orders_of, service, seq))


def _orders_of(service: Service, seq: int) -> dict[str, Any]:
    from engine.shell.orders.desk import listed

    _need(service, seq)
    return listed(service.settings.database, decision=str(seq))


@router.get("/v1/decisions/{seq}/remaining", response_model=RemainingAnswer, responses=described(404))
async def remaining(seq: Number, service: At) -> Response:
    """Tell what of a decision was not done, once none of its orders is open."""
    return await _slow(service, partial(_remaining, service, seq))


def _remaining(service: Service, seq: int) -> dict[str, Any]:
    from engine.shell.orders.desk import left_of

    _need(service, seq)
    rows = [
        {
            "account": row.account,
            "side": row.side.value,
            "symbol": row.symbol,
            "quantity": plain(row.quantity),
            "lot": row.lot,
        }
        for row in left_of(service.settings.database, str(seq))
    ]
    return {"schema": "guardband/remaining/1", "trades": rows}


def _need(service: Service, seq: int) -> None:
    with service.store.reading() as session:
        if session.get(DecisionRow, seq) is None:
            raise not_found("record", seq)


@router.post("/v1/reconcile", response_model=BreaksAnswer, responses=described(400))
async def reconcile(body: PositionsIn, service: At) -> Response:
    """Compare lots and cash with a custodian's positions; nothing is changed."""
    return await _slow(service, partial(_reconciled, service, body))


def _reconciled(service: Service, body: PositionsIn) -> dict[str, Any]:
    from engine.shell.orders.desk import reconciled
    from engine.shell.orders.told import breaks_answer

    day = _day(body.as_of)
    with _as_file("positions.csv", PositionIn, body.positions) as path:
        moment = None if day is None else datetime.combine(day, time())
        book, found = reconciled(service.settings.database, path, as_of=moment)
    return breaks_answer(found, as_of=book.as_of.isoformat())


# ------------------------------------------------------------------ the monitor, readiness


@router.post("/v1/monitor", response_model=MonitorAnswer, responses=described(400))
async def monitor(body: MonitorIn, service: At) -> Response:
    """Judge every trading day since the last run; the same run again raises nothing."""
    return await _slow(service, partial(_monitored, service, body))


def _monitored(service: Service, body: MonitorIn) -> dict[str, Any]:
    from engine.shell.monitoring.run import Asked
    from engine.shell.monitoring.run import monitor as run
    from engine.shell.monitoring.settings import settings_from
    from engine.shell.monitoring.telling import run_answer

    asked = Asked(now=service.now(), as_of=_day(body.as_of), settings=settings_from(None))
    return run_answer(run(service.settings.database, asked))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refused(f"`{text}` is no day", place="as_of", cure="write it like 2026-03-10") from None


@router.get("/v1/deliveries/dead", response_model=DeadLettersAnswer)
async def dead(service: At) -> Response:
    """List the deliveries of alerts that were given up, with why."""
    return await _slow(service, partial(_dead, service))


def _dead(service: Service) -> dict[str, Any]:
    from engine.shell.monitoring.delivery.outbox import dead_letters

    with service.store.reading() as session:
        found = [letter.data for letter in dead_letters(session)]
    return {"schema": "guardband/dead-letters/1", "deliveries": found}


@router.post("/v1/deliveries/retry", response_model=RevivedAnswer, responses=described(400, 409))
async def retry(request: Request, service: At, person: Signed, key: OnceKey) -> Response:
    """Put every delivery that was given up back in the queue."""

    def act(session: Session) -> Done:
        from engine.shell.monitoring.delivery.outbox import revive

        count = revive(session, now=service.now())
        return Done(data={"schema": "guardband/revived/1", "revived": count})

    return await written(request, service, person, key, act)


@router.get("/v1/readiness", response_model=ReadinessAnswer)
async def ready(service: At) -> Response:
    """Measure the six needs from the book, and what to do next in order of effect."""
    return await _slow(service, partial(_readiness, service))


def _readiness(service: Service) -> dict[str, Any]:
    from engine.shell.readiness.measure import readiness
    from reports.readiness import readiness_answer

    return readiness_answer(readiness(service.settings.database))
