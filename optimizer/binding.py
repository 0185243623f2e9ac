"""The rules that hold a proposal back, and what one more unit of each limit would be worth.

A row's price is in units of the objective per unit of the row; it is told in money per unit of the
limit: per percentage point where the rule speaks of shares, else per unit of currency or shares.
"""

from decimal import Decimal

import numpy as np

from optimizer.model import row_values
from optimizer.proposal import Binding
from optimizer.rows import BoundData, RowNote
from optimizer.scale import as_cents, as_float
from optimizer.search import Solution
from rulebooks.evaluate import value

NEAR_STEPS = 3.0
"""Smallest steps from its limit within which a row counts as holding the proposal back."""

SMALL_PRICE = Decimal("0.01")
"""Money per unit of the limit below which a price is not told."""


def binding_rules(solution: Solution) -> tuple[Binding, ...]:
    """Return binding rules, the dearest first, one for each rule and group."""
    found: dict[tuple[str, str | None], Binding] = {}
    for note, price in (*_rows(solution), *_bounds(solution)):
        made = _binding(solution, note, price)
        if made is None:
            continue
        key = (made.rule, made.group)
        if key not in found or found[key].price < made.price:
            found[key] = made
    return tuple(sorted(found.values(), key=lambda row: (-row.price, row.rule, row.group or "")))


def _rows(solution: Solution) -> list[tuple[RowNote, float]]:
    problem = solution.problem
    values = row_values(problem.model, solution.trades)
    found = []
    for row, data in enumerate(problem.rows):
        if data.note.limit is None or data.note.kind not in ("rule", "cut") or data.curvature > 0:
            continue
        steps = problem.grid.step[data.entry.columns] * np.abs(data.entry.amounts)
        near = values[row] - data.low <= NEAR_STEPS * float(steps.max(initial=0.0))
        price = abs(float(solution.prices[row])) if row < solution.prices.size else 0.0
        if near and price > 0:
            found.append((data.note, price / data.note.scale))
    return found


def _bounds(solution: Solution) -> list[tuple[RowNote, float]]:
    """Return bounds on single positions that the trades have reached, with their worth."""
    unit = solution.problem.columns.unit
    return [(bound.note, price / unit) for bound, price in bound_prices(solution)]


def bound_prices(solution: Solution) -> list[tuple[BoundData, float]]:
    """Return bounds that the trades have reached, with the objective that one unit more would save."""
    problem, model = solution.problem, solution.problem.model
    charge = np.asarray(model.rows.matrix.T @ solution.prices)
    trades, n = solution.trades, model.positions.count
    sold = np.bincount(model.lots.position, trades[n:], n)
    after = model.positions.value + trades[:n] - sold
    slope = 2 * model.positions.curvature * (after - model.positions.target)
    found = []
    for bound in problem.bounds:
        index = bound.index
        step = float(model.positions.step[index])
        reached = float(sold[index] if bound.is_sale else trades[index])
        if reached <= 0 or bound.most - reached > step:
            continue
        if bound.is_sale:
            worth = [
                float(slope[index] - model.lots.cost[c - n] - charge[c])
                for c in problem.columns.sales(index)
                if model.lots.most[c - n] > 0
            ]
            price = max(worth, default=0.0)
        else:
            price = -float(slope[index] + model.positions.buy_cost[index] + charge[index])
        if price > 0:
            found.append((bound, price))
    return found


def _binding(solution: Solution, note: RowNote, price: float) -> Binding | None:
    """Return the binding rule; `price` is units of objective per unit of the form."""
    limit, problem = note.limit, solution.problem
    assert limit is not None
    unit, factor = limit.rule.unit, 1.0
    if unit == "percent":
        base = 1.0 if limit.base is None else as_float(value(limit.base, problem.state))
        unit, factor = "percentage point", base / 100
    money = as_cents(price * problem.columns.unit * factor)
    if money < SMALL_PRICE:
        return None
    group = None if limit.group is None else limit.group[1]
    name = limit.target if group is None else group
    of = f" for {name}" if name else ""
    return Binding(
        rule=limit.rule.rule.id,
        group=group,
        because=limit.rule.rule.because,
        price=money,
        unit=unit,
        words=f"one {unit} more of {limit.rule.rule.id}{of} would be worth {money}",
    )
