"""HiGHS behind one class: mixed-integer programs that grow and shrink by a few rows between solves.

maximize  cost'x   where  rows x >= low,  column_low <= x <= column_high,  some columns whole numbers
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.model import INF, Floats

FEASIBILITY = 1e-9
"""How far a row may be missed, in its own scale: far below a cent of a million."""

MOST_SECONDS = 5.0
"""Of one solve; a program that takes longer is not answered."""


class UnsettledError(Exception):
    """The solver reached no verdict in the time it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How large a program was."""

    rows: int
    columns: int


class Program:
    """One program; what is added after a mark can be taken away again."""

    def __init__(self) -> None:
        import highspy

        make: Any = highspy.Highs
        self._highs: Any = make()
        settings = (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            ("primal_feasibility_tolerance", FEASIBILITY),
            ("mip_feasibility_tolerance", FEASIBILITY),
            ("mip_rel_gap", 1e-4),
            ("time_limit", MOST_SECONDS),
        )
        for option, setting in settings:
            self._highs.setOptionValue(option, setting)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._infeasible = highspy.HighsModelStatus.kInfeasible
        self._whole = highspy.HighsVarType.kInteger
        self._rows = self._columns = 0

    def mark(self) -> Mark:
        """Return the present size."""
        return Mark(rows=self._rows, columns=self._columns)

    def back_to(self, mark: Mark) -> None:
        """Take away what was added since."""
        if self._rows > mark.rows:
            self._highs.deleteRows(self._rows - mark.rows, np.arange(mark.rows, self._rows, dtype=np.int32))
        if self._columns > mark.columns:
            self._highs.deleteCols(
                self._columns - mark.columns, np.arange(mark.columns, self._columns, dtype=np.int32)
            )
        self._rows, self._columns = mark.rows, mark.columns

    def add_columns(self, low: Sequence[float], high: Sequence[float], whole: Sequence[bool]) -> None:
        """Add columns that no row has yet."""
        count = len(low)
        if not count:
            return
        self._highs.addVars(count, np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
        for offset, is_whole in enumerate(whole):
            if is_whole:
                self._highs.changeColIntegrality(self._columns + offset, self._whole)
        self._columns += count

    def add_rows(self, rows: Sequence[tuple[Mapping[int, float], float]]) -> None:
        """Add rows: sum of parts >= low."""
        if not rows:
            return
        starts = np.zeros(len(rows), dtype=np.int32)
        starts[1:] = np.cumsum([len(parts) for parts, _ in rows])[:-1]
        columns = np.fromiter((c for parts, _ in rows for c in parts), dtype=np.int32)
        amounts = np.fromiter((a for parts, _ in rows for a in parts.values()), dtype=np.float64)
        lows = np.array([low for _, low in rows], dtype=np.float64)
        self._highs.addRows(len(rows), lows, np.full(len(rows), INF), columns.size, starts, columns, amounts)
        self._rows += len(rows)

    def bound(self, column: int, low: float, high: float) -> None:
        """Set the bounds of a column."""
        self._highs.changeColBounds(column, low, high)

    def price(self, column: int, cost: float) -> None:
        """Set what a unit of a column is worth in the objective."""
        self._highs.changeColCost(column, cost)

    def solve(self) -> Floats | None:
        """Return the best point (n_columns,), or None where there is none.

        Raises UnsettledError where the solver does not know.
        """
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == self._infeasible:
            return None
        if status != self._optimal:
            raise UnsettledError
        return np.asarray(self._highs.getSolution().col_value, dtype=np.float64)
