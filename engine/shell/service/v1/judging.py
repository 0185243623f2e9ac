"""Check and gate: mandates and lists, over the store's book or over one that comes along.

`/v1/gate` judges and keeps nothing, with the halts and approvals that the log holds; `/v1/decisions`
judges a list for good: its record is on the disk before the answer goes out.
"""

from dataclasses import replace
from functools import partial

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from dsl import render
from engine.gate.approvals import Approval, decision_id
from engine.shell.books import moment_of
from engine.shell.files.schema import schema_of
from engine.shell.log import asked as log
from engine.shell.log.logbook import Logbook, approvals_in, record
from engine.shell.publishing.halts import halts
from engine.shell.publishing.people import require
from engine.shell.service.answering import Done, OnceKey, answer, written
from engine.shell.service.guard import At, GuardedRoute, Service, Signed, author_of
from engine.shell.service.models.gate import CheckAnswer, GateAnswer
from engine.shell.service.models.records import RecordedAnswer
from engine.shell.service.models.requests import BookAsked, BookIn, CheckIn, DecisionIn, GateIn
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import described
from engine.shell.service.v1 import given
from engine.shell.store.columns import moment_text
from engine.shell.work import Desk

router = APIRouter(route_class=GuardedRoute, tags=["judging"], responses=described(400, 422))


@router.post("/v1/check", response_model=CheckAnswer)
async def check(body: CheckIn, service: At) -> Response:
    """Find everything that is wrong with mandates: syntax, names, units, ranges, dates."""
    work = partial(_checked, service, body)
    return await service.lanes.run("own", service.settings.gate_seconds, work)


def _checked(service: Service, body: CheckIn) -> Response:
    records = None
    if body.book == "store":
        records = service.books.read(given.asked_book(BookAsked())).records
    elif isinstance(body.book, BookIn):
        records = given.given_records(body.book)
    shelf = given.given_shelf(body.mandates)
    schema = None if records is None else schema_of(records)
    checked = given.checked_mandates(body.mandates, shelf=shelf, schema=schema, today=service.now().date())
    findings = render.records([finding for file in checked for finding in file.diagnostics])
    return answer({"schema": "guardband/check/1", "findings": findings})


@router.post("/v1/gate", response_model=GateAnswer)
async def gate(body: GateIn, service: At) -> Response:
    """Judge a trade list: every trade and every rule, with the numbers and what would pass.

    Over the store's book, or over `book` with its `mandates`. Nothing is recorded.
    """
    seconds = service.settings.gate_seconds
    if body.book is not None or body.mandates is not None:
        return await service.lanes.run("own", seconds, partial(_gated_given, service, body))
    return await service.lanes.run("gate", seconds, partial(_gated, service, body))


def _gated_given(service: Service, body: GateIn) -> Response:
    desk = given.given_desk(body, service.inference)
    return _told(service, log.reach_freely(desk, _wanted(body, desk)))


def _gated(service: Service, body: GateIn) -> Response:
    desk = service.books.desk(given.asked_book(body), "gate")
    wanted = _wanted(body, desk)
    with service.store.reading() as session:
        wanted = replace(wanted, approvals=_approvals(session, desk, wanted), halts=halts(session))
    return _told(service, log.reach(desk, wanted))


def _wanted(body: GateIn | DecisionIn, desk: Desk) -> log.Asked:
    return log.Asked(
        command="gate",
        trades=given.given_trades(body.trades, desk.records),
        every_group=body.groups == "all",
        witnesses=body.witnesses,
    )


def _told(service: Service, reached: log.Reached) -> Response:
    assert reached.gate is not None
    service.metrics.decisions.labels(reached.gate.decision.value).inc()
    if reached.gate.fault is not None:
        service.metrics.faults.inc()
    return answer(reached.data)


@router.post("/v1/decisions", response_model=RecordedAnswer, status_code=201, responses=described(409))
async def decide(request: Request, body: DecisionIn, service: At, person: Signed, key: OnceKey) -> Response:
    """Judge a list over the store's book and record the decision in the log; once for each key."""
    seconds = service.settings.gate_seconds
    reached = await service.lanes.run("gate", seconds, partial(_reached, service, body))
    return await written(request, service, person, key, partial(_recorded, service, body, person, *reached))


Found = tuple[Desk, log.Asked, log.Reached]


def _reached(service: Service, body: DecisionIn) -> Found:
    desk = service.books.desk(given.asked_book(body), "gate")
    wanted = _wanted(body, desk)
    with service.store.reading() as session:
        wanted = replace(wanted, approvals=_approvals(session, desk, wanted))
    return desk, wanted, log.reach_freely(desk, wanted)


def _recorded(
    service: Service,
    body: DecisionIn,
    person: SignedIn,
    desk: Desk,
    wanted: log.Asked,
    freely: log.Reached,
    session: Session,
) -> Done:
    require(session, person.name, "gate")
    wanted = replace(wanted, halts=halts(session))
    reached = log.halted(freely, desk, wanted)
    author = author_of(service, person)
    book = service.store.address
    logbook = Logbook(store=service.store, author=author, book=book, known=moment_of(body.known))
    inputs = service.books.inputs(given.asked_book(body), desk)
    entry = record(session, logbook, desk, wanted, reached, inputs)
    _told(service, reached)
    data = {
        "schema": "guardband/recorded/1",
        "seq": entry.seq,
        "hash": entry.hash,
        "recorded_at": moment_text(entry.recorded_at),
        "gate": reached.data,
    }
    return Done(data=data, status=201)


def _approvals(session: Session, desk: Desk, wanted: log.Asked) -> tuple[Approval, ...]:
    return approvals_in(session, decision_id(desk.ground.rulebook.hash, wanted.trades))
