"""The same accounts given to other tools: SCIP, cvxpy with Clarabel, and PuLP with CBC.

    scip     the mixed-integer quadratic program as it is, until proven or out of time
    cvxpy    three-mode perspective relaxation, likeliest modes kept, amounts found again
    cbc      one stage, linear: tracking as absolute differences, tax lot by lot, binaries for directions
             and minimums, first solution within 1%; its modes are then given the quadratic amounts

All are for fractional amounts and wash groups of one position, as the invented accounts have.
Each answer is trades (n_columns,) or None, and what the tool itself proved as a bound (-inf if nothing).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from optimizer.model import INF, Floats, Model
from optimizer.modes import Choice
from optimizer.primal import fixed_modes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a tool answered."""

    trades: Floats | None
    bound: float = -INF


def choice_of(model: Model, buys: Floats, sells: Floats) -> Choice:
    """Return modes from shares of buying and selling, the largest of the three."""
    hold = 1.0 - buys - sells
    buying = (buys > sells) & (buys > hold)
    none = np.zeros(buys.size, dtype=np.bool_)
    return Choice(worth=0.0, buys=buying, sells=~buying & (sells > hold), harmless=none, in_a=none)


def settled_in(model: Model, choice: Choice) -> Told:
    """Return the best amounts in modes that a tool chose, its minimums let go if there are none."""
    for tickets in (True, False):
        found = fixed_modes(model, choice, tickets=tickets)
        if found is not None:
            return Told(trades=found.trades)
    return Told(trades=None)


def by_scip(model: Model, seconds: float) -> Told:
    """Return the best that SCIP finds within `seconds`, and its bound."""
    from pyscipopt import Model as Scip
    from pyscipopt import quicksum

    positions, lots, rows = model.positions, model.lots, model.rows
    n = positions.count
    scip: Any = Scip()
    scip.hideOutput()
    scip.setParam("timing/clocktype", 1)  # processor time
    scip.setParam("limits/time", seconds)
    scip.setParam("limits/absgap", 1e-3)
    high = np.concatenate((positions.buy_most, lots.most))
    trade = [scip.addVar(lb=0.0, ub=float(top)) for top in high]
    by_name: list[list[int]] = [[] for _ in range(n)]
    for lot, owner in enumerate(lots.position):
        by_name[int(owner)].append(n + lot)
    cost: list[Any] = []
    for p in range(n):
        buys, sells = scip.addVar(vtype="B"), scip.addVar(vtype="B")
        scip.addCons(buys + sells <= 1)
        scip.addCons(trade[p] <= float(positions.buy_most[p]) * buys)
        scip.addCons(trade[p] >= float(min(positions.buy_least[p], positions.buy_most[p])) * buys)
        sale = quicksum(trade[c] for c in by_name[p])
        scip.addCons(sale <= float(positions.sale_most[p]) * sells)
        scip.addCons(sale >= float(min(positions.sale_least[p], positions.sale_most[p])) * sells)
        away = scip.addVar(lb=None)
        scip.addCons(away == float(positions.value[p] - positions.target[p]) + trade[p] - sale)
        square = scip.addVar(lb=0.0)
        scip.addCons(away * away <= square)
        now = float(positions.value[p] - positions.target[p])
        cost.append(float(positions.curvature[p]) * (square - now * now))
        cost.append(float(positions.buy_cost[p]) * trade[p])
        cost.extend(float(lots.cost[c - n]) * trade[c] for c in by_name[p])
    part = rows.matrix.tocsr()
    for r in range(rows.count):
        span = slice(part.indptr[r], part.indptr[r + 1])
        shown = float(rows.start[r]) + quicksum(
            float(a) * trade[c] for a, c in zip(part.data[span], part.indices[span], strict=True)
        )
        if rows.curvature[r] > 0:
            level, square = scip.addVar(lb=None), scip.addVar(lb=0.0)
            scip.addCons(level == shown - float(rows.centre[r]))
            scip.addCons(level * level <= square)
            cost.append(float(rows.curvature[r]) * square)
        else:
            if np.isfinite(rows.low[r]):
                scip.addCons(shown >= float(rows.low[r]))
            if np.isfinite(rows.high[r]):
                scip.addCons(shown <= float(rows.high[r]))
    scip.setObjective(quicksum(cost))
    scip.optimize()
    bound = float(scip.getDualbound())
    if not scip.getNSols():
        return Told(trades=None, bound=bound)
    return Told(trades=np.array([scip.getVal(var) for var in trade]), bound=bound)


