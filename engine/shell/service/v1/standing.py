"""Drift, headroom, lots and tax: where the store's book stands."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from engine.facts.book import Records
from engine.facts.ids import AccountId, HouseholdId, Symbol
from engine.facts.trades import Side
from engine.gate.drift import drift_answer
from engine.gate.headroom import SIDES, headroom_answer
from engine.gate.headroom import headroom as rooms_of
from engine.ledger.tax.answer import tax_answer, tax_answers
from engine.ledger.tax.year import Stated, tax_year
from engine.shell import work
from engine.shell.books import BookRead
from engine.shell.service.answering import answer
from engine.shell.service.books import Asked, load_ids
from engine.shell.service.guard import At, GuardedRoute, Service
from engine.shell.service.models.gate import DriftAnswer, HeadroomAnswer
from engine.shell.service.models.ledger import LotsAnswer, TaxAnswer
from engine.shell.service.problems import described, refused
from engine.shell.service.v1.asking import BookQuery, Names

router = APIRouter(route_class=GuardedRoute, tags=["standing"], responses=described(422))


@router.get("/v1/drift", response_model=DriftAnswer)
async def drift(asked: BookQuery, service: At) -> Response:
    """Show each class against its target and band, and which accounts call for a rebalance."""
    work = partial(_drift, service, asked)
    return answer(await service.lanes.run("gate", service.settings.gate_seconds, work))


def _drift(service: Service, asked: Asked) -> dict[str, Any]:
    desk = service.books.desk(asked, "gate")
    return drift_answer(desk.ground.book, desk.drift())


@router.get("/v1/headroom", response_model=HeadroomAnswer)
async def headroom(
    asked: BookQuery,
    service: At,
    symbol: Annotated[Names, Query(description="Unsaid: what is held.")] = [],  # noqa: B006
    account: Annotated[Names, Query(description="Unsaid: every governed account.")] = [],  # noqa: B006
    side: Annotated[Side | None, Query(description="buy or sell; unsaid: both.")] = None,
) -> Response:
    """Show how much may be bought or sold today, in one trade alone, and which rule stops one share more."""
    sides = SIDES if side is None else (side,)
    if side is not None and side not in SIDES:
        raise refused("headroom is of purchases and sales", place="side", cure="say buy or sell")
    work = partial(_headroom, service, asked, tuple(symbol), tuple(account), sides)
    return answer(await service.lanes.run("solve", service.settings.solve_seconds, work))


def _headroom(
    service: Service,
    asked: Asked,
    symbols: tuple[str, ...],
    accounts: tuple[str, ...],
    sides: tuple[Side, ...],
) -> dict[str, Any]:
    desk = service.books.desk(asked, "solve")
    for name in symbols:
        if name not in desk.ground.book.securities:
            raise refused("there is no such security", place="symbol", cure="name one of the book")
    for name in accounts:
        if name not in desk.ground.accounts:
            cure = f"name one of {', '.join(desk.ground.accounts)}"
            raise refused("no policy governs the account", place="account", cure=cure)
    rooms = rooms_of(
        desk.opened,
        engine=desk.inference,
        symbols=tuple(map(Symbol, symbols)),
        accounts=tuple(map(AccountId, accounts)),
        sides=sides,
    )
    return headroom_answer(desk.opened, rooms)


@router.get("/v1/lots", response_model=LotsAnswer)
async def lots(asked: BookQuery, service: At, ahead: bool = False) -> Response:
    """Show open lots, disposals, disallowed and recognized losses; `ahead`: what sales today would be."""
    work = partial(_lots, service, asked, ahead)
    return answer(await service.lanes.run("own", service.settings.gate_seconds, work))


def _lots(service: Service, asked: Asked, ahead: bool) -> dict[str, Any]:
    from engine.ledger.ahead import sales_ahead
    from engine.ledger.ahead_answer import ahead_answer
    from engine.ledger.ahead_list import purchases_ahead
    from engine.ledger.answer import lots_answer
    from engine.ledger.book import book_of, ledger_of_records, reconcile
    from engine.ledger.reconciled import differences_answer
    from engine.ledger.tax.short_held import short_held_answer, short_held_losses

    read = service.books.read(asked)
    records, day, reading = read.records, _day(read.records, asked), _reading(read, asked)
    ledger = ledger_of_records(records, as_of=day, reading=reading)
    opened = book_of(records, ledger, as_of=day)
    both = ledger is not None and records.lots is not None
    differences = reconcile(opened.lots, ledger) if ledger is not None and both else None
    funds = () if ledger is None else short_held_losses(records, ledger, as_of=day)
    looked = (sales_ahead(opened, reading=reading), purchases_ahead(opened, reading=reading))
    told = lots_answer(
        opened.disposals or (),
        opened.lots,
        accounts=opened.accounts,
        coverage=opened.coverage,
        shorts=opened.shorts,
    )
    told["reconciliation"] = None if differences is None else differences_answer(differences)
    told["fund_losses"] = short_held_answer(funds)
    told["ahead"] = ahead_answer(*looked, None) if ahead else None
    return told


@router.get("/v1/tax", response_model=TaxAnswer)
async def tax(
    asked: BookQuery,
    service: At,
    year: Annotated[int, Query(ge=1900, le=2200)],
    household: Annotated[str | None, Query(max_length=200, description="Where there are several.")] = None,
    every: Annotated[bool, Query(alias="all", description="Every household.")] = False,
    magi: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}(\.[0-9]{1,2})?$")] = None,
) -> Response:
    """Tell a household's tax year, as known on a day."""
    stated = Stated(magi=None if magi is None else Decimal(magi))
    work = partial(_tax, service, asked, year, household, every, stated)
    return answer(await service.lanes.run("own", service.settings.gate_seconds, work))


def _tax(
    service: Service, asked: Asked, year: int, household: str | None, every: bool, stated: Stated
) -> dict[str, Any]:
    read = service.books.read(asked)
    day, reading = _day(read.records, asked), _reading(read, asked)
    if every:
        return tax_answers(read.records, year=year, as_of=day, reading=reading, stated=stated)
    chosen = None if household is None else HouseholdId(household)
    return tax_answer(
        tax_year(read.records, year=year, as_of=day, reading=reading, household=chosen, stated=stated)
    )


def _day(records: Records, asked: Asked) -> Any:
    moment = None if asked.as_of is None else datetime.combine(asked.as_of, datetime.min.time())
    return work.as_of_date(records, moment)


def _reading(read: BookRead, asked: Asked) -> Any:
    """Return the readings of the law of the policies named; the defaults where none is."""
    if not asked.policies:
        return work.reading_of(None, read.beside)
    return work.rulebook_of(load_ids(asked.policies, read.beside)).tax
