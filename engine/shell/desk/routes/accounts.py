"""Accounts at a glance, one account in full, and the breaches with the days by which they are to be cured."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from engine.shell import work
from engine.shell.desk.asking import at_gate, book_of
from engine.shell.desk.bands import band_rows
from engine.shell.desk.pages import PageRoute, page
from engine.shell.desk.rule_text import texts_of
from engine.shell.desk.standing import AccountStanding, Position, Standing, positions_of, standing_of
from engine.shell.service.guard import At
from engine.shell.service.problems import not_found
from reports import words

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/desk/accounts")
async def accounts(request: Request, service: At) -> Response:
    """Return every account with its drift, breaches and harvestable losses."""
    standing = await at_gate(service, standing_of)
    return page(
        request,
        "accounts.html.j2",
        title="Accounts",
        first=_first(standing),
        standing=standing,
        harvestable=sum(row.harvestable for row in standing.accounts),
    )


def _first(standing: Standing) -> str:
    rows = standing.accounts
    due = sum(row.drift.rebalance for row in rows)
    outside = sum(bool(row.outside) for row in rows)
    breached = sum(bool(row.breaches) for row in rows)
    total = sum((row.harvestable for row in rows), start=0)
    due_words = "no rebalance is due" if not due else f"a rebalance is due in {due}"
    return (
        f"Of {words.plural(len(rows), 'account')}, {outside} "
        f"{'has' if outside == 1 else 'have'} a class outside its band and {due_words}; {breached} "
        f"{'stands' if breached == 1 else 'stand'} in a breach; losses of {words.whole(total)} "
        "can be harvested today."
    )


@router.get("/desk/accounts/{account}")
async def account(request: Request, service: At, account: str) -> Response:
    """Return one account: positions, classes against their bands, lots and open losses."""

    def ask(desk: work.Desk) -> tuple[Standing, AccountStanding, tuple[Position, ...]]:
        standing = standing_of(desk)
        row = next((row for row in standing.accounts if row.account == account), None)
        if row is None:
            raise not_found("account", account)
        return standing, row, positions_of(desk, row, standing.lots.get(account, ()))

    standing, row, positions = await at_gate(service, ask)
    lots = standing.lots.get(account, ())
    under = sorted(
        (one for one in lots if one.gain is not None and one.gain < 0),
        key=lambda one: (one.gain, one.lot.lot),
    )
    return page(
        request,
        "account.html.j2",
        title=row.name or row.account,
        first=_first_of(row),
        row=row,
        bands=band_rows(row.drift.classes),
        positions=positions,
        lots=lots,
        under=under,
        as_of=standing.as_of,
        texts=texts_of((await book_of(service)).beside),
    )


def _first_of(row: AccountStanding) -> str:
    names = ", ".join(one.name.replace("_", " ") for one in row.outside)
    outside = f"{names} outside the band" if row.outside else "every class inside its band"
    due = "a rebalance is due" if row.drift.rebalance else "no rebalance is due"
    losses = (
        "sales here are no taxable events"
        if row.is_retirement
        else f"{words.whole(row.harvestable)} {row.currency} of losses can be harvested today"
    )
    return f"{words.whole(row.net)} {row.currency}, {outside}: {due}; {losses}."


@router.get("/desk/breaches")
async def breaches(request: Request, service: At) -> Response:
    """Return every breach of the book as it is, with its cure clock."""
    standing = await at_gate(service, standing_of)
    rows = sorted(
        standing.loud, key=lambda one: (one.cure_due is None, one.cure_due or "", one.account, one.rule)
    )
    dated = [one for one in rows if one.cure_due is not None]
    clock = f"; the next is to be cured by {words.day(_day(dated[0].cure_due))}" if dated else ""
    first = (
        f"{words.plural(len(rows), 'breach', 'breaches')} on {words.day(standing.as_of)}{clock}."
        if rows
        else f"No rule is breached on {words.day(standing.as_of)}: {standing.rules} rules were tried."
    )
    return page(
        request,
        "breaches.html.j2",
        title="Breaches",
        first=first,
        rows=[(one, _left(one.cure_due, standing)) for one in rows],
        standing=standing,
        texts=texts_of((await book_of(service)).beside),
    )


def _day(text: str | None) -> "date | None":
    return None if text is None else date.fromisoformat(text)


def _left(due: str | None, standing: Standing) -> int | None:
    day = _day(due)
    return None if day is None else (day - standing.as_of).days
