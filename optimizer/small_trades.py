"""A problem as a mixed-integer linear program: trades, modes, bent costs by tangents, and rows.

Every cost that bends is tied to the switch of its trade, so that a trade done in part carries its part of
the bend and no more: with z the switch of a purchase b,

    q b^2 >= q (2 p b - p^2 z)    for any p; exact at b = p

Without whole numbers the program is then about as sharp as the prices of `prices`.

    q = 1, p = 4: half a trade (b = 2, z = 1/2) costs at least 8, where untied tangents would say 4
"""

from collections.abc import Callable

import numpy as np

from optimizer.build import Problem
from optimizer.model import INF, Floats, Ints, row_values, sold
from optimizer.solvers.mixed import MixedProgram

FIRST_TANGENTS = 5
COARSE_STEP = 2e-3
"""Units below which a step is as good as none: the amount is left free and rounded afterwards."""

ENOUGH = 1e-4
"""Basis points by which one cost may be told too low without another tangent."""

NOTHING = 1e-6
"""Units, and parts of a trade, up to which there is none."""

FAN = (0.75, 1.3)
"""Of a trade, where its bent cost is told exactly as well."""

ROUNDED = 1e-9
"""Units by which the sales of a position may exceed its largest sale, floats being floats."""


class Trades:
    """Columns for the trades of a problem, what they cost, and its rows."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.program = problem, MixedProgram()
        n = problem.model.positions.count
        self.amount: dict[int, tuple[int, float]] = {}  # column: that of the program, and units for one
        self.buys: dict[int, int] = {}  # position: switch of its purchase
        self.sells: dict[int, int] = {}
        self.gone: dict[int, int] = {}  # position: switch of selling all of it
        self.loss: dict[int, int] = {}  # position: switch of its loss sales
        self.bent_buys: dict[int, int] = {}
        self.bent_sales: dict[int, int] = {}
        self.levels: dict[int, tuple[int, int]] = {}  # quadratic row: its level, and its cost
        self.switches: list[tuple[int, Callable[[Floats], float]]] = []  # and how lists set them
        self.counts: list[tuple[int, int]] = []  # whole columns, and whose steps they are
        for index in range(n):
            self._buy(index)
            self._sale(index)
        self._exclusions()
        self._rows()

    def switch(self, set_by: Callable[[Floats], float]) -> int:
        """Add a switch; set_by: whether a list (n_columns,) puts it on."""
        column = self.program.column(high=1.0, whole=True)
        self.switches.append((column, set_by))
        return column

    # ---------------------------------------------------------------- one position

    def _buy(self, index: int) -> None:
        model, most = self.problem.model, float(self.problem.grid.most[index])
        if not most:
            return
        positions = model.positions
        on = self.buys[index] = self.switch(lambda trades: float(trades[index] > 0))
        self.program.charge(on, float(positions.tickets[index]))
        slope = 2 * float(positions.curvature[index]) * self._away(index) + float(positions.buy_cost[index])
        self._amount(index, slope, on)
        self.bent_buys[index] = self.program.column(cost=1.0)
        for point in self._points(float(positions.buy_most[index]), -self._away(index)):
            self._touch_buy(index, point)

    def _sale(self, index: int) -> None:
        positions = self.problem.model.positions
        lots = [c for c in self.problem.columns.sales(index) if self.problem.grid.most[c]]
        if not lots:
            return
        on = self.sells[index] = self.switch(lambda trades: float(trades[lots].sum() > 0))
        self.program.charge(on, float(positions.tickets[index]))
        loss = self._loss_switch(index, lots, on)
        bend = 2 * float(positions.curvature[index]) * self._away(index)
        n = positions.count
        for column in lots:
            slope = float(self.problem.model.lots.cost[column - n]) - bend
            self._amount(column, slope, loss if self.problem.grid.is_loss[column] else on)
        most = float(positions.sale_most[index])
        self.program.row({**self._sum(lots), on: -(most + ROUNDED)}, high=0.0)
        self.bent_sales[index] = self.program.column(cost=1.0)
        for point in self._points(most, self._away(index)):
            self._touch_sale(index, point)

    def _loss_switch(self, index: int, lots: list[int], on: int) -> int:
        """Return the switch that excludes purchases in the wash group of others."""
        grid, group = self.problem.grid, self.problem.model.positions.group
        losses = [column for column in lots if grid.is_loss[column]]
        others = np.flatnonzero(group == group[index])
        if not losses or not (grid.most[others[others != index]] > 0).any():
            return on
        if len(losses) == len(lots):
            self.loss[index] = on
            return on
        switch = self.loss[index] = self.switch(lambda trades: float(trades[losses].sum() > 0))
        self.program.row({switch: 1.0, on: -1.0}, high=0.0)
        return switch

    def _amount(self, column: int, slope: float, on: int) -> None:
        """Add the steps of a column: nothing unless `on`, and else at least its minimum."""
        grid = self.problem.grid
        step, most = float(grid.step[column]), int(grid.most[column])
        least = min(int(grid.least[column]), most)
        fine = step < COARSE_STEP
        unit, scale = (1.0, step) if fine else (step, 1.0)
        number = self.program.column(high=most * scale, cost=slope * unit, whole=not fine)
        self.amount[column] = (number, unit)
        if not fine:
            self.counts.append((number, column))
        if grid.is_sale[column] and least > 1:
            of_order, on = on, self.switch(lambda trades: float(trades[column] > 0))
            self.program.row({on: 1.0, of_order: -1.0}, high=0.0)
        self.program.row({number: 1.0, on: -most * scale}, high=0.0)
        if least > 1 or not grid.is_sale[column]:
            self.program.row({number: 1.0, on: -least * scale}, low=0.0)

    def _exclusions(self) -> None:
        """Keep purchases and sales of a position, and loss sales and purchases of a wash group, apart."""
        group = self.problem.model.positions.group
        for index in self.buys.keys() & self.sells.keys():
            self.program.row({self.buys[index]: 1.0, self.sells[index]: 1.0}, high=1.0)
        for index, switch in self.loss.items():
            for other in np.flatnonzero(group == group[index]).tolist():
                if other != index and other in self.buys:
                    self.program.row({switch: 1.0, self.buys[other]: 1.0}, high=1.0)

    def selling_out(self, index: int) -> int | None:
        """Return the switch of selling all of a position; None where that cannot be."""
        if index in self.gone:
            return self.gone[index]
        lots = [c for c in self.problem.columns.sales(index) if c in self.amount]
        full = float(self.problem.model.positions.value[index])
        most = {
            column: float(self.problem.grid.most[column] * self.problem.grid.step[column]) for column in lots
        }
        if not lots or abs(sum(most.values()) - full) > 1e-9 * (1 + full):
            return None
        gone = self.gone[index] = self.switch(lambda trades: float(trades[lots].sum() >= full * (1 - 1e-9)))
        self.program.row({gone: 1.0, self.sells[index]: -1.0}, high=0.0)
        for column in lots:
            number, unit = self.amount[column]
            self.program.row({number: 1.0, gone: -most[column] / unit}, low=0.0)
        for point in self._points(full, self._away(index)):
            self._touch_sale(index, point)
        return gone

    # ---------------------------------------------------------------- bent costs

    def _away(self, index: int) -> float:
        positions = self.problem.model.positions
        return float(positions.value[index] - positions.target[index])

    def _points(self, most: float, wished: float) -> Floats:
        """Return where a trade of at most `most` is touched first; wished: what would meet the target."""
        top = min(most, max(2 * wished, 0.0) + 20.0)
        return np.linspace(top / FIRST_TANGENTS, top, FIRST_TANGENTS)

    def _sum(self, columns: list[int], factor: float = 1.0) -> dict[int, float]:
        return {number: factor * unit for number, unit in (self.amount[c] for c in columns)}

    def _touch_buy(self, index: int, point: float) -> None:
        bend = float(self.problem.model.positions.curvature[index])
        terms = self._sum([index], -2 * bend * point)
        self.program.row({**terms, self.bent_buys[index]: 1.0, self.buys[index]: bend * point**2}, low=0.0)

    def _touch_sale(self, index: int, point: float) -> None:
        bend = float(self.problem.model.positions.curvature[index])
        lots = [c for c in self.problem.columns.sales(index) if c in self.amount]
        terms = self._sum(lots, -2 * bend * point)
        terms |= {self.bent_sales[index]: 1.0, self.sells[index]: bend * point**2}
        if index in self.gone:
            full = float(self.problem.model.positions.value[index])
            terms[self.gone[index]] = -bend * (full - point) ** 2
        self.program.row(terms, low=0.0)

    def tighten(self, values: Floats) -> float:
        """Add tangents where the program's columns stand; return by how much they cost too little there."""
        short = 0.0
        for index, on in self.buys.items():
            amount = self._at(values, [index])
            short += self._meet_buy(index, amount, float(values[on]), float(values[self.bent_buys[index]]))
        for index in self.sells:
            short += self._meet_sale(index, values)
        for index, (level, cost) in self.levels.items():
            point = float(values[level])
            by = float(self.problem.model.rows.curvature[index]) * point**2 - float(values[cost])
            if by > ENOUGH:
                self._touch_row(index, point)
                short += by
        return short

    def _at(self, values: Floats, columns: list[int]) -> float:
        return sum(float(values[number]) * unit for number, unit in (self.amount[c] for c in columns))

    def _meet_buy(self, index: int, amount: float, part: float, told: float) -> float:
        if min(amount, part) <= NOTHING:
            return 0.0
        by = float(self.problem.model.positions.curvature[index]) * amount**2 / part - told
        if by > ENOUGH:
            self._touch_buy(index, amount / part)
        return max(by, 0.0)

    def _meet_sale(self, index: int, values: Floats) -> float:
        lots = [c for c in self.problem.columns.sales(index) if c in self.amount]
        amount, part = self._at(values, lots), float(values[self.sells[index]])
        bend, full = float(self.problem.model.positions.curvature[index]), 0.0
        if index in self.gone:
            gone = float(values[self.gone[index]])
            whole = float(self.problem.model.positions.value[index])
            amount, part, full = amount - whole * gone, part - gone, bend * whole**2 * gone
        if min(amount, part) <= NOTHING:
            return 0.0
        by = bend * amount**2 / part + full - float(values[self.bent_sales[index]])
        if by > ENOUGH:
            self._touch_sale(index, amount / part)
        return max(by, 0.0)

    def fan(self, values: Floats) -> None:
        """Add tangents on both sides of where the program's columns stand."""
        for index, on in self.buys.items():
            amount, part = self._at(values, [index]), float(values[on])
            if min(amount, part) > NOTHING:
                for factor in FAN:
                    self._touch_buy(index, factor * amount / part)
        for index, on in self.sells.items():
            lots = [c for c in self.problem.columns.sales(index) if c in self.amount]
            amount, part = self._at(values, lots), float(values[on])
            if min(amount, part) > NOTHING:
                for factor in FAN:
                    self._touch_sale(index, factor * amount / part)

    def touch(self, trades: Floats) -> None:
        """Add tangents at a list."""
        model = self.problem.model
        n = model.positions.count
        sales = sold(model, trades[n:])
        for index in self.buys:
            if trades[index] > NOTHING:
                self._touch_buy(index, float(trades[index]))
        for index in self.sells:
            if sales[index] > NOTHING:
                self._touch_sale(index, float(sales[index]))
        values = row_values(model, trades)
        for index in self.levels:
            self._touch_row(index, float(values[index] - model.rows.centre[index]))

    # ---------------------------------------------------------------- rows

    def _rows(self) -> None:
        rows = self.problem.model.rows
        for index in range(rows.count):
            entry = self.problem.rows[index].entry
            line = self.terms(entry.columns, entry.amounts)
            if rows.curvature[index] > 0:
                self._level(index, line)
                continue
            low, high = (
                float(rows.low[index] - rows.start[index]),
                float(rows.high[index] - rows.start[index]),
            )
            short: dict[int, float] = {}
            if np.isfinite(rows.price_cap[index]):
                short = {self.program.column(cost=float(rows.price_cap[index])): 1.0}
            if low > -INF and (line or short):
                self.program.row({**line, **short}, low=low)
            if high < INF and (line or short):
                self.program.row({**line, **dict.fromkeys(short, -1.0)}, high=high)

    def _level(self, index: int, line: dict[int, float]) -> None:
        rows = self.problem.model.rows
        level, cost = self.program.column(low=-INF), self.program.column(cost=1.0)
        start = float(rows.start[index] - rows.centre[index])
        self.program.row({level: 1.0, **{n: -a for n, a in line.items()}}, low=start, high=start)
        self.levels[index] = (level, cost)
        reach = abs(start) + 1.0
        for point in np.linspace(-reach, reach, FIRST_TANGENTS):
            self._touch_row(index, float(point))

    def terms(self, columns: Ints, amounts: Floats) -> dict[int, float]:
        """Return a line over columns of the problem as one over columns of the program."""
        found: dict[int, float] = {}
        for column, amount in zip(columns.tolist(), amounts.tolist(), strict=True):
            if column in self.amount:
                number, unit = self.amount[column]
                found[number] = amount * unit
        return found

    def _touch_row(self, index: int, point: float) -> None:
        """cost >= curvature (2 point level - point^2)."""
        bend = float(self.problem.model.rows.curvature[index])
        level, cost = self.levels[index]
        self.program.row({cost: 1.0, level: -2 * bend * point}, low=-bend * point * point)

    # ---------------------------------------------------------------- lists

    def amounts_of(self, values: Floats) -> Floats:
        """Return amounts (n_columns,) in units from the program's columns."""
        found = np.zeros(self.problem.columns.width)
        for column, (number, unit) in self.amount.items():
            found[column] = max(0.0, float(values[number]) * unit)
        return found

    def trades_of(self, values: Floats) -> Floats:
        """Return amounts in units, whole steps where steps count."""
        found, step = self.amounts_of(values), self.problem.grid.step
        return np.where(step >= COARSE_STEP, np.round(found / step) * step, found)

    def start_of(self, trades: Floats) -> dict[int, float]:
        """Return the program's whole columns at a list."""
        steps = np.round(trades / self.problem.grid.step)
        found = {number: float(steps[column]) for number, column in self.counts}
        return found | {switch: set_by(trades) for switch, set_by in self.switches}

    def hold(self, values: Floats) -> None:
        """Hold every switch to where another program of the problem has it."""
        for switch, _ in self.switches:
            value = float(round(float(values[switch])))
            self.program.narrow(switch, low=value, high=value)
