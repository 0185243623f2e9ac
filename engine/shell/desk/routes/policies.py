"""Policies: browsed clause beside rule, edited with findings as one types, and compared before publishing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from dsl import render
from dsl.diagnostics import Diagnostic, Severity, has_errors
from dsl.library import LibraryPolicy
from dsl.parse import parse
from engine.gate.examples import run_examples
from engine.shell import policies as texts
from engine.shell import work
from engine.shell.desk.asking import NOW, book_of, day_of, reading
from engine.shell.desk.handbooks import handbook
from engine.shell.desk.next_version import next_version
from engine.shell.desk.pages import PageRoute, fragment, page
from engine.shell.desk.shelf import entry_of, versions
from engine.shell.files.schema import schema_of
from engine.shell.service.guard import At, Service, form_of
from reports import words

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/desk/policies")
async def policies(request: Request, service: At) -> Response:
    """Return every policy with its versions and the days on which each is in force."""

    def ask(session: Session) -> tuple[Any, date]:
        day = day_of(session)
        return versions(session, day=day), day

    rows, day = await reading(service, ask)
    count = sum(row.in_force for row in rows)
    first = (
        f"{words.plural(count, 'policy', 'policies')} in force on {words.day(day)}; "
        f"{words.plural(len(rows), 'version')} in all."
    )
    return page(request, "policies.html.j2", title="Policies", first=first, rows=rows, day=day)


@router.get("/desk/policies/{policy}")
async def policy(request: Request, service: At, policy: str, version: str | None = None) -> Response:
    """Return a policy: its documents clause by clause, with what stands for each clause."""
    shelf = (await book_of(service)).beside
    entry = entry_of(shelf, policy, version)
    made = await handbook(service, entry, shelf)
    return page(
        request,
        "policy.html.j2",
        title=made.book.policy.title,
        first=made.first,
        entry=entry,
        policy=made.book.policy,
        sections=made.sections,
        hash=made.book.rulebook.hash,
    )


@router.get("/desk/policies/{policy}/edit")
async def edit(request: Request, service: At, policy: str) -> Response:
    """Return the editor with the next version of a policy: its header is moved on, the rest as it is."""
    entry = entry_of((await book_of(service)).beside, policy)
    day = await reading(service, day_of)
    text = next_version(entry.text, effective=day)
    return await editor(request, service, entry, text)


async def editor(
    request: Request,
    service: Service,
    entry: LibraryPolicy,
    text: str,
    *,
    why: str = "",
    reason: str = "",
    status: int = 200,
    results: Sequence[Mapping[str, Any]] = (),
) -> Response:
    """Return the editor of a policy over some text.

    why: what was put into it beforehand, or why it could not be published; reason: what was given for it;
    results: how its examples came out.
    """
    found = await _checked(service, entry, text)
    return page(
        request,
        "edit.html.j2",
        title=f"Next version of {entry.id}",
        first=why
        or "Every change is checked as you type; nothing is in force until a second person approves it.",
        entry=entry,
        text=text,
        reason=reason,
        results=results,
        failed=[row for row in results if not row["passed"]],
        status=status,
        **found,
    )


async def _checked(service: Service, entry: LibraryPolicy, text: str) -> dict[str, Any]:
    read = await book_of(service)
    checked = await service.lanes.run(
        "own",
        service.settings.gate_seconds,
        lambda: texts.check_parsed(
            parse(text, file=entry.file),
            folder=_without(read.beside, entry),
            schema=schema_of(read.records),
            today=date.today(),  # noqa: DTZ011
            files=entry.files,
        ),
    )
    errors = sum(row.severity is Severity.ERROR for row in checked.diagnostics)
    policy = checked.policy
    return {
        "findings": [_finding(row, text) for row in checked.diagnostics],
        "errors": errors,
        "summary": render.summary(checked.diagnostics),
        "rules": 0 if policy is None else len(policy.rules),
        "examples": 0 if policy is None else len(policy.examples),
        "version": "" if policy is None else policy.version,
        "effective": None if policy is None else policy.effective_from,
    }


def _finding(row: Diagnostic, text: str) -> dict[str, Any]:
    lines = text.split("\n")
    line = lines[row.span.line - 1] if 0 < row.span.line <= len(lines) else ""
    end = row.span.end_column if row.span.end_line == row.span.line else len(line) + 1
    start = row.span.column - 1
    return {
        "severity": {"error": "block", "warning": "warn"}.get(row.severity.value, "passive"),
        "word": {"info": "note"}.get(row.severity.value, row.severity.value),
        "code": row.code,
        "message": row.message,
        "help": row.help,
        "line": row.span.line,
        "before": line[:start].lstrip(),
        "marked": line[start : max(end - 1, start + 1)],
        "after": line[max(end - 1, start + 1) :],
    }


def _without(beside: texts.Beside, entry: LibraryPolicy) -> texts.Beside:
    """Return a shelf on which the version in force of one policy does not stand for its next one."""
    if not isinstance(beside, texts.Shelf):
        return beside
    return replace(beside, in_force=tuple(row for row in beside.in_force if row.id != entry.id))


async def text_sent(request: Request) -> str:
    """Return the mandate that a form brings, its lines ended as files end them."""
    return (await form_of(request)).get("text", "").replace("\r\n", "\n")


@router.post("/desk/policies/{policy}/check")
async def check(request: Request, service: At, policy: str) -> Response:
    """Return what is found in the text as it stands."""
    entry = entry_of((await book_of(service)).beside, policy)
    return fragment("findings.html.j2", **await _checked(service, entry, await text_sent(request)))


@router.post("/desk/policies/{policy}/examples")
async def examples(request: Request, service: At, policy: str) -> Response:
    """Run the examples of the text and return how each came out."""
    read = await book_of(service)
    entry = entry_of(read.beside, policy)
    text = await text_sent(request)

    def run() -> Any:
        checked = texts.check_parsed(
            parse(text, file=entry.file), folder=_without(read.beside, entry), files=entry.files
        )
        if checked.policy is None or has_errors(checked.diagnostics):
            raise texts.MandateErrors((checked,))
        return run_examples(checked.policy, engine=service.inference)

    results = await service.lanes.run("own", service.settings.gate_seconds, run)
    failed = [row for row in results if not row.passed]
    return fragment("examples.html.j2", results=results, failed=failed)


@router.post("/desk/policies/{policy}/compare")
async def compare(request: Request, service: At, policy: str) -> Response:
    """Return what the text admits or forbids that the version in force does not, and whom it touches."""
    read = await book_of(service)
    entry = entry_of(read.beside, policy)
    text = await text_sent(request)

    def run() -> dict[str, Any]:
        return compared(service, entry, text)

    told = await service.lanes.run("own", service.settings.solve_seconds, run)
    return fragment("compared.html.j2", **told)


def compared(service: Service, entry: LibraryPolicy, text: str) -> dict[str, Any]:
    """Return the semantic difference and the impact of a next version, as plain data and values."""
    from engine.ledger.book import default_as_of
    from optimizer.diff.answer import diff_answer
    from optimizer.diff.compare import compare as compare_versions
    from optimizer.diff.impact import impact

    read = service.books.read(NOW)
    shelf = read.beside
    now = texts.check_listed(entry, beside=shelf).policy
    then = texts.check_parsed(parse(text, file=entry.file), folder=_without(shelf, entry), files=entry.files)
    if now is None or then.policy is None or has_errors(then.diagnostics):
        raise texts.MandateErrors((then,))
    securities = {str(name): dict(row.attributes) for name, row in read.records.securities.items()}
    day = default_as_of(read.records)
    difference = compare_versions(
        now, then.policy, engine=service.inference, today=day, securities=securities
    )
    found = impact(
        work.rulebook_of((now,)),
        work.rulebook_of((then.policy,)),
        read.records,
        as_of=day,
        days=365,
        engine=service.inference,
    )
    return {"diff": diff_answer(difference), "impact": found, "text_diff": text_diff(entry.text, text)}


def text_diff(old: str, new: str) -> list[tuple[str, str]]:
    """Return the lines that differ, each with its sign, and a line round them."""
    from difflib import unified_diff

    lines = list(unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=1))[2:]
    return [("@", "") if line.startswith("@@") else (line[:1] or " ", line[1:]) for line in lines]
