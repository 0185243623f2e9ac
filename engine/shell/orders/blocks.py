"""From a decision's trades to tickets, and from a ticket's fills to what each account gets.

Trades of one side and security go out as one ticket, whosever account they are for, unless each account is
to go alone. What a ticket's fills of a day come to is handed to the accounts by `allocation`, and inside an
account to the lots in the order in which the list named them.

    ticket sell 300 KO, TAX-1 200 (T1 150, T9 50), TAX-2 100; filled 150 at 43.10
    -> TAX-1 100 of lot T1, 4,310.00;  TAX-2 50, 2,155.00
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.facts.money import EXACT
from engine.facts.trades import Side, Trade
from engine.shell.orders.allocation import RULE, allocate, cents, in_order
from engine.shell.orders.values import Fill, Leg, Ticket

PRICE_PLACES = Decimal("0.0000000001")
"""An average price is told to ten places; the amount beside it is exact to the cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one account gets of a ticket's fills of one day."""

    account: str
    day: date
    quantity: Decimal
    price: Decimal  # the average, to ten places
    amount: Decimal  # before fees, in cents
    fees: Decimal
    legs: tuple[tuple[Leg, Decimal], ...]  # the trades it fills, and by how much

    @property
    def lots(self) -> tuple[tuple[str, Decimal], ...]:
        """The lots that are delivered, where the list named them."""
        return tuple((leg.lot, size) for leg, size in self.legs if leg.lot is not None)


def tickets(
    trades: Iterable[Trade], *, prefix: str, decision: str, blocks: bool = True
) -> tuple[Ticket, ...]:
    """Return the tickets of a list, in the order in which their first trade stands in it; sales go first.

    blocks: trades of several accounts in one security go out as one.
    """
    grouped: dict[tuple[Side, str, str], list[Trade]] = {}
    for trade in sorted(trades, key=lambda row: (row.side.sign, row.number)):
        key = (trade.side, str(trade.symbol), "" if blocks else str(trade.account))
        grouped.setdefault(key, []).append(trade)
    return tuple(
        Ticket(
            name=f"{prefix}-{number}",
            side=side,
            symbol=symbol,
            legs=tuple(
                Leg(number=row.number, account=row.account, quantity=row.quantity, lot=row.lot)
                for row in rows
            ),
            rule=RULE,
            decision=decision,
        )
        for number, ((side, symbol, _), rows) in enumerate(grouped.items(), start=1)
    )


def parts(ticket: Ticket, fills: Iterable[Fill]) -> tuple[Part, ...]:
    """Return what each account gets, day by day; adds up to the fills to the share and to the cent.

    Shares beyond the order are allocated like all others and named in no lot; `overfilled` tells them.
    """
    by_day: dict[date, list[Fill]] = {}
    for fill in fills:
        by_day.setdefault(fill.day, []).append(fill)
    left = [leg.quantity for leg in ticket.legs]
    told: list[Part] = []
    for day in sorted(by_day):
        told += _of_day(ticket, day, by_day[day], left)
    return tuple(told)


def overfilled(ticket: Ticket, fills: Iterable[Fill]) -> Decimal:
    """Return the shares that were filled beyond the order; 0 where none were."""
    return max(Decimal(0), sum((fill.quantity for fill in fills), Decimal(0)) - ticket.quantity)


def _of_day(ticket: Ticket, day: date, fills: list[Fill], left: list[Decimal]) -> Iterable[Part]:
    draw = f"{ticket.name} {day}"
    total = sum((fill.quantity for fill in fills), Decimal(0))
    money = sum((EXACT.multiply(fill.quantity, fill.price) for fill in fills), Decimal(0))
    fees = sum((fill.fees for fill in fills), Decimal(0))
    given = allocate(total, _open_by_account(ticket, left), draw=draw)
    amounts, costs = cents(money, given, draw=draw), cents(fees, given, draw=draw)
    price = EXACT.divide(money, total).quantize(PRICE_PLACES)
    for account in ticket.accounts:
        if not given[account]:
            continue
        yield Part(
            account=account,
            day=day,
            quantity=given[account],
            price=price,
            amount=amounts[account],
            fees=costs[account],
            legs=_to_legs(ticket, account, given[account], left),
        )


def _open_by_account(ticket: Ticket, left: list[Decimal]) -> Mapping[str, Decimal]:
    weights: dict[str, Decimal] = {}
    for leg, size in zip(ticket.legs, left, strict=True):
        weights[leg.account] = weights.get(leg.account, Decimal(0)) + size
    if any(weights.values()):
        return weights
    return _open_by_account(ticket, [leg.quantity for leg in ticket.legs])


def _to_legs(
    ticket: Ticket, account: str, total: Decimal, left: list[Decimal]
) -> tuple[tuple[Leg, Decimal], ...]:
    """Return which legs an account's shares fill, and take them off what is left."""
    own = [n for n, leg in enumerate(ticket.legs) if leg.account == account]
    sizes = in_order(total, [left[n] for n in own])
    for n, size in zip(own, sizes, strict=True):
        left[n] -= size
    return tuple((ticket.legs[n], size) for n, size in zip(own, sizes, strict=True) if size)
