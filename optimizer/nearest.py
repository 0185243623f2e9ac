"""Whole shares by integer program: the list nearest to the wished amounts that keeps every hard row.

Moves one or two at a time cannot always thread several tight rows at once. Here every traded column may
take any of the steps around its wished amount, or none, and the program finds those that fit together
with the least change. Used only where the moves of `whole` leave a row missed.

    wished 10.4 and 7.7 shares, rows that allow 10 + 7 or 11 + 7 but not 10 + 8: 10 and 7
"""

import numpy as np

from optimizer.model import Floats, Ints, Model
from optimizer.solvers.mixed import MixedProgram
from optimizer.whole import Grid

REACH = 12
"""Steps around the wished amount that are tried."""

MOST_NODES = 300


def nearest_whole(model: Model, grid: Grid, wished: Floats, *, reach: int | None = REACH) -> Ints | None:
    """Return steps (n_columns,) near `wished` that keep every hard row, or None where none were found.

    reach: steps around each wish that are tried; None: every number from nothing to the wish.
    """
    program = MixedProgram()
    columns = np.flatnonzero((wished > 0) & (grid.most > 0))
    numbers: dict[int, int] = {}
    for column in columns:
        numbers[int(column)] = _column(program, grid, int(column), float(wished[column]), reach)
    rows = model.rows
    part = rows.matrix.tocsr()
    for row in range(rows.count):
        if rows.curvature[row] > 0:
            continue
        terms = {
            numbers[int(c)]: float(a) * float(grid.step[c])
            for c, a in zip(
                part.indices[part.indptr[row] : part.indptr[row + 1]],
                part.data[part.indptr[row] : part.indptr[row + 1]],
                strict=True,
            )
            if int(c) in numbers
        }
        low = float(rows.low[row] - rows.start[row])
        if np.isfinite(rows.price_cap[row]):
            terms[program.column(cost=float(rows.price_cap[row]))] = 1.0
        if terms:
            program.row(terms, low=low)
    answer = program.solve(gap=0.01, nodes=MOST_NODES)
    if answer is None:
        return None
    steps = np.zeros(grid.most.size, dtype=np.int64)
    for place, number in numbers.items():
        steps[place] = np.int64(round(float(answer.values[number])))
    return steps


def _column(program: MixedProgram, grid: Grid, column: int, wished: float, reach: int | None) -> int:
    """Add one column's steps: none, or between its minimum and its maximum around the wish."""
    step = float(grid.step[column])
    wish = wished / step
    most, least = int(grid.most[column]), int(grid.least[column])
    least = min(least, most) if grid.all_exempt[column] else least
    low = least if reach is None else max(least, int(wish) - reach)
    high = max(low, most if reach is None else min(most, int(wish) + 1 + reach))
    number = program.column(high=float(high), whole=True)
    switch = program.column(high=1.0, whole=True)
    program.row({number: 1.0, switch: -float(high)}, high=0.0)
    program.row({number: 1.0, switch: -float(low)}, low=0.0)
    away = program.column(cost=step)
    program.row({away: 1.0, number: 1.0}, low=wish)
    program.row({away: 1.0, number: -1.0}, low=-wish)
    return number
