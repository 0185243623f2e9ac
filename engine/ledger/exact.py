"""Exact rationals for the running ledger: `fractions.Fraction` with its arithmetic compiled.

A replay divides, multiplies and compares some hundred rationals for each sale, a gate some thousand for each
list. Those of the standard library are written in Python and ask of every operand what kind of number it may
be; here nearly all are known to be rationals of 64 bits:

>>> exact(3) / exact(4) + exact(Decimal("0.25")) == 1
True
>>> exact(3) == Fraction(3), hash(exact(3)) == hash(3), isinstance(exact(3), Fraction)
(True, True, True)

An `Exact` is a `Fraction` of the same value wherever one is expected, and joined with a whole number or a
`Fraction` it gives an `Exact` again; other kinds of numbers are left to the standard library. `_exact.c` is
compiled when the project is installed; where it was not, `Exact` is `Fraction` itself, and everything takes
longer.
"""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Exact = Fraction

    def exact_ratio(numerator: int, denominator: int) -> Fraction:
        """Return numerator / denominator; raises ZeroDivisionError where that is 0."""
        return Fraction(numerator, denominator)

    def _lowest(numerator: int, denominator: int) -> Fraction:
        """Return numerator / denominator, which are in lowest terms."""
        return Fraction(numerator, denominator)

else:
    try:
        from engine.ledger._exact import Exact, exact_ratio
        from engine.ledger._exact import lowest as _lowest
    except ImportError:
        Exact = exact_ratio = _lowest = Fraction

IS_COMPILED = Exact is not Fraction
"""Whether the rationals are those of `_exact.c`."""


def exact(value: Decimal | Fraction | int) -> Fraction:
    """Return a finite number as a rational of exactly its value."""
    if value.__class__ is Exact:
        return value
    return _lowest(*value.as_integer_ratio())
