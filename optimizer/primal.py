"""The trades, once every name's mode is known: one convex quadratic program.

With modes fixed nothing is left to choose but amounts. Columns of other modes are left out, and where
prices are known also those that they settle: a lot far below its name's margin is sold in full, one far
above stays. Of 500 names some 200 columns are left. Quadratic rows get a variable of their own, elastic
rows one for the part outside.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from optimizer.model import Bools, Floats, Ints, Matrix, Model
from optimizer.modes import Choice
from optimizer.names import NameAnswer
from optimizer.solvers.convex import Program, solve_convex

MISS_PRICE = 1e3
"""Price of missing a hard row, where rows are let slip."""

CLEAR = 0.03
"""By how much, per unit of value, a column must be off its name's margin to be settled by prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Prices' answer to the names, and what the rows charge each column at those prices."""

    answer: NameAnswer
    charge: Floats


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
    program, rows = _program(model, choice, columns, tickets=tickets)
    answer = solve_convex(program)
    if answer is None:
        return None
    trades = columns.settled.copy()
    values = answer.values[: columns.free.size]
    trades[columns.free] = np.where(values > 1e-7, values, 0.0)
    prices[rows] = answer.prices[: rows.size]
    return Amounts(trades=trades, prices=prices)


def _open_columns(model: Model, choice: Choice, *, tickets: bool, known: Known | None) -> _Columns:
    positions, lots = model.positions, model.lots
    n = positions.count
    may = choice.sells[lots.position] & (lots.most > 0)
    may &= ~(choice.harmless[lots.position] & lots.is_loss)
    is_open = np.concatenate((choice.buys & (positions.buy_most > 0), may))
    least = np.minimum(positions.buy_least, positions.buy_most) if tickets else np.zeros(n)
    low = np.concatenate((least, np.zeros(lots.count)))
    high = np.concatenate((positions.buy_most, lots.most))
    settled = np.zeros(model.columns)
    if known is not None:
        at_low, at_high = _clear(model, choice, known)
        settled = np.where(is_open & at_high, high, np.where(is_open & at_low, low, 0.0))
        is_open &= ~at_low & ~at_high
    free = np.flatnonzero(is_open)
    return _Columns(free=free, low=low[free], high=high[free], settled=settled)


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
