"""The trades, once every name's mode is known: one convex quadratic program.

With modes fixed nothing is left to choose but amounts. Columns of other modes are left out, and where
prices are known also those that they settle: a lot far below its name's margin is sold in full, one far
above stays. Of 500 names some 200 columns are left.

Few rows: the method of `solvers.interior`, which uses that names meet only in rows. Many rows, or modes
that it finds no answer in: Clarabel, whose word that there is none counts. There quadratic rows get a
variable of their own, elastic rows one for the part outside.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from optimizer.model import Bools, Floats, Ints, Matrix, Model, part_of, row_values, sold
from optimizer.modes import Choice
from optimizer.names import NameAnswer
from optimizer.solvers.convex import Program, solve_convex
from optimizer.solvers.interior import SAME, Shape, solve_shape

MISS_PRICE = 1e3
"""Price of missing a hard row, where rows are let slip."""

MISS = 1e-6
"""Units by which rows may be off before any trade and still count as kept."""

CLEAR = 0.03
"""By how much, per unit of value, a column must be off its name's margin to be settled by prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Prices' answer to the names, and what the rows charge each column at those prices."""

    answer: NameAnswer
    charge: Floats
    trades: Floats  # (n_columns,) of every name in its mode
    prices: Floats  # (n_rows,)
    rows: Ints  # that the climb carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Trades (n_columns,), and prices of the rows (n_rows,) at which they are best in their modes."""

    trades: Floats
    prices: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Columns left to the program, and amounts of those that are not."""

    free: Ints
    low: Floats
    high: Floats
    settled: Floats  # (n_columns,)


def fixed_modes(
    model: Model,
    choice: Choice,
    *,
    tickets: bool = True,
    slipping: bool = False,
    known: Known | None = None,
) -> Amounts | None:
    """Return the best trades in the modes chosen, None where there are none.

    tickets: hold every purchase and sale to its minimum; else only to its direction. slipping: hard
    rows may be missed at a price, for modes that leave no way to keep them. known: settles what is
    clear at some prices.
    """
    if slipping:
        caps = np.where(np.isfinite(model.rows.price_cap), model.rows.price_cap, MISS_PRICE)
        model = replace(model, rows=replace(model.rows, price_cap=caps))
    columns = _open_columns(model, choice, tickets=tickets, known=known)
    prices = np.zeros(model.rows.count)
    if not columns.free.size:
        return Amounts(trades=columns.settled, prices=prices)
    quick = _quick(model, choice, columns, tickets=tickets, known=known)
    if quick is not None:
        return quick
    program, rows = _program(model, choice, columns, tickets=tickets)
    answer = solve_convex(program)
    if answer is None:
        return None
    trades = columns.settled.copy()
    values = answer.values[: columns.free.size]
    trades[columns.free] = np.where(values > 1e-7, values, 0.0)
    prices[rows] = answer.prices[: rows.size]
    return Amounts(trades=trades, prices=prices)


MANY_ROWS = 120
"""Rows from which a sparse method is the quicker one."""


MOST_JOINS = 5
"""How often rows join that the best trades without them miss."""


def _quick(
    model: Model, choice: Choice, columns: _Columns, *, tickets: bool, known: Known | None
) -> Amounts | None:
    """Return the best trades by the method for few rows, None where it does not fit or finds none.

    Rows that the climb did not carry are left out until the trades miss them.
    """
    rows = model.rows
    taken = np.ones(rows.count, dtype=np.bool_)
    if known is not None:
        taken = rows.curvature > 0
        taken[known.rows] = True
    for _ in range(MOST_JOINS):
        found = _balanced(model, choice, columns, taken, tickets=tickets, known=known)
        if found is None:
            return None
        values = row_values(model, found.trades)
        outside = np.maximum(values - rows.high, rows.low - values) > MISS
        missed = outside & ~taken & (rows.curvature == 0)
        if not missed.any():
            return found
        taken |= missed
    return None


def _balanced(
    model: Model, choice: Choice, columns: _Columns, taken: Bools, *, tickets: bool, known: Known | None
) -> Amounts | None:
    made = _shape(model, choice, columns, taken, tickets=tickets)
    if made is None:
        return None
    shape, order, kept = made
    guess = None if known is None else known.trades[columns.free[order]]
    prices = None if known is None else known.prices[kept]
    answer = solve_shape(shape, values=guess, prices=prices)
    if answer is None:
        return None
    trades = columns.settled.copy()
    trades[columns.free[order]] = np.where(answer.values > 1e-7, answer.values, 0.0)
    found = np.zeros(model.rows.count)
    found[kept] = answer.prices
    return Amounts(trades=trades, prices=found)


def _shape(
    model: Model, choice: Choice, columns: _Columns, taken: Bools, *, tickets: bool
) -> tuple[Shape, Ints, Ints] | None:
    """Return the program of the rows taken, the order of its columns, and the model's row of each row."""
    rows, free = model.rows, columns.free
    start = rows.start + rows.matrix @ columns.settled if columns.settled.any() else rows.start
    part = part_of(rows.matrix, free)
    touched = np.bincount(part.indices, minlength=rows.count) > 0
    flat = rows.curvature == 0
    missed = flat & ((start < rows.low - MISS) | (start > rows.high + MISS))
    has_low, has_high = np.isfinite(rows.low), np.isfinite(rows.high)
    kept = np.flatnonzero(taken & (~flat | (touched & (has_low | has_high))))
    elastic = flat & np.isfinite(rows.price_cap)
    unfit = (elastic & has_low & has_high) | (missed & ~touched & ~elastic)
    if kept.size > MANY_ROWS or unfit.any():
        return None
    sign, owner = _signs(model, free)
    names, owner = np.unique(owner, return_inverse=True)
    several = np.bincount(owner)[owner] > 1
    order = np.lexsort((owner, several))
    low, high = _sums(model, choice, columns, names, owner, tickets=tickets)
    if (high - low <= SAME).any():
        return None
    moved = _moved(model, columns.settled)
    away = model.positions.value - model.positions.target + moved
    slope = sign * (2 * model.positions.curvature * away)[names][owner]
    slope = slope + np.concatenate((model.positions.buy_cost, model.lots.cost))[free]
    shape = Shape(
        owner=owner[order],
        slope=slope[order],
        low=columns.low[order],
        high=columns.high[order],
        bend=2 * model.positions.curvature[names],
        sum_low=low,
        sum_high=high,
        matrix=part.dense(kept)[:, order],
        start=start[kept],
        row_low=rows.low[kept],
        row_high=rows.high[kept],
        price_cap=rows.price_cap[kept],
        curvature=rows.curvature[kept],
        centre=rows.centre[kept],
    )
    return shape, order, kept


