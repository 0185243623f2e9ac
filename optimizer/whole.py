"""Whole shares: from the best amounts to tradable ones, by small moves that mind every row.

Amounts are first put on the nearest tradable quantity: a multiple of the step, nothing or at least the
minimum, at most what is open. Then the best single move (one step more or less, start at the minimum,
drop) is done again and again, and after that the best pair of moves, until none helps. A missed hard row
weighs more than anything else, so that the moves repair first and improve then.

Buying 10.4 shares with room for 10.2 in the row: 10 shares; the 0.4 is offered to other names.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.model import Bools, Floats, Ints, Model, row_values, violation
from optimizer.rounding import handed_on

MISS_PRICE = 1e4
"""Price of missing a hard row by one unit: above any tax, drift or cost that a unit can carry."""

NOISE = 1e-10
"""Units by which a row may seem missed because floats are floats; the gate sees any larger miss."""

WORTHWHILE = 1e-5
WORTH_A_PAIR = 1e-3
"""A smaller improvement by one move, or by two, in basis points, is not worth looking for."""

MOST_MOVES = 600
PAIRED = 48
"""Moves that are tried two at a time."""

NEAR = 0.02
"""Cost of a unit at good prices, up to which a column that does not trade is tried."""

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


@dataclass(slots=True)
class _Table:
    """The list as it stands."""

    steps: Ints
    rows: Floats
    value: Floats  # (n_positions,)


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
    table = _table(model, grid, steps)
    near = np.ones(steps.size, dtype=np.bool_)
    if charge is not None:
        near = (steps > 0) | (np.abs(_reduced(model, grid, table, charge)) < NEAR)
    for _ in range(most_moves):
        moves = _moves(model, grid, table, near)
        gains = _gains(model, grid, table, moves)
        if not gains.size:
            break
        best = int(np.argmin(gains))
        if gains[best] < -WORTHWHILE:
            _do(model, grid, table, moves, [best])
            continue
        pair = _best_pair(model, grid, table, moves, gains)
        if pair is None:
            break
        _do(model, grid, table, moves, pair)
    return table.steps


def missed(model: Model, grid: Grid, steps: Ints) -> float:
    """Return the largest miss of a hard row, in row units."""
    if not model.rows.count:
        return 0.0
    return float(violation(model.rows, row_values(model, steps * grid.step)).max())


def _nearest(model: Model, grid: Grid, wished: Floats) -> Ints:
    exempt = np.where(grid.all_exempt, grid.most, -1)
    return handed_on(model, wished, step=grid.step, least=grid.least, most=grid.most, exempt=exempt)


def _table(model: Model, grid: Grid, steps: Ints) -> _Table:
    trades = steps * grid.step
    change = np.bincount(grid.position, np.where(grid.is_sale, -trades, trades), model.positions.count)
    return _Table(steps=steps, rows=row_values(model, trades), value=model.positions.value + change)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moves:
    columns: Ints
    change: Ints  # in steps


def _reduced(model: Model, grid: Grid, table: _Table, charge: Floats) -> Floats:
    """Return what one more unit of each column costs, rows' charges included, (n_columns,)."""
    positions = model.positions
    slope = 2 * positions.curvature * (table.value - positions.target)
    signed = np.where(grid.is_sale, -1.0, 1.0) * slope[grid.position]
    return np.asarray(signed + np.concatenate((positions.buy_cost, model.lots.cost)) + charge)


def _moves(model: Model, grid: Grid, table: _Table, near: Bools) -> _Moves:
    """Return every move that keeps directions, wash groups and minimums."""
    steps = table.steps
    n = model.positions.count
    group = model.positions.group[grid.position]
    n_groups = int(model.positions.group.max()) + 1 if n else 0
    traded = steps > 0
    buying = np.bincount(grid.position, traded & ~grid.is_sale, n) > 0
    selling = np.bincount(grid.position, traded & grid.is_sale, n) > 0
    group_buys = np.bincount(group, traded & ~grid.is_sale, n_groups) > 0
    group_losses = np.bincount(group, traded & grid.is_loss, n_groups) > 0
    barred = np.where(grid.is_sale, buying[grid.position], selling[grid.position] | group_losses[group])
    barred = barred | (grid.is_loss & group_buys[group])
    top = np.where(barred & ~traded, 0, grid.most)
    wanted = [
        steps + 1,
        steps - 1,
        steps + BIG,
        steps - BIG,
        np.where(traded, steps, grid.least),
        np.where(traded & grid.all_exempt, grid.most, steps),
        np.zeros_like(steps),
    ]
    columns: list[Ints] = []
    changes: list[Ints] = []
    for target in wanted:
        goal = np.clip(target, 0, top)
        fits = (goal == 0) | (goal >= grid.least) | (grid.all_exempt & (goal == grid.most))
        at = np.flatnonzero(fits & (goal != steps) & near)
        columns.append(at)
        changes.append((goal - steps)[at])
    column, change = np.concatenate(columns), np.concatenate(changes)
    total = np.bincount(grid.position, np.where(grid.is_sale, steps * grid.step, 0.0), n)
    after = total[grid.position[column]] + change * grid.step[column]
    sane = ~grid.is_sale[column] | (change < 0)
    sane = sane | (after <= model.positions.sale_most[grid.position[column]] + 1e-9)
    return _Moves(columns=column[sane], change=change[sane])


