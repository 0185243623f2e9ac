"""First whole shares: each amount goes down or up so that what the rows are off by is handed on.

Amounts are taken in order of what one step of them does to the rows, the largest first; each goes to the
step below or above, whichever leaves the rows nearer to where the amounts had them. What is left over at
the end is of the size of the smallest steps.

After that the finest are turned round again, one or two at a time, while rows come nearer.

    10.4 shares at 50.00 down to 10: 20.00 of cash too much; next 7.5 at 30.00 goes up to 8: 5.00 too much
"""

import numpy as np

from optimizer.model import Floats, Ints, Model, part_of, row_values

TIGHT_WEIGHT = 1.0
"""Of a unit squared in a hard row that stands near its limit; a quadratic row has its own curvature."""

INSIDE = 0.02
"""Part of a middling step by which rows are aimed inside their limits."""

MOST_TURNED = 160
"""Amounts, those of the smallest steps, that are turned again two at a time."""

MOST_TURNS = 24
WORTHWHILE = 1e-6
SNAP = 1e-3
"""Part of a step by which an amount may be off a whole number and still be meant as one."""

TIGHT_STEPS = 8.0
"""Middling steps from its limit within which a row counts as near it."""


def handed_on(model: Model, wished: Floats, *, step: Floats, least: Ints, most: Ints, exempt: Ints) -> Ints:
    """Return steps (n_columns,) next to `wished`, chosen so that rows stay where they are.

    least, most: of each column in steps; exempt: a column's most, where that may be below its least,
    else -1.
    """
    ratio = wished / step
    down = np.clip(np.floor(ratio + SNAP).astype(np.int64), 0, most)
    up = np.where(ratio - down < SNAP, down, np.minimum(down + 1, most))
    low, high = _open(down, least, most, exempt, up=False), _open(up, least, most, exempt, up=True)
    steps = np.where(wished > 0, np.where(ratio - low <= high - ratio, low, high), 0)
    chosen = np.flatnonzero((low != high) & (wished > 0))
    if not model.rows.count or not chosen.size:
        return steps
    pull = part_of(model.rows.matrix, chosen).dense().T
    weight, inside = _weights(model, wished, pull * step[chosen, None])
    root = np.sqrt(weight)
    others = steps * step - wished
    others[chosen] = 0.0
    ends = np.stack((low[chosen], high[chosen]))
    taken = _taken(
        pull=pull * root,
        own=model.positions.curvature[_owners(model, chosen)],
        ends=ends * step[chosen] - wished[chosen],
        left=root * (np.asarray(model.rows.matrix @ others) - inside),
    )
    steps[chosen] = ends[taken, np.arange(chosen.size)]
    return steps


def _owners(model: Model, columns: Ints) -> Ints:
    n = model.positions.count
    is_sale = columns >= n
    owner = columns.copy()
    owner[is_sale] = model.lots.position[columns[is_sale] - n]
    return owner


def _taken(*, pull: Floats, own: Floats, ends: Floats, left: Floats) -> Ints:
    """Return for each amount whether it goes down (0) or up (1).

    pull: (n, n_rows) of a unit, rows weighted. own: curvature. ends: (2, n) how far off each end is.
    left: (n_rows,) what rows are off by already.
    """
    square = (pull**2).sum(axis=1) + own
    size = np.abs(ends[1] - ends[0]) * np.sqrt(square)
    taken = np.zeros(own.size, dtype=np.int64)
    order = np.argsort(-size, kind="stable")
    for k in order:
        pulled = float(pull[k] @ left)
        down, up = float(ends[0, k]), float(ends[1, k])
        taken[k] = square[k] * up * up + 2 * up * pulled < square[k] * down * down + 2 * down * pulled
        left = left + (up if taken[k] else down) * pull[k]
    few = order[-MOST_TURNED:]
    gram = pull[few] @ pull[few].T
    for _ in range(MOST_TURNS):
        now = ends[taken[few], np.arange(own.size)[few]]
        turn = ends[1 - taken[few], np.arange(own.size)[few]] - now
        gain = turn * (2 * (pull[few] @ left + own[few] * now) + turn * square[few])
        both = gain[:, None] + gain[None, :] + 2 * turn[:, None] * gram * turn[None, :]
        np.fill_diagonal(both, gain)
        first, second = np.unravel_index(int(np.argmin(both)), both.shape)
        if both[first, second] >= -WORTHWHILE:
            break
        for one in {int(first), int(second)}:
            left = left + turn[one] * pull[few[one]]
            taken[few[one]] = 1 - taken[few[one]]
    return taken


def _open(steps: Ints, least: Ints, most: Ints, exempt: Ints, *, up: bool) -> Ints:
    """Return the nearest quantity that may trade, on the way up or down."""
    short = (steps < least) & (steps != exempt)
    reach = np.where(least <= most, least, np.where(exempt > 0, exempt, 0))
    return np.asarray(np.where(short, reach if up else 0, steps), dtype=np.int64)


def _weights(model: Model, wished: Floats, moved: Floats) -> tuple[Floats, Floats]:
    """Return how much a unit squared off each row weighs, and how far inside its limit it should come."""
    rows = model.rows
    values = row_values(model, wished)
    room = np.minimum(values - rows.low, rows.high - values)
    sizes = np.abs(moved)
    counted = sizes > 0
    middling = sizes.sum(axis=0) / np.maximum(counted.sum(axis=0), 1)
    hard = (rows.curvature == 0) & ~np.isfinite(rows.price_cap)
    tight = hard & (room < TIGHT_STEPS * middling)
    elastic = np.isfinite(rows.price_cap) & (rows.curvature == 0)
    inside = np.where(rows.high - values < values - rows.low, -INSIDE, INSIDE) * middling
    return np.where(tight | elastic, TIGHT_WEIGHT, rows.curvature), np.where(tight, inside, 0.0)
