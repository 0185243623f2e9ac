"""The trade list editor: verdicts as one types, "make it pass", and the decision for the record."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from engine.facts.money import plain
from engine.facts.trades import Trade
from engine.shell.desk.asking import book_of, decided_at, reached_at
from engine.shell.desk.pages import PageRoute, fragment, led_to, page
from engine.shell.desk.rule_text import texts_of
from engine.shell.desk.told import first_sentence, quiet_by_rule, trades_of, verdicts_of
from engine.shell.desk.trade_rows import Line, lines_of, listed, with_blanks
from engine.shell.log.asked import Asked
from engine.shell.service.guard import At, Service, Signed
from engine.shell.service.problems import refused
from optimizer.proposal import Proposal

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/desk/trades")
async def empty(request: Request, service: At) -> Response:
    """Return the editor with an empty list; `account` and `symbol` fill its first row."""
    asked = request.query_params
    first = Line(
        account=asked.get("account", ""), side=asked.get("side", "buy"), symbol=asked.get("symbol", "")
    )
    return await _editor(request, service, (first,) if not first.is_blank or first.account else ())


@router.post("/desk/trades")
async def filled(request: Request, service: At) -> Response:
    """Return the editor with the list that was sent, judged: for browsers without scripts, and pasting."""
    return await _editor(request, service, lines_of(await request.body()))


async def _editor(request: Request, service: Service, lines: tuple[Line, ...]) -> Response:
    told = await _told(service, lines)
    read = await book_of(service)
    accounts = [(name, str(row.attributes.get("name", ""))) for name, row in read.records.accounts.items()]
    return page(
        request,
        "trades.html.j2",
        title="Trade list",
        accounts=accounts,
        securities=[
            (s, str(row.attributes.get("name", ""))) for s, row in sorted(read.records.securities.items())
        ],
        **{**told, "lines": with_blanks(told["lines"], accounts[0][0])},
    )


@router.post("/desk/trades/verdicts")
async def verdicts(request: Request, service: At) -> Response:
    """Return the verdicts of the list as it stands, without recording anything."""
    told = await _told(service, lines_of(await request.body()))
    return fragment("trade_verdicts.html.j2", is_part=True, may=_may(request), **told)


async def _told(service: Service, lines: tuple[Line, ...]) -> dict[str, Any]:
    read = await book_of(service)
    rows, trades = listed(lines, read.records)
    told: dict[str, Any] = {"lines": rows, "trades": (), "loud": (), "quiet": (), "decision": "pass"}
    if not trades:
        first = "Type a trade: its verdicts appear as you type."
        return {**told, "first": first, "texts": {}, "largest": None, "evaluators": ()}
    answer = (await reached_at(service, Asked(command="gate", trades=trades))).data
    return {**told, **_answer(answer), "texts": texts_of(read.beside)}


def _answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    every = verdicts_of(answer)
    return {
        "first": first_sentence(answer),
        "trades": trades_of(answer),
        "decision": answer["decision"],
        "loud": tuple(one for one in every if one.is_loud and (one.trades or one.status != "passive")),
        "quiet": quiet_by_rule(every),
        "largest": answer.get("largest_passing"),
        "evaluators": answer["evaluators"],
    }


def _may(request: Request) -> Any:
    from engine.shell.publishing.roles import may

    return lambda action: may(request.state.person.role, action)


@router.post("/desk/trades/repair")
async def repair(request: Request, service: At) -> Response:
    """Return the nearest list that passes, as rows for the editor, with what was changed."""
    read = await book_of(service)
    _, trades = listed(lines_of(await request.body()), read.records)
    if not trades:
        raise refused("there is no trade to make pass", place="trade list", cure="type a trade first")
    found = (await reached_at(service, Asked(command="repair", trades=trades))).proposal
    assert found is not None, "a repair is a proposal"
    lines = _lines_of(found)
    told = await _told(service, lines)
    return fragment(
        "trade_repaired.html.j2",
        is_part=True,
        may=_may(request),
        accounts=[(name, str(row.attributes.get("name", ""))) for name, row in read.records.accounts.items()],
        changes=found.changes,
        notes=found.notes,
        **{**told, "lines": with_blanks(told["lines"], "")},
    )


def _lines_of(proposal: Proposal) -> tuple[Line, ...]:
    """Return a list that passes as rows; sales of several lots of one position stay one row for each lot."""
    return tuple(_line(row.trade) for row in proposal.trades)


def _line(trade: Trade) -> Line:
    return Line(
        account=trade.account,
        side=trade.side.value,
        symbol=trade.symbol,
        quantity=plain(trade.quantity),
        lot=trade.lot or "",
    )


@router.post("/desk/trades/decide")
async def decide(request: Request, service: At, person: Signed) -> Response:
    """Judge the list for the record: the decision is written to the log before it is shown."""
    read = await book_of(service)
    lines, trades = listed(lines_of(await request.body()), read.records)
    unread = [line for line in lines if line.problem]
    if unread or not trades:
        told = f"{unread[0].symbol or 'a row'}: {unread[0].problem}" if unread else "the list is empty"
        raise refused(
            told, place="trade list", cure="mend or empty the row; every row is recorded as it is judged"
        )
    decided = await decided_at(service, person, Asked(command="gate", trades=trades))
    assert decided.entry is not None, "a database keeps a log"
    return led_to(f"/desk/decisions/{decided.entry.seq}", said=f"Recorded as {decided.entry.name}.")
