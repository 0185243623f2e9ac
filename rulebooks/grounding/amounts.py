"""Bounds: amounts as forms in the units of a measure.

A share multiplies the measure's base, money stands as it is, `5% of core_bonds` is five hundredths of
the value of core_bonds, and names are looked up in the data before trading:

    at most 5%                      0.05 * net_assets
    at most the greater of 5% and benchmark_weight (3%)      0.05 * net_assets
    at most 5% of core_bonds        0.05 * value(core_bonds)
    at most 2 times benchmark_weight (3%)                    0.06 * net_assets

Parts that are fixed before trading are settled first, so that `greater of` two of them is one number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from dsl.policy import Amount, AnyAmount, DataRef, Greater, PercentOf, Smaller, Times, Unit, ValuedAt
from rulebooks.cells import NO_VALUE
from rulebooks.comparing import cell_number
from rulebooks.forms import Form, constant, least, most, scaled
from rulebooks.measures.active_weight import benchmark_weight
from rulebooks.measures.average import number_for
from rulebooks.measures.quantity import quantity_terms
from rulebooks.measures.risk import benchmark_volatility
from rulebooks.members import select
from rulebooks.scene import Position, Scene, each_symbol
from rulebooks.state import exchange_rate
from rulebooks.universe import Slice, merged, positions_in

BENCHMARK = "benchmark_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """What a bound is measured with: the measure's base, kind and subject.

    money: the measure is money, so that an amount of money is a bound as it stands; group: the slices
    that the bound's data figures are of; whole: those of the subject that a benchmark's average is of.
    """

    base: Form | None
    money: bool
    unit: Unit
    valued_at: ValuedAt = "market"
    look_through: bool = False
    group: tuple[Slice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a bound: fixed before trading (times the base), or a form; or missing.

    unknown: positions that may or may not belong to what the bound is a part of.
    """

    fixed: Fraction | None = None
    form: Form | None = None
    missing: str | None = None
    unknown: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A bound in the units of its measure; None where `missing` says why."""

    form: Form | None
    missing: str | None = None
    unknown: tuple[Position, ...] = ()


def bound_form(scene: Scene, amount: AnyAmount, ruler: Ruler) -> Laid:
    """Return a bound in the units of the measure."""
    side = _side(scene, amount, ruler)
    if side.missing is not None:
        return Laid(form=None, missing=side.missing)
    return Laid(form=_as_form(scene, side, ruler), unknown=side.unknown)


def is_groupless(amount: AnyAmount) -> bool:
    """Return whether an amount is the same for every group of a rule."""
    match amount:
        case Amount():
            return True
        case PercentOf(subject=subject):
            return subject is not None
        case DataRef():
            return False
        case Times(of=of):
            return is_groupless(of)
        case Smaller(parts=parts) | Greater(parts=parts):
            return all(is_groupless(part) for part in parts)
        case _:
            assert_never(amount)


def _as_form(scene: Scene, side: Side, ruler: Ruler) -> Form:
    """Return a side as a form; equal shares of the header's base are one value."""
    if side.form is not None:
        return side.form
    assert side.fixed is not None
    if ruler.base is None:
        return constant(side.fixed)
    if ruler.base is not scene.base:
        return scaled(ruler.base, side.fixed)
    known = scene.shares.get(side.fixed)
    if known is None:
        known = scene.shares[side.fixed] = scaled(ruler.base, side.fixed)
    return known


def _side(scene: Scene, amount: AnyAmount, ruler: Ruler) -> Side:
    match amount:
        case Amount():
            return _literal(scene, amount, ruler)
        case DataRef(name=name):
            return _figure(scene, name, ruler)
        case PercentOf():
            return _percent_of(scene, amount, ruler)
        case Times(factor=factor, of=of):
            return _times(_side(scene, of, ruler), Fraction(factor))
        case Smaller(parts=(a, b)):
            return _chosen(scene, _side(scene, a, ruler), _side(scene, b, ruler), ruler, smaller=True)
        case Greater(parts=(a, b)):
            return _chosen(scene, _side(scene, a, ruler), _side(scene, b, ruler), ruler, smaller=False)
        case _:
            assert_never(amount)


