"""Rebalance, harvest, repair, why and why-not: the solver's answers over the store's book.

They take seconds, in a lane of their own, and record nothing; halts that hold stop them.
"""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from engine.facts.ids import Symbol
from engine.gate.measure import currency_of
from engine.shell import work
from engine.shell.log.asked import Asked, Command, reach
from engine.shell.publishing.halts import halts
from engine.shell.requests import Request, intent_of
from engine.shell.service.answering import answer
from engine.shell.service.guard import At, GuardedRoute, Service
from engine.shell.service.models.proposals import ProposalAnswer, WhyAnswer, WhyNotAnswer
from engine.shell.service.models.requests import (
    BookAsked,
    HarvestIn,
    RebalanceIn,
    RepairIn,
    WhyIn,
    WhyNotIn,
)
from engine.shell.service.problems import described, refused
from engine.shell.service.v1 import given
from optimizer.settings import Intent, Settings
from optimizer.why_answer import why_data, why_not_data

router = APIRouter(route_class=GuardedRoute, tags=["proposing"], responses=described(400, 422))


@router.post("/v1/rebalance", response_model=ProposalAnswer)
async def rebalance(body: RebalanceIn, service: At) -> Response:
    """Propose trades towards the targets, lot by lot, with taxes and costs weighed in money."""
    command: Command = "harvest" if body.only == "harvest" else "rebalance"
    return await _solved(service, partial(_proposed, service, body, command))


@router.post("/v1/harvest", response_model=ProposalAnswer)
async def harvest(body: HarvestIn, service: At) -> Response:
    """Propose harvests: lots that the mandate's `harvest losses` selects, replaced by substitutes."""
    told = RebalanceIn(**body.model_dump(), only="harvest")
    return await _solved(service, partial(_proposed, service, told, "harvest"))


@router.post("/v1/repair", response_model=ProposalAnswer)
async def repair(body: RepairIn, service: At) -> Response:
    """Make a list pass with the smallest change: fewest trades touched, then least money."""
    return await _solved(service, partial(_repaired, service, body))


@router.post("/v1/why", response_model=WhyAnswer)
async def why(body: WhyIn, service: At) -> Response:
    """Tell what each trade of a proposal is worth, part by part."""
    return await _solved(service, partial(_why, service, body))


@router.post("/v1/why-not", response_model=WhyNotAnswer)
async def why_not(body: WhyNotIn, service: At) -> Response:
    """Tell, for each account and side, why a security is not traded."""
    return await _solved(service, partial(_why_not, service, body))


async def _solved(service: Service, work: "partial[dict[str, Any]]") -> Response:
    return answer(await service.lanes.run("solve", service.settings.solve_seconds, work))


def _proposed(service: Service, body: RebalanceIn, command: Command) -> dict[str, Any]:
    desk = _desk(service, body)
    asked = Asked(command=command, accounts=tuple(body.accounts), intent=_intent(desk, body))
    return _reached(service, desk, asked)


def _repaired(service: Service, body: RepairIn) -> dict[str, Any]:
    desk = _desk(service, body)
    asked = Asked(command="repair", trades=given.given_trades(body.trades, desk.records))
    return _reached(service, desk, asked)


def _reached(service: Service, desk: work.Desk, asked: Asked) -> dict[str, Any]:
    from dataclasses import replace

    with service.store.reading() as session:
        asked = replace(asked, halts=halts(session), settings=Settings())
    return dict(reach(desk, asked).data)


def _why(service: Service, body: WhyIn) -> dict[str, Any]:
    desk = _desk(service, body)
    _known(desk, body.symbols)
    proposal = desk.propose(accounts=tuple(body.accounts), intent=_intent(desk, body))
    return why_data(proposal, symbols=tuple(body.symbols))


def _why_not(service: Service, body: WhyNotIn) -> dict[str, Any]:
    from optimizer.why import why_not as explained

    desk = _desk(service, body)
    _known(desk, [body.symbol])
    found = explained(
        desk.ground,
        Symbol(body.symbol),
        accounts=desk.chosen(tuple(body.accounts)),
        intent=_intent(desk, body),
        settings=Settings(),
        judge=desk.quick_judge,
    )
    currency = currency_of(desk.ground)
    return why_not_data(body.symbol, found, as_of=desk.ground.book.as_of, currency=currency)


def _desk(service: Service, body: BookAsked) -> work.Desk:
    return service.books.desk(given.asked_book(body), "solve")


def _intent(desk: work.Desk, body: RebalanceIn) -> Intent:
    """Return what is asked for, as the options of the command say it."""
    if body.raise_by is not None and body.raise_cash is None:
        raise refused("only cash that is raised has a day", place="raise_by", cure="leave it out")
    due = () if body.raise_by is None else ("by", body.raise_by.isoformat())
    request = Request(
        raising=body.raise_cash,
        investing=body.invest,
        only_harvest=body.only == "harvest",
        max_gain=body.max_gain,
        max_tracking_error=body.max_tracking_error,
        locked=tuple(body.lock),
        to=body.to,
        transition=body.transition,
        rest=due,
    )
    return intent_of(request, desk.ground, currency=currency_of(desk.ground))


def _known(desk: work.Desk, symbols: list[str]) -> None:
    for symbol in symbols:
        if symbol not in desk.ground.book.securities:
            raise refused("there is no such security", place="symbol", cure="name one of the book")
