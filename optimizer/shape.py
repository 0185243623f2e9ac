"""The shape of a headroom form: what it takes to keep it at or above a number.

    linear    one row
    concave   the least of linear parts is one row each; other concave forms are met by cutting planes
    other     derived sets and counts are met by keeping the pattern of the book: who is in stays counted,
              who is out stays out; what that forgoes is told by the gap

A cutting plane of 40 - (largest two of A, B, C) at A 30, B 20, C 5 is 40 - A - B: valid everywhere,
exact where A and B are the largest.
"""

from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

import numpy as np

from rulebooks.evaluate import condition_holds, value
from rulebooks.forms import (
    Count,
    Form,
    Guarded,
    Largest,
    Least,
    Linear,
    Most,
    Risk,
    Sum,
    Term,
    TermKind,
    constant,
    less,
    scaled,
    total,
)

Read = Callable[[Term], Fraction]

Inside = Callable[[Guarded], bool]
"""Whether a guarded form is to count: what the state says, or a pattern chosen."""


class Curve(StrEnum):
    """How a form bends."""

    LINEAR = "linear"
    CONCAVE = "concave"
    CONVEX = "convex"
    OTHER = "other"


def curve_of(form: Form) -> Curve:
    """Return how a form bends over the trades."""
    match form:
        case Linear():
            return Curve.LINEAR
        case Least():
            return _joined(form.parts, Curve.CONCAVE)
        case Most() | Largest():
            return _joined(form.parts, Curve.CONVEX)
        case Sum():
            return _summed([_turned(curve_of(part), factor) for factor, part in form.parts])
        case Guarded() | Count():
            return Curve.OTHER
        case Risk():
            return Curve.CONVEX
        case _:
            assert_never(form)


def _joined(parts: tuple[Form, ...], bend: Curve) -> Curve:
    if len(parts) == 1:
        return curve_of(parts[0])
    return bend if all(curve_of(part) in (Curve.LINEAR, bend) for part in parts) else Curve.OTHER


def _turned(curve: Curve, factor: Fraction) -> Curve:
    if factor >= 0 or curve in (Curve.LINEAR, Curve.OTHER):
        return curve
    return Curve.CONVEX if curve is Curve.CONCAVE else Curve.CONCAVE


def _summed(curves: list[Curve]) -> Curve:
    bent = set(curves) - {Curve.LINEAR}
    if not bent:
        return Curve.LINEAR
    return bent.pop() if len(bent) == 1 else Curve.OTHER


def settled(form: Form, read: Read) -> Form:
    """Return a form in which the one of several amounts that counts stands alone, where no trade moves any.

    A waiver up to 15% of a limit of 12% leaves the greater of both, which is 15% after every list: trades
    at the book's prices leave net assets as they are. So it is with 5% of net assets, nothing at the least.
    """
    match form:
        case Least(parts=parts) | Most(parts=parts):
            inner = tuple(settled(part, read) for part in parts)
            if all(isinstance(part, Linear) and _is_still(part) for part in inner):
                choose = min if isinstance(form, Least) else max
                return choose(inner, key=lambda part: value(part, read))
            return form if _are(inner, parts) else type(form)(parts=inner)
        case Sum(parts=weighted):
            summed = tuple(settled(part, read) for _, part in weighted)
            if _are(summed, tuple(part for _, part in weighted)):
                return form
            return total(*((factor, part) for (factor, _), part in zip(weighted, summed, strict=True)))
        case Guarded(tests=tests, form=guarded):
            counted = settled(guarded, read)
            return form if counted is guarded else Guarded(tests=tests, form=counted)
        case Linear() | Largest() | Count() | Risk():
            return form
        case _:
            assert_never(form)


def _is_still(form: Linear) -> bool:
    return all(term.kind is TermKind.NET_ASSETS for term, _ in form.terms)


def _are(inner: tuple[Form, ...], parts: tuple[Form, ...]) -> bool:
    return all(one is other for one, other in zip(inner, parts, strict=True))


