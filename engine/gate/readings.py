"""Readings: what one limit says in one state, and how its figures are told.

measure 54,000, upper bound 50,000, base 1,000,000, told in percent: the factor is 100 / 1,000,000
  -> headroom -4,000 decides; 5.4, 5 and -0.4 are told
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from engine.gate.graph import root_step
from engine.ledger.exact import exact
from rulebooks.forms import RISK_STEP

NONE, ONE, HUNDRED = exact(0), exact(1), exact(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Nodes of a bound: None where it has no such side."""

    low: int | None
    high: int | None


class Reading(NamedTuple):
    """One limit, measured in one state.

    headroom is in form units (a risk measure: in told units); the rest is told: percent of 100 where
    the unit is percent. Told figures are None where the base is not positive.
    """

    headroom: Fraction
    high_headroom: Fraction | None
    figure: Fraction | None
    low: Fraction | None
    high: Fraction | None
    told_headroom: Fraction | None = None  # distance from the nearer bound, told; negative beyond it

    @property
    def limit(self) -> Fraction | None:
        """The nearer bound."""
        if self.low is None or self.high is None or self.figure is None:
            return self.high if self.low is None else self.low
        return self.low if self.figure - self.low < self.high - self.figure else self.high


class Room(NamedTuple):
    """The headroom alone: in form units, with the base that it is told as a part of, 1 where there is none.

    A risk measure's is told already.
    """

    headroom: Fraction
    base: Fraction

    def is_less_than(self, other: "Room") -> bool:
        """Return whether there is less headroom here than there: told where both are, else in form units."""
        if self.base is other.base or self.base <= 0 or other.base <= 0:
            return self.headroom < other.headroom
        return self.headroom * other.base < other.headroom * self.base


class Anchor(NamedTuple):
    """What stays of a reading where a list moves the measure alone: base and bounds, as they were before."""

    sides: Sides
    factor: Fraction  # from form units to told ones
    low: Fraction | None
    high: Fraction | None
    told_low: Fraction | None
    told_high: Fraction | None


def anchored(anchor: Anchor, measure: Fraction) -> Reading:
    """Return the reading where the measure alone has moved."""
    high_headroom = None if anchor.high is None else anchor.high - measure
    headroom = least(None if anchor.low is None else measure - anchor.low, high_headroom)
    return Reading(
        headroom=headroom,
        told_headroom=headroom * anchor.factor,
        high_headroom=high_headroom,
        figure=measure * anchor.factor,
        low=anchor.told_low,
        high=anchor.told_high,
    )


def rounded_reading(
    unit: str, square: Fraction, base: Fraction, low: Fraction | None, high: Fraction | None
) -> Reading:
    """Return the reading of a risk measure, which decides on its told value."""
    factor = factor_of(unit, base)
    if factor is None or base <= 0:
        beyond = HUNDRED if square else NONE  # any risk is more than every limit that no worth stands under
        sides = (None if low is None else beyond, None if high is None else -beyond)
        return Reading(headroom=least(*sides), high_headroom=sides[1], figure=None, low=None, high=None)
    figure = root_step(square, base, RISK_STEP) * factor * base
    told_low, told_high = (None if side is None else side * factor for side in (low, high))
    high_headroom = None if told_high is None else told_high - figure
    low_headroom = None if told_low is None else figure - told_low
    headroom = least(low_headroom, high_headroom)
    return Reading(
        headroom=headroom,
        told_headroom=None if told_low is None and told_high is None else headroom,
        high_headroom=high_headroom,
        figure=figure,
        low=told_low,
        high=told_high,
    )


def factor_of(unit: str, base: Fraction) -> Fraction | None:
    """Return what form units are told by; None where the base is not positive."""
    if base <= 0:
        return None
    return (HUNDRED if unit == "percent" else ONE) / base


def least(low: Fraction | None, high: Fraction | None) -> Fraction:
    """Return the smaller of two headrooms; 0 where there is no bound."""
    if low is None or high is None:
        side = high if low is None else low
        return NONE if side is None else side
    return min(low, high)
