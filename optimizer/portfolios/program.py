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

MOST_SECONDS = 20.0
"""Of one solve on a machine that is busy with other things; a program that takes longer is not answered."""

MOST_NODES = 4_000
"""Of one search over whole numbers; it ends there on any machine, however busy."""


_FEASIBLE = 2
"""HiGHS: the point that is there meets every row."""

_CLOSE, _ROUGH = 1e-4, 0.5
"""How far below the best a point may be, as a part of the best; rough: any point that will do."""


FEW_NODES = 400
"""Of a rough search."""


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
            ("mip_rel_gap", _CLOSE),
        )
        for option, setting in settings:
            self._highs.setOptionValue(option, setting)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._infeasible = highspy.HighsModelStatus.kInfeasible
        self._whole = highspy.HighsVarType.kInteger
        self._rows = self._columns = 0
        self.settled = True  # whether the last search came to its end
        self._integers = np.zeros(0, dtype=np.int64)

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
        self._integers = self._integers[self._integers < mark.columns]

    def add_columns(self, low: Sequence[float], high: Sequence[float], whole: Sequence[bool]) -> None:
        """Add columns that no row has yet."""
        count = len(low)
        if not count:
            return
        self._highs.addVars(count, np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
        chosen = np.flatnonzero(np.asarray(whole, dtype=bool)) + self._columns
        if chosen.size:
            kinds = np.full(chosen.size, int(self._whole), dtype=np.uint8)
            self._highs.changeColsIntegrality(chosen.size, chosen.astype(np.int32), kinds)
            self._integers = np.concatenate((self._integers, chosen))
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

    def prices(self, columns: Sequence[int], cost: float) -> None:
        """Set what a unit of each of many columns is worth in the objective."""
        wanted = np.asarray(columns, dtype=np.int32)
        self._highs.changeColsCost(wanted.size, wanted, np.full(wanted.size, cost))

    def solve(self, *, rough: bool = False) -> Floats | None:
        """Return the best point (n_columns,), or None where there is none.

        rough: a point half as good will do, and one that was found when the search was cut short.

        A search over whole numbers has a clock of its own; other programs share one that is never reset.
        Raises UnsettledError where the solver does not know.
        """
        spent = 0.0 if self._integers.size else float(self._highs.getRunTime())
        self._highs.setOptionValue("time_limit", spent + MOST_SECONDS)
        self._highs.setOptionValue("mip_rel_gap", _ROUGH if rough else _CLOSE)
        self._highs.setOptionValue("mip_max_nodes", FEW_NODES if rough else MOST_NODES)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == self._infeasible:
            return None
        self.settled = status == self._optimal
        found = rough and self._highs.getInfo().primal_solution_status == _FEASIBLE
        if not self.settled and not found:
            raise UnsettledError
        return np.asarray(self._highs.getSolution().col_value, dtype=np.float64)
