"""Convex programs of many names and few rows, by an interior point method that uses their shape.

    minimize   sum over names of bend_p (sum of its columns)^2 / 2 + slope . x + costs of rows
    where      low <= x <= high,  sum_low_p <= sum of columns of p <= sum_high_p,
               row = start + matrix @ x, each row hard, elastic or quadratic

Names meet only in the rows, so that a step is one small system of the size of the rows; a name's own
block is a diagonal and one product, turned round by hand. What a row comes to is a name of one column
more. An answer is given only after it was looked over: rows kept, gradients balanced, gaps and prices
complementary, to `CLOSE`. Where that is not reached the answer is None, which says nothing about the
program.

500 names, 250 columns left and 35 rows: 7 steps of 0.2 ms.

Source: Mehrotra, "On the implementation of a primal-dual interior point method", SIAM J. Optim. 2 (1992)
575-601, for predictor and corrector.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from optimizer.model import Floats, Ints

CLOSE = 1e-8
"""To which rows, gradients and complements are brought, relative to the numbers in them."""

PRODUCT = 1e-8
"""To which products of gaps and prices are brought on average: a thousand limits cost 1e-5."""

MOST_STEPS = 40
SHORT = 0.995
"""Part of the way to the nearest bound that a step may go."""

STUCK = 1e-5
"""A shorter step leads nowhere."""

ROOM = 1e-9
"""Least curvature of a column, so that its inverse stays a number."""

FIRST_GAP = 0.3
FIRST_PRODUCT = 1e-3
"""How far inside its bounds a column begins at most, and what gap and price of a bound that does not
bind come to there."""

SAME = 1e-9
"""Limits of a row this close are one value."""

FAR = 1e30
"""The gap of a bound that is not there; its price stays 0."""

SIDES = np.array([[1.0], [-1.0]])
"""Lower and upper bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A program; `owner` is 0 .. n_names - 1, and columns of names with several stand last, by name."""

    owner: Ints  # (n,)
    slope: Floats  # (n,)
    low: Floats  # (n,) low < high
    high: Floats
    bend: Floats  # (n_names,)
    sum_low: Floats  # (n_names,) -inf: none
    sum_high: Floats
    matrix: Floats  # (n_rows, n)
    start: Floats  # (n_rows,)
    row_low: Floats
    row_high: Floats
    price_cap: Floats  # inf: hard
    curvature: Floats  # > 0: quadratic
    centre: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Balanced:
    """The minimizer, and a price for each row: positive at upper limits, negative at lower ones."""

    values: Floats  # (n,)
    prices: Floats  # (n_rows,)
    steps: int


def solve_shape(
    shape: Shape, *, values: Floats | None = None, prices: Floats | None = None
) -> Balanced | None:
    """Return the minimizer, or None where it was not reached; values, prices: a guess to begin from."""
    return _Method(shape).run(values, prices)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slacks:
    """Columns for what rows come to: start + matrix @ x + sum of sign * slack = offset."""

    row: Ints
    sign: Floats
    low: Floats
    high: Floats
    slope: Floats
    bend: Floats
    offset: Floats  # (n_rows,)


def _slacks(shape: Shape) -> _Slacks:
    """A quadratic or hard row has its own value; an elastic one what it has left, and what is outside."""
    bent = np.flatnonzero(shape.curvature > 0)
    flat = shape.curvature == 0
    elastic = np.flatnonzero(flat & np.isfinite(shape.price_cap))
    hard = np.flatnonzero(flat & ~np.isfinite(shape.price_cap) & (shape.row_high - shape.row_low > SAME))
    upper = np.isfinite(shape.row_high[elastic])
    side = np.where(upper, 1.0, -1.0)
    offset = np.where(flat & (shape.row_high - shape.row_low <= SAME), shape.row_low, 0.0)
    offset[elastic] = np.where(upper, shape.row_high[elastic], shape.row_low[elastic])
    no, free = np.zeros(elastic.size), np.full(bent.size, np.inf)
    return _Slacks(
        row=np.concatenate((bent, hard, elastic, elastic)),
        sign=np.concatenate((-np.ones(bent.size + hard.size), side, -side)),
        low=np.concatenate((-free, shape.row_low[hard], no, no)),
        high=np.concatenate((free, shape.row_high[hard], no + np.inf, no + np.inf)),
        slope=np.concatenate(
            (-2 * (shape.curvature * shape.centre)[bent], np.zeros(hard.size), no, shape.price_cap[elastic])
        ),
        bend=np.concatenate((2 * shape.curvature[bent], np.zeros(hard.size), no, no)),
        offset=offset,
    )


@dataclass(slots=True)
class _Point:
    """Columns, prices of rows, and prices of bounds: (2, n_bounds), lower and upper."""

    at: Floats
    rows: Floats
    bounds: Floats


@dataclass(slots=True)
class _Block:
    """What one step inverts."""

    inverse: Floats  # of the diagonal
    ratio: Floats  # (2, n_bounds) prices of bounds by their gaps
    product: Floats  # of each name with several columns, beside the diagonal
    size: Floats  # of each, the sum of the inverses of its columns
    first: Ints  # of the columns of each, the one of the largest inverse
    factor: Floats  # Cholesky factor of the rows' system


class _Method:
    """One program, and what does not change from step to step.

    Columns are slacks, then those of names with one column, then those of names with several. Bounds are
    those of columns, then those of the sums of names with several.
    """

    def __init__(self, shape: Shape) -> None:
        slack = _slacks(shape)
        self.n, self.m = shape.owner.size, slack.row.size
        count = np.bincount(shape.owner, minlength=shape.bend.size)[shape.owner]
        alone = int((count == 1).sum())
        self.ones = self.m + alone
        own = shape.owner[:alone]
        several, self.begins, self.of = np.unique(shape.owner[alone:], return_index=True, return_inverse=True)
        self.matrix = np.zeros((shape.start.size, self.m + self.n))
        self.matrix[slack.row, np.arange(self.m)] = slack.sign
        self.matrix[:, self.m :] = shape.matrix
        self.constant = shape.start - slack.offset
        low, high = shape.low.copy(), shape.high.copy()
        low[:alone] = np.maximum(low[:alone], shape.sum_low[own])
        high[:alone] = np.minimum(high[:alone], shape.sum_high[own])
        self.low = np.concatenate((slack.low, low, shape.sum_low[several]))
        self.high = np.concatenate((slack.high, high, shape.sum_high[several]))
        self.edges = np.stack((self.low, -self.high))
        self.has = np.isfinite(self.edges).astype(np.float64)
        self.edges[self.has == 0] = -FAR
        self.none = 1.0 - self.has
        self.limits = max(float(self.has.sum()), 1.0)
        self.slope = np.concatenate((slack.slope, shape.slope))
        self.bend = np.concatenate((slack.bend, shape.bend[own]))
        self.several_bend = shape.bend[several]

    def run(self, values: Floats | None, prices: Floats | None) -> Balanced | None:
        """Return the balanced point, None where it was not reached."""
        point = self._first(values, prices)
        if point is None:
            return None
        for step in range(MOST_STEPS):
            every = self._every(point.at)
            gaps = SIDES * every - self.edges
            if gaps.min() <= 0:
                return None
            slope = self._slope(point, every)
            rows = self.matrix @ point.at + self.constant
            product = float(np.vdot(gaps, point.bounds)) / self.limits
            if product <= PRODUCT and self._is_close(point, slope, rows):
                return Balanced(values=point.at[self.m :], prices=point.rows, steps=step)
            block = self._block(point, gaps)
            if block is None:
                return None
            way, moved = self._way(point, block, slope, rows, None)
            length = self._length(point, way, gaps, moved)
            after = float(np.vdot(gaps + length * moved, point.bounds + length * way.bounds))
            target = product * (after / self.limits / product) ** 3
            wish = self.has * (target - moved * way.bounds) / gaps
            way, moved = self._way(point, block, slope, rows, wish)
            length = min(1.0, SHORT * self._length(point, way, gaps, moved))
            if length < STUCK:
                return None
            point.at += length * way.at
            point.rows += length * way.rows
            point.bounds += length * way.bounds
        return None

    def _every(self, at: Floats) -> Floats:
        """Return what is bounded: the columns, and the sums of names with several."""
        if not self.begins.size:
            return at
        return np.concatenate((at, np.add.reduceat(at[self.ones :], self.begins)))

    def _first(self, values: Floats | None, prices: Floats | None) -> _Point | None:
        """Return a point inside all bounds, near the guess where there is one; None where none is found."""
        m, size = self.m, self.m + self.n
        inside = np.minimum(0.5 * (self.high - self.low), FIRST_GAP)
        floor, roof = self.low + inside, self.high - inside
        at = np.zeros(size)
        at[m:] = (self.low[m:size] + self.high[m:size]) / 2 if values is None else values
        at = np.minimum(np.maximum(at, floor[:size]), roof[:size])
        if self.begins.size:
            at[self.ones :] = self._summed(at[self.ones :], floor[size:], roof[size:])
        left = self.matrix[:, m:] @ at[m:] + self.constant
        signs = self.matrix[:, :m]
        at[:m] = np.minimum(np.maximum(-(left @ signs), floor[:m]), roof[:m])
        rows = np.zeros(left.size) if prices is None else prices.copy()
        point = _Point(at=at, rows=rows, bounds=self.none)
        every = self._every(at)
        gaps = SIDES * every - self.edges
        if gaps.min() <= 0:
            return None
        slope = self._slope(point, every)
        pushed = np.zeros(every.size)
        pushed[:size] = slope
        point.bounds = self.has * (np.maximum(SIDES * pushed, 0.0) + FIRST_PRODUCT / gaps)
        return point

    def _summed(self, at: Floats, floor: Floats, roof: Floats) -> Floats:
        """Return columns moved between their bounds until the sums of their names are inside theirs."""
        size = self.m + self.n
        low, high = self.low[self.ones : size], self.high[self.ones : size]
        for edge, side in ((high, 1.0), (low, -1.0)):
            total, end = np.add.reduceat(at, self.begins), np.add.reduceat(edge, self.begins)
            bound = self.low[size:] if side > 0 else self.high[size:]
            wish = floor if side > 0 else roof
            wish = np.where(side * (wish - end) < 0, wish, (bound + end) / 2)
            part = np.maximum(side * (wish - total), 0.0) / np.maximum(side * (end - total), 1e-300)
            at = at + np.minimum(part, 1.0)[self.of] * (edge - at)
        return at

    def _slope(self, point: _Point, every: Floats) -> Floats:
        """Return the gradient of costs and of prices of rows, without the bounds' prices."""
        found = point.rows @ self.matrix
        found += self.slope
        found[: self.ones] += self.bend * point.at[: self.ones]
        if self.begins.size:
            found[self.ones :] += (self.several_bend * every[point.at.size :])[self.of]
        return found

    def _on_columns(self, bounds: Floats) -> Floats:
        """Return what something on lower and upper bounds comes to for each column."""
        pushed = bounds[0] - bounds[1]
        if not self.begins.size:
            return np.asarray(pushed)
        size = self.m + self.n
        found = pushed[:size]
        found[self.ones :] += pushed[size:][self.of]
        return np.asarray(found)

    def _is_close(self, point: _Point, slope: Floats, rows: Floats) -> bool:
        if float(np.abs(rows).max(initial=0.0)) > CLOSE * 10:
            return False
        return float(np.abs(slope - self._on_columns(point.bounds)).max(initial=0.0)) <= CLOSE

    def _block(self, point: _Point, gaps: Floats) -> _Block | None:
        """Return the inverse diagonal and the factor of the rows' system; None where it has none."""
        ones, size = self.ones, self.m + self.n
        ratio = point.bounds / gaps
        stiff = ratio[0] + ratio[1]
        diagonal = stiff[:size] + ROOM
        diagonal[:ones] += self.bend
        inverse = 1.0 / diagonal
        product = self.several_bend + stiff[size:]
        sizes, first = product, self.begins
        alone = self.matrix[:, :ones]
        system = (alone * inverse[:ones]) @ alone.T
        if self.begins.size:
            first = self._largest(inverse[ones:])
            sizes = np.add.reduceat(inverse[ones:], self.begins)
            system += self._of_several(inverse[ones:], sizes, product, first)
        system.reshape(-1)[:: system.shape[0] + 1] += 1e-14 * max(float(np.trace(system)), 1e-300)
        factor, failed = lapack.dpotrf(system, lower=1, overwrite_a=1)
        if failed:
            return None
        return _Block(inverse=inverse, ratio=ratio, product=product, size=sizes, first=first, factor=factor)

    def _largest(self, inverse: Floats) -> Ints:
        """Return of the columns of each name with several the first one of the largest inverse."""
        most = np.maximum.reduceat(inverse, self.begins)
        at = np.flatnonzero(inverse == most[self.of])
        return at[np.concatenate(([True], self.of[at][1:] != self.of[at][:-1]))]

    def _of_several(self, inverse: Floats, size: Floats, product: Floats, first: Ints) -> Floats:
        """Return what names of several columns add to the rows' system.

        A name moves along the mean of its columns, weighed by their inverses, and between its columns;
        told from the column of the largest inverse, so that no large numbers are taken from each other.
        """
        several = self.matrix[:, self.ones :]
        main = several[:, first]
        apart = several - main[:, self.of]
        weighed = apart * inverse
        between = np.add.reduceat(weighed, self.begins, axis=1)
        mean = main + between / size
        along = (mean * (1.0 / (1.0 / size + product))) @ mean.T
        return np.asarray(along + weighed @ apart.T - (between / size) @ between.T)

    def _turned(self, block: _Block, slope: Floats) -> Floats:
        """Return a vector of columns through the inverse of the names' blocks."""
        found = block.inverse * slope
        if self.begins.size:
            own, ones = found[self.ones :], self.ones
            total = np.add.reduceat(own, self.begins) / (1.0 + block.product * block.size)
            own -= block.inverse[ones:] * (block.product * total)[self.of]
            own[block.first] = 0.0
            own[block.first] = total - np.add.reduceat(own, self.begins)
        return np.asarray(found)

    def _way(
        self, point: _Point, block: _Block, slope: Floats, rows: Floats, wish: Floats | None
    ) -> tuple[_Point, Floats]:
        """Return the change that brings what is left to nothing, and by how much gaps move on it.

        wish: (2, n_bounds) prices of bounds at which products are as wished; None: 0.
        """
        pushed = slope if wish is None else slope - self._on_columns(wish)
        right = rows - self.matrix @ self._turned(block, pushed)
        prices, _ = lapack.dpotrs(block.factor, right, lower=1)
        at = -self._turned(block, pushed + prices @ self.matrix)
        moved = SIDES * self._every(at)
        bounds = -point.bounds - block.ratio * moved
        if wish is not None:
            bounds += wish
        return _Point(at=at, rows=prices, bounds=bounds), moved

    def _length(self, point: _Point, way: _Point, gaps: Floats, moved: Floats) -> float:
        """Return the longest step, at most 1, that keeps gaps and prices positive."""
        faster = -min(float((moved / gaps).min()), float((way.bounds / (point.bounds + self.none)).min()))
        return 1.0 if faster <= 1.0 else 1.0 / faster
