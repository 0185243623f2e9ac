"""Exact rationals for the running ledger: `fractions.Fraction` with its arithmetic done in fewer steps.

A replay divides, multiplies and compares some hundred rationals for each sale. Those of the standard library
ask of every operand what kind of number it may be; here nearly all are known to be rationals, mostly whole
ones:

>>> exact(3) / exact(4) + exact(Decimal("0.25")) == 1
True
>>> exact(3) == Fraction(3), hash(exact(3)) == hash(3), isinstance(exact(3), Fraction)
(True, True, True)

An `Exact` is a `Fraction` of the same value wherever one is expected, and joined with a whole number or a
`Fraction` it gives an `Exact` again; other kinds of numbers are left to the standard library.
"""

from decimal import Decimal
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Exact = Fraction

    def exact_ratio(numerator: int, denominator: int) -> Fraction:
        """Return numerator / denominator, which is above 0."""
        return Fraction(numerator, denominator)

    def _lowest(numerator: int, denominator: int) -> Fraction:
        """Return numerator / denominator, which are in lowest terms."""
        return Fraction(numerator, denominator)

else:
    _raw = object.__new__

    class Exact(Fraction):
        """A rational number, exact, immutable and in lowest terms."""

        __slots__ = ()
        __hash__ = Fraction.__hash__

        def __add__(self, given: Any) -> Any:
            if given.__class__ is int:
                return _lowest(self._numerator + given * self._denominator, self._denominator)
            other = given if given.__class__ is Exact else _known(given)
            if other is None:
                return Fraction.__add__(self, given)
            below, under = self._denominator, other._denominator
            if below == under:
                return exact_ratio(self._numerator + other._numerator, below)
            return exact_ratio(self._numerator * under + other._numerator * below, below * under)

        def __sub__(self, given: Any) -> Any:
            if given.__class__ is int:
                return _lowest(self._numerator - given * self._denominator, self._denominator)
            other = given if given.__class__ is Exact else _known(given)
            if other is None:
                return Fraction.__sub__(self, given)
            below, under = self._denominator, other._denominator
            if below == under:
                return exact_ratio(self._numerator - other._numerator, below)
            return exact_ratio(self._numerator * under - other._numerator * below, below * under)

        def __rsub__(self, other: Any) -> Any:
            known = _known(other)
            return Fraction.__rsub__(self, other) if known is None else known - self

        def __mul__(self, given: Any) -> Any:
            if given.__class__ is int:
                return exact_ratio(self._numerator * given, self._denominator)
            other = given if given.__class__ is Exact else _known(given)
            if other is None:
                return Fraction.__mul__(self, given)
            return exact_ratio(self._numerator * other._numerator, self._denominator * other._denominator)

        def __truediv__(self, given: Any) -> Any:
            other = given if given.__class__ is Exact else _known(given)
            if other is None:
                return Fraction.__truediv__(self, given)
            above, below = self._numerator * other._denominator, self._denominator * other._numerator
            if below > 0:
                return exact_ratio(above, below)
            if below == 0:
                raise ZeroDivisionError("a rational divided by 0")
            return exact_ratio(-above, -below)

        def __rtruediv__(self, other: Any) -> Any:
            known = _known(other)
            return Fraction.__rtruediv__(self, other) if known is None else known / self

        __radd__ = __add__
        __rmul__ = __mul__

        def __neg__(self) -> Any:
            return _lowest(-self._numerator, self._denominator)

        def __abs__(self) -> Any:
            return self if self._numerator >= 0 else _lowest(-self._numerator, self._denominator)

        def __bool__(self) -> bool:
            return self._numerator != 0

        def __eq__(self, given: object) -> Any:
            if given.__class__ is Exact:
                return self._numerator == given._numerator and self._denominator == given._denominator
            if given.__class__ is int:
                return self._numerator == given and self._denominator == 1
            other = _known(given)
            if other is None:
                return Fraction.__eq__(self, given)
            return self._numerator == other._numerator and self._denominator == other._denominator

        def __lt__(self, given: Any) -> Any:
            if given.__class__ is int:
                return self._numerator < given * self._denominator
            other = given if given.__class__ is Exact else _known(given)
            if other is None:
                return Fraction.__lt__(self, given)
            return self._numerator * other._denominator < other._numerator * self._denominator

        def __gt__(self, given: Any) -> Any:
            if given.__class__ is int:
                return self._numerator > given * self._denominator
            other = given if given.__class__ is Exact else _known(given)
            if other is None:
                return Fraction.__gt__(self, given)
            return self._numerator * other._denominator > other._numerator * self._denominator

        def __le__(self, given: Any) -> Any:
            if given.__class__ is int:
                return self._numerator <= given * self._denominator
            other = given if given.__class__ is Exact else _known(given)
            if other is None:
                return Fraction.__le__(self, given)
            return self._numerator * other._denominator <= other._numerator * self._denominator

        def __ge__(self, given: Any) -> Any:
            if given.__class__ is int:
                return self._numerator >= given * self._denominator
            other = given if given.__class__ is Exact else _known(given)
            if other is None:
                return Fraction.__ge__(self, given)
            return self._numerator * other._denominator >= other._numerator * self._denominator

    def _lowest(numerator: int, denominator: int) -> Exact:
        """Return numerator / denominator, which are in lowest terms."""
        made = _raw(Exact)
        made._numerator = numerator
        made._denominator = denominator
        return made

    def exact_ratio(numerator: int, denominator: int) -> Exact:
        """Return numerator / denominator, which is above 0."""
        if denominator != 1:
            common = gcd(numerator, denominator)
            if common != 1:
                numerator //= common
                denominator //= common
        made = _raw(Exact)
        made._numerator = numerator
        made._denominator = denominator
        return made

    def _known(other: Any) -> Exact | None:
        """Return a whole number or a rational as an `Exact`; None for any other kind of number."""
        if isinstance(other, (Fraction, int)):
            return _lowest(*other.as_integer_ratio())
        return None


def exact(value: Decimal | Fraction | int) -> Fraction:
    """Return a finite number as a rational of exactly its value."""
    if value.__class__ is Exact:
        return value
    return _lowest(*value.as_integer_ratio())
