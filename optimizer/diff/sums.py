"""Lists for limits on what is traded: turnover, and gains realized, which no portfolio alone can miss.

    turnover at most 30%, now at most 35%    -> from a portfolio with less of its largest holdings and more
                                                cash: buy them, 32.5% in turnover
    gains at most 10,000 USD, now 12,000 USD -> one more holding, bought for less: sell it, a gain of 11,000

The portfolio afterwards is one that the other version admits; how much is traded lies half-way between
what one version forbids first and what the other forbids too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product

from engine.facts.ids import AccountId, Symbol
from optimizer.portfolios.room import CENT, reader
from optimizer.portfolios.world import Position, World
from optimizer.scale import as_decimal, as_float
from rulebooks.evaluate import Read, value
from rulebooks.forms import Form, TermKind

Holdings = Mapping[Position, Decimal]
_HALVINGS = 40
_SHORT_TERM = timedelta(days=183)
"""How long ago a lot was bought that is sold at a short-term gain: beyond any wash-sale window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """Portfolios before and after, what a share of what was held cost, and when it was bought."""

    before: Holdings
    after: Holdings
    paid: Decimal = Decimal(1)
    bought: date | None = None  # None: long ago


def purchases(world: World, after: Holdings, forbids: list[Form], admits: list[Form]) -> Iterator[Traded]:
    """Yield the start from which as much is bought as one version forbids and the other does not."""
    for account in world.situation.accounts:
        ranked = sorted((p for p in after if p[0] == account), key=lambda p: (-after[p], p))
        most = sum((after[place] for place in ranked), Decimal(0))

        def start(amount: Decimal, ranked: list[Position] = ranked) -> Holdings:
            return _without(after, ranked, amount)

        def read(amount: Decimal, start: Callable[[Decimal], Holdings] = start) -> Read:
            return reader(world, after, before=start(amount))

        amount = _half_way(most, read, forbids, admits)
        if amount is not None:
            yield Traded(before=start(amount), after=after)


def _without(after: Holdings, ranked: list[Position], amount: Decimal) -> Holdings:
    """Return a portfolio with less of its first holdings, the same share of each: no purchase is a crumb."""
    taken, total = [], Decimal(0)
    for place in ranked:
        if total >= amount:
            break
        taken.append(place)
        total += after[place]
    found, left = dict(after), amount
    for place in taken:
        less = min(left, (after[place] * amount / total).quantize(CENT))
        found[place] -= less
        left -= less
    return {place: money for place, money in found.items() if money > 0}


def sales(
    world: World,
    after: Holdings,
    forbids: list[Form],
    admits: list[Form],
    *,
    barred: frozenset[Position] = frozenset(),
) -> Iterator[Traded]:
    """Yield a start with one more holding, sold at as much of a gain or loss as one version forbids."""
    for account in world.situation.accounts:
        held = sum((money for (owner, _), money in after.items() if owner == account), Decimal(0))
        worth = (world.situation.worth - held).quantize(CENT)
        for symbol in world.made.securities:
            place = (account, Symbol(symbol))
            if place not in after and place not in barred and worth > 0:
                yield from _sold(world, after, place, worth, forbids, admits)
                break


def _sold(
    world: World, after: Holdings, place: Position, worth: Decimal, forbids: list[Form], admits: list[Form]
) -> Iterator[Traded]:
    before = {**after, place: worth}
    lately = world.situation.day - _SHORT_TERM
    terms = ((TermKind.GAIN_LONG, None), (TermKind.GAIN_SHORT, lately))
    for (kind, bought), sign in product(terms, (1, -1)):

        def read(amount: Decimal, sign: int = sign, kind: TermKind = kind) -> Read:
            gains: dict[tuple[TermKind, AccountId], Fraction] = {(kind, place[0]): Fraction(amount) * sign}
            return reader(world, after, before=before, gains=gains)

        amount = _half_way(worth, read, forbids, admits)
        if amount is not None:
            paid = as_decimal(as_float(1 - sign * Fraction(amount) / Fraction(worth)), 9)
            yield Traded(before=before, after=after, paid=paid, bought=bought)


def _half_way(
    most: Decimal, read: Callable[[Decimal], Read], forbids: list[Form], admits: list[Form]
) -> Decimal | None:
    """Return an amount that misses a form of one version and none of the other, or None."""
    first = _first_missed(most, read, forbids)
    if first is None:
        return None
    last = _first_missed(most, read, admits)
    end = most if last is None else last
    amount = ((first + end) / 2).quantize(CENT)
    there = read(amount)
    missed = any(value(form, there) < 0 for form in forbids)
    return amount if missed and all(value(form, there) >= 0 for form in admits) else None


def _first_missed(most: Decimal, read: Callable[[Decimal], Read], forms: list[Form]) -> Decimal | None:
    """Return about the least amount at which some form is missed; None where none is at the most."""

    def missed(amount: Decimal) -> bool:
        there = read(amount)
        return any(value(form, there) < 0 for form in forms)

    if not forms or not missed(most):
        return None
    low, high = Decimal(0), most
    for _ in range(_HALVINGS):
        middle = ((low + high) / 2).quantize(CENT)
        if middle in (low, high):
            break
        low, high = (low, middle) if missed(middle) else (middle, high)
    return high