def by_cvxpy(model: Model) -> Told:
    """Return the answer of the perspective relaxation, rounded to modes; its value is its bound."""
    import cvxpy

    cp: Any = cvxpy

    positions, lots, rows = model.positions, model.lots, model.rows
    n = positions.count
    away = positions.value - positions.target
    to_name = sp.csr_matrix(
        (np.ones(lots.count), (lots.position, np.arange(lots.count))), shape=(n, lots.count)
    )
    buy, sell = cp.Variable(n, nonneg=True), cp.Variable(lots.count, nonneg=True)
    buys, sells = cp.Variable(n, nonneg=True), cp.Variable(n, nonneg=True)
    of_buy, of_sale = cp.Variable(n, nonneg=True), cp.Variable(n, nonneg=True)
    sale = to_name @ sell
    least_buy = np.minimum(positions.buy_least, positions.buy_most)
    least_sale = np.minimum(positions.sale_least, positions.sale_most)
    limits = [
        buys + sells <= 1,
        buy <= cp.multiply(positions.buy_most, buys),
        buy >= cp.multiply(least_buy, buys),
        sell <= cp.multiply(lots.most, sells[lots.position]),
        sale <= cp.multiply(positions.sale_most, sells),
        sale >= cp.multiply(least_sale, sells),
        _perspective(cp, buy, of_buy, buys),
        _perspective(cp, sale, of_sale, sells),
    ]
    moved = rows.matrix @ cp.hstack([buy, sell]) + rows.start
    flat = np.flatnonzero(rows.curvature == 0)
    low, high = flat[np.isfinite(rows.low[flat])], flat[np.isfinite(rows.high[flat])]
    limits += [moved[low] >= rows.low[low], moved[high] <= rows.high[high]]
    bent = np.flatnonzero(rows.curvature > 0)
    root = np.sqrt(rows.curvature[bent])
    cost = (
        positions.curvature @ (of_buy + of_sale)
        + (2 * positions.curvature * away) @ (buy - sale)
        + positions.buy_cost @ buy
        + lots.cost @ sell
        + cp.sum_squares(cp.multiply(root, moved[bent] - rows.centre[bent]))
    )
    problem = cp.Problem(cp.Minimize(cost), limits)
    try:
        problem.solve(solver=cp.CLARABEL)
    except cp.SolverError:  # on some processors it gives up where figures of very different size meet
        return Told(trades=None)
    if buys.value is None or sells.value is None:
        return Told(trades=None)
    told = settled_in(model, choice_of(model, np.asarray(buys.value), np.asarray(sells.value)))
    return Told(trades=told.trades, bound=float(problem.value))


def _perspective(cp: Any, amount: Any, square: Any, share: Any) -> Any:
    """Return amount^2 <= square * share, for every name."""
    return cp.SOC(square + share, cp.vstack([2 * amount, square - share]), axis=0)


def by_cbc(model: Model, seconds: float) -> Told:
    """Return the answer of a linear program with binaries, in the modes that it chose."""
    import pulp  # type: ignore[import-untyped]

    positions, lots, rows = model.positions, model.lots, model.rows
    n = positions.count
    program: Any = pulp.LpProblem("account", pulp.LpMinimize)
    buy = [pulp.LpVariable(f"b{p}", 0, float(positions.buy_most[p])) for p in range(n)]
    sell = [pulp.LpVariable(f"s{k}", 0, float(lots.most[k])) for k in range(lots.count)]
    buys = [pulp.LpVariable(f"x{p}", cat="Binary") for p in range(n)]
    sells = [pulp.LpVariable(f"y{p}", cat="Binary") for p in range(n)]
    by_name: list[list[int]] = [[] for _ in range(n)]
    for lot, owner in enumerate(lots.position):
        by_name[int(owner)].append(lot)
    cost: list[Any] = []
    away = positions.value - positions.target
    reach = np.abs(away) + 1.0
    for p in range(n):
        sale = pulp.lpSum(sell[k] for k in by_name[p])
        apart = pulp.LpVariable(f"d{p}", 0)
        program += apart >= float(away[p]) + buy[p] - sale
        program += apart >= -(float(away[p]) + buy[p] - sale)
        cost.append(float(positions.curvature[p] * reach[p]) * apart)
        program += buys[p] + sells[p] <= 1
        program += buy[p] <= float(positions.buy_most[p]) * buys[p]
        program += buy[p] >= float(min(positions.buy_least[p], positions.buy_most[p])) * buys[p]
        program += sale <= float(positions.sale_most[p]) * sells[p]
        program += sale >= float(min(positions.sale_least[p], positions.sale_most[p])) * sells[p]
        cost.append(float(positions.buy_cost[p]) * buy[p])
        cost.extend(float(lots.cost[k]) * sell[k] for k in by_name[p])
    part, trade = rows.matrix.tocsr(), [*buy, *sell]
    for r in range(rows.count):
        span = slice(part.indptr[r], part.indptr[r + 1])
        shown = float(rows.start[r]) + pulp.lpSum(
            float(a) * trade[c] for a, c in zip(part.data[span], part.indices[span], strict=True)
        )
        if rows.curvature[r] > 0:
            apart = pulp.LpVariable(f"f{r}", 0)
            program += apart >= shown
            program += apart >= -shown
            cost.append(float(rows.curvature[r] * (abs(rows.start[r]) + 1.0)) * apart)
        else:
            if np.isfinite(rows.low[r]):
                program += shown >= float(rows.low[r])
            if np.isfinite(rows.high[r]):
                program += shown <= float(rows.high[r])
    program += pulp.lpSum(cost)
    options = ["allowableGap", "0.01", "maxSolutions", "1", "maxNodes", "10000"]
    limit = {"timeLimit": seconds, "timeMode": "cpu"}  # processor time, as for SCIP
    program.solve(pulp.PULP_CBC_CMD(msg=False, options=options, **limit))
    if any(var.value() is None for var in buys):
        return Told(trades=None)
    shares = [np.array([var.value() for var in part]) for part in (buys, sells)]
    return settled_in(model, choice_of(model, shares[0], shares[1]))
