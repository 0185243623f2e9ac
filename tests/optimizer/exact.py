"""The same problem, written for SCIP: whole steps, modes as binaries, every rule as it is.

Only the numbers of the model are shared with the optimizer (positions, lots, rows); curved rules are
written from their forms: k t + sum max(0, x - t) for the k largest, binaries for derived sets and counts,
a quadratic row for a risk measure. Limits of time are of the processor.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.build import Problem
from optimizer.model import Ints
from optimizer.requirements import Requirement
from rulebooks.evaluate import value
from rulebooks.forms import Count, Form, Guarded, Largest, Least, Linear, Risk, Sum

TINY = 1e-6


@dataclass(frozen=True)
class Exact:
    """What SCIP found: objective, its own lower bound, steps of each column."""

    status: str
    cost: float
    bound: float
    steps: tuple[int, ...]


class _Writer:
    def __init__(self, problem: Problem) -> None:
        from pyscipopt import Model

        self.problem = problem
        self.scip: Any = Model()
        self.scip.hideOutput()
        grid = problem.grid
        self.count = [
            self.scip.addVar(vtype="I", lb=0, ub=int(most), name=f"n{i}") for i, most in enumerate(grid.most)
        ]
        self.on = [self.scip.addVar(vtype="B", name=f"z{i}") for i in range(len(self.count))]
        self.trade = [float(grid.step[i]) * self.count[i] for i in range(len(self.count))]

    def solve(self, limit: float, start: Ints | None) -> Exact:
        self._tickets()
        cost = self._names() + self._rows()
        for need in self.problem.curved:
            self._curved(need)
        top = self.scip.addVar(lb=None, name="cost")
        self.scip.addCons(top >= cost)
        self.scip.setObjective(top)
        self.scip.setParam("limits/time", limit)
        self.scip.setParam("timing/clocktype", 1)
        if start is not None:
            known = self.scip.createPartialSol()
            for var, on, steps in zip(self.count, self.on, start, strict=True):
                self.scip.setSolVal(known, var, int(steps))
                self.scip.setSolVal(known, on, int(steps > 0))
            self.scip.addSol(known)
        self.scip.optimize()
        found = self.scip.getNSols() > 0
        steps = tuple(round(self.scip.getVal(var)) if found else 0 for var in self.count)
        return Exact(
            status=self.scip.getStatus(),
            cost=self.scip.getPrimalbound(),
            bound=self.scip.getDualbound(),
            steps=steps,
        )

    def _tickets(self) -> None:
        grid, model = self.problem.grid, self.problem.model
        for i, var in enumerate(self.count):
            most = int(grid.most[i])
            self.scip.addCons(var <= most * self.on[i])
            least = min(int(grid.least[i]), most)
            self.scip.addCons(var >= least * self.on[i])
        for p in range(model.positions.count):
            sales = [c for c in range(len(self.count)) if grid.position[c] == p and grid.is_sale[c]]
            for c in sales:
                self.scip.addCons(self.on[p] + self.on[c] <= 1)
            if sales and np.isfinite(model.positions.sale_most[p]):
                self.scip.addCons(
                    sum(self.trade[c] for c in sales) <= float(model.positions.sale_most[p]) + TINY
                )
        for p in range(model.positions.count):
            for c in range(len(self.count)):
                same = model.positions.group[grid.position[c]] == model.positions.group[p]
                if grid.is_loss[c] and same:
                    self.scip.addCons(self.on[p] + self.on[c] <= 1)

    def _names(self) -> Any:
        positions, lots, grid = self.problem.model.positions, self.problem.model.lots, self.problem.grid
        total: Any = 0.0
        for p in range(positions.count):
            sales = [c for c in range(len(self.count)) if grid.position[c] == p and grid.is_sale[c]]
            change = self.trade[p] - sum(self.trade[c] for c in sales)
            moved = self.scip.addVar(lb=None, name=f"d{p}")
            self.scip.addCons(moved == change)
            away = float(positions.value[p] - positions.target[p])
            bend = float(positions.curvature[p])
            total += bend * moved * moved + 2 * bend * away * moved
            total += float(positions.buy_cost[p]) * self.trade[p]
            total += sum(float(lots.cost[c - positions.count]) * self.trade[c] for c in sales)
            total += float(positions.tickets[p]) * (self.on[p] + self._sells(sales))
        return total

    def _sells(self, sales: list[int]) -> Any:
        """Return whether anything of a position is sold: one order, however many lots."""
        order = self.scip.addVar(vtype="B")
        for column in sales:
            self.scip.addCons(order >= self.on[column])
        return order

    def _rows(self) -> Any:
        rows = self.problem.model.rows
        matrix = rows.matrix.tocsr()
        total: Any = 0.0
        for r in range(rows.count):
            if self.problem.rows[r].note.limit is not None and self._is_cut(r):
                continue
            line = matrix[r]
            shown = float(rows.start[r]) + sum(
                float(a) * self.trade[c] for a, c in zip(line.data, line.indices, strict=True)
            )
            if rows.curvature[r] > 0:
                level = self.scip.addVar(lb=None)
                self.scip.addCons(level == shown)
                total += float(rows.curvature[r]) * level * level
            elif np.isfinite(rows.price_cap[r]):
                short = self.scip.addVar(lb=0)
                self.scip.addCons(shown + short >= float(rows.low[r]))
                total += float(rows.price_cap[r]) * short
            else:
                self.scip.addCons(shown >= float(rows.low[r]) - TINY)
        return total

    def _is_cut(self, row: int) -> bool:
        note = self.problem.rows[row].note
        return any(need.limit is note.limit and need.side == note.side for need in self.problem.curved)

    # ---------------------------------------------------------------- curved rules

    def _linear(self, form: Linear) -> Any:
        entry = self.problem.columns.row(form)
        start = float(value(form, self.problem.state))
        return start + sum(
            float(a) * self.trade[int(c)] for a, c in zip(entry.amounts, entry.columns, strict=True)
        )

    def _curved(self, need: Requirement) -> None:
        least = float(need.least)
        scale = 1 / self.problem.columns.unit if not _counts(need.form) else 1.0
        for shown in self._headrooms(need.form):
            if isinstance(shown, float):  # a sum of caps alone, which no trade moves
                assert scale * (shown - least) >= -TINY
            else:
                self.scip.addCons(scale * (shown - least) >= -TINY)

    def _headrooms(self, form: Form) -> list[Any]:
        """Return expressions that must all be large enough for the form to be."""
        match form:
            case Linear():
                return [self._linear(form)]
            case Least():
                return [shown for part in form.parts for shown in self._headrooms(part)]
            case Sum():
                totals: list[Any] = [0.0]
                for factor, part in form.parts:
                    inner = self._part(part, float(factor))
                    totals = [left + right for left in totals for right in inner]
                return totals
            case _:
                return self._part(form, 1.0)

    def _part(self, form: Form, factor: float) -> list[Any]:
        match form:
            case Linear():
                return [factor * self._linear(form)]
            case Largest():
                assert factor < 0
                return [factor * self._largest(form)]
            case Count():
                return [factor * sum(self._nonzero(part) for part in form.parts)]
            case Guarded():
                return [factor * self._guarded(form)]
            case Risk():
                assert factor < 0
                return [factor * self._risk(form)]
            case Least():
                assert factor > 0
                return [factor * shown for part in form.parts for shown in self._headrooms(part)]
            case _:
                raise AssertionError(f"no exact form for {type(form).__name__}")

    def _largest(self, form: Largest) -> Any:
        """Return what is at least the sum of the largest parts, and no more where that is wanted."""
        unit = self.problem.columns.unit
        edge = self.scip.addVar(lb=None)
        total: Any = min(form.count, len(form.parts)) * unit * edge
        for part in form.parts:
            assert isinstance(part, Linear)
            over = self.scip.addVar(lb=0)
            self.scip.addCons(over >= self._linear(part) / unit - edge)
            total += unit * over
        return total

    def _nonzero(self, part: Linear) -> Any:
        z = self.scip.addVar(vtype="B")
        shown, big = self._linear(part), self._reach(part)
        unit = float(self.problem.grid.step.min()) * self.problem.columns.unit
        self.scip.addCons(shown / big <= z)
        entry = self.problem.columns.row(part)
        smallest = min((abs(float(a)) for a in entry.amounts), default=0.0) * float(
            self.problem.grid.step[int(entry.columns[0])] if entry.columns.size else 0.0
        )
        start = float(value(part, self.problem.state))
        floor = min(smallest or unit, abs(start) or smallest or unit) * 0.5
        self.scip.addCons(shown / big >= floor / big * z)
        return z

    def _guarded(self, form: Guarded) -> Any:
        assert len(form.tests) == 1
        assert isinstance(form.form, Linear)
        test = form.tests[0].form
        assert isinstance(test, Linear)
        z = self.scip.addVar(vtype="B")
        big = max(self._reach(form.form), self._reach(test))
        counted = self.scip.addVar(lb=0)
        self.scip.addCons(self._linear(test) / big <= z)
        self.scip.addCons(counted >= self._linear(form.form) / big - 2 * (1 - z))
        return counted * big

    def _reach(self, part: Linear) -> float:
        entry = self.problem.columns.row(part)
        grid = self.problem.grid
        most = sum(
            abs(float(a)) * float(grid.most[int(c)] * grid.step[int(c)])
            for a, c in zip(entry.amounts, entry.columns, strict=True)
        )
        return abs(float(value(part, self.problem.state))) + most + 1.0

    def _risk(self, form: Risk) -> Any:
        unit = self.problem.columns.unit
        level = self.scip.addVar(lb=0)
        actives = [self._linear(active) / unit for _, active in form.actives if isinstance(active, Linear)]
        assert len(actives) == len(form.actives)
        variables = []
        for shown in actives:
            var = self.scip.addVar(lb=None)
            self.scip.addCons(var == shown)
            variables.append(var)
        square: Any = sum(float(d) ** 2 * v * v for d, v in zip(form.specific, variables, strict=True))
        root = np.linalg.cholesky(
            np.array([[float(x) for x in row] for row in form.covariance])
            + 1e-12 * np.eye(len(form.covariance))
        )
        loads = np.array([[float(x) for x in row] for row in form.exposures]) @ root
        for k in range(root.shape[1]):
            load = self.scip.addVar(lb=None)
            self.scip.addCons(load == sum(float(loads[i, k]) * v for i, v in enumerate(variables)))
            square += load * load
        self.scip.addCons(square <= level * level)
        return level * unit


def _counts(form: Form) -> bool:
    match form:
        case Count():
            return True
        case Sum():
            return any(_counts(part) for _, part in form.parts)
        case _:
            return False


def solve_exactly(problem: Problem, *, limit: float = 60.0, start: Ints | None = None) -> Exact:
    """Return SCIP's answer to the problem as built (rules without a row included).

    limit: seconds of processor time. start: steps of a list to begin from, (n_columns,).
    """
    return _Writer(problem).solve(limit, start)
