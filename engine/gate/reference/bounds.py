"""A bound as a number: a figure, or a part of a weight base that is zero.

80% of bonds, bonds 100, net assets 400: 20%
80% of bonds, bonds 100, net assets 0:   80 over 0, so that 90 in shares are too much and 80 are not
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering

from engine.gate.reference.market import ONE
from engine.gate.reference.state import NOTHING
from engine.gate.reference.verdicts import Gap


@total_ordering
@dataclass(frozen=True, slots=True)
class OverZero:
    """A bound that is `amount` over a base of zero: beyond every figure, on its side of them."""

    amount: Fraction  # not 0: a part of nothing is 0

    def __lt__(self, other: "Bound") -> bool:
        """Return whether it is the lower bound of the two."""
        return self.amount < (other.amount if isinstance(other, OverZero) else 0)


Bound = Fraction | OverZero
"""One side of a limit in the measure's unit."""


def over(amount: Fraction, base: Fraction) -> Bound:
    """Return an amount as a part of a base, which may be zero."""
    if base == 0:
        return OverZero(amount) if amount else NOTHING
    return amount / base


def scaled(factor: Fraction, limit: Bound) -> Bound:
    """Return so many times a bound."""
    if isinstance(limit, OverZero):
        return OverZero(factor * limit.amount) if factor else NOTHING
    return factor * limit


def of_base(limit: Bound, base: Fraction) -> Fraction:
    """Return a bound times the base of a reading; raises Gap where only the bound's base is zero."""
    if not isinstance(limit, OverZero):
        return limit if base is ONE else limit * base
    if base != 0:
        raise Gap("the weight base is zero")
    return limit.amount
