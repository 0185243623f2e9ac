"""What a measure module holds, and the shapes that several measures share.

A module names its measures, `MeasureModule` values, in `MEASURES`; `rulebooks.catalogue` collects them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from dsl.policy import Unit
from rulebooks.forms import Form, FormClass, TermKind, constant, total
from rulebooks.scene import Ask, Figure, Position, Scene, Taken
from rulebooks.universe import positions_in

ONE = Fraction(1)
NONE = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureModule:
    """One measure.

    figure: its exact form, given the scene, what it is taken of, and how it is asked for.
    at_most, at_least: how a ceiling and a floor reach the optimizer.
    per_trade: the term of one trade, where it is limited `for each trade`.
    """

    name: str
    definition: str
    unit: Unit
    figure: Callable[[Scene, Taken, Ask], Figure]
    needs: tuple[str, ...] = ()
    at_most: FormClass = FormClass.LINEAR
    at_least: FormClass = FormClass.LINEAR
    per_trade: TermKind | None = None


def told_over(scene: Scene, unit: Unit) -> Form | None:
    """Return the base a money figure is told over: the header's for a share, none for money."""
    return scene.base if unit in (Unit.SHARE, Unit.POINTS, Unit.BPS) else None


def whole_account(scene: Scene, taken: Taken, ask: Ask, measure: Form, *, base: Form | None) -> Figure:
    """Return a figure of the whole scope; it is missing where only a part of it was asked for."""
    missing = None if taken.whole else f"{ask.name} is known of whole accounts only"
    return Figure(measure=measure, base=base, missing=missing)


def unknown_of(taken: Taken, more: tuple[Position, ...] = ()) -> tuple[Position, ...]:
    """Return the positions that may or may not belong, and `more`, each once."""
    return tuple(dict.fromkeys((*positions_in(taken.unknown), *more)))


def with_offset(form: Form, offset: Fraction) -> Form:
    """Return form + offset."""
    return total((1, form), (1, constant(offset))) if offset else form
