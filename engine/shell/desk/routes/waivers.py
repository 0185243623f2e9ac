"""Waivers and halts: permissions that end by themselves, and trading that a second person lets go on."""

from datetime import date

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from engine.shell import policies as texts
from engine.shell.desk.asking import book_of, day_of, reading, writing
from engine.shell.desk.pages import PageRoute, led_to, page
from engine.shell.desk.routes.publishing import published
from engine.shell.desk.shelf import entry_of, titles
from engine.shell.orders.sending import halt_and_stop
from engine.shell.publishing.desk import waived_text
from engine.shell.publishing.halts import Scope, halts, lift
from engine.shell.publishing.people import is_same_person, people
from engine.shell.publishing.roles import Role
from engine.shell.publishing.waive import waiver_from
from engine.shell.service.guard import At, Signed, author_of, form_of
from engine.shell.service.problems import refused
from engine.shell.store.facts import Seen
from engine.shell.store.recording import table_of
from engine.shell.store.schema.policies import WaiverRow
from reports import words

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/desk/waivers")
async def waivers(request: Request, service: At, person: Signed) -> Response:
    """Return the waivers in force with the days that they have left, and the form that asks for one."""

    def ask(session: Session) -> tuple[list[dict[str, object]], date, list[str]]:
        day = day_of(session)
        table = table_of(WaiverRow)
        statement = Seen(as_of=day, known=None).of(table).order_by(table.c.until, table.c.rule)
        rows = [{**row, "left": (row["until"] - day).days} for row in session.execute(statement).mappings()]
        others = [
            row.name
            for row in people(session)
            if row.active and row.role is Role.OFFICER and not is_same_person(row.name, person.name)
        ]
        return rows, day, others

    rows, day, officers = await reading(service, ask)
    read = await book_of(service)
    first = (
        f"{words.plural(len(rows), 'waiver')} in force on {words.day(day)}."
        if rows
        else f"No waiver is in force on {words.day(day)}."
    )
    return page(
        request,
        "waivers.html.j2",
        title="Waivers",
        first=first,
        rows=rows,
        officers=officers,
        policies=sorted(titles(read.beside)),
        rules=_rules(read.beside),
        accounts=sorted(read.records.accounts),
        day=day,
    )


def _rules(shelf: texts.Beside) -> list[tuple[str, str]]:
    from engine.shell.desk.rule_text import texts_of

    return sorted((policy, rule) for policy, rule in texts_of(shelf))


@router.post("/desk/waivers")
async def waive(request: Request, service: At, person: Signed) -> Response:
    """Write a waiver into the policy's next version, which waits for the person whom it names."""
    form = await form_of(request)
    try:
        until = date.fromisoformat(form.get("until", ""))
    except ValueError:
        raise refused("it is no day", place="until", cure="write it as 2026-06-30") from None
    policy = form.get("policy", "")
    entry = entry_of((await book_of(service)).beside, policy)
    waiver = waiver_from(
        form.get("rule", ""),
        subject=form.get("subject", ""),
        up_to=form.get("up_to", "").strip() or None,
        until=until,
        approver=form.get("approver", ""),
        because=form.get("because", ""),
    )
    day = await reading(service, day_of)
    text, _, _ = await service.lanes.run(
        "store",
        service.settings.gate_seconds,
        lambda: waived_text(service.store, policy, waiver, since=day, today=day),
    )
    reason = form.get("reason", "").strip() or f"waiver of {waiver.rule}"
    return await published(service, person, entry, text, reason=reason, approver=waiver.approver)


@router.get("/desk/halts")
async def halted(request: Request, service: At) -> Response:
    """Return the halts that hold, and the form that halts."""
    rows = await reading(service, halts)
    first = (
        f"{words.plural(len(rows), 'halt')} in force: what is touched is blocked."
        if rows
        else "Nothing is halted."
    )
    accounts = sorted((await book_of(service)).records.accounts)
    return page(request, "halts.html.j2", title="Halts", first=first, rows=rows, accounts=accounts)


@router.post("/desk/halts")
async def stop(request: Request, service: At, person: Signed) -> Response:
    """Halt an account, a security, or everything, at once; open orders that it touches end."""
    form = await form_of(request)
    kind, name = form.get("scope", ""), form.get("name", "").strip()
    author = author_of(service, person)
    match kind:
        case "account" | "security":
            if not name:
                raise refused(f"no {kind} is named", place="name", cure="name what is halted")
            scope = Scope(kind=kind, name=name if kind == "account" else name.upper())
        case "all":
            scope = Scope(kind="all")
        case _:
            raise refused("it is no scope", place="scope", cure="account, security or all")
    reason = form.get("reason", "")
    _, stopped = await writing(
        service, lambda session: halt_and_stop(session, author, scope=scope, reason=reason)
    )
    said = f"{scope.words[:1].upper()}{scope.words[1:]} is halted."
    if stopped:
        said += f" Open orders are cancelled, or asked to be: {', '.join(stopped)}."
    return led_to("/desk/halts", said=said)


@router.post("/desk/halts/{number}/lift")
async def lifted(request: Request, service: At, person: Signed, number: int) -> Response:
    """Lift a halt as a second person."""
    reason = (await form_of(request)).get("reason", "")
    author = author_of(service, person)
    await writing(service, lambda session: lift(session, author, number=number, reason=reason))
    return led_to("/desk/halts", said=f"Halt {number} is lifted.")
