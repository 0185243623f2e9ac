"""Trials for rules about lots: one holding is sold, bought on the days and for the prices that matter.

forbid selling lots where gain is more than 0 USD and days_to_long_term is between 1 and 45, before 30
-> a lot at a gain that becomes long-term in 31 days, sold
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from dsl.policy import Amount, CheckedRule
from engine.facts.book import Book
from engine.facts.ids import Symbol
from engine.facts.trades import Side, Trade
from optimizer.portfolios.choices import subjects_in
from optimizer.portfolios.room import CENT, meets
from optimizer.portfolios.world import LONG_AGO, Position, World
from rulebooks.predicates import comparisons_of

Holdings = Mapping[Position, Decimal]
_YEAR = 366  # days from a purchase to the first sale that is long-term, a leap day more or less


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLot:
    """A book in which one lot more than `after` is held, and its sale."""

    book: Book
    trade: Trade
    before: Holdings


def sold_lots(
    rules: tuple[CheckedRule, ...], after: Holdings, world: World, *, barred: frozenset[Position]
) -> Iterator[SoldLot]:
    """Yield sales of a lot for each purchase day and each gain that the rules may tell apart.

    barred: positions that are not to be held or sold.
    """
    account = world.situation.accounts[0]
    size = (world.situation.worth / 100).quantize(CENT)
    places = ((account, Symbol(symbol)) for symbol in world.made.securities)
    place = next((place for place in places if place not in after and place not in barred), None)
    if place is None:
        return
    before = {**after, place: size}
    if not meets(world, before, ()):
        return
    trade = Trade(number=1, account=account, side=Side.SELL, symbol=place[1], quantity=size)
    for bought, gain in product(_days(rules, world.situation.day), _gains(rules, size)):
        book = world.book(before, only={symbol for _, symbol in before}, bought=bought, paid=1 - gain / size)
        yield SoldLot(book=book, trade=trade, before=before)


def _marks(rules: tuple[CheckedRule, ...], paths: tuple[str, ...]) -> list[Decimal]:
    return sorted(
        {
            right.value
            for rule in rules
            for subject in subjects_in(rule)
            for test in comparisons_of(subject.where)
            if test.path in paths
            for right in test.right
            if isinstance(right, Amount)
        }
    )


def _days(rules: tuple[CheckedRule, ...], today: date) -> tuple[date, ...]:
    """Return purchase days: beside each holding period that is named, and long ago."""
    held = {int(mark) + step for mark in _marks(rules, ("holding_days",)) for step in (-1, 0, 1)}
    left = {_YEAR - int(mark) + step for mark in _marks(rules, ("days_to_long_term",)) for step in (-2, 0, 2)}
    ages = sorted(age for age in held | left if 0 <= age < LONG_AGO.days)
    return (*(today - timedelta(days=age) for age in ages), today - LONG_AGO)


def _gains(rules: tuple[CheckedRule, ...], size: Decimal) -> tuple[Decimal, ...]:
    """Return gains: a large one, a large loss, and what lies beside each amount that is named."""
    half = size / 2
    gains = _marks(rules, ("gain",))
    losses = [-mark for mark in _marks(rules, ("loss",))]
    beside = [mark + step for mark in (*gains, *losses) for step in (Decimal(1), Decimal(-1))]
    return tuple(dict.fromkeys(gain for gain in (half, -half, *beside) if gain < size))
