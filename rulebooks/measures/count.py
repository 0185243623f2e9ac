"""Count: distinct securities with a quantity other than 0; groups of a derived set; trades of the list.

    ACME in two accounts of the household, BETA in one: 2 holdings

Cash is not counted. A security held in several accounts counts once, and counts where any account has
some of it: 100 in one account are not gone because another is short 100.
"""

from collections.abc import Iterable
from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import (
    Condition,
    Count,
    Form,
    FormClass,
    Guarded,
    Linear,
    Term,
    TermKind,
    constant,
    least,
    linear,
    total,
)
from rulebooks.measures.model import MeasureModule, unknown_of
from rulebooks.measures.quantity import quantity_terms
from rulebooks.scene import Ask, Figure, Position, Scene, Taken, each_symbol
from rulebooks.universe import Slice, merged, positions_in


def figure(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return how many there are."""
    if taken.kind == "trades":
        trades = linear({Term(TermKind.TRADES, account): Fraction(1) for account in scene.holds})
        missing = None if taken.whole else "trades are counted all together only"
        return Figure(measure=trades, base=None, missing=missing, money=False)
    if taken.groups is not None:
        return _groups(taken)
    held = tuple(part for part in taken.slices if not part.is_cash)
    return Figure(
        measure=_distinct(held),
        base=None,
        members=positions_in(held),
        unknown=unknown_of(taken),
        money=False,
    )


def _distinct(held: tuple[Slice, ...]) -> Form:
    """Return how many securities some position has shares of."""
    positions = [_positions(parts) for parts in each_symbol(held).values()]
    single = Count(parts=tuple(parts[0] for parts in positions if len(parts) == 1))
    shared = [least(Count(parts=parts), constant(1)) for parts in positions if len(parts) > 1]
    return total((1, single), *((1, part) for part in shared)) if shared else single


def _positions(slices: Iterable[Slice]) -> tuple[Linear, ...]:
    """Return the quantity of each position, cash left out."""
    found: dict[Position, list[Slice]] = {}
    for part in slices:
        if not part.is_cash:
            found.setdefault(part.position, []).append(part)
    return tuple(merged(quantity_terms(tuple(parts))) for parts in found.values())


def _groups(taken: Taken) -> Figure:
    assert taken.groups is not None
    parts: list[Form] = []
    for group in taken.groups:
        held = Condition(form=Count(parts=_positions(group.slices)), strict=True)
        parts.append(Guarded(tests=(*group.tests, held), form=constant(1)))
    return Figure(
        measure=total(*((1, part) for part in parts)),
        base=None,
        members=positions_in(taken.slices),
        unknown=unknown_of(taken),
        money=False,
    )


COUNT = MeasureModule(
    name="count",
    definition="distinct securities held (or trades, lots, groups) of the subject",
    unit=Unit.NUMBER,
    figure=figure,
    at_most=FormClass.INTEGER,
    at_least=FormClass.INTEGER,
)

MEASURES = (COUNT,)
