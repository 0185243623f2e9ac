"""From a decision to its orders: a second person's approval where a rule asks for one, then the orders, once.

    POST /v1/decisions/12/approve    {"role": "Compliance"}             by another than who proposed it
    POST /v1/decisions/12/orders     {"route": "fix FIX.4.4:DESK->BROKER"}

The list is judged again on what is known now; whatever is not passed then is not sent.
"""

from decimal import Decimal
from functools import partial

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from engine.shell.orders.decided import Ready, ready_to_send
from engine.shell.orders.sending import orders_cancelled, orders_written
from engine.shell.publishing.approvals import approve_decision
from engine.shell.service.answering import Done, OnceKey, prepared, written
from engine.shell.service.guard import At, GuardedRoute, Service, Signed, author_of
from engine.shell.service.models.records import ActAnswer, CancelledAnswer, SentAnswer
from engine.shell.service.models.requests import ApproveIn, CancelIn, SendIn
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import described, not_found
from engine.shell.service.v1.halting import acted
from engine.shell.service.v1.records import Number
from engine.shell.store.schema.people import DecisionRow

router = APIRouter(route_class=GuardedRoute, tags=["orders"], responses=described(400, 409, 422))


@router.post(
    "/v1/decisions/{seq}/approve", response_model=ActAnswer, status_code=201, responses=described(404)
)
async def approve(
    seq: Number, request: Request, body: ApproveIn, service: At, person: Signed, key: OnceKey
) -> Response:
    """Say yes to a decision in the role that a rule asks for, as a second person."""

    def act(session: Session) -> Done:
        _need(session, seq)
        recorded, _ = approve_decision(
            session,
            author_of(service, person),
            str(seq),
            role=body.role,
            rules=body.rules,
            until=body.until,
            note=body.note,
        )
        return acted(recorded)

    return await written(request, service, person, key, act)


@router.post(
    "/v1/decisions/{seq}/orders", response_model=SentAnswer, status_code=201, responses=described(404)
)
async def send(
    seq: Number, request: Request, body: SendIn, service: At, person: Signed, key: OnceKey
) -> Response:
    """Write down the orders of a decision that passes, once; they go out by their route."""
    prepare = partial(_ready, service, person, seq)
    return await prepared(request, service, person, key, prepare, partial(_sent, service, person, body))


def _ready(service: Service, person: SignedIn, seq: int) -> Ready:
    with service.store.reading() as session:
        _need(session, seq)
    address = service.settings.database
    return ready_to_send(service.store, str(seq), by=person.name, address=address)


def _sent(service: Service, person: SignedIn, body: SendIn, ready: Ready, session: Session) -> Done:
    made = orders_written(
        session,
        ready,
        author_of(service, person),
        route=body.route,
        blocks=body.blocks,
        limits={symbol: Decimal(price) for symbol, price in body.limits.items()},
        replacing=body.replacing,
    )
    return acted(made.record, schema="guardband/sent/1", orders=[kept.ticket.name for kept in made.tickets])


@router.post("/v1/orders/cancel", response_model=CancelledAnswer, responses=described(404))
async def cancel(request: Request, body: CancelIn, service: At, person: Signed, key: OnceKey) -> Response:
    """Cancel open orders: those that have not gone out are withdrawn at once."""

    def act(session: Session) -> Done:
        names = orders_cancelled(session, author_of(service, person), choose=body.orders)
        return Done(data={"schema": "guardband/cancelled/1", "orders": list(names)})

    return await written(request, service, person, key, act)


def _need(session: Session, seq: int) -> None:
    """Raise Problem where the log holds no record of this number."""
    if session.get(DecisionRow, seq) is None:
        raise not_found("record", seq)
