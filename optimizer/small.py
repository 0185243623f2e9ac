"""Small accounts exactly: every choice as an integer, bent costs by tangents, until bound and list meet.

With few names one large trade is a large part of the account, and the prices of `prices` leave a real
gap. Up to SMALL columns the whole problem is written as a mixed-integer linear program: steps, tickets,
wash groups, derived sets and counts as they are, quadratic costs from below by tangents. Its bound is a
bound for the problem; tangents and cutting planes at each answer bring the two together.

    q d^2 at d = 3 is at least q (6 d - 9); at d = 3 exactly that
"""

from dataclasses import dataclass

import numpy as np

from optimizer.build import Problem
from optimizer.curved import After, missed_curves
from optimizer.model import INF, Floats, Ints, objective, row_values, sold, violation
from optimizer.rows import Requirement
from optimizer.scale import as_float
from optimizer.shape import Curve, curve_of, linear_parts, tangent
from optimizer.solvers.mixed import MixedProgram
from rulebooks.evaluate import value
from rulebooks.forms import Count, Form, Guarded, Least, Linear, Sum

SMALL = 40
"""Open columns up to which a problem is small."""

RELAXED_PASSES = 15
MOST_PASSES = 3
MOST_NODES = 100
FIRST_TANGENTS = 7
MARGIN = 1e-6
"""Part of its largest coefficient by which a rule with switches is held inside: above solver noise."""

