"""Stretches: shares of one lot, and the days on which they were held.

bought 8 July, sold 11 August: from 8 July, which does not count, to 11 August, which does
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Disposal, Lot
from engine.facts.money import EXACT
from engine.facts.transactions import Transaction, TransactionType


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Shares held from a day (not counted) to a day (counted)."""

    account: AccountId
    symbol: Symbol
    quantity: Decimal
    start: date
    end: date


def stretches(disposals: Iterable[Disposal], lots: Iterable[Lot], *, until: date) -> tuple[Stretch, ...]:
    """Return how long shares were held; shares still open are held as far as is known."""
    sold = [(r.account, r.symbol, r.quantity, r.acquired, r.sold) for r in disposals]
    held = [(r.account, r.symbol, r.quantity, r.acquired, until) for r in lots]
    return tuple(
        Stretch(account=account, symbol=symbol, quantity=quantity, start=start, end=end)
        for account, symbol, quantity, start, end in (*sold, *held)
    )


def as_of_day(held: Iterable[Stretch], day: date, transactions: Iterable[Transaction]) -> tuple[Stretch, ...]:
    """Return stretches with their shares counted as of a day, before the splits that came later.

    A split that two accounts tell is one split.
    """
    ratios: dict[tuple[Symbol | None, date], Decimal] = {
        (row.symbol, row.date): row.quantity
        for row in transactions
        if row.type is TransactionType.SPLIT and row.quantity and row.date >= day
    }
    return tuple(
        replace(one, quantity=EXACT.divide(one.quantity, _ratio(one, ratios))) if ratios else one
        for one in held
    )


def _ratio(one: Stretch, ratios: Mapping[tuple[Symbol | None, date], Decimal]) -> Decimal:
    ratio = Decimal(1)
    for (symbol, day), new in ratios.items():
        if symbol == one.symbol and day <= one.end:
            ratio = EXACT.multiply(ratio, new)
    return ratio


def ex_date_of(row: Transaction) -> date:
    """Return the first day on which shares bought have no right to a dividend; its own date if not said."""
    return row.ex_date if row.ex_date is not None else row.date
