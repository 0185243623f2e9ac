"""Decisions: searched, shown as they were recorded, proven, replayed; and the chain that holds them."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from engine.gate.record import proof_text
from engine.shell import work
from engine.shell.desk.asking import book_of, reading
from engine.shell.desk.bands import band_rows_of
from engine.shell.desk.pages import PageRoute, as_json, fragment, page
from engine.shell.desk.recorded import Shown, how_many, listed, shown_of
from engine.shell.desk.rule_text import texts_of
from engine.shell.desk.told import first_sentence, quiet_by_rule, trades_of, verdicts_of
from engine.shell.desk.words import kind as kind_words
from engine.shell.desk.words import listed as all_of
from engine.shell.log.asked import Asked, reach
from engine.shell.log.chain import entry
from engine.shell.log.codec import decoded
from engine.shell.log.contents import get
from engine.shell.log.inputs import restored
from engine.shell.log.logbook import DECISIONS
from engine.shell.log.replay import Replayed, replay
from engine.shell.log.signing import key_from
from engine.shell.log.verify import Checked, verify
from engine.shell.service.guard import At, Service
from engine.shell.service.problems import not_found
from reports import words

router = APIRouter(route_class=PageRoute, include_in_schema=False)
T = TypeVar("T")


@router.get("/desk/decisions")
async def decisions(request: Request, service: At) -> Response:
    """Return the log, searched."""
    asked = request.query_params
    told, kind, before = asked.get("q", ""), asked.get("kind", ""), asked.get("before", "")
    kinds = (kind,) if kind else ()

    def ask(session: Session) -> tuple[object, bool, int]:
        rows, more = listed(
            session, kinds=kinds, words=told, before=int(before) if before.isdigit() else None
        )
        return rows, more, how_many(session)

    rows, more, count = await reading(service, ask)
    first = (
        f"{words.plural(count, 'record')} in the log; each one names the hash of the one before it."
        if count
        else "The log is empty: decisions appear here as soon as a list is judged for the record."
    )
    return page(
        request,
        "decisions.html.j2",
        title="Decisions",
        first=first,
        rows=rows,
        more=more,
        told=told,
        kind=kind,
    )


@router.get("/desk/decisions/{seq}")
async def decision(request: Request, service: At, seq: str) -> Response:
    """Return one record: what was decided, by whom, on which terms, and what became of it."""
    shown = await reading(service, lambda session: shown_of(session, seq))
    if shown.entry.kind not in DECISIONS or shown.gate is None:
        title = f"Record {shown.entry.seq}"
        first = f"{kind_words(shown.entry.kind)} by {shown.entry.person}."
        return page(
            request,
            "record.html.j2",
            title=title,
            first=first,
            shown=shown,
            body=as_json(dict(shown.entry.body)),
        )
    every = verdicts_of(shown.gate)
    return page(
        request,
        "decision.html.j2",
        title=f"Decision {shown.entry.seq}",
        first=_first(shown),
        shown=shown,
        trades=trades_of(shown.gate),
        loud=tuple(one for one in every if one.is_loud),
        quiet=quiet_by_rule(every),
        proposal=None if shown.entry.kind == "gate" else shown.answer,
        bands=() if shown.entry.kind == "gate" else band_rows_of(shown.answer or {}),
        texts=texts_of((await book_of(service)).beside),
    )


def _first(shown: Shown) -> str:
    assert shown.gate is not None
    sentence = first_sentence(shown.gate)
    if shown.entry.kind != "gate" and not shown.gate["trades"]:
        sentence = "No trade is proposed: nothing would be better than leaving the accounts as they are."
    missing = shown.missing
    if shown.orders:
        return f"{sentence} {words.plural(shown.orders, 'order')} went out."
    if missing:
        roles = all_of(sorted({role for _, role in missing}))
        return f"{sentence} It waits for {roles}."
    return sentence


@router.get("/desk/decisions/{seq}/answer")
async def answer(service: At, seq: str) -> Response:
    """Return the answer's bytes as they were recorded."""

    def ask(session: Session) -> bytes:
        found = shown_of(session, seq)
        if found.answer is None:
            raise not_found("answer in record", seq)
        return get(session, found.entry.body["answer"])

    data = await reading(service, ask)
    name = f'attachment; filename="decision-{int(seq) if seq.isdigit() else 0}.json"'
    return Response(data, media_type="application/json", headers={"Content-Disposition": name})


@router.get("/desk/decisions/{seq}/proof")
async def proof(request: Request, service: At, seq: str, form: str = "text") -> Response:
    """Return the proof: every verdict in full, from nothing but what the log keeps."""
    text, html = await _own(service, lambda session: _proof(session, seq, page=form == "page"))
    if form == "page":
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": policy})
    first = f"Everything that decision {seq} rests on, worded from the log alone."
    return page(request, "proof.html.j2", title=f"Proof of decision {seq}", first=first, text=text, seq=seq)


def _proof(session: Session, seq: str, *, page: bool) -> tuple[str, str]:
    found = shown_of(session, seq).entry
    if "request" not in found.body:
        raise not_found("decision", seq)
    with work.engine() as inference:
        day = date.fromisoformat(found.body["as_of"])
        desk = restored(session, found.body["inputs"], as_of=day, inference=inference)
        reached = reach(desk, decoded(Asked, found.body["request"]))
        if reached.gate is None:
            return "No list could be judged: " + as_json(dict(reached.data)), ""
        title = f"Decision record {found.seq}"
        return proof_text(reached.gate), desk.record_of(reached.gate, title=title) if page else ""


@router.post("/desk/decisions/{seq}/replay")
async def replayed(service: At, seq: str) -> Response:
    """Reach the decision again from the log alone, and say whether the answer is the same to the byte."""

    def ask(session: Session) -> Replayed:
        with work.engine() as inference:
            return replay(session, entry(session, seq), inference=inference)[0]

    found = await _own(service, ask)
    return fragment("replayed.html.j2", found=found)


async def _own(service: Service, ask: Callable[[Session], T]) -> T:
    """Return what is asked of the log on a thread of its own: a replay opens a book of its own."""

    def read() -> T:
        with service.store.reading() as session:
            return ask(session)

    return await service.lanes.run("own", service.settings.solve_seconds, read)


@router.get("/desk/chain")
async def chain(request: Request, service: At) -> Response:
    """Return whether the log is whole: the first record that was altered, is missing or out of order."""
    key = key_from()
    checked: Checked = await _own(service, lambda session: verify(session, key=key))
    finding = checked.finding
    first = (
        f"The chain holds: {words.plural(checked.records, 'record')}, each names the one before it."
        if finding is None
        else f"The chain is broken: {finding.words}."
    )
    return page(request, "chain.html.j2", title="Chain", first=first, checked=checked)
