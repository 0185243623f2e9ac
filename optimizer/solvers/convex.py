"""Clarabel behind one function: convex quadratic programs that need a trusted verdict.

minimize  x'Px / 2 + c'x   where  row_low <= Ax <= row_high,  low <= x <= high
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from optimizer.model import Bools, Floats, Ints, Matrix

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """The minimizer, and a price of each row: how the minimum falls as a row's limit is eased.

    Prices are positive at upper limits and negative at lower ones.
    """

    values: Floats
    prices: Floats  # (n_rows,)


def solve_convex(program: Program) -> Minimum | None:
    """Return the minimizer, or None where the solver did not reach one."""
    import clarabel

    cones = _cones(program)
    settings: Any = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    kinds = [
        clarabel.ZeroConeT(cones.equalities),
        clarabel.NonnegativeConeT(cones.limits.size - cones.equalities),
    ]
    upper = sp.triu(program.bend, format="csc")
    solver = clarabel.DefaultSolver(upper, program.slope, cones.matrix, cones.limits, kinds, settings)
    answer = solver.solve()
    if str(answer.status) not in ("Solved", "AlmostSolved"):
        return None
    values = np.clip(np.asarray(answer.x, dtype=np.float64), program.low, program.high)
    weights = np.asarray(answer.z, dtype=np.float64) * cones.sign
    own = cones.row >= 0
    prices = np.bincount(cones.row[own], weights[own], program.row_low.size)
    return Minimum(values=values, prices=np.asarray(prices))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cones:
    """Rows and right sides, equalities first, of rows x <= right side."""

    matrix: Matrix
    limits: Floats
    equalities: int
    row: Ints  # the program's row, -1 where it is a bound of a variable
    sign: Floats


def _cones(program: Program) -> _Cones:
    rows = program.matrix.tocsr()
    equal = program.row_high - program.row_low <= FIXED
    above = np.isfinite(program.row_high) & ~equal
    below = np.isfinite(program.row_low) & ~equal
    fixed = program.high - program.low <= FIXED
    top = np.isfinite(program.high) & ~fixed
    bottom = np.isfinite(program.low) & ~fixed
    parts = (
        (rows[equal], program.row_low[equal], np.flatnonzero(equal), 1.0),
        (_units(fixed), program.low[fixed], NO_ROW, 1.0),
        (rows[above], program.row_high[above], np.flatnonzero(above), 1.0),
        (-rows[below], -program.row_low[below], np.flatnonzero(below), -1.0),
        (_units(top), program.high[top], NO_ROW, 1.0),
        (-_units(bottom), -program.low[bottom], NO_ROW, 1.0),
    )
    limits = np.concatenate([limit for _, limit, _, _ in parts])
    kept = [part for part, _, _, _ in parts if part.shape[0]]
    sizes = np.concatenate([[0], *[np.diff(part.indptr) for part in kept]])
    stacked = sp.csr_matrix(
        (
            np.concatenate([part.data for part in kept]),
            np.concatenate([part.indices for part in kept]),
            np.cumsum(sizes),
        ),
        shape=(limits.size, program.slope.size),
    )
    return _Cones(
        matrix=stacked.tocsc(),
        limits=limits,
        equalities=int(equal.sum() + fixed.sum()),
        row=np.concatenate([at if at.size else np.full(limit.size, -1) for _, limit, at, _ in parts]),
        sign=np.concatenate([np.full(limit.size, sign) for _, limit, _, sign in parts]),
    )


NO_ROW = np.zeros(0, dtype=np.int64)


def _units(picked: Bools) -> Matrix:
    """Return the rows of the identity for the variables picked."""
    at = np.flatnonzero(picked)
    return sp.csr_matrix((np.ones(at.size), at, np.arange(at.size + 1)), shape=(at.size, picked.size))