def _literal(scene: Scene, amount: Amount, ruler: Ruler) -> Side:
    value = Fraction(amount.value)
    if amount.unit is not Unit.MONEY:
        return Side(fixed=value)
    state = scene.facts.state
    rate = exchange_rate(scene.facts.book, amount.currency or state.currency, into=state.currency)
    if rate is None:
        return Side(missing=f"no exchange rate for {amount.currency}")
    return Side(form=constant(value * rate))


def _times(side: Side, factor: Fraction) -> Side:
    if side.missing is not None:
        return side
    if side.form is not None:
        return Side(form=scaled(side.form, factor), unknown=side.unknown)
    assert side.fixed is not None
    return Side(fixed=side.fixed * factor)


def _chosen(scene: Scene, a: Side, b: Side, ruler: Ruler, *, smaller: bool) -> Side:
    if a.missing is not None or b.missing is not None:
        return Side(missing=a.missing or b.missing)
    if a.fixed is not None and b.fixed is not None:
        return Side(fixed=min(a.fixed, b.fixed) if smaller else max(a.fixed, b.fixed))
    choose: Callable[..., Form] = least if smaller else most
    return Side(
        form=choose(_as_form(scene, a, ruler), _as_form(scene, b, ruler)), unknown=(*a.unknown, *b.unknown)
    )


def _percent_of(scene: Scene, amount: PercentOf, ruler: Ruler) -> Side:
    share = Fraction(amount.share)
    if amount.subject is not None:
        slices, maybe = select(scene, amount.subject, look_through=ruler.look_through)
        if not ruler.money:
            form: Form = merged(quantity_terms(slices))
            return Side(form=scaled(form, share), unknown=positions_in(maybe))
        worth, lacking = scene.worth(slices, ruler.valued_at)
        return Side(form=scaled(worth, share), unknown=(*positions_in(maybe), *lacking))
    assert amount.name is not None
    base = scene.base_form(amount.name)
    if base is not None:
        return Side(form=scaled(base, share))
    figure, missing = column_figure(scene, amount.name, ruler)
    return Side(missing=missing) if figure is None else Side(form=constant(share * figure))


def _figure(scene: Scene, name: str, ruler: Ruler) -> Side:
    stated = scene.stated(name)
    if stated is not None:
        return Side(fixed=stated)
    base = scene.base_form(name)
    if base is not None:
        return Side(form=base)
    if name == "benchmark_weight":
        weight, missing = benchmark_weight(scene, ruler.group)
        return Side(fixed=weight, missing=missing)
    if name == "benchmark_volatility":
        risk, missing = benchmark_volatility(scene)
        return Side(fixed=risk, missing=missing)
    if name.startswith(BENCHMARK):
        return _benchmark_average(scene, name.removeprefix(BENCHMARK), ruler)
    figure, missing = column_figure(scene, name, ruler)
    if figure is not None and name == "net_outflows":
        return Side(form=constant(figure))
    return Side(fixed=figure, missing=missing)


def _benchmark_average(scene: Scene, attribute: str, ruler: Ruler) -> Side:
    """Return the benchmark's average of an attribute over its members within the subject."""
    weights, missing = scene.benchmark
    if weights is None:
        return Side(missing=missing)
    total, weighted = Fraction(0), Fraction(0)
    for symbol, parts in each_symbol(ruler.group).items():
        weight = weights.get(symbol)
        cell = parts[0].row.read(attribute)
        if not weight or cell is NO_VALUE:
            continue
        number = number_for(scene, attribute, cell, ruler.unit)
        if number is None:
            return Side(missing=f"no {attribute} of benchmark member {symbol}")
        total += weight
        weighted += weight * number
    return Side(fixed=weighted / total) if total else Side(missing=f"no {attribute} of the benchmark")


def column_figure(scene: Scene, name: str, ruler: Ruler) -> tuple[Fraction | None, str | None]:
    """Return a column as one number: the account's, else that on which the group's securities agree."""
    stated = cell_number(scene.row.read(name), ruler.unit, scene.setting)
    if stated is not None:
        return stated, None
    numbers: list[Fraction] = []
    for symbol, parts in each_symbol(part for part in ruler.group if not part.is_cash).items():
        number = cell_number(parts[0].row.read(name), ruler.unit, scene.setting)
        if number is None:
            return None, f"no {name} of {symbol}"
        numbers.append(number)
    if not numbers:
        return None, f"no {name}"
    return (numbers[0], None) if len(set(numbers)) == 1 else (None, f"{name} differs within the group")
