"""Canada: one average cost for each person, and superficial losses.

    100 sold at a loss of 500; 60 bought 10 days later and held on day 30
      -> least(100 sold, 60 bought, 60 held) / 100 of it denied: 300, added to the cost of whoever bought

Window: 30 days on each side; purchases of the spouse, a controlled company or a registered plan count;
in a plan a denied loss is lost. There is no short or long: every row is told as `long`.
Source: Income Tax Act (Canada) 40(2)(g)(i), 53(1)(f), 54 "superficial loss".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from engine.facts.ids import LotId
from engine.facts.lots import Disposal, Lot, Replacement
from engine.facts.transactions import Transaction
from engine.ledger.cents import exact_decimal, from_cents, to_cents
from engine.ledger.countries.dealings import Dealing, Person, dealings, is_plan
from engine.ledger.pieces import ZERO
from engine.ledger.state import Setting, Shortfall
from engine.ledger.terms import WINDOW_DAYS

POOL = "pool"


@dataclass(slots=True)
class _Pool:
    """One person's shares of one security."""

    quantity: Fraction = ZERO
    cost: Fraction = ZERO
    original: Fraction = ZERO
    last: Dealing | None = None
    waiting: list[tuple[date, Fraction]] = field(default_factory=list)  # denied losses to be added on a day


def pooled(
    rows: Iterable[Transaction], setting: Setting
) -> tuple[tuple[Disposal, ...], tuple[Lot, ...], tuple[Shortfall, ...]]:
    """Return disposals, pools as lots, and what is sold beyond what is held."""
    told: list[Disposal] = []
    lots: list[Lot] = []
    short: list[Shortfall] = []
    for dealt in dealings(rows, setting).values():
        pools: dict[Person, _Pool] = {}
        for place, one in enumerate(dealt):
            pool = pools.setdefault(one.person, _Pool())
            _add_waiting(pool, one.day)
            if one.is_sale:
                missing = one.quantity - pool.quantity
                if missing > 0:
                    short.append(_shortfall(one, missing))
                    continue
                told.append(_sell(pools, dealt, place, setting))
            else:
                pool.quantity += one.quantity
                pool.cost += one.money
                pool.original += one.money
            pool.last = one
        lots += [lot for pool in pools.values() if (lot := _lot(pool)) is not None]
    told.sort(key=lambda row: row.sold)
    return tuple(told), tuple(lots), tuple(short)


def _sell(pools: dict[Person, _Pool], dealt: list[Dealing], place: int, setting: Setting) -> Disposal:
    sale = dealt[place]
    pool = pools[sale.person]
    share = sale.quantity / pool.quantity
    basis, original = pool.cost * share, pool.original * share
    pool.quantity -= sale.quantity
    pool.cost -= basis
    pool.original -= original
    loss = max(ZERO, basis - sale.money)
    denied = ZERO if is_plan(sale.person) else loss * _superficial(dealt, place) / sale.quantity
    replacements = _carry(pools, dealt, sale, denied)
    lost = sum((amount for one, amount in replacements if is_plan(one.person)), ZERO)
    return _row(sale, basis, denied, lost, replacements)


def _superficial(dealt: list[Dealing], place: int) -> Fraction:
    """Return the least of what is sold, bought in the period, and held at its end, by all affiliated."""
    sale = dealt[place]
    end = sale.day + timedelta(days=WINDOW_DAYS)
    bought = sum((one.quantity for one in _bought_in_period(dealt, sale)), ZERO)
    affiliated = [one for one in dealt if one.person[0] == sale.person[0] and one.day <= end]
    held = sum((-one.quantity if one.is_sale else one.quantity for one in affiliated), ZERO)
    return max(ZERO, min(sale.quantity, bought, held))


def _bought_in_period(dealt: list[Dealing], sale: Dealing) -> list[Dealing]:
    return [
        one
        for one in dealt
        if not one.is_sale
        and one.person[0] == sale.person[0]
        and abs((one.day - sale.day).days) <= WINDOW_DAYS
    ]


def _carry(
    pools: dict[Person, _Pool], dealt: list[Dealing], sale: Dealing, denied: Fraction
) -> list[tuple[Dealing, Fraction]]:
    """Add a denied loss to the cost of what was bought in the period, in proportion to the shares."""
    if not denied:
        return []
    bought = _bought_in_period(dealt, sale)
    whole = sum((one.quantity for one in bought), ZERO)
    parts = [(one, denied * one.quantity / whole) for one in bought]
    for one, amount in parts:
        if not is_plan(one.person):
            pool = pools.setdefault(one.person, _Pool())
            pool.waiting.append((max(sale.day, one.day), amount))
    return parts


def _add_waiting(pool: _Pool, today: date) -> None:
    pool.cost += sum((amount for day, amount in pool.waiting if day <= today), ZERO)
    pool.waiting = [(day, amount) for day, amount in pool.waiting if day > today]


def _row(
    sale: Dealing,
    basis: Fraction,
    denied: Fraction,
    lost: Fraction,
    replacements: list[tuple[Dealing, Fraction]],
) -> Disposal:
    proceeds, cost = to_cents(sale.money), to_cents(basis)
    size = min(max(0, cost - proceeds), to_cents(denied))
    taxed = not is_plan(sale.person)
    return Disposal(
        sale=sale.row.id,
        lot=LotId(POOL),
        account=sale.account,
        symbol=sale.symbol,
        quantity=exact_decimal(sale.quantity / sale.factor),
        proceeds=from_cents(proceeds),
        basis=from_cents(cost),
        gain=from_cents(proceeds - cost),
        disallowed=from_cents(size),
        permanently_disallowed=from_cents(min(size, to_cents(lost))),
        recognized=from_cents(proceeds - cost + size if taxed else 0),
        broker_disallowed=from_cents(0),
        term="long" if taxed else None,
        acquired=sale.day,
        adjusted_acquired=sale.day,
        sold=sale.day,
        replacements=tuple(_replacement(one, amount) for one, amount in replacements),
        because=("superficial loss: Income Tax Act 54, 40(2)(g)(i)",) if denied else (),
    )


def _replacement(one: Dealing, amount: Fraction) -> Replacement:
    permanent = is_plan(one.person)
    return Replacement(
        lot=LotId(one.row.id),
        account=one.account,
        symbol=one.symbol,
        acquired=one.day,
        quantity=exact_decimal(one.quantity / one.factor),
        absorbed=from_cents(0 if permanent else to_cents(amount)),
        permanent=permanent,
        disallowed=from_cents(to_cents(amount)),
    )


def _lot(pool: _Pool) -> Lot | None:
    if not pool.quantity or pool.last is None:
        return None
    _add_waiting(pool, date.max)
    return Lot(
        lot=LotId(POOL),
        account=pool.last.account,
        symbol=pool.last.symbol,
        quantity=exact_decimal(pool.quantity),
        basis=from_cents(to_cents(pool.cost)),
        acquired=pool.last.day,
        adjusted_acquired=pool.last.day,
        original_basis=from_cents(to_cents(pool.original)),
        deferred=from_cents(max(0, to_cents(pool.cost) - to_cents(pool.original))),
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
