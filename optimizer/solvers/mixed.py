"""HiGHS behind one class: mixed-integer linear programs, with the bound that it proves.

Limits are counts of nodes, never time, so that equal inputs give equal answers.
"""

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

    def column(self, *, low: float = 0.0, high: float = INF, cost: float = 0.0, whole: bool = False) -> int:
        """Add a column and return its number."""
        self._low.append(low)
        self._high.append(high)
        self._cost.append(cost)
        self._whole.append(whole)
        return len(self._low) - 1

    def row(self, terms: dict[int, float], *, low: float = -INF, high: float = INF) -> None:
        """Add a row: low <= sum of amounts * columns <= high."""
        kept = sorted((column, amount) for column, amount in terms.items() if amount)
        self._rows.append(([c for c, _ in kept], [a for _, a in kept], low, high))

    def solve(
        self, *, gap: float, nodes: int, relaxed: bool = False, start: Floats | None = None
    ) -> Mixed | None:
        """Return the best point within `gap` of the best possible, or after `nodes`; None without one.

        relaxed: without regard to whole numbers. start: a point to begin from, (n_columns,); columns
        added since are left to the solver.
        """
        import highspy

        make: Any = highspy.Highs
        highs: Any = make()
        for option, setting in (
            ("output_flag", False),
            ("threads", 1),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", gap),
            ("mip_max_nodes", nodes),
            ("mip_feasibility_tolerance", 1e-7),
            ("primal_feasibility_tolerance", 1e-8),
            ("random_seed", 7),
            ("mip_heuristic_effort", 0.02),
        ):
            highs.setOptionValue(option, setting)
        highs.passModel(self._model(highspy, relaxed))
        if start is not None and start.size == len(self._low):
            known = highspy.HighsSolution()
            known.col_value = list(start)
            highs.setSolution(known)
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != 2:
            return None
        values = np.asarray(highs.getSolution().col_value, dtype=np.float64)
        if relaxed:
            cost = float(info.objective_function_value)
            return Mixed(values=values, cost=cost, bound=cost)
        return Mixed(
            values=values, cost=float(info.objective_function_value), bound=float(info.mip_dual_bound)
        )

    def _model(self, highspy: Any, relaxed: bool) -> Any:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self._low), len(self._rows)
        model.col_cost_ = np.array(self._cost)
        model.col_lower_, model.col_upper_ = np.array(self._low), np.array(self._high)
        model.row_lower_ = np.array([row[2] for row in self._rows])
        model.row_upper_ = np.array([row[3] for row in self._rows])
        starts = np.concatenate(([0], np.cumsum([len(row[0]) for row in self._rows])))
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = np.array([c for row in self._rows for c in row[0]], dtype=np.int32)
        model.a_matrix_.value_ = np.array([a for row in self._rows for a in row[1]])
        kinds = highspy.HighsVarType
        if not relaxed:
            model.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self._whole]
        return model
