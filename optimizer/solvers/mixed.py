"""HiGHS behind one class: mixed-integer linear programs, with the bound that it proves.

Limits are counts of nodes, never time, so that equal inputs give equal answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.model import INF, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """The best point found, and what no point can be better than."""

    values: Floats
    cost: float
    bound: float


class MixedProgram:
    """Columns and rows, one by one; then solved as often as rows are added."""

    def __init__(self) -> None:
        self._low: list[float] = []
        self._high: list[float] = []
        self._cost: list[float] = []
        self._whole: list[bool] = []
        self._rows: list[tuple[list[int], list[float], float, float]] = []
        self._relaxed: Any = None  # the solver of the relaxation, which goes on where it stood
        self._sent = 0  # rows that it knows

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self._low)

    def column(self, *, low: float = 0.0, high: float = INF, cost: float = 0.0, whole: bool = False) -> int:
        """Add a column and return its number."""
        self._low.append(low)
        self._high.append(high)
        self._cost.append(cost)
        self._whole.append(whole)
        self._relaxed = None
        return len(self._low) - 1

    def row(self, terms: Mapping[int, float], *, low: float = -INF, high: float = INF) -> None:
        """Add a row: low <= sum of amounts * columns <= high."""
        kept = sorted((column, amount) for column, amount in terms.items() if amount)
        self._rows.append(([c for c, _ in kept], [a for _, a in kept], low, high))

    def charge(self, column: int, cost: float) -> None:
        """Add to what a column costs by the unit."""
        self._cost[column] += cost
        self._relaxed = None

    def narrow(self, column: int, *, low: float, high: float) -> None:
        """Bring the limits of a column closer together."""
        self._low[column] = max(self._low[column], low)
        self._high[column] = min(self._high[column], high)
        self._relaxed = None

    def relaxed(self) -> Mixed | None:
        """Return the best point without regard to whole numbers; None where there is none."""
        import highspy

        if self._relaxed is None:
            self._relaxed = _solver(highspy, {})
            self._relaxed.passModel(self._model(highspy, relaxed=True))
        else:
            starts, indices, amounts = self._entries(self._sent)
            lows, highs = ([row[side] for row in self._rows[self._sent :]] for side in (2, 3))
            count = len(self._rows) - self._sent
            self._relaxed.addRows(
                count, np.array(lows), np.array(highs), amounts.size, starts[:-1], indices, amounts
            )
        self._sent = len(self._rows)
        self._relaxed.run()
        info = self._relaxed.getInfo()
        if info.primal_solution_status != 2:
            return None
        cost = float(info.objective_function_value)
        values = np.asarray(self._relaxed.getSolution().col_value, dtype=np.float64)
        return Mixed(values=values, cost=cost, bound=cost)

    def solve(self, *, gap: float, nodes: int, start: Mapping[int, float] | None = None) -> Mixed | None:
        """Return the best point within `gap` of the best possible, or after `nodes`; None without one.

        start: values of the whole columns of a point to begin from.
        """
        import highspy

        highs = _solver(highspy, {"mip_abs_gap": gap, "mip_max_nodes": nodes})
        highs.passModel(self._model(highspy, relaxed=False))
        if start:
            known = sorted(start)
            highs.setSolution(
                len(known),
                np.array(known, dtype=np.int32),
                np.array([float(start[column]) for column in known]),
            )
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != 2:
            return None
        values = np.asarray(highs.getSolution().col_value, dtype=np.float64)
        cost, bound = float(info.objective_function_value), float(info.mip_dual_bound)
        return Mixed(values=values, cost=cost, bound=bound)

    def _entries(self, first: int) -> tuple[Any, Any, Floats]:
        rows = self._rows[first:]
        starts = np.concatenate(([0], np.cumsum([len(row[0]) for row in rows]))).astype(np.int32)
        indices = np.array([c for row in rows for c in row[0]], dtype=np.int32)
        return starts, indices, np.array([a for row in rows for a in row[1]], dtype=np.float64)

    def _model(self, highspy: Any, *, relaxed: bool) -> Any:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self._low), len(self._rows)
        model.col_cost_ = np.array(self._cost)
        model.col_lower_, model.col_upper_ = np.array(self._low), np.array(self._high)
        model.row_lower_ = np.array([row[2] for row in self._rows])
        model.row_upper_ = np.array([row[3] for row in self._rows])
        starts, indices, amounts = self._entries(0)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = starts, indices
        model.a_matrix_.value_ = amounts
        kinds = highspy.HighsVarType
        if not relaxed:
            model.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self._whole]
        return model


def _solver(highspy: Any, options: Mapping[str, float]) -> Any:
    make: Any = highspy.Highs
    highs: Any = make()
    always = {
        "output_flag": False,
        "threads": 1,
        "mip_rel_gap": 0.0,
        "mip_feasibility_tolerance": 1e-7,
        "primal_feasibility_tolerance": 1e-8,
        "random_seed": 7,
        "mip_heuristic_effort": 0.02,
        "mip_allow_restart": False,
    }
    for option, setting in (always | dict(options)).items():
        highs.setOptionValue(option, setting)
    return highs