def patterned(form: Form, inside: Inside, *, only: bool = False) -> Form:
    """Return what a form is while the guards keep a pattern: what counts, without its tests.

    only: what does not count by `inside` may count yet, and keeps its tests.
    """

    def within(part: Form) -> Form:
        return patterned(part, inside, only=only)

    match form:
        case Guarded():
            if inside(form):
                return within(form.form)
            return form if only else constant(0)
        case Least() | Most():
            inner = tuple(map(within, form.parts))
            return form if _are(inner, form.parts) else type(form)(parts=inner)
        case Largest():
            inner = tuple(map(within, form.parts))
            return form if _are(inner, form.parts) else Largest(parts=inner, count=form.count)
        case Sum():
            summed = tuple(within(part) for _, part in form.parts)
            if _are(summed, tuple(part for _, part in form.parts)):
                return form
            return total(*((factor, part) for (factor, _), part in zip(form.parts, summed, strict=True)))
        case Linear() | Count() | Risk():
            return form
        case _:
            assert_never(form)


MOST_PARTS = 64
"""More linear parts than this are met by cutting planes instead."""


def linear_parts(form: Form) -> tuple[Linear, ...] | None:
    """Return linear forms whose least is `form`, or None where there are none or too many."""
    match form:
        case Linear():
            return (form,)
        case Least():
            found: list[Linear] = []
            for part in form.parts:
                inner = linear_parts(part)
                if inner is None:
                    return None
                found.extend(inner)
            return tuple(found) if len(found) <= MOST_PARTS else None
        case Sum():
            return _sum_parts(form)
        case Most() | Largest() | Guarded() | Count() | Risk():
            return None
        case _:
            assert_never(form)


def _sum_parts(form: Sum) -> tuple[Linear, ...] | None:
    """A sum of one bent part and linear ones: add the linear ones to each of its parts."""
    sums: list[Linear] = [constant(0)]
    for factor, part in form.parts:
        inner = _scaled_parts(part, factor)
        if inner is None or len(sums) * len(inner) > MOST_PARTS:
            return None
        sums = [_plain(total((1, left), (1, right))) for left in sums for right in inner]
    return tuple(sums)


def _scaled_parts(part: Form, factor: Fraction) -> tuple[Linear, ...] | None:
    if factor < 0 and isinstance(part, Most):
        inner = linear_parts(Least(parts=tuple(scaled(piece, -1) for piece in part.parts)))
        return None if inner is None else tuple(_plain(scaled(piece, -factor)) for piece in inner)
    if factor < 0 and not isinstance(part, Linear):
        return None
    inner = linear_parts(part)
    return None if inner is None else tuple(_plain(scaled(piece, factor)) for piece in inner)


def _plain(form: Form) -> Linear:
    assert isinstance(form, Linear)
    return form


def as_it_stands(read: Read) -> Inside:
    """Return the pattern of a state: a guard counts where its tests hold there."""

    def inside(form: Guarded) -> bool:
        return all(condition_holds(test, read) for test in form.tests)

    return inside


def always(least_of: Callable[[Linear], Fraction | float], *, above: float = 0) -> Inside:
    """Return the pattern of the guards that count whatever is traded.

    Of an issuer's 100 million votes nobody with 100,000 USD comes to hold more than a tenth. least_of: what
    a linear form comes to at the least. above: what floats may be wrong by; 0 where it is told exactly.
    """

    def inside(form: Guarded) -> bool:
        for test in form.tests:
            parts = linear_parts(test.form)
            if parts is None:
                return False
            least = min(map(least_of, parts))
            if least < above or (test.strict and least == above):
                return False
        return True

    return inside