def _sums(
    model: Model, choice: Choice, columns: _Columns, names: Ints, owner: Ints, *, tickets: bool
) -> tuple[Floats, Floats]:
    """Return between what the free sales of each name must be together, infinite where they may be any."""
    positions = model.positions
    sold = -_moved(model, columns.settled)[names]
    high = positions.sale_most[names] - sold
    least = np.minimum(positions.sale_least, positions.sale_most)[names] if tickets else np.zeros(names.size)
    low = np.maximum(least - sold, 0.0)
    reach = np.bincount(owner, columns.high, names.size)
    sells = choice.sells[names]
    return np.where(sells & (low > 0), low, -np.inf), np.where(sells & (high < reach - SAME), high, np.inf)


def _open_columns(model: Model, choice: Choice, *, tickets: bool, known: Known | None) -> _Columns:
    positions, lots = model.positions, model.lots
    n = positions.count
    may = choice.sells[lots.position] & (lots.most > 0)
    may &= ~(choice.harmless[lots.position] & lots.is_loss)
    is_open = np.concatenate((choice.buys & (positions.buy_most > 0), may))
    least = np.minimum(positions.buy_least, positions.buy_most) if tickets else np.zeros(n)
    low = np.concatenate((least, np.zeros(lots.count)))
    high = np.concatenate((positions.buy_most, lots.most))
    at_low, at_high = high - low <= SAME, _in_full(model, is_open[n:], tickets=tickets)
    if known is not None:
        clear_low, clear_high = _clear(model, choice, known)
        at_low, at_high = at_low | clear_low, at_high | clear_high
    settled = np.where(is_open & at_high, high, np.where(is_open & at_low, low, 0.0))
    is_open &= ~at_low & ~at_high
    free = np.flatnonzero(is_open)
    return _Columns(free=free, low=low[free], high=high[free], settled=settled)


