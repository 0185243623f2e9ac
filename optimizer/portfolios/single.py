"""The shortest proof: one trade, or a sale and a purchase, that led to a portfolio and made a breach worse.

    after: the ten largest issuers 46%, at most 45% before    ticket at least 1,000
    -> before: 1 point less of the largest and more cash; list: buy 1 point of it

Nothing is solved: the trades that could be last are gone through, the largest holdings first, at sizes
that the tickets allow, and exact arithmetic says whether the limit had more headroom before.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from engine.facts.ids import Symbol
from optimizer.portfolios.room import CENT, reader
from optimizer.portfolios.world import Position, World
from rulebooks.evaluate import value
from rulebooks.forms import Form, Term, TermKind

Holdings = Mapping[Position, Decimal]
_SHARES = (Decimal("0.01"), Decimal("0.03"))
_MOST_HELD = 10
_MOST_OPENED = 8
_MOST_STARTS = 2


def starts_before(
    world: World,
    after: Holdings,
    form: Form,
    *,
    tickets: Iterable[Decimal],
    kept_down: frozenset[Position],
    kept_up: frozenset[Position],
    lesser: tuple[Form, ...],
) -> Iterator[Holdings]:
    """Yield portfolios one step before `after` with more headroom of `form`, those that kept it first.

    tickets: sizes that a trade may have to have. kept_down, kept_up: positions that may not be bought,
    or sold. lesser: forms that the step may newly miss, and not miss by more than before.
    """
    missed = value(form, reader(world, after))
    lows = [(other, value(other, reader(world, after))) for other in lesser]
    met: list[Holdings] = []
    nearer: list[Holdings] = []
    for before in _steps(world, after, tuple(tickets), kept_down, kept_up):
        read = reader(world, before)
        if value(form, read) <= missed or any(low < value(other, read) < 0 for other, low in lows):
            continue
        (met if value(form, read) >= 0 else nearer).append(before)
        if len(met) >= _MOST_STARTS:
            break
    yield from (*met, *nearer)[:_MOST_STARTS]


def _steps(
    world: World,
    after: Holdings,
    tickets: tuple[Decimal, ...],
    kept_down: frozenset[Position],
    kept_up: frozenset[Position],
) -> Iterator[Holdings]:
    worth = world.situation.worth
    sizes = sorted({(worth * share).quantize(CENT) for share in _SHARES} | set(tickets), reverse=True)
    bought = [place for place in _largest(after) if place not in kept_down]
    sold = [place for place in _others(world, after) if place not in kept_up]
    for place in _smallest(after):
        if place not in kept_down and after[place] >= max(tickets, default=CENT):
            yield _moved(after, {place: -after[place]})
    for size in sizes:
        if size < max(tickets, default=Decimal(0)):
            continue
        for place in bought:
            if after[place] >= size:
                yield _moved(after, {place: -size})
        for place in sold:
            if _cash(world, after, place) >= size:
                yield _moved(after, {place: size})
        for place in bought[:_MOST_SWAPPED]:
            for other in sold[:_MOST_KINDS]:
                if place != other and place[0] == other[0] and after[place] >= size:
                    yield _moved(after, {place: -size, other: size})


def _smallest(after: Holdings) -> list[Position]:
    """Return a few positions that may have been opened by the list, where names are counted."""
    return sorted(after, key=lambda place: (after[place], place))[:_MOST_OPENED]


def _largest(after: Holdings) -> list[Position]:
    ranked = sorted(after, key=lambda place: (-after[place], place))
    return [*ranked[:_MOST_HELD], *ranked[-2:]] if len(ranked) > _MOST_HELD else ranked


def _others(world: World, after: Holdings) -> list[Position]:
    """Return one position of each kind, held or not: what may have been sold."""
    seen: dict[tuple[object, ...], Position] = {}
    for account in world.situation.accounts:
        for symbol, kind in world.made.kind_of.items():
            place = (account, Symbol(symbol))
            seen.setdefault((account, kind, place in after), place)
    return list(seen.values())[:_MOST_SOLD]


_MOST_KINDS = 16
_MOST_SOLD = 48
_MOST_SWAPPED = 3


def _cash(world: World, after: Holdings, place: Position) -> Decimal:
    found = reader(world, after)(Term(TermKind.CASH, place[0]))
    return Decimal(found.numerator) / Decimal(found.denominator)


def _moved(after: Holdings, change: Mapping[Position, Decimal]) -> Holdings:
    found = dict(after)
    for place, amount in change.items():
        found[place] = found.get(place, Decimal(0)) + amount
    return {place: money for place, money in found.items() if money > 0}
