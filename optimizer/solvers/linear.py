"""HiGHS behind one class: is there any point with rows >= low and 0 <= columns <= most?

A verdict of `infeasible` counts only with a ray that is checked here: weights y >= 0 on the rows with

    y . low  >  sum over columns of most * max(0, (A'y))

so that even the best point inside the bounds falls short. Two rows, x >= 3 and -x >= -2, with weights 1
and 1: 3 - 2 = 1 > 0.
"""

from typing import Any

import numpy as np

from optimizer.model import INF, Floats, Ints, Matrix

RAY_MARGIN = 1e-7
"""By how much, relative to its size, a ray must prove its case."""


class Feasibility:
    """One linear program whose rows can be switched off and on."""

    def __init__(self, matrix: Matrix, low: Floats, most: Floats) -> None:
        import highspy

        self._matrix, self._low, self._most = matrix.tocsc(), low, most
        self._on = np.ones(low.size, dtype=np.bool_)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = matrix.shape
        model.col_cost_ = np.zeros(most.size)
        model.col_lower_, model.col_upper_ = np.zeros(most.size), most
        model.row_lower_, model.row_upper_ = low, np.full(low.size, INF)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = self._matrix.indptr
        model.a_matrix_.index_ = self._matrix.indices
        model.a_matrix_.value_ = self._matrix.data
        make: Any = highspy.Highs
        self._highs: Any = make()
        for option, setting in (("output_flag", False), ("threads", 1), ("presolve", "off")):
            self._highs.setOptionValue(option, setting)
        self._highs.passModel(model)
        self._infeasible = highspy.HighsModelStatus.kInfeasible
        self._optimal = highspy.HighsModelStatus.kOptimal

    def switch(self, rows: Ints, *, on: bool) -> None:
        """Switch rows off (they demand nothing) or on again."""
        self._on[rows] = on
        for row in rows:
            self._highs.changeRowBounds(int(row), float(self._low[row]) if on else -INF, INF)

    def feasible(self) -> bool:
        """Return whether a point was found; only `ray` may say that there is none."""
        self._highs.run()
        return bool(self._highs.getModelStatus() == self._optimal)

    def ray(self) -> Floats | None:
        """Return checked weights (n_rows,) that prove that there is no point, else None."""
        if self._highs.getModelStatus() != self._infeasible:
            return None
        answer = self._highs.getDualRay()
        if not answer[1]:
            return None
        raw = np.asarray(answer[2], dtype=np.float64)
        for weights in (raw, -raw):
            checked = np.where(self._on, np.maximum(weights, 0.0), 0.0)
            if self._proves(checked):
                return checked
        return None

    def _proves(self, weights: Floats) -> bool:
        pull = np.asarray(self._matrix.T @ weights)
        best = float((self._most * np.maximum(pull, 0.0)).sum())
        used = weights > 0
        wanted = float(weights[used] @ self._low[used])
        return wanted - best > RAY_MARGIN * max(1.0, abs(wanted), abs(best))


def least_relief(matrix: Matrix, low: Floats, most: Floats, relief: Floats) -> float | None:
    """Return the least t >= 0 with rows + t * relief >= low somewhere inside the bounds, or None.

    relief: (n_rows,) by how much one unit of t eases each row.
    """
    import highspy
    import scipy.sparse as sp

    wide = sp.hstack([matrix, sp.csc_matrix(relief[:, None])], format="csc")
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = wide.shape
    model.col_cost_ = np.append(np.zeros(most.size), 1.0)
    model.col_lower_, model.col_upper_ = np.zeros(most.size + 1), np.append(most, INF)
    model.row_lower_, model.row_upper_ = low, np.full(low.size, INF)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
        wide.indptr,
        wide.indices,
        wide.data,
    )
    make: Any = highspy.Highs
    highs: Any = make()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.passModel(model)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return float(highs.getSolution().col_value[-1])