def tangent(form: Form, read: Read, inside: Inside | None = None) -> Linear:
    """Return the linear form that touches `form` in the state `read`.

    For a concave form it lies nowhere below the form; guards count by `inside`, counts as they stand.
    """
    chosen = inside or as_it_stands(read)
    match form:
        case Linear():
            return form
        case Least():
            return tangent(min(form.parts, key=lambda part: value(part, read)), read, chosen)
        case Most():
            return tangent(max(form.parts, key=lambda part: value(part, read)), read, chosen)
        case Largest():
            ranked = sorted(form.parts, key=lambda part: value(part, read), reverse=True)
            return _plain(total(*((1, tangent(part, read, chosen)) for part in ranked[: form.count])))
        case Sum():
            return _plain(total(*((factor, tangent(part, read, chosen)) for factor, part in form.parts)))
        case Guarded():
            return tangent(form.form, read, chosen) if chosen(form) else constant(0)
        case Count():
            return constant(value(form, read))
        case Risk():
            return _risk_tangent(form, read)
        case _:
            assert_never(form)


SLOPE_PLACES = 12
"""Digits to which the slopes of a risk measure are kept; a cut is checked by the gate anyway."""


def _risk_tangent(risk: Risk, read: Read) -> Linear:
    """Return the plane that touches a risk measure: slope = (F exposures + own variance) / level."""
    amounts = np.array([float(value(active, read)) for _, active in risk.actives])
    loads = np.array([[float(x) for x in row] for row in risk.exposures])
    covariance = np.array([[float(x) for x in row] for row in risk.covariance])
    own = np.array([float(x) for x in risk.specific]) ** 2 * amounts
    pulled = covariance @ (loads.T @ amounts) if covariance.size else np.zeros(loads.shape[1])
    slopes = own + loads @ pulled
    square = float(slopes @ amounts)
    if square <= 0:
        return constant(0)
    parts = zip(slopes / np.sqrt(square), risk.actives, strict=True)
    return _plain(total(*((_short(float(slope)), active) for slope, (_, active) in parts)))


def _short(slope: float) -> Fraction:
    return Fraction(round(slope * 10**SLOPE_PLACES), 10**SLOPE_PLACES)


def pattern_rows(form: Form, read: Read, inside: Inside, *, sign: int = 1) -> tuple[Linear, ...]:
    """Return linear forms, to be kept >= 0, that keep every guard in its pattern.

    sign: whether a larger value of `form` helps (+1) or hurts (-1). A guard that counts against the
    headroom may stay counted without its tests; one that counts for it must keep passing them.
    """
    match form:
        case Linear() | Risk() | Count():
            return ()
        case Least() | Most() | Largest():
            return tuple(row for part in form.parts for row in pattern_rows(part, read, inside, sign=sign))
        case Sum():
            return tuple(
                row
                for factor, part in form.parts
                for row in pattern_rows(part, read, inside, sign=sign if factor > 0 else -sign)
            )
        case Guarded():
            return _guard_rows(form, read, inside(form), sign)
        case _:
            assert_never(form)


EPSILON = Fraction(1, 100)
"""One hundredth of a unit of money: how far below a limit that must be missed."""


def _guard_rows(form: Guarded, read: Read, inside: bool, sign: int) -> tuple[Linear, ...]:
    if inside and sign > 0:
        rows: list[Linear] = []
        for test in form.tests:
            floor = constant(EPSILON if test.strict else 0)
            parts = linear_parts(less(test.form, floor))
            rows.extend(parts or (tangent(less(test.form, floor), read),))
        return tuple(rows)
    if not inside and sign < 0:
        failing = min(form.tests, key=lambda test: value(test.form, read))
        ceiling = constant(0 if failing.strict else EPSILON)
        return (tangent(less(scaled(failing.form, -1), ceiling), read),)
    return ()


def counts_of(form: Form, *, sign: int = 1) -> tuple[tuple[Count, int], ...]:
    """Return every count in a form, with the sign with which it enters."""
    match form:
        case Linear() | Risk() | Guarded():
            return ()
        case Count():
            return ((form, sign),)
        case Least() | Most() | Largest():
            return tuple(found for part in form.parts for found in counts_of(part, sign=sign))
        case Sum():
            return tuple(
                found
                for factor, part in form.parts
                for found in counts_of(part, sign=sign if factor > 0 else -sign)
            )
        case _:
            assert_never(form)
