"""United Kingdom: shares sold are matched with the same day, then the next 30 days, then the pool.

    pool 100 at 10; 60 sold on 1 March, 40 bought on 20 March at 8
      -> 40 of them cost 8 (bought within 30 days), 20 cost 10 (the pool); nothing is disallowed

For gains as for losses; it looks forward only and matches within one person; retirement accounts
(ISA, pension) are outside. Shares matched never enter the pool. Every row is told as `long`.
Source: Taxation of Chargeable Gains Act 1992, ss. 104, 105, 106A.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.facts.ids import LotId
from engine.facts.lots import Disposal, Lot
from engine.facts.transactions import Transaction
from engine.ledger.cents import apportion, exact_decimal, from_cents, to_cents
from engine.ledger.countries.canada import POOL
from engine.ledger.countries.dealings import Dealing, dealings, is_plan
from engine.ledger.pieces import ZERO
from engine.ledger.state import Setting, Shortfall

FORWARD_DAYS = 30


@dataclass(slots=True)
class _Open:
    """A dealing and how much of it has not been matched."""

    dealing: Dealing
    left: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matched:
    """Shares of a sale and what they cost, by the stage that matched them."""

    sale: Dealing
    quantity: Fraction
    cost: Fraction
    name: LotId
    acquired: date
    stage: str


def matched(
    rows: Iterable[Transaction], setting: Setting
) -> tuple[tuple[Disposal, ...], tuple[Lot, ...], tuple[Shortfall, ...]]:
    """Return disposals, section 104 pools as lots, and what is sold beyond what is held."""
    told: list[Disposal] = []
    lots: list[Lot] = []
    short: list[Shortfall] = []
    for dealt in dealings(rows, setting).values():
        for person in dict.fromkeys(one.person for one in dealt):
            mine = [_Open(one, one.quantity) for one in dealt if one.person == person]
            found = [*_same_day(mine), *_next_days(mine)]
            from_pool, lot, missing = _pool(mine)
            told += _rows([*found, *from_pool])
            lots += [lot] if lot is not None else []
            short += missing
    told.sort(key=lambda row: row.sold)
    return tuple(told), tuple(lots), tuple(short)


def _same_day(mine: list[_Open]) -> list[_Matched]:
    return [
        match
        for sale in mine
        if sale.dealing.is_sale
        for bought in mine
        if not bought.dealing.is_sale and bought.dealing.day == sale.dealing.day
        if (match := _match(sale, bought, "same day, s. 105")) is not None
    ]


def _next_days(mine: list[_Open]) -> list[_Matched]:
    return [
        match
        for sale in mine
        if sale.dealing.is_sale
        for bought in mine
        if not bought.dealing.is_sale and 0 < (bought.dealing.day - sale.dealing.day).days <= FORWARD_DAYS
        if (match := _match(sale, bought, "within 30 days, s. 106A")) is not None
    ]


def _match(sale: _Open, bought: _Open, stage: str) -> _Matched | None:
    quantity = min(sale.left, bought.left)
    if not quantity:
        return None
    sale.left -= quantity
    bought.left -= quantity
    return _Matched(
        sale=sale.dealing,
        quantity=quantity,
        cost=bought.dealing.money * quantity / bought.dealing.quantity,
        name=LotId(bought.dealing.row.id),
        acquired=bought.dealing.day,
        stage=stage,
    )


def _pool(mine: list[_Open]) -> tuple[list[_Matched], Lot | None, list[Shortfall]]:
    """Let what is left enter and leave the pool at average cost."""
    quantity, cost, last = ZERO, ZERO, None
    found: list[_Matched] = []
    missing: list[Shortfall] = []
    for one in mine:
        dealing = one.dealing
        if not dealing.is_sale:
            quantity += one.left
            cost += dealing.money * one.left / dealing.quantity
            last = dealing if one.left else last
            continue
        taken = min(one.left, quantity)
        if taken < one.left:
            missing.append(_shortfall(dealing, one.left - taken))
        if taken:
            part = cost * taken / quantity
            found.append(
                _Matched(
                    sale=dealing,
                    quantity=taken,
                    cost=part,
                    name=LotId(POOL),
                    acquired=last.day if last is not None else dealing.day,
                    stage="pool, s. 104",
                )
            )
            quantity -= taken
            cost -= part
    return found, _lot(quantity, cost, last), missing


def _rows(found: list[_Matched]) -> list[Disposal]:
    by_sale: dict[str, list[_Matched]] = {}
    for match in found:
        by_sale.setdefault(match.sale.row.id, []).append(match)
    return [row for matches in by_sale.values() for row in _rows_of_sale(matches)]


def _rows_of_sale(matches: list[_Matched]) -> list[Disposal]:
    sale = matches[0].sale
    exact = tuple(sale.money * match.quantity / sale.quantity for match in matches)
    told = apportion(to_cents(sum(exact, ZERO)), tuple(100 * part for part in exact))
    return [_row(match, cents) for match, cents in zip(matches, told, strict=True)]


def _row(match: _Matched, proceeds: int) -> Disposal:
    cost = to_cents(match.cost)
    taxed = not is_plan(match.sale.person)
    return Disposal(
        sale=match.sale.row.id,
        lot=match.name,
        account=match.sale.account,
        symbol=match.sale.symbol,
        quantity=exact_decimal(match.quantity / match.sale.factor),
        proceeds=from_cents(proceeds),
        basis=from_cents(cost),
        gain=from_cents(proceeds - cost),
        disallowed=from_cents(0),
        permanently_disallowed=from_cents(0),
        recognized=from_cents(proceeds - cost if taxed else 0),
        broker_disallowed=from_cents(0),
        term="long" if taxed else None,
        acquired=match.acquired,
        adjusted_acquired=match.acquired,
        sold=match.sale.day,
        because=(f"matched: {match.stage} (TCGA 1992)",),
    )


def _lot(quantity: Fraction, cost: Fraction, last: Dealing | None) -> Lot | None:
    if not quantity or last is None:
        return None
    basis = from_cents(to_cents(cost))
    return Lot(
        lot=LotId(POOL),
        account=last.account,
        symbol=last.symbol,
        quantity=exact_decimal(quantity),
        basis=basis,
        acquired=last.day,
        adjusted_acquired=last.day,
        original_basis=basis,
    )


def _shortfall(one: Dealing, missing: Fraction) -> Shortfall:
    return Shortfall(
        transaction=one.row.id,
        account=one.account,
        symbol=one.symbol,
        date=one.day,
        quantity=missing,
        row=one.row.row,
    )
