"""What the rows themselves add to the smoothed bound: barriers for limits, parabolas for curved rows.

For a row w with price y the bound holds  min over w of (cost(w) - y w). A limit gets a barrier, so that
the least is a smooth function of y:

    w >= low     y low + b log(y), y > 0 the size of the price    gradient of w: low + b / y
    low..high    the point between the limits where y and the barriers balance
    q (w - c)^2  - y c - y^2 / 4q

At b = 0.1 and a price of 0.02 a one-sided row stands 5 units inside its limit.
"""

import numpy as np

from optimizer.model import Floats, Ints, Rows

MOST_PRICE = 200.0
"""Highest price of a one-sided row; rows that leave each other no room would else climb for ever.

A bound at lower prices is still a bound.
"""

FIRST_PRICE = 0.01
STILL = 1e-100
"""A smaller change of a price is none."""

SHORTENED = 0.95
"""Part of the way to the nearest end of a price's range that one step may go."""


class Barrier:
    """The rows of one model, sorted by kind."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._bent = np.flatnonzero(rows.curvature > 0)
        flat = rows.curvature == 0
        has_low, has_high = np.isfinite(rows.low) & flat, np.isfinite(rows.high) & flat
        self._two = np.flatnonzero(has_low & has_high)
        self._one = np.flatnonzero(has_low ^ has_high)
        self._idle = np.flatnonzero(flat & ~has_low & ~has_high)
        self._sign = np.where(has_high[self._one], 1.0, -1.0)
        self._limit = np.where(has_high[self._one], rows.high[self._one], -rows.low[self._one])
        self._cap = np.minimum(rows.price_cap[self._one], MOST_PRICE)
        self._middle = (rows.high[self._two] + rows.low[self._two]) / 2
        self._half = (rows.high[self._two] - rows.low[self._two]) / 2
        self._inverse = 1 / (2 * rows.curvature[self._bent])
        self._edge = self._half * (1 - 1e-12)
        self._wide = self._half > 0
        self._all_wide = bool(self._wide.all())
        self._linear = rows.start.copy()  # what a price is charged with, whatever the barrier
        self._linear[self._one] -= self._sign * self._limit
        self._linear[self._two] -= self._middle
        self._linear[self._bent] -= rows.centre[self._bent]

    @property
    def parts(self) -> tuple[Floats, Ints, Floats, Floats, Ints, Floats, Ints, Floats, Ints]:
        """What `kernels_heat` works on, in its order."""
        one, two = (self._one, self._sign, self._cap), (self._two, self._half)
        return (self._linear, *one, *two, self._bent, self._inverse, self._idle)

    def first_prices(self) -> Floats:
        """Return prices to begin with, inside their ranges."""
        prices = np.zeros(self.rows.count)
        prices[self._one] = self._sign * np.minimum(FIRST_PRICE, self._cap / 2)
        return prices

    def inner(self, prices: Floats) -> Floats:
        """Return the prices moved inside their ranges, so that a climb can begin there."""
        moved = prices.copy()
        own = self._sign * prices[self._one]
        least = np.minimum(1e-4 * FIRST_PRICE, self._cap / 4)
        moved[self._one] = self._sign * np.minimum(np.maximum(own, least), self._cap - least)
        moved[self._idle] = 0.0
        return moved

    def legal(self, prices: Floats) -> bool:
        """Return whether one-sided rows have prices of their sign and below their cap."""
        own = self._sign * prices[self._one]
        fits = (own >= 0).all() and (own <= self._cap).all()
        return bool(fits and not prices[self._idle].any())

    def exact(self, prices: Floats) -> float:
        """Return the rows' part of the rigorous bound at legal prices."""
        two, bent = prices[self._two], prices[self._bent]
        total = float(prices @ self._linear) - float(np.abs(two) @ self._half)
        return total - float((bent * bent) @ self._inverse) / 2

    def value(self, prices: Floats, barrier: float) -> float:
        """Return the rows' part of the smoothed bound, -inf outside the ranges."""
        own = self._sign * prices[self._one]
        inside = own * (self._cap - own)
        if own.size and inside.min() <= 0:
            return -float("inf")
        two, bent = prices[self._two], prices[self._bent]
        total = float(prices @ self._linear) + barrier * float(np.log(inside).sum())
        total -= float((bent * bent) @ self._inverse) / 2
        if two.size:
            offset = self._off_middle(two, barrier)
            inner = (self._half - offset) * (self._half + offset)
            inner = inner if self._all_wide else np.where(self._wide, inner, 1.0)
            total -= float(two @ offset) + barrier * float(np.log(inner).sum())
        return total

    def slopes(self, prices: Floats, barrier: float) -> tuple[Floats, Floats]:
        """Return the gradient and the negated second derivative of `value`, (n_rows,) each."""
        gradient, bend = self._linear.copy(), np.zeros(self.rows.count)
        own = self._sign * prices[self._one]
        of_own, of_room = 1 / own, 1 / (self._cap - own)
        gradient[self._one] += (self._sign * barrier) * (of_own - of_room)
        bend[self._one] = barrier * (of_own * of_own + of_room * of_room)
        gradient[self._bent] -= prices[self._bent] * self._inverse
        bend[self._bent] = self._inverse
        if self._idle.size:
            bend[self._idle] = 1.0
            gradient[self._idle] = 0.0
        if self._two.size:
            offset = self._off_middle(prices[self._two], barrier)
            gradient[self._two] -= offset
            below, above = self._half + offset, self._half - offset
            if not self._all_wide:
                below, above = np.maximum(below, 1e-150), np.maximum(above, 1e-150)
            own = (below * above) ** 2 / (barrier * (below * below + above * above))
            bend[self._two] = own if self._all_wide else np.where(self._wide, own, 0.0)
        return gradient, bend

    def cooled(self, prices: Floats, bend: Floats, *, of: float, to: float) -> Floats:
        """Return prices for a lower barrier: rows away from their limits stay where they are.

        bend: (n_rows,) of the bound, of which the barrier has the larger part in rows away from limits.
        """
        one = self._one
        own = self._sign * prices[one]
        away = of / own**2 > bend[one] / 2
        moved = prices.copy()
        moved[one] = np.where(away, prices[one] * (to / of), prices[one])
        return moved

    def longest(self, prices: Floats, way: Floats) -> float:
        """Return how much of `way`, at most 1, stays inside the ranges."""
        own, change = self._sign * prices[self._one], self._sign * way[self._one]
        length = 1.0
        falling = change < -STILL
        if falling.any():
            length = min(length, SHORTENED * float(np.min(-own[falling] / change[falling])))
        rising = change > STILL
        if rising.any():
            room = self._cap[rising] - own[rising]
            length = min(length, SHORTENED * float(np.min(room / change[rising])))
        return length

    def _off_middle(self, two: Floats, barrier: float) -> Floats:
        """Return where rows with two limits stand, from the middle."""
        reach = two * self._half
        offset = reach * self._half / (barrier + np.sqrt(barrier * barrier + reach * reach))
        return np.asarray(np.minimum(np.maximum(offset, -self._edge), self._edge))
