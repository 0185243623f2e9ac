"""Clarabel behind one function: convex quadratic programs that need a trusted verdict.

minimize  x'Px / 2 + c'x   where  row_low <= Ax <= row_high,  low <= x <= high
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from optimizer.model import Floats, Matrix

FIXED = 1e-9
"""Bounds this close are one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A convex quadratic program; P is symmetric, both triangles given."""

    bend: Matrix
    slope: Floats
    matrix: Matrix
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats


def solve_convex(program: Program) -> Floats | None:
    """Return the minimizer, or None where the solver did not reach one."""
    import clarabel

    cone_rows, limits, n_equal = _cones(program)
    settings: Any = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    cones = [clarabel.ZeroConeT(n_equal), clarabel.NonnegativeConeT(cone_rows.shape[0] - n_equal)]
    upper = sp.triu(program.bend, format="csc")
    solver = clarabel.DefaultSolver(upper, program.slope, cone_rows, limits, cones, settings)
    answer = solver.solve()
    if str(answer.status) not in ("Solved", "AlmostSolved"):
        return None
    return np.clip(np.asarray(answer.x, dtype=np.float64), program.low, program.high)


def _cones(program: Program) -> tuple[Matrix, Floats, int]:
    """Return rows and right sides, equalities first, of rows x <= right side."""
    rows = program.matrix.tocsr()
    equal = program.row_high - program.row_low <= FIXED
    above = np.isfinite(program.row_high) & ~equal
    below = np.isfinite(program.row_low) & ~equal
    unit = sp.identity(program.slope.size, format="csr")
    fixed = program.high - program.low <= FIXED
    top = np.isfinite(program.high) & ~fixed
    bottom = np.isfinite(program.low) & ~fixed
    stacked = sp.vstack(
        [rows[equal], unit[fixed], rows[above], -rows[below], unit[top], -unit[bottom]], format="csc"
    )
    limits = np.concatenate(
        (
            program.row_low[equal],
            program.low[fixed],
            program.row_high[above],
            -program.row_low[below],
            program.high[top],
            -program.low[bottom],
        )
    )
    return stacked, limits, int(equal.sum() + fixed.sum())
