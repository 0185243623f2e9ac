"""Publishing: a version waits for a second officer; a client's instruction becomes a rule of the next one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from dsl.library import LibraryPolicy
from engine.facts.failure import InputError
from engine.shell import policies as texts
from engine.shell.desk.asking import book_of, day_of, reading, writing
from engine.shell.desk.next_version import VERBS, Instruction, next_version, with_instruction
from engine.shell.desk.pages import PageRoute, led_to, page
from engine.shell.desk.routes.policies import editor, text_diff, text_sent
from engine.shell.desk.shelf import entry_of, titles
from engine.shell.desk.warming import warm
from engine.shell.publishing.evidence import Prepared, prepare
from engine.shell.publishing.people import is_same_person
from engine.shell.publishing.publish import Pending, approve_policy, evidence_of, mandate_of, pending, publish
from engine.shell.publishing.publish import refuse_policy as refuse
from engine.shell.service.guard import At, Service, Signed, author_of, form_of
from engine.shell.service.people import SignedIn
from engine.shell.service.problems import not_found
from reports import words

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.post("/desk/policies/{policy}/publish")
async def publish_text(request: Request, service: At, person: Signed, policy: str) -> Response:
    """Record a text as the next version, pending until a second person approves it."""
    entry = entry_of((await book_of(service)).beside, policy)
    text = await text_sent(request)
    reason = (await form_of(request)).get("reason", "").strip()
    if not reason:
        raise InputError("no reason is given", place="reason", cure="say why: the second person reads it")
    try:
        made = await _prepared(service, entry, text)
    except texts.MandateErrors:
        told = "It is not published: the text has errors, which are marked beside it."
        return await editor(request, service, entry, text, why=told, reason=reason, status=422)
    if made.refused:
        told = f"It is not published: {'; '.join(made.refused)}. Mend the text and publish it again."
        return await editor(
            request, service, entry, text, why=told, reason=reason, status=422, results=tried_in(made)
        )
    return await _recorded(service, person, made, reason=reason)


def tried_in(made: Prepared) -> tuple[Mapping[str, Any], ...]:
    """Return how each example of a version came out."""
    return tuple(made.data.get("examples", {}).get("examples", ()))


async def published(
    service: Service,
    person: SignedIn,
    entry: LibraryPolicy,
    text: str,
    *,
    reason: str,
    approver: str | None = None,
) -> Response:
    """Check, try and compare a text, record it as pending, and lead to its page."""
    made = await _prepared(service, entry, text)
    return await _recorded(service, person, made, reason=reason, approver=approver)


async def _recorded(
    service: Service, person: SignedIn, made: Prepared, *, reason: str, approver: str | None = None
) -> Response:
    author = author_of(service, person)
    written = await writing(
        service, lambda session: publish(session, author, made, approver=approver, reason=reason)
    )
    return led_to(f"/desk/pending/{written.seq}", said="Published; it waits for a second officer.")


async def _prepared(service: Service, entry: LibraryPolicy, text: str) -> Prepared:
    read = await book_of(service)
    shelf = read.beside
    assert isinstance(shelf, texts.Shelf), "a database has a shelf"
    day = await reading(service, day_of)
    return await service.lanes.run(
        "own",
        service.settings.solve_seconds,
        lambda: prepare(
            text,
            file=entry.file,
            files=entry.files,
            shelf=shelf,
            records=read.records,
            inference=service.inference,
            today=day,
        ),
    )


@router.get("/desk/pending")
async def waiting(request: Request, service: At) -> Response:
    """Return the versions that wait for a second person."""
    rows = await reading(service, pending)
    count = words.plural(len(rows), "version")
    first = (
        f"{count} {'waits' if len(rows) == 1 else 'wait'} for a second officer."
        if rows
        else "Nothing waits: a version that an officer publishes appears here for a second one."
    )
    return page(request, "pending.html.j2", title="Pending", first=first, rows=rows)


@router.get("/desk/pending/{seq}")
async def pending_version(request: Request, service: At, person: Signed, seq: int) -> Response:
    """Return a version that waits, with the evidence that was found when it was published."""
    shelf = (await book_of(service)).beside

    def ask(session: Session) -> tuple[Pending, Any, str]:
        row = _row(session, seq)
        return row, evidence_of(session, row), mandate_of(session, row).text

    row, evidence, text = await reading(service, ask)
    known = titles(shelf).get(row.policy)
    before = entry_of(shelf, row.policy).text if known else ""
    own = is_same_person(row.published_by, person.name)
    for_other = row.approver is not None and not is_same_person(row.approver, person.name)
    return page(
        request,
        "pending_version.html.j2",
        title=f"{row.policy} {row.version}",
        first=_first(row, evidence),
        row=row,
        evidence=evidence,
        text=text,
        text_diff=text_diff(before, text),
        own=own,
        for_other=for_other,
    )


def _first(row: Pending, evidence: Any) -> str:
    difference = evidence.get("difference") or {}
    changed = difference.get("rules", [])
    kinds = [one["change"] for one in changed]
    told = ", ".join(
        f"{words.plural(kinds.count(kind), 'rule')} {kind}" for kind in sorted(set(kinds), reverse=True)
    )
    start = "" if row.effective_from is None else f" from {words.day(date.fromisoformat(row.effective_from))}"
    return (
        f"{row.published_by} asks for version {row.version}{start}: {told or 'no rule admits more or less'}."
    )


def _row(session: Session, seq: int) -> Pending:
    found = next((row for row in pending(session) if row.number == seq), None)
    if found is None:
        raise not_found("pending version", seq)
    return found


@router.post("/desk/pending/{seq}/approve")
async def approve(request: Request, service: At, person: Signed, seq: int) -> Response:
    """Put a pending version into force as a second person, or refuse it with a reason."""
    form = await form_of(request)
    author = author_of(service, person)
    no = form.get("answer") == "refuse"

    def act(session: Session) -> str:
        name = _row(session, seq).name
        if no:
            refuse(session, author, name, reason=form.get("reason", ""))
        else:
            approve_policy(session, author, name)
        return name

    name = await writing(service, act)
    if not no:
        warm(service)
    said = f"{name} was refused." if no else f"{name} is approved and in force from its date."
    return led_to("/desk/policies", said=said)


# ------------------------------------------------------------------ a client's instruction


@router.get("/desk/instruction")
async def instruction_form(request: Request, service: At) -> Response:
    """Return the form in which a client's dated instruction is entered."""
    return await _form(request, service)


