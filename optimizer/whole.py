"""Whole shares: from the best amounts to tradable ones, by small moves that mind every row.

Amounts are first put on the nearest tradable quantity: a multiple of the step, nothing or at least the
minimum, at most what is open. Then the best single move (one step more or less, start at the minimum,
drop) is done again and again, and after that the best pair of moves, until none helps. A missed hard row
weighs more than anything else, so that the moves repair first and improve then.

Buying 10.4 shares with room for 10.2 in the row: 10 shares; the 0.4 is offered to other names.
"""

import numpy as np

from optimizer.model import Bools, Floats, Ints, Model, row_values, violation
from optimizer.moves import Board, Grid
from optimizer.rounding import handed_on

__all__ = ["Grid", "missed", "whole_trades"]

WORTHWHILE = 1e-5
"""A smaller improvement by one move, in basis points, is not worth looking for."""

MOST_MOVES = 600
NEAR = 0.02
"""Cost of a unit at good prices, up to which a column that does not trade is tried."""


def whole_trades(
    model: Model,
    grid: Grid,
    wished: Floats,
    *,
    most_moves: int = MOST_MOVES,
    charge: Floats | None = None,
) -> Ints:
    """Return the number of steps of each column, (n_columns,), near `wished` and as good as can be found.

    charge: what rows charge each column at good prices; columns that are far from worth their while at
    these are left as they are.
    """
    steps = _nearest(model, grid, wished)
    if not most_moves:
        return steps
    near = (grid.most > 0) | (steps > 0)
    if charge is not None:
        near &= _near(model, grid, steps, charge)
    board = Board(model, grid, steps, np.flatnonzero(near))
    for _ in range(most_moves):
        moves = board.moves()
        if not moves.at.size:
            break
        gains = board.gains(moves)
        both = gains.all
        best = int(np.argmin(both))
        if both[best] < -WORTHWHILE:
            board.do(moves, [best])
            continue
        pair = board.best_pair(moves, gains)
        if pair is None:
            break
        board.do(moves, pair)
    steps[board.columns] = board.steps
    return steps


def missed(model: Model, grid: Grid, steps: Ints) -> float:
    """Return the largest miss of a hard row, in row units."""
    return float(violation(model.rows, row_values(model, steps * grid.step)).max(initial=0.0))


def _nearest(model: Model, grid: Grid, wished: Floats) -> Ints:
    exempt = np.where(grid.all_exempt, grid.most, -1)
    return handed_on(model, wished, step=grid.step, least=grid.least, most=grid.most, exempt=exempt)


def _near(model: Model, grid: Grid, steps: Ints, charge: Floats) -> Bools:
    """Return which columns trade, or cost nearly nothing by the unit, rows' charges included."""
    positions, trades = model.positions, steps * grid.step
    change = np.bincount(grid.position, np.where(grid.is_sale, -trades, trades), positions.count)
    slope = 2 * positions.curvature * (positions.value + change - positions.target)
    signed = np.where(grid.is_sale, -1.0, 1.0) * slope[grid.position]
    reduced = signed + np.concatenate((positions.buy_cost, model.lots.cost)) + charge
    return np.asarray((steps > 0) | (np.abs(reduced) < NEAR))