def _in_full(model: Model, is_open: Bools, *, tickets: bool) -> Bools:
    """Return which columns are sold in full because the smallest sale of their name is all there is."""
    positions, lots = model.positions, model.lots
    if not tickets:
        return np.zeros(model.columns, dtype=np.bool_)
    reach = sold(model, np.where(is_open, lots.most, 0.0))
    least = np.minimum(positions.sale_least, positions.sale_most)
    whole = np.abs(reach - least) <= SAME
    return np.concatenate((np.zeros(positions.count, dtype=np.bool_), whole[lots.position]))


def _clear(model: Model, choice: Choice, known: Known) -> tuple[Bools, Bools]:
    """Return which columns prices leave at their least, and which at their most."""
    positions, lots, answer = model.positions, model.lots, known.answer
    n = positions.count
    bend = 2 * positions.curvature
    marginal = bend * (positions.value - positions.target)
    slope = marginal + positions.buy_cost + known.charge[:n]
    low = slope + bend * positions.buy_least > CLEAR
    high = slope + bend * positions.buy_most < -CLEAR
    amount = np.where(choice.harmless, answer.harmless.amount, answer.sale.amount)
    margin = (marginal - bend * amount)[lots.position]
    price = lots.cost + known.charge[n:]
    floors = amount <= positions.sale_least * (1 + 1e-9)
    tops = amount >= positions.sale_most * (1 - 1e-9)
    sure = ~(floors | tops)[lots.position]
    return (
        np.concatenate((low, (price > margin + CLEAR) & sure)),
        np.concatenate((high, (price < margin - CLEAR) & sure)),
    )


def _program(model: Model, choice: Choice, columns: _Columns, *, tickets: bool) -> tuple[Program, Ints]:
    """Return the program, and the model's row of each of its first rows."""
    rows, positions = model.rows, model.positions
    free = columns.free
    bent = np.flatnonzero(rows.curvature > 0)
    flat = rows.curvature == 0
    elastic = np.flatnonzero(flat & np.isfinite(rows.price_cap))
    hard = np.flatnonzero(flat & ~np.isfinite(rows.price_cap))
    start = rows.start + rows.matrix @ columns.settled if columns.settled.any() else rows.start
    part = rows.matrix[:, free].tocsr()
    hard = hard[(np.diff(part.indptr)[hard] > 0) | (start[hard] < rows.low[hard] - 1e-6)]
    sign, owner = _signs(model, free)
    change = sp.csr_matrix((sign, (owner, np.arange(free.size))), shape=(positions.count, free.size))
    names = np.flatnonzero(np.bincount(owner, minlength=positions.count))
    own = change[names]
    bend = (own.T @ own.multiply((2 * positions.curvature[names])[:, None])).tocsc()
    moved = _moved(model, columns.settled)
    slope = sign * 2 * (positions.curvature * (positions.value - positions.target + moved))[owner]
    slope = slope + np.concatenate((positions.buy_cost, model.lots.cost))[free]
    matrix, low, high = _all_rows(model, part, start, bent, elastic, hard)
    sale = _sale_rows(model, choice, columns, own, names, moved, tickets=tickets)
    more = bent.size + elastic.size
    if sale[0].shape[0]:
        padded = sp.hstack([sale[0], sp.csr_matrix((sale[0].shape[0], more))])
        matrix = sp.vstack([matrix, padded], format="csr")
    unlimited = np.full(bent.size, np.inf)
    program = Program(
        bend=_beside(bend, np.concatenate((2 * rows.curvature[bent], np.zeros(elastic.size)))),
        slope=np.concatenate((slope, -2 * rows.curvature[bent] * rows.centre[bent], rows.price_cap[elastic])),
        matrix=matrix,
        row_low=np.concatenate((low, sale[1])),
        row_high=np.concatenate((high, sale[2])),
        low=np.concatenate((columns.low, -unlimited, np.zeros(elastic.size))),
        high=np.concatenate((columns.high, unlimited, np.full(elastic.size, np.inf))),
    )
    return program, np.concatenate((bent, elastic, hard))