COARSE_STEP = 2e-3
"""Units below which a step is as good as none: the amount is left free and rounded afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallAnswer:
    """Amounts (n_columns,) in units, and a bound on the objective of any list."""

    trades: Floats
    bound: float


def is_small(problem: Problem) -> bool:
    """Return whether the problem is small enough, and has only rules that can be written down."""
    if int((problem.grid.most > 0).sum()) > SMALL:
        return False
    return all(_writable(need.form) for need in problem.curved)


def _writable(form: Form) -> bool:
    if curve_of(form) in (Curve.LINEAR, Curve.CONCAVE):
        return True
    match form:
        case Sum():
            return all(_writable_part(part, factor > 0) for factor, part in form.parts)
        case Guarded() | Count():
            return True
        case _:
            return False


def _writable_part(form: Form, positive: bool) -> bool:
    match form:
        case Linear() | Count():
            return True
        case Guarded():
            return isinstance(form.form, Linear) and all(isinstance(t.form, Linear) for t in form.tests)
        case Least():
            return positive and linear_parts(form) is not None
        case _:
            return False


def solve_small(problem: Problem, *, tolerance: float) -> SmallAnswer | None:
    """Return the best list found and a bound; None where the program gave none."""
    writer = _Writer(problem)
    best: tuple[float, Floats] | None = None
    bound = -INF
    for _ in range(RELAXED_PASSES):
        answer = writer.program.solve(gap=tolerance, nodes=0, relaxed=True)
        if answer is None:
            return None
        trades = writer.amounts_of(answer.values)
        bent = objective(problem.model, trades) - answer.cost
        writer.cut(trades)
        writer.touch(trades)
        if bent <= tolerance / 4:
            break
    start: Floats | None = None
    for _ in range(MOST_PASSES):
        answer = writer.program.solve(gap=tolerance / 4, nodes=MOST_NODES, start=start)
        if answer is None:
            break
        start = answer.values
        bound = max(bound, answer.bound)
        trades = writer.trades_of(answer.values)
        broken = writer.cut(trades)
        cost = objective(problem.model, trades)
        if not broken and (best is None or cost < best[0]):
            best = (cost, trades)
        if best is not None and best[0] - bound <= tolerance / 2:
            break
        writer.touch(trades)
    return None if best is None else SmallAnswer(trades=best[1], bound=bound)


class _Writer:
    """Writes the problem down, and adds tangents where an answer stands."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.program = MixedProgram()
        grid, model = problem.grid, problem.model
        n = model.positions.count
        self.amount: list[tuple[int, float]] = []  # column of the program, units for one
        self.on: list[int] = []
        for column in range(problem.columns.width):
            self._ticket(column)
        self._sides()
        self._orders()
        self.name_bend = [self._name(index) for index in range(n)]
        self.row_bend: dict[int, int] = {}
        self._rows()
        self._curved()
        assert len(self.amount) == grid.step.size

    # ---------------------------------------------------------------- trades

    def _ticket(self, column: int) -> None:
        grid, model = self.problem.grid, self.problem.model
        n = model.positions.count
        step, most, least = float(grid.step[column]), int(grid.most[column]), int(grid.least[column])
        least = min(least, most)
        cost = float(model.positions.buy_cost[column] if column < n else model.lots.cost[column - n])
        fine = step < COARSE_STEP
        unit = 1.0 if fine else step
        high = most * step if fine else float(most)
        number = self.program.column(high=high, cost=cost * unit, whole=not fine)
        switch = self.program.column(high=1.0 if most else 0.0, whole=True)
        self.amount.append((number, unit))
        self.on.append(switch)
        floor = least * step if fine else float(least)
        self.program.row({number: 1.0, switch: -high}, high=0.0)
        self.program.row({number: 1.0, switch: -floor}, low=0.0)

    def _sides(self) -> None:
        grid, positions = self.problem.grid, self.problem.model.positions
        n = positions.count
        by_group: dict[int, list[int]] = {}
        for column in range(n, self.problem.columns.width):
            owner = int(grid.position[column])
            self.program.row({self.on[owner]: 1.0, self.on[column]: 1.0}, high=1.0)
            if grid.is_loss[column]:
                by_group.setdefault(int(positions.group[owner]), []).append(column)
        for index in range(n):
            for column in by_group.get(int(positions.group[index]), ()):
                self.program.row({self.on[index]: 1.0, self.on[column]: 1.0}, high=1.0)
        for index in range(n):
            sales = self.problem.columns.sales(index)
            if sales:
                self.program.row(
                    {self.amount[c][0]: self.amount[c][1] for c in sales},
                    high=float(positions.sale_most[index]) + 1e-9,
                )

    def _orders(self) -> None:
        """Add what each order costs, whatever its size: one switch for all sales of a position."""
        tickets = self.problem.model.positions.tickets
        for index in np.flatnonzero(tickets > 0):
            cost = float(tickets[index])
            for columns in ([int(index)], self.problem.columns.sales(int(index))):
                if columns:
                    order = self.program.column(high=1.0, cost=cost)
                    for column in columns:
                        self.program.row({order: 1.0, self.on[column]: -1.0}, low=0.0)

    def _name(self, index: int) -> int:
        """Add the bent cost of a position: a column above its tangents."""
        positions = self.problem.model.positions
        bend = float(positions.curvature[index])
        away = float(positions.value[index] - positions.target[index])
        column = self.program.column(low=-INF, cost=1.0)
        self._touch_name(index, column, 0.0, bend, away)
        low, high = -float(positions.sale_most[index]), float(positions.buy_most[index])
        for point in np.linspace(low, min(high, 4 * abs(away) + 1.0), FIRST_TANGENTS):
            self._touch_name(index, column, float(point), bend, away)
        return column

    def _touch_name(self, index: int, column: int, point: float, bend: float, away: float) -> None:
        """column >= bend (2 point d - point^2) + 2 bend away d, d the change of the position."""
        slope = 2 * bend * (point + away)
        terms = {column: 1.0}
        for part, sign in ((index, 1.0), *((c, -1.0) for c in self.problem.columns.sales(index))):
            number, unit = self.amount[part]
            terms[number] = terms.get(number, 0.0) - sign * slope * unit
        self.program.row(terms, low=-bend * point * point)

    # ---------------------------------------------------------------- rows

    def _rows(self) -> None:
        rows = self.problem.model.rows
        for index in range(rows.count):
            if rows.curvature[index] > 0:
                column = self.program.column(low=0.0, cost=1.0)
                self.row_bend[index] = column
                reach = abs(float(rows.start[index])) + 1.0
                for point in np.linspace(-reach, reach, FIRST_TANGENTS):
                    self._touch_row(index, float(point))
            elif np.isfinite(rows.price_cap[index]):
                short = self.program.column(cost=float(rows.price_cap[index]))
                self.program.row(
                    {**self._line(index), short: 1.0}, low=float(rows.low[index] - rows.start[index])
                )
            else:
                self.program.row(self._line(index), low=float(rows.low[index] - rows.start[index]))

    def _line(self, index: int) -> dict[int, float]:
        entry = self.problem.rows[index].entry
        return self._terms(entry.columns, entry.amounts)

    def _terms(self, columns: Ints, amounts: Floats) -> dict[int, float]:
        return {
            self.amount[int(c)][0]: float(a) * self.amount[int(c)][1]
            for c, a in zip(columns, amounts, strict=True)
        }

    def _touch_row(self, index: int, point: float) -> None:
        """column >= curvature (2 point z - point^2), z = start + line."""
        rows = self.problem.model.rows
        slope = 2 * float(rows.curvature[index]) * point
        terms = {number: -slope * amount for number, amount in self._line(index).items()}
        terms[self.row_bend[index]] = 1.0
        low = slope * float(rows.start[index]) - float(rows.curvature[index]) * point * point
        self.program.row(terms, low=low)

    def touch(self, trades: Floats) -> None:
        """Add tangents at a list."""
        model = self.problem.model
        positions, n = model.positions, model.positions.count
        change = trades[:n] - sold(model, trades[n:])
        for index, column in enumerate(self.name_bend):
            away = float(positions.value[index] - positions.target[index])
            point = float(change[index])
            self._touch_name(index, column, point, float(positions.curvature[index]), away)
        values = row_values(model, trades)
        for index in self.row_bend:
            self._touch_row(index, float(values[index]))

    def amounts_of(self, values: Floats) -> Floats:
        """Return amounts in units from the program's columns."""
        found = np.array([values[number] * unit for number, unit in self.amount], dtype=np.float64)
        return np.asarray(np.maximum(found, 0.0))

    def trades_of(self, values: Floats) -> Floats:
        """Return amounts in units, whole steps where steps count."""
        found = self.amounts_of(values)
        whole = np.array([self.problem.grid.step[c] >= COARSE_STEP for c in range(found.size)])
        stepped = np.round(found / self.problem.grid.step) * self.problem.grid.step
        return np.where(whole, stepped, np.maximum(found, 0.0))

    # ---------------------------------------------------------------- curved rules

    def cut(self, trades: Floats) -> bool:
        """Add cutting planes for concave rules that a list breaks; return whether it breaks any rule."""
        missed = missed_curves(self.problem, trades)
        after = After(self.problem.columns, self.problem.state, trades)
        for need in missed:
            if curve_of(need.form) is Curve.CONCAVE:
                for part in linear_parts(tangent(need.form, after)) or ():
                    self._at_least(self._form(part), need)
        rows = self.problem.model.rows
        return bool(missed) or bool((violation(rows, row_values(self.problem.model, trades)) > 1e-5).any())

    def _curved(self) -> None:
        for need in self.problem.curved:
            if curve_of(need.form) is Curve.OTHER:
                parts = need.form.parts if isinstance(need.form, Sum) else ((1, need.form),)
                total: dict[int, float] = {}
                start = 0.0
                for factor, part in parts:
                    terms, offset = self._part(part, as_float(factor))
                    start += offset
                    for number, amount in terms.items():
                        total[number] = total.get(number, 0.0) + amount
                self._at_least((total, start), need)

    def _at_least(self, shown: tuple[dict[int, float], float], need: Requirement) -> None:
        terms, start = shown
        size = max((abs(amount) for amount in terms.values()), default=0.0)
        if size:
            room = (start - as_float(need.least)) / size
            low = -room + (MARGIN if curve_of(need.form) is Curve.OTHER else 0.0)
            self.program.row({n: a / size for n, a in terms.items()}, low=low)

    def _form(self, form: Linear) -> tuple[dict[int, float], float]:
        entry = self.problem.columns.row(form)
        return self._terms(entry.columns, entry.amounts), as_float(value(form, self.problem.state))

    def _reach(self, form: Linear) -> float:
        entry = self.problem.columns.row(form)
        grid = self.problem.grid
        sizes = grid.most[entry.columns] * grid.step[entry.columns]
        return abs(as_float(value(form, self.problem.state))) + float(np.abs(entry.amounts) @ sizes) + 1.0

    def _part(self, part: Form, factor: float) -> tuple[dict[int, float], float]:
        match part:
            case Linear():
                terms, start = self._form(part)
                return {n: factor * a for n, a in terms.items()}, factor * start
            case Count():
                return {self._nonzero(p, factor > 0): factor for p in part.parts}, 0.0
            case Guarded():
                column, size = self._guarded(part, factor > 0)
                return {column: factor * size}, 0.0
            case Least():
                return {self._least(part): factor * self._scale(part)}, 0.0
            case _:
                raise AssertionError("no such part is writable")

    def _nonzero(self, part: Linear, helps: bool) -> int:
        """Return a switch that is on where the part is not zero (hurts), or may be on only there (helps)."""
        switch = self.program.column(high=1.0, whole=True)
        terms, start = self._form(part)
        reach = self._reach(part)
        scaled = {n: a / reach for n, a in terms.items()}
        if not helps:
            self.program.row({**scaled, switch: -1.0}, high=-start / reach)
            return switch
        entry = self.problem.columns.row(part)
        steps = np.abs(entry.amounts) * self.problem.grid.step[entry.columns]
        floor = float(steps.min()) if steps.size else abs(start)
        floor = min(floor, abs(start) or floor)
        self.program.row({**scaled, switch: -floor / reach}, low=-start / reach)
        return switch

    def _guarded(self, part: Guarded, helps: bool) -> tuple[int, float]:
        """Return a column that is the guarded form where it counts, divided by its size."""
        assert isinstance(part.form, Linear)
        size = self._reach(part.form)
        shown = self.program.column(high=1.0)
        terms, start = self._form(part.form)
        scaled = {n: a / size for n, a in terms.items()}
        switch = self._tests(part, helps)
        if helps:
            self.program.row({shown: 1.0, switch: -1.0}, high=0.0)
            self.program.row({shown: 1.0, **{n: -a for n, a in scaled.items()}}, high=start / size)
        else:
            lifted = {shown: 1.0, switch: -2.0, **{n: -a for n, a in scaled.items()}}
            self.program.row(lifted, low=start / size - 2.0)
        return shown, size

    def _tests(self, part: Guarded, helps: bool) -> int:
        """Return a switch: on if all tests hold (hurts), or on only if they do (helps)."""
        switch = self.program.column(high=1.0, whole=True)
        parts: list[int] = []
        for test in part.tests:
            assert isinstance(test.form, Linear)
            terms, start = self._form(test.form)
            reach = self._reach(test.form)
            margin = 0.01 / reach
            scaled = {n: a / reach for n, a in terms.items()}
            if helps:
                edge = margin if test.strict else 0.0
                self.program.row({**scaled, switch: -2.0}, low=edge - start / reach - 2.0)
                continue
            own = self.program.column(high=1.0, whole=True)
            parts.append(own)
            edge = 0.0 if test.strict else -margin
            self.program.row({**scaled, own: -2.0}, high=edge - start / reach)
        if not helps:
            self.program.row({switch: 1.0, **dict.fromkeys(parts, -1.0)}, low=1.0 - len(parts))
        return switch

    def _scale(self, part: Least) -> float:
        return max(self._reach(p) for p in linear_parts(part) or ())

    def _least(self, part: Least) -> int:
        size = self._scale(part)
        column = self.program.column(low=-1.0, high=1.0)
        for piece in linear_parts(part) or ():
            terms, start = self._form(piece)
            self.program.row({column: 1.0, **{n: -a / size for n, a in terms.items()}}, high=start / size)
        return column
