"""The model in numbers: positions, lots and rows as arrays, ready for a solver.

Amounts are in basis points of net assets of all accounts together, so that a position of 1% is 100.
The trades are the columns: one purchase per position, one sale per lot, both >= 0. With x a position's
value after trading,

    minimize   sum_p curvature_p (x_p - target_p)^2 + cost of columns + cost of rows
    where      x_p = value_p + buy_p - sum of its lots' sales
    and        row_r = start_r + sum of coefficients * columns.

A row is *hard* (low <= row <= high), *elastic* (each unit outside costs `price_cap`), or *quadratic*
(curvature_r (row - centre_r)^2, for factor exposures). Each name is bought or sold, never both; a
purchase or sale is nothing or at least its minimum; in a wash group purchases and loss sales exclude
each other. All that a name buys, and all that it sells, is one order with a charge of its own
(`ticket`). What a row stands for is told by `RowNote`s kept beside it.

Source: Moehle, Kochenderfer, Boyd, Ang, "Tax-aware portfolio construction via convex optimization",
J. Optim. Theory Appl. 189 (2021) 364-383, for lots and directions; the third mode (minimum ticket), the
priced rows and the bound kept as a certificate are ours.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Matrix = Any
"""A scipy sparse matrix (scipy has no types)."""

INF = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Arrays of shape (n_positions,); values in basis points of net assets."""

    value: Floats  # now
    target: Floats  # wished for
    curvature: Floats  # > 0
    buy_cost: Floats  # per unit bought
    buy_least: Floats  # smallest purchase
    buy_most: Floats  # largest purchase; below buy_least: none
    sale_least: Floats  # smallest sale
    sale_most: Floats  # largest sale
    step: Floats  # value of the smallest tradable quantity; 0 where any fraction is
    group: Ints  # wash group, 0 .. n_groups - 1
    ticket: Floats = field(default_factory=lambda: np.zeros(1))  # cost of an order; (1,): of all alike

    @property
    def count(self) -> int:
        """Number of positions."""
        return int(self.value.size)

    @property
    def tickets(self) -> Floats:
        """What an order costs, whatever its size, (n_positions,)."""
        return np.broadcast_to(self.ticket, self.value.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """Arrays of shape (n_lots,), the lots of one position side by side, positions ascending."""

    position: Ints
    most: Floats  # largest sale, a multiple of the position's step
    cost: Floats  # per unit sold: tax, negative where it saves, and trading
    is_loss: Bools  # its sale is a loss sale for the wash group

    @property
    def count(self) -> int:
        """Number of lots."""
        return int(self.position.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Arrays of shape (n_rows,); `matrix` is (n_rows, n_positions + n_lots), column-compressed."""

    matrix: Matrix
    start: Floats
    low: Floats  # -inf: none
    high: Floats
    price_cap: Floats  # inf: hard
    curvature: Floats  # > 0: quadratic, bounds unused; 0: bounds
    centre: Floats

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self.start.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Positions, lots and rows of one problem."""

    positions: Positions
    lots: Lots
    rows: Rows

    @property
    def columns(self) -> int:
        """Number of columns: purchases, then sales."""
        return self.positions.count + self.lots.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some columns of a column-compressed matrix; what scipy does, without its checks of every call."""

    indptr: Ints  # (n_columns + 1,)
    indices: Ints  # (n_entries,) rows
    data: Floats
    column: Ints  # (n_entries,)
    n_rows: int

    def dense(self, rows: Ints | None = None) -> Floats:
        """Return the columns in full, or some rows of them."""
        if rows is None:
            found = np.zeros((self.indptr.size - 1, self.n_rows)).T  # entries are written side by side
            found[self.indices, self.column] = self.data
            return found
        place = np.full(self.n_rows, -1, dtype=np.int64)
        place[rows] = np.arange(rows.size)
        own = place[self.indices]
        kept = own >= 0
        found = np.zeros((rows.size, self.indptr.size - 1))
        found[own[kept], self.column[kept]] = self.data[kept]
        return found


def part_of(matrix: Matrix, columns: Ints) -> Part:
    """Return some columns of a matrix (or of a part of one), in the order given."""
    begins = matrix.indptr[columns]
    count = matrix.indptr[columns + 1] - begins
    ends = np.cumsum(count, dtype=np.int64)
    column = np.repeat(np.arange(columns.size), count)
    entry = np.arange(column.size) + np.repeat(begins - (ends - count), count)
    return Part(
        indptr=np.concatenate((np.zeros(1, dtype=np.int64), ends)),
        indices=matrix.indices[entry],
        data=matrix.data[entry],
        column=column,
        n_rows=matrix.n_rows if isinstance(matrix, Part) else matrix.shape[0],
    )


def sold(model: Model, sales: Floats) -> Floats:
    """Return the sale of each position, (n_positions,)."""
    return np.bincount(model.lots.position, sales, model.positions.count).astype(np.float64)


def row_values(model: Model, trades: Floats) -> Floats:
    """Return each row's value after `trades`, (n_rows,)."""
    return np.asarray(model.rows.start + model.rows.matrix @ trades, dtype=np.float64)


def name_cost(model: Model, trades: Floats) -> Floats:
    """Return each position's own cost after `trades` less its cost now, (n_positions,)."""
    positions, lots = model.positions, model.lots
    purchases, sales = trades[: positions.count], trades[positions.count :]
    change = purchases - sold(model, sales)
    distance = positions.value - positions.target
    bent = positions.curvature * change * (change + 2 * distance)
    orders = (purchases > 0) * positions.ticket + (sold(model, sales) > 0) * positions.ticket
    return np.asarray(bent + positions.buy_cost * purchases + sold(model, lots.cost * sales) + orders)


def row_cost(rows: Rows, values: Floats) -> Floats:
    """Return each row's cost: quadratic, or price_cap per unit outside (0 for hard rows)."""
    outside = np.maximum(np.maximum(values - rows.high, rows.low - values), 0.0)
    priced = np.where(np.isfinite(rows.price_cap), np.where(outside > 0, rows.price_cap, 0.0) * outside, 0.0)
    return np.asarray(np.where(rows.curvature > 0, rows.curvature * (values - rows.centre) ** 2, priced))


def violation(rows: Rows, values: Floats) -> Floats:
    """Return by how much each hard row is missed, (n_rows,)."""
    outside = np.maximum(np.maximum(values - rows.high, rows.low - values), 0.0)
    hard = (rows.curvature == 0) & ~np.isfinite(rows.price_cap)
    return np.asarray(np.where(hard, outside, 0.0))


def objective(model: Model, trades: Floats) -> float:
    """Return the cost of `trades`; names count from what they cost now, rows in full."""
    values = row_values(model, trades)
    return float(name_cost(model, trades).sum() + row_cost(model.rows, values).sum())


def no_trades(model: Model) -> Floats:
    """Return the empty list, (n_columns,)."""
    return np.zeros(model.columns)


def empty_matrix(n_rows: int, n_columns: int) -> Matrix:
    """Return a matrix without entries."""
    return sp.csc_matrix((n_rows, n_columns))
