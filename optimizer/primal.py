"""The trades, once every name's mode is known: one convex quadratic program.

With modes fixed nothing is left to choose but amounts. Columns of other modes are left out, so that the
program is small: of 500 names some 150 trade. Quadratic rows get a variable of their own, elastic rows
one for the part outside.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from optimizer.model import Floats, Ints, Matrix, Model
from optimizer.modes import Choice
from optimizer.solvers.convex import Program, solve_convex

MISS_PRICE = 1e3
"""Price of missing a hard row, where rows are let slip."""


def fixed_modes(
    model: Model, choice: Choice, *, tickets: bool = True, slipping: bool = False
) -> Floats | None:
    """Return the best trades (n_columns,) in the modes chosen, None where there are none.

    tickets: hold every purchase and sale to its minimum; else only to its direction. slipping: hard
    rows may be missed at a price, for modes that leave no way to keep them.
    """
    if slipping:
        caps = np.where(np.isfinite(model.rows.price_cap), model.rows.price_cap, MISS_PRICE)
        model = replace(model, rows=replace(model.rows, price_cap=caps))
    columns, low, high = _open_columns(model, choice, tickets=tickets)
    if not columns.size:
        empty = np.zeros(model.columns)
        return empty
    program = _program(model, choice, columns, low, high, tickets=tickets)
    answer = solve_convex(program)
    if answer is None:
        return None
    trades = np.zeros(model.columns)
    trades[columns] = np.where(answer[: columns.size] > 1e-7, answer[: columns.size], 0.0)
    return trades


def _open_columns(model: Model, choice: Choice, *, tickets: bool) -> tuple[Ints, Floats, Floats]:
    positions, lots = model.positions, model.lots
    buying = np.flatnonzero(choice.buys & (positions.buy_most > 0))
    may = choice.sells[lots.position] & (lots.most > 0)
    may &= ~(choice.harmless[lots.position] & lots.is_loss)
    selling = np.flatnonzero(may)
    columns = np.concatenate((buying, positions.count + selling))
    least = positions.buy_least[buying] if tickets else np.zeros(buying.size)
    low = np.concatenate((np.minimum(least, positions.buy_most[buying]), np.zeros(selling.size)))
    high = np.concatenate((positions.buy_most[buying], lots.most[selling]))
    return columns, low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sizes:
    columns: int
    bent: Ints
    elastic: Ints
    hard: Ints


def _program(
    model: Model, choice: Choice, columns: Ints, low: Floats, high: Floats, *, tickets: bool
) -> Program:
    rows, positions = model.rows, model.positions
    bent = np.flatnonzero(rows.curvature > 0)
    flat = rows.curvature == 0
    elastic = np.flatnonzero(flat & np.isfinite(rows.price_cap))
    hard = np.flatnonzero(flat & ~np.isfinite(rows.price_cap))
    sizes = _Sizes(columns=columns.size, bent=bent, elastic=elastic, hard=hard)
    sign, owner = _signs(model, columns)
    change = sp.csc_matrix((sign, (owner, np.arange(columns.size))), shape=(positions.count, columns.size))
    bend = 2 * (change.T @ sp.diags(positions.curvature) @ change)
    slope = _slope(model, columns, sign, owner)
    matrix, row_low, row_high = _all_rows(model, sizes, columns)
    sale = _sale_rows(model, choice, columns, change, tickets=tickets)
    width = columns.size + bent.size + elastic.size
    padded = sp.hstack([sale[0], sp.csc_matrix((sale[0].shape[0], width - columns.size))], format="csc")
    unlimited = np.full(bent.size, np.inf)
    return Program(
        bend=sp.block_diag(
            [bend, sp.diags(2 * rows.curvature[bent]), sp.csc_matrix((elastic.size, elastic.size))],
            format="csc",
        ),
        slope=np.concatenate((slope, -2 * rows.curvature[bent] * rows.centre[bent], rows.price_cap[elastic])),
        matrix=sp.vstack([matrix, padded], format="csc"),
        row_low=np.concatenate((row_low, sale[1])),
        row_high=np.concatenate((row_high, sale[2])),
        low=np.concatenate((low, -unlimited, np.zeros(elastic.size))),
        high=np.concatenate((high, unlimited, np.full(elastic.size, np.inf))),
    )


def _signs(model: Model, columns: Ints) -> tuple[Floats, Ints]:
    """Return +1 for purchases and -1 for sales, and the position of each column."""
    n = model.positions.count
    is_sale = columns >= n
    owner = columns.copy()
    owner[is_sale] = model.lots.position[columns[is_sale] - n]
    return np.where(is_sale, -1.0, 1.0), owner


def _slope(model: Model, columns: Ints, sign: Floats, owner: Ints) -> Floats:
    positions = model.positions
    marginal = 2 * positions.curvature * (positions.value - positions.target)
    cost = np.concatenate((positions.buy_cost, model.lots.cost))[columns]
    return np.asarray(sign * marginal[owner] + cost)


def _all_rows(model: Model, sizes: _Sizes, columns: Ints) -> tuple[Matrix, Floats, Floats]:
    """Quadratic rows equal their variable; elastic rows may be outside by theirs; hard rows hold."""
    rows = model.rows
    part = rows.matrix[:, columns].tocsr()
    n_bent, n_elastic = sizes.bent.size, sizes.elastic.size
    above = np.isfinite(rows.high[sizes.elastic])
    direction = np.where(above, -1.0, 1.0)
    matrix = sp.vstack(
        [
            sp.hstack([part[sizes.bent], -sp.identity(n_bent), sp.csc_matrix((n_bent, n_elastic))]),
            sp.hstack([part[sizes.elastic], sp.csc_matrix((n_elastic, n_bent)), sp.diags(direction)]),
            sp.hstack([part[sizes.hard], sp.csc_matrix((sizes.hard.size, n_bent + n_elastic))]),
        ],
        format="csc",
    )
    kept = np.concatenate((sizes.elastic, sizes.hard))
    start = rows.start
    low = np.concatenate((-start[sizes.bent], (rows.low - start)[kept]))
    high = np.concatenate((-start[sizes.bent], (rows.high - start)[kept]))
    return matrix, low, high


def _sale_rows(
    model: Model, choice: Choice, columns: Ints, change: Matrix, *, tickets: bool
) -> tuple[Matrix, Floats, Floats]:
    """Sales of a position together are between its minimum and its maximum."""
    positions = model.positions
    selling = np.flatnonzero(choice.sells & np.isin(np.arange(positions.count), _owners(model, columns)))
    least = np.minimum(positions.sale_least[selling], positions.sale_most[selling])
    low = least if tickets else np.zeros(selling.size)
    return -change.tocsr()[selling], low, positions.sale_most[selling]


def _owners(model: Model, columns: Ints) -> Ints:
    sales = columns[columns >= model.positions.count] - model.positions.count
    return np.unique(model.lots.position[sales])
