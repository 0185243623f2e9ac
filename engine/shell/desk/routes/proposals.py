"""Proposals: asked for, reviewed, approved and sent. Each is in the log as soon as it is made."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from engine.shell.desk.asking import book_of, decided_at, reading, writing
from engine.shell.desk.pages import PageRoute, led_to, page
from engine.shell.desk.recorded import PROPOSALS, Shown, listed, shown_of
from engine.shell.log.asked import Asked
from engine.shell.orders.decided import ready_to_send
from engine.shell.orders.sending import make_orders
from engine.shell.publishing.approvals import approve_decision
from engine.shell.service.guard import At, Signed, author_of, form_of
from optimizer.settings import Intent
from reports import words

router = APIRouter(route_class=PageRoute, include_in_schema=False)
ROUTE = "file generic"
"""How orders of the desk go out."""


@router.get("/desk/proposals")
async def proposals(request: Request, service: At) -> Response:
    """Return the proposals of the log, and the form that asks for a new one."""

    def ask(session: Session) -> tuple[tuple[Shown, ...], bool]:
        rows, more = listed(session, kinds=PROPOSALS)
        return tuple(shown_of(session, str(row.seq)) for row in rows), more

    shown, more = await reading(service, ask)
    accounts = [
        (name, str(row.attributes.get("name", "")))
        for name, row in (await book_of(service)).records.accounts.items()
    ]
    waiting = sum(bool(row.missing) for row in shown)
    first = (
        f"{words.plural(len(shown), 'proposal')}; {waiting} "
        f"{'waits' if waiting == 1 else 'wait'} for an approval."
        if shown
        else "Nothing has been proposed yet: ask for a rebalance or a harvest, and the gate has judged it "
        "before you see it."
    )
    return page(
        request,
        "proposals.html.j2",
        title="Proposals",
        first=first,
        shown=shown,
        more=more,
        accounts=accounts,
    )


@router.post("/desk/proposals")
async def propose(request: Request, service: At, person: Signed) -> Response:
    """Propose trades for the accounts named, for all where none is, and record the proposal."""
    form = await form_of(request)
    account = form.get("account", "")
    if form.get("kind") == "harvest":
        asked = Asked(
            command="harvest", intent=Intent(kind="harvest"), accounts=(account,) if account else ()
        )
    else:
        intent = Intent(anyway=form.get("anyway") == "yes")
        asked = Asked(command="rebalance", intent=intent, accounts=(account,) if account else ())
    decided = await decided_at(service, person, asked)
    assert decided.entry is not None, "a database keeps a log"
    return led_to(f"/desk/decisions/{decided.entry.seq}", said=f"Recorded as {decided.entry.name}.")


@router.post("/desk/decisions/{seq}/approve")
async def approve(request: Request, service: At, person: Signed, seq: int) -> Response:
    """Say yes to a decision in the role that a rule asks for, as a second person."""
    form = await form_of(request)
    author = author_of(service, person)
    role, rule = form.get("role", ""), form.get("rule", "")

    def act(session: Session) -> None:
        approve_decision(
            session, author, str(seq), role=role, rules=(rule,) if rule else (), note=form.get("reason", "")
        )

    await writing(service, act)
    return led_to(f"/desk/decisions/{seq}", said=f"Approved as {role}; recorded in the log.")


@router.post("/desk/decisions/{seq}/send")
async def send(service: At, person: Signed, seq: int) -> Response:
    """Judge the list once more on what is known now, and write its orders; they go out by their route."""
    author = author_of(service, person)
    address = service.settings.database

    def act() -> int:
        ready = ready_to_send(service.store, str(seq), by=person.name, address=address)
        return len(make_orders(service.store, ready, author, route=ROUTE).tickets)

    count = await service.lanes.run("own", service.settings.solve_seconds, act)
    said = f"{words.plural(count, 'order')} written down, to go out by the route {ROUTE}."
    return led_to(f"/desk/decisions/{seq}", said=said)