async def _form(
    request: Request, service: Service, given: dict[str, str] | None = None, problem: str = ""
) -> Response:
    read = await book_of(service)
    day = await reading(service, day_of)
    securities = [
        (name, str(row.attributes.get("name", ""))) for name, row in sorted(read.records.securities.items())
    ]
    first = "Say what the client asked for: it becomes a cited, dated rule in the policy's next version."
    return page(
        request,
        "instruction.html.j2",
        title="A client's instruction",
        first=first,
        policies=sorted(titles(read.beside)),
        accounts=sorted(read.records.accounts),
        securities=securities,
        day=day,
        given={"policy": request.query_params.get("policy", ""), **(given or {})},
        problem=problem,
        status=422 if problem else 200,
    )


@router.post("/desk/instruction")
async def instruct(request: Request, service: At, person: Signed) -> Response:
    """Write the instruction into the policy's next version, which then waits for a second officer."""
    form = await form_of(request)
    read = await book_of(service)
    day = await reading(service, day_of)
    try:
        asked = _instruction(form, read.records.securities, day)
    except InputError as error:
        return await _form(request, service, form, f"{error.place}: {error.reason}; {error.cure}")
    entry = entry_of(read.beside, form.get("policy", ""))
    text = with_instruction(next_version(entry.text, effective=day), asked)
    reason = f"{asked.given_by}, {words.day(asked.dated)}: {asked.quote}"
    return await published(service, person, entry, text, reason=reason)


def _instruction(form: dict[str, str], securities: Any, day: date) -> Instruction:
    symbol = form.get("symbol", "").strip().upper()
    if symbol not in securities:
        raise InputError(
            f"the book knows no security {symbol or 'without a symbol'}",
            place="security",
            cure="name one of the book",
        )
    until, dated = _day(form, "until"), _day(form, "dated")
    if until < day:
        raise InputError(f"{until} is past", place="until", cure=f"name a day from {day} on")
    told = {name: form.get(name, "").strip() for name in ("given_by", "quote", "act")}
    for name, what in (("given_by", "who gave it"), ("quote", "the client's words")):
        if not told[name]:
            raise InputError("nothing is said", place=what, cure="the rule cites it")
    if told["act"] not in VERBS:
        raise InputError("nothing is asked for", place="what", cure="sell, buy or trade")
    return Instruction(
        act=told["act"],
        symbol=symbol,
        until=until,
        given_by=told["given_by"],
        dated=dated,
        quote=told["quote"],
        account=form.get("account") or None,
    )


def _day(form: dict[str, str], name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError:
        raise InputError("it is no day", place=name, cure="write it as 2026-06-30") from None
