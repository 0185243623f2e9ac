"""Exact values of forms: what a form comes to in one state of a book.

A state is any function from terms to exact numbers: the book before trading, or the book with a list
done. Nothing is rounded but the square root of a risk measure, which is taken to 50 digits.

    measure 54,000   base 1,000,000   bound 0.05 * base = 50,000
    told 54,000 / 1,000,000 = 5.4%    headroom 50,000 - 54,000 = -4,000
"""

from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction
from typing import assert_never

from rulebooks.forms import (
    RISK_STEP,
    Condition,
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
)
from rulebooks.ground import Bound, GroundLimit

Read = Callable[[Term], Fraction]
"""Reads a term in one state of a book."""

NOTHING = Fraction(0)
ROOT_DIGITS = Context(prec=50)
"""Digits of a square root: far below RISK_STEP, so that both evaluators round to the same value."""


def value(form: Form, read: Read) -> Fraction:
    """Return the exact value of `form` where `read` gives each term; a risk is exact to 50 digits."""
    match form:
        case Linear():
            return _linear(form, read)
        case Sum():
            return sum((factor * value(part, read) for factor, part in form.parts), NOTHING)
        case Least():
            return min(value(part, read) for part in form.parts)
        case Most():
            return max(value(part, read) for part in form.parts)
        case Largest():
            ranked = sorted((max(value(part, read), NOTHING) for part in form.parts), reverse=True)
            return sum(ranked[: form.count], NOTHING)
        case Guarded():
            if all(condition_holds(test, read) for test in form.tests):
                return value(form.form, read)
            return NOTHING
        case Count():
            return Fraction(sum(1 for part in form.parts if _linear(part, read)))
        case Risk():
            return square_root(variance(form, read))
        case _:
            assert_never(form)


def _linear(form: Linear, read: Read) -> Fraction:
    result = form.constant
    for term, coefficient in form.terms:
        amount = read(term)
        if amount:
            result += amount if coefficient == 1 else coefficient * amount
    return result


def condition_holds(test: Condition, read: Read) -> bool:
    """Return whether the tested form is above zero (strict) or at least zero."""
    tested = value(test.form, read)
    return tested > 0 if test.strict else tested >= 0


def variance(risk: Risk, read: Read) -> Fraction:
    """Return f' F f + sum (d_i a_i)^2 exactly, in money squared per year."""
    actives = [value(active, read) for _, active in risk.actives]
    own = sum(
        ((d * a) ** 2 for d, a in zip(risk.specific, actives, strict=True) if a),
        NOTHING,
    )
    size = len(risk.covariance)
    loadings = [NOTHING] * size
    for amount, row in zip(actives, risk.exposures, strict=True):
        if amount:
            for k, exposure in enumerate(row):
                if exposure:
                    loadings[k] += exposure * amount
    common = NOTHING
    for k in range(size):
        if loadings[k]:
            row_sum = sum((c * f for c, f in zip(risk.covariance[k], loadings, strict=True) if c), NOTHING)
            common += loadings[k] * row_sum
    return own + common


def square_root(square: Fraction) -> Fraction:
    """Return the square root of a number >= 0 to 50 digits; 0 where a rounded model gives less than 0."""
    if square <= 0:
        return NOTHING
    quotient = ROOT_DIGITS.divide(Decimal(square.numerator), Decimal(square.denominator))
    return Fraction(ROOT_DIGITS.sqrt(quotient))


def risk_rounded(ratio: Fraction) -> Fraction:
    """Return a risk measure (a share) rounded half up to RISK_STEP."""
    steps = ratio / RISK_STEP
    return ((2 * steps.numerator + steps.denominator) // (2 * steps.denominator)) * RISK_STEP


def ratio_of(measure: Fraction, base: Fraction | None, *, rounded: bool = False) -> Fraction | None:
    """Return the told figure: measure / base, the measure alone without one; None of a base of 0 or less."""
    if base is None:
        return risk_rounded(measure) if rounded else measure
    if base <= 0:
        return None
    ratio = measure / base
    return risk_rounded(ratio) if rounded else ratio


def measured(limit: GroundLimit, read: Read) -> tuple[Fraction, Fraction | None]:
    """Return the measure and its base in form units."""
    return value(limit.measure, read), None if limit.base is None else value(limit.base, read)


def told(limit: GroundLimit, read: Read) -> Fraction | None:
    """Return the figure an answer tells, a fraction of one for a share; None of a base of 0 or less."""
    measure, base = measured(limit, read)
    return ratio_of(measure, base, rounded=limit.rounded)


def headroom_of(
    bound: Bound, read: Read, *, measure: Fraction, base: Fraction | None = None, rounded: bool = False
) -> Fraction | None:
    """Return the smaller of high - measure and measure - low in form units; None where nothing bounds.

    A rounded measure enters as its rounded ratio times the base.
    """
    deciding = measure
    if rounded:
        ratio = ratio_of(measure, base, rounded=True)
        if ratio is not None:
            deciding = ratio if base is None else ratio * base
    sides = []
    if bound.high is not None:
        sides.append(value(bound.high, read) - deciding)
    if bound.low is not None:
        sides.append(deciding - value(bound.low, read))
    return min(sides, default=None)


def headroom(limit: GroundLimit, read: Read, *, bound: Bound | None = None) -> Fraction | None:
    """Return the headroom of a limit in form units against its own bound, or against `bound`."""
    measure, base = measured(limit, read)
    return headroom_of(bound or limit.bound, read, measure=measure, base=base, rounded=limit.rounded)
