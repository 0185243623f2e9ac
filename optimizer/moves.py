"""Small moves of a whole-share list and what each would gain, for all columns that may move at once.

What a move changes is quadratic in its size but for limited rows: what its name and the quadratic rows
say is one slope and one bend for each column,

    gain = slope * size + bend * size^2 + limited rows + orders opened or closed,

and limited rows are looked at entry by entry. A miss of a hard row costs `MISS_PRICE` a unit.

    slope -0.02, bend 0.001, a step of 4: a step more gains 0.08 - 0.016 = 0.064
"""

from dataclasses import dataclass

import numpy as np

from optimizer.model import Bools, Floats, Ints, Model, part_of, row_values, violation

MISS_PRICE = 1e4
"""Price of missing a hard row by one unit: above any tax, drift or cost that a unit can carry."""

NOISE = 1e-10
"""Units by which a row may seem missed because floats are floats; the gate sees any larger miss."""

WORTH_A_PAIR = 1e-3
"""A smaller improvement by two moves, in basis points, is not worth looking for."""

PAIRED = 48
"""Moves that are tried two at a time."""

BIG = 8
"""Steps of a big move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What may trade in which steps; arrays of shape (n_columns,)."""

    position: Ints
    step: Floats  # value of one step, > 0
    least: Ints  # smallest number of steps but nothing
    most: Ints  # largest number of steps
    all_exempt: Bools  # a trade of `most` may be below `least`
    is_sale: Bools
    is_loss: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Moves, each of one column (counted among those that may move) by a number of steps."""

    at: Ints
    change: Ints
    size: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What moves change, negative is better: by name and quadratic rows, and by limited rows."""

    smooth: Floats
    limited: Floats

    @property
    def all(self) -> Floats:
        """Both together."""
        return np.asarray(self.smooth + self.limited)


