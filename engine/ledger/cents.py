"""Cents: a sum told in parts without losing any of it.

A lot bought for 100.00 and sold in thirds is told as 33.33 + 33.33 + 34: each part is rounded down, and
the cents left over go to the parts with the largest remainders, the later part first among equals.

>>> from fractions import Fraction
>>> apportion(10000, (Fraction(10000, 3), Fraction(20000, 3)))
(3333, 6667)
"""

from decimal import Decimal
from fractions import Fraction

from engine.facts.money import EXACT
from engine.ledger.exact import exact_ratio

NOTHING = Decimal("0.00")
"""No money, as it is told."""

WHOLE = tuple(Decimal(number) for number in range(1001))
"""Small whole numbers: most quantities are one of them, told many times over."""


def to_cents(amount: Fraction) -> int:
    """Return money in whole cents, halves away from zero."""
    whole, rest = divmod(abs(amount.numerator) * 100, amount.denominator)
    whole += 2 * rest >= amount.denominator
    return whole if amount.numerator >= 0 else -whole


def from_cents(cents: int) -> Decimal:
    """Return whole cents as money."""
    return Decimal(cents).scaleb(-2, EXACT) if cents else NOTHING


def apportion(total: int, parts: tuple[Fraction, ...]) -> tuple[int, ...]:
    """Return whole cents for each part, near its exact cents, whose sum is `total`.

    parts: exact cents, whose sum may differ from `total` by what earlier rows were rounded.
    """
    assert parts, "a sum is told in at least one part"
    pairs = [divmod(part.numerator, part.denominator) for part in parts]
    each, left = divmod(total - sum(floor for floor, _ in pairs), len(parts))
    told = [floor + each for floor, _ in pairs]
    if left:
        keys = [
            (exact_ratio(-over, part.denominator), -i)
            for i, (part, (_, over)) in enumerate(zip(parts, pairs, strict=True))
        ]
        for _, i in sorted(keys)[:left]:
            told[-i] += 1
    assert sum(told) == total
    return tuple(told)


def split_cents(told: int, *, taken: Fraction, rest: Fraction) -> int:
    """Return the cents of `told` that go with the part taken; the others stay with the rest.

    taken, rest: the exact money of both parts. It is `apportion` for two parts, in whole numbers.
    """
    if not rest:
        return told
    part, over = divmod(taken.numerator * 100, taken.denominator)
    left, left_over = divmod(rest.numerator * 100, rest.denominator)
    each, one = divmod(told - part - left, 2)
    is_larger = over * rest.denominator > left_over * taken.denominator
    return part + each + (1 if one and is_larger else 0)


def exact_decimal(value: Fraction) -> Decimal:
    """Return a rational as a decimal, exactly where a finite decimal exists, else at 24 decimals."""
    if value.denominator == 1:
        whole = value.numerator
        return WHOLE[whole] if 0 <= whole < len(WHOLE) else Decimal(whole)
    return (
        EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
        .quantize(Decimal(1).scaleb(-24), context=EXACT)
        .normalize(EXACT)
    )