def _beside(block: Matrix, diagonal: Floats) -> Matrix:
    """Return a matrix with a diagonal put below it."""
    coo = block.tocoo()
    at = block.shape[0] + np.arange(diagonal.size)
    size = block.shape[0] + diagonal.size
    entries = (np.concatenate((coo.row, at)), np.concatenate((coo.col, at)))
    return sp.csc_matrix((np.concatenate((coo.data, diagonal)), entries), shape=(size, size))


def _moved(model: Model, trades: Floats) -> Floats:
    """Return by how much each position's value changes, (n_positions,)."""
    n = model.positions.count
    return np.asarray(trades[:n] - np.bincount(model.lots.position, trades[n:], n))


def _signs(model: Model, columns: Ints) -> tuple[Floats, Ints]:
    """Return +1 for purchases and -1 for sales, and the position of each column."""
    n = model.positions.count
    is_sale = columns >= n
    owner = columns.copy()
    owner[is_sale] = model.lots.position[columns[is_sale] - n]
    return np.where(is_sale, -1.0, 1.0), owner


def _all_rows(
    model: Model, part: Matrix, start: Floats, bent: Ints, elastic: Ints, hard: Ints
) -> tuple[Matrix, Floats, Floats]:
    """Quadratic rows equal their variable; elastic rows may be outside by theirs; hard rows hold."""
    rows = model.rows
    kept = np.concatenate((bent, elastic, hard))
    coo = part[kept].tocoo()
    own = np.concatenate((-np.ones(bent.size), np.where(np.isfinite(rows.high[elastic]), -1.0, 1.0)))
    at = np.arange(own.size)
    shape = (kept.size, part.shape[1] + own.size)
    entries = (np.concatenate((coo.row, at)), np.concatenate((coo.col, part.shape[1] + at)))
    matrix = sp.csr_matrix((np.concatenate((coo.data, own)), entries), shape=shape)
    limited = np.concatenate((elastic, hard))
    low = np.concatenate((-start[bent], (rows.low - start)[limited]))
    high = np.concatenate((-start[bent], (rows.high - start)[limited]))
    return matrix, low, high


def _sale_rows(
    model: Model,
    choice: Choice,
    columns: _Columns,
    own: Matrix,
    names: Ints,
    moved: Floats,
    *,
    tickets: bool,
) -> tuple[Matrix, Floats, Floats]:
    """Sales of a position together are between its minimum and its maximum."""
    positions = model.positions
    sold = -moved[names]
    high = positions.sale_most[names] - sold
    least = np.minimum(positions.sale_least, positions.sale_most)[names] if tickets else np.zeros(names.size)
    low = np.maximum(least - sold, 0.0)
    reach = abs(own) @ columns.high
    needed = choice.sells[names] & ((low > 0) | (high < reach - 1e-9))
    return -own[np.flatnonzero(needed)], low[needed], high[needed]
