"""By how much each trade of a list is worth doing, once the room that it takes under rules is paid for.

    without the sale of 30 KO the list is worse by 120.00; it takes room under TURN-1 that others would pay
    12.50 for: its margin is 107.50

A trade that is done has a margin of zero or more, up to whole shares; a name that is left alone is worse
by its own margin either way (`why`).
"""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from optimizer.binding import NEAR_STEPS, bound_prices
from optimizer.build import Problem
from optimizer.model import Bools, Floats, Ints, name_cost, row_cost, row_values
from optimizer.proposal import Reason
from optimizer.rows import RowNote
from optimizer.scale import as_cents
from optimizer.search import Solution

Priced = tuple[tuple[Reason, ...], Decimal]
"""What rules charge for a trade, and its margin."""


def margins(solution: Solution) -> Mapping[int, Priced]:
    """Return charges and margin of each traded column, in money."""
    problem, trades = solution.problem, solution.trades
    worths = _worths(problem, trades)
    prices = np.where(binding_rows(solution), solution.prices, 0.0)
    bounds = _bounds(solution)
    found: dict[int, Priced] = {}
    for column in np.flatnonzero(solution.steps):
        charged = charges(problem, prices, int(column), float(trades[column]))
        for note, price in bounds.get(int(column), ()):
            key = _room(note)
            charged[key] = charged.get(key, 0.0) + price * float(trades[column])
        told = tuple(
            Reason(what=what, rule=rule, amount=as_cents(amount * problem.columns.unit))
            for (what, rule), amount in charged.items()
            if as_cents(amount * problem.columns.unit)
        )
        left = as_cents(float(worths[column]) * problem.columns.unit) - sum(
            (row.amount for row in told), Decimal(0)
        )
        found[int(column)] = (told, left)
    return found


def _bounds(solution: Solution) -> dict[int, list[tuple[RowNote, float]]]:
    """Return by column the bounds on its position that are reached, with the price of a unit."""
    found: dict[int, list[tuple[RowNote, float]]] = {}
    columns = solution.problem.columns
    for bound, price in bound_prices(solution):
        for column in columns.sales(bound.index) if bound.is_sale else [bound.index]:
            found.setdefault(column, []).append((bound.note, price))
    return found


def _room(note: RowNote) -> tuple[str, str | None]:
    return f"room under {note.words}", None if note.rule is None else note.rule.id


def binding_rows(solution: Solution) -> Bools:
    """Return which rows have no room left but what whole shares leave, (n_rows,); others charge nothing."""
    problem, rows = solution.problem, solution.problem.model.rows
    values = row_values(problem.model, solution.trades)
    moved = abs(rows.matrix).multiply(problem.grid.step).tocsr()
    largest = np.asarray(moved.max(axis=1).todense()).ravel() if rows.count else np.zeros(0)
    return np.asarray(values - rows.low <= NEAR_STEPS * largest, dtype=np.bool_)


def _worths(problem: Problem, trades: Floats) -> Floats:
    """Return by how much the list costs more without each column, (n_columns,); demands are left out."""
    model = problem.model
    found = _name_worths(problem, trades)
    values = row_values(model, trades)
    demands = np.array([row.note.kind == "demand" for row in problem.rows], dtype=np.bool_)
    now = row_cost(model.rows, values)
    for column in np.flatnonzero(trades):
        rows, amounts = _line(problem, int(column))
        without = values.copy()
        without[rows] -= amounts * trades[column]
        found[column] += float((row_cost(model.rows, without) - now)[~demands].sum())
    return found


def _name_worths(problem: Problem, trades: Floats) -> Floats:
    """Return what each column saves its own position; those of different positions are left out together."""
    model, position = problem.model, problem.grid.position
    found = np.zeros(trades.size)
    now = name_cost(model, trades)
    left = [int(column) for column in np.flatnonzero(trades)]
    while left:
        first = {int(position[column]): column for column in reversed(left)}
        together = np.array(sorted(first.values()), dtype=np.int64)
        without = trades.copy()
        without[together] = 0.0
        found[together] = (name_cost(model, without) - now)[position[together]]
        left = [column for column in left if first[int(position[column])] != column]
    return found


def _line(problem: Problem, column: int) -> tuple[Ints, Floats]:
    """Return the rows of a column and its coefficients in them."""
    matrix = problem.model.rows.matrix
    inside = slice(matrix.indptr[column], matrix.indptr[column + 1])
    return np.asarray(matrix.indices[inside], dtype=np.int64), np.asarray(matrix.data[inside])


def charges(
    problem: Problem, prices: Floats, column: int, size: float
) -> dict[tuple[str, str | None], float]:
    """Return what hard rows and demands charge for an amount of a column, in units; credits negative."""
    found: dict[tuple[str, str | None], float] = {}
    for row, amount in zip(*_line(problem, column), strict=True):
        if row >= np.size(prices) or not prices[int(row)]:
            continue
        data = problem.rows[int(row)]
        if data.note.kind == "demand":
            key: tuple[str, str | None] = (f"towards `{data.note.words}`", None)
        elif data.curvature == 0 and not np.isfinite(data.price_cap):
            key = _room(data.note)
        else:
            continue
        found[key] = found.get(key, 0.0) + float(prices[int(row)]) * float(amount) * size
    return found