def _name_gains(model: Model, grid: Grid, table: _Table, moves: _Moves) -> Floats:
    positions = model.positions
    cost = np.concatenate((positions.buy_cost, model.lots.cost))
    size = moves.change * grid.step[moves.columns]
    owner = grid.position[moves.columns]
    shift = np.where(grid.is_sale[moves.columns], -size, size)
    away = table.value[owner] - positions.target[owner]
    bent = positions.curvature[owner] * shift * (shift + 2 * away)
    return np.asarray(bent + cost[moves.columns] * size + _order_gains(model, grid, table, moves))


def _order_gains(model: Model, grid: Grid, table: _Table, moves: _Moves) -> Floats:
    """Return what each move changes in charges: a first column opens an order, the last one closes it."""
    positions, n = model.positions, model.positions.count
    if not positions.ticket.any():
        return np.zeros(moves.columns.size)
    order = grid.position + np.where(grid.is_sale, n, 0)
    traded = table.steps > 0
    count = np.bincount(order, traded, 2 * n)[order[moves.columns]]
    before = traded[moves.columns]
    after = table.steps[moves.columns] + moves.change > 0
    opened = (count - before + after > 0).astype(np.float64) - (count > 0)
    return np.asarray(positions.tickets[grid.position[moves.columns]] * opened)


def _worth(model: Model, values: Floats) -> Floats:
    """Return cost and misses of rows; `values` is (n_rows, n_moves)."""
    rows = model.rows
    outside = np.maximum(np.maximum(values - rows.high[:, None], rows.low[:, None] - values) - NOISE, 0.0)
    flat = rows.curvature == 0
    price = np.where(flat, np.where(np.isfinite(rows.price_cap), rows.price_cap, MISS_PRICE), 0.0)
    bent = rows.curvature[:, None] * (values - rows.centre[:, None]) ** 2
    return np.asarray(price @ outside + bent.sum(axis=0))


def _gains(model: Model, grid: Grid, table: _Table, moves: _Moves) -> Floats:
    """Return the change of merit that each move makes; negative is better."""
    if not moves.columns.size:
        return np.zeros(0)
    names = _name_gains(model, grid, table, moves)
    if not model.rows.count:
        return names
    return np.asarray(names + _row_gains(model, grid, table, moves))


def _row_gains(model: Model, grid: Grid, table: _Table, moves: _Moves) -> Floats:
    """Return what the rows say of each move, entry by entry of the sparse columns."""
    rows = model.rows
    part = rows.matrix[:, moves.columns]
    size = moves.change * grid.step[moves.columns]
    at = np.repeat(np.arange(moves.columns.size), np.diff(part.indptr))
    row = part.indices
    now = table.rows[row]
    then = now + part.data * size[at]
    change = _entry_cost(model, row, then) - _entry_cost(model, row, now)
    return np.bincount(at, change, moves.columns.size).astype(np.float64)


def _entry_cost(model: Model, row: Ints, values: Floats) -> Floats:
    rows = model.rows
    outside = np.maximum(np.maximum(values - rows.high[row], rows.low[row] - values) - NOISE, 0.0)
    price = np.where(np.isfinite(rows.price_cap[row]), rows.price_cap[row], MISS_PRICE)
    bent = rows.curvature[row] * (values - rows.centre[row]) ** 2
    return np.asarray(np.where(rows.curvature[row] > 0, bent, price * outside))


def _helpful(model: Model, grid: Grid, table: _Table, moves: _Moves) -> Ints:
    """Return the moves that most ease the rows that are missed, whatever they do to others."""
    rows = model.rows
    missing = violation(rows, table.rows)
    missed = np.flatnonzero(missing > NOISE)
    if not missed.size:
        return np.zeros(0, dtype=np.int64)
    now = table.rows[missed, None]
    part = rows.matrix[missed][:, moves.columns].toarray() * (moves.change * grid.step[moves.columns])
    then = now + part
    outside = np.maximum(np.maximum(then - rows.high[missed, None], rows.low[missed, None] - then), 0.0)
    eased = (missing[missed, None] - outside).sum(axis=0) / (1e-3 + np.abs(part).sum(axis=0))
    best = np.argsort(-eased, kind="stable")[:PAIRED]
    return np.asarray(best[eased[best] > 0])


def _best_pair(model: Model, grid: Grid, table: _Table, moves: _Moves, gains: Floats) -> list[int] | None:
    """Return the best two moves of different wash groups that help together, or None."""
    picked = np.union1d(np.argsort(gains, kind="stable")[:PAIRED], _helpful(model, grid, table, moves))
    if picked.size < 2 or not model.rows.count:
        return None
    part = model.rows.matrix[:, moves.columns[picked]].toarray()
    part = part * (moves.change * grid.step[moves.columns])[picked]
    first, second = np.triu_indices(picked.size, 1)
    clash = model.positions.group[grid.position[moves.columns[picked]]]
    apart = clash[first] != clash[second]
    first, second = first[apart], second[apart]
    if not first.size:
        return None
    names = _name_gains(model, grid, table, moves)[picked]
    base = float(_worth(model, table.rows[:, None])[0])
    both = _worth(model, table.rows[:, None] + part[:, first] + part[:, second])
    total = names[first] + names[second] + both - base
    best = int(np.argmin(total))
    if total[best] >= -WORTH_A_PAIR:
        return None
    return [int(picked[first[best]]), int(picked[second[best]])]


def _do(model: Model, grid: Grid, table: _Table, moves: _Moves, which: list[int]) -> None:
    for index in which:
        column, change = int(moves.columns[index]), int(moves.change[index])
        table.steps[column] += change
        size = change * float(grid.step[column])
        owner = int(grid.position[column])
        table.value[owner] += -size if grid.is_sale[column] else size
    table.rows = row_values(model, table.steps * grid.step)