class Board:
    """A list as it stands, and the columns of it that may move."""

    def __init__(self, model: Model, grid: Grid, steps: Ints, columns: Ints) -> None:
        self.model, self.columns = model, columns
        self._take(grid, steps, columns)
        positions, rows = model.positions, model.rows
        n = positions.count
        self.n_groups = int(positions.group.max()) + 1 if n else 0
        self.group = positions.group[self.position]
        self.sign = np.where(self.is_sale, -1.0, 1.0)
        self.order = self.position + np.where(self.is_sale, n, 0)
        self.cost = np.concatenate((positions.buy_cost, model.lots.cost))[columns]
        trades = steps * grid.step
        self.rows = row_values(model, trades)
        signed = np.where(grid.is_sale, -trades, trades)
        self.value = positions.value + np.bincount(grid.position, signed, n)
        self.part = part_of(rows.matrix, columns)
        bent = rows.curvature > 0
        self.bent = np.flatnonzero(bent)
        self.curved = self.part.dense(self.bent)
        self.bend = rows.curvature[self.bent] @ self.curved**2 + positions.curvature[self.position]
        self._limit(~bent)

    def _take(self, grid: Grid, steps: Ints, columns: Ints) -> None:
        self.steps = steps[columns]
        self.position, self.step = grid.position[columns], grid.step[columns]
        self.least, self.most, self.exempt = grid.least[columns], grid.most[columns], grid.all_exempt[columns]
        self.is_sale, self.is_loss = grid.is_sale[columns], grid.is_loss[columns]

    def _limit(self, flat: Bools) -> None:
        """Keep the entries of the limited rows, column by column."""
        rows = self.model.rows
        own = flat[self.part.indices]
        self.row, self.data = self.part.indices[own], self.part.data[own]
        self.count = np.bincount(self.part.column[own], minlength=self.columns.size)
        self.begin = np.cumsum(self.count) - self.count
        self.price = np.where(flat, np.where(np.isfinite(rows.price_cap), rows.price_cap, MISS_PRICE), 0.0)

    def moves(self) -> Moves:
        """Return every move that keeps directions, wash groups and minimums."""
        steps, n = self.steps, self.model.positions.count
        traded = steps > 0
        buying = np.bincount(self.position, traded & ~self.is_sale, n) > 0
        selling = np.bincount(self.position, traded & self.is_sale, n) > 0
        group_buys = np.bincount(self.group, traded & ~self.is_sale, self.n_groups) > 0
        group_losses = np.bincount(self.group, traded & self.is_loss, self.n_groups) > 0
        barred = np.where(
            self.is_sale, buying[self.position], selling[self.position] | group_losses[self.group]
        )
        barred = barred | (self.is_loss & group_buys[self.group])
        top = np.where(barred & ~traded, 0, self.most)
        wanted = np.stack(
            (
                steps + 1,
                steps - 1,
                steps + BIG,
                steps - BIG,
                np.where(traded, steps, self.least),
                np.where(traded & self.exempt, self.most, steps),
                np.zeros_like(steps),
            )
        )
        goal = np.minimum(np.maximum(wanted, 0), top)
        fits = (goal == 0) | (goal >= self.least) | (self.exempt & (goal == self.most))
        fits &= goal != steps
        total = np.bincount(self.position, np.where(self.is_sale, steps * self.step, 0.0), n)
        change = goal - steps
        room = (self.model.positions.sale_most - total)[self.position] + 1e-9
        fits &= ~self.is_sale | (change < 0) | (change * self.step <= room)
        _, at = np.nonzero(fits)
        taken = change[fits]
        return Moves(at=at, change=taken, size=taken * self.step[at])

    def gains(self, moves: Moves) -> Gains:
        """Return the change of merit that each move makes."""
        positions = self.model.positions
        own = 2 * positions.curvature * (self.value - positions.target)
        slope = self.sign * own[self.position] + self.cost
        rows = self.model.rows
        pulled = 2 * rows.curvature[self.bent] * (self.rows - rows.centre)[self.bent]
        slope += pulled @ self.curved
        smooth = (slope[moves.at] + self.bend[moves.at] * moves.size) * moves.size + self._orders(moves)
        return Gains(smooth=smooth, limited=self._limited(moves))

    def _orders(self, moves: Moves) -> Floats:
        """Return what each move changes in charges: a first column opens an order, the last one closes it."""
        positions = self.model.positions
        if not positions.ticket.any():
            return np.zeros(moves.at.size)
        traded = self.steps > 0
        count = np.bincount(self.order, traded, 2 * positions.count)[self.order[moves.at]]
        before = traded[moves.at]
        after = self.steps[moves.at] + moves.change > 0
        opened = (count - before + after > 0).astype(np.float64) - (count > 0)
        return np.asarray(positions.tickets[self.position[moves.at]] * opened)

    def _limited(self, moves: Moves) -> Floats:
        count = self.count[moves.at]
        ends = np.cumsum(count)
        if not ends.size or not ends[-1]:
            return np.zeros(moves.at.size)
        entry = np.arange(ends[-1]) + np.repeat(self.begin[moves.at] - (ends - count), count)
        row = self.row[entry]
        then = self.rows[row] + self.data[entry] * np.repeat(moves.size, count)
        change = self.price[row] * self._outside(then, row) - (self.price * self._outside(self.rows))[row]
        of = np.repeat(np.arange(moves.at.size), count)
        return np.bincount(of, change, moves.at.size).astype(np.float64)

    def _outside(self, values: Floats, row: Ints | slice = slice(None)) -> Floats:
        rows = self.model.rows
        return np.maximum(np.maximum(values - rows.high[row], rows.low[row] - values) - NOISE, 0.0)

    def best_pair(self, moves: Moves, gains: Gains) -> list[int] | None:
        """Return the best two moves of different wash groups that help together, or None."""
        likely = np.argsort(gains.all, kind="stable")[:PAIRED]
        picked = np.union1d(likely, self._helpful(moves))
        if picked.size < 2 or not self.model.rows.count:
            return None
        at, size, smooth = moves.at[picked], moves.size[picked], gains.smooth[picked]
        curved = self.curved[:, at] * size * np.sqrt(self.model.rows.curvature[self.bent])[:, None]
        total = 2 * (curved.T @ curved) + smooth[:, None] + smooth + self._limited_pairs(at, size)
        group = self.group[at]
        total[group[:, None] == group] = np.inf
        first, second = divmod(int(np.argmin(total)), picked.size)
        if total[first, second] >= -WORTH_A_PAIR:
            return None
        return [int(picked[first]), int(picked[second])]

    def _limited_pairs(self, at: Ints, size: Floats) -> Floats:
        """Return what limited rows say of pairs; rows that no pair can bring outside are left out."""
        rows = self.model.rows
        moved = part_of(self.part, at).dense() * size
        reach = 2 * np.abs(moved).max(axis=1)
        near = (self.rows + reach > rows.high) | (self.rows - reach < rows.low)
        found = np.zeros((at.size, at.size))
        for row in np.flatnonzero(near & (rows.curvature == 0)):
            own = moved[row]
            then = (self.rows[row] + own)[:, None] + own
            outside = np.maximum(then - rows.high[row], rows.low[row] - then) - NOISE
            found += self.price[row] * np.maximum(outside, 0.0)
        return found - float(self.price @ (self._outside(self.rows) * near))

    def _helpful(self, moves: Moves) -> Ints:
        """Return the moves that most ease the rows that are missed, whatever they do to others."""
        rows = self.model.rows
        missing = violation(rows, self.rows)
        missed = np.flatnonzero(missing > NOISE)
        if not missed.size:
            return np.zeros(0, dtype=np.int64)
        now = self.rows[missed, None]
        part = part_of(self.part, moves.at).dense(missed) * moves.size
        then = now + part
        outside = np.maximum(np.maximum(then - rows.high[missed, None], rows.low[missed, None] - then), 0.0)
        eased = (missing[missed, None] - outside).sum(axis=0) / (1e-3 + np.abs(part).sum(axis=0))
        best = np.argsort(-eased, kind="stable")[:PAIRED]
        return np.asarray(best[eased[best] > 0])

    def do(self, moves: Moves, which: list[int]) -> None:
        """Carry out some moves."""
        for index in which:
            at, size = int(moves.at[index]), float(moves.size[index])
            self.steps[at] += moves.change[index]
            self.value[self.position[at]] += self.sign[at] * size
            entries = slice(self.part.indptr[at], self.part.indptr[at + 1])
            self.rows[self.part.indices[entries]] += self.part.data[entries] * size
