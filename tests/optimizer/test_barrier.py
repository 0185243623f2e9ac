"""Rows of every kind in the smoothed bound: by arrays and by the loops beside them, and by differences."""

import numpy as np
import pytest
import scipy.sparse as sp

from optimizer import kernels_heat
from optimizer.barrier import SHORTENED, Barrier
from optimizer.model import Floats, Rows

INF = float("inf")
HEAT = 0.05
ROWS = Rows(
    matrix=sp.csc_matrix((6, 1)),
    start=np.array([1.0, -2.0, 0.5, 3.0, 0.25, 7.0]),
    low=np.array([0.0, -INF, -1.0, 2.0, -INF, -INF]),
    high=np.array([INF, 4.0, 2.0, 2.0, INF, INF]),
    price_cap=np.array([3.0, 5.0, INF, INF, INF, INF]),
    curvature=np.array([0.0, 0.0, 0.0, 0.0, 0.8, 0.0]),
    centre=np.array([0.0, 0.0, 0.0, 0.0, 0.1, 0.0]),
)
"""At least 0; at most 4; from -1 to 2; exactly 2; bent about 0.1; without a limit."""

INSIDE = np.array([-1.0, 2.0, 0.7, -0.4, 0.3, 0.0])


def by_loops(prices: Floats) -> tuple[float, Floats, Floats]:
    parts, gradient, bend = Barrier(ROWS).parts, np.empty(6), np.empty(6)
    value = kernels_heat.rows_value(prices, HEAT, *parts)
    if value > -INF:
        kernels_heat.rows_slopes(prices, HEAT, *parts, gradient, bend)
    return value, gradient, bend


def test_loops_and_arrays_agree_on_rows_of_every_kind() -> None:
    value, gradient, bend = by_loops(INSIDE)
    told, slopes = Barrier(ROWS).value(INSIDE, HEAT), Barrier(ROWS).slopes(INSIDE, HEAT)
    assert value == pytest.approx(told, rel=1e-12)
    assert gradient == pytest.approx(slopes[0], rel=1e-12)
    assert bend == pytest.approx(slopes[1], rel=1e-9)


def test_slopes_are_what_small_changes_of_a_price_make() -> None:
    gradient, bend = Barrier(ROWS).slopes(INSIDE, HEAT)
    small = 1e-5
    for row in range(5):
        way = np.where(np.arange(6) == row, small, 0.0)
        above, here, below = (Barrier(ROWS).value(INSIDE + by * way, HEAT) for by in (1, 0, -1))
        assert gradient[row] == pytest.approx((above - below) / (2 * small), abs=1e-6)
        assert bend[row] == pytest.approx(-(above - 2 * here + below) / small**2, abs=1e-4)
    assert (gradient[5], bend[5]) == (0.0, 1.0), "a row without a limit is held where it is"


@pytest.mark.parametrize(("row", "price"), [(0, 0.1), (0, -3.0), (1, -0.1), (1, 5.0)])
def test_there_is_no_bound_outside_the_range_of_a_price(row: int, price: float) -> None:
    """A floor is paid for with 0 to -3, a ceiling with 0 to 5; the ends are outside."""
    outside = np.where(np.arange(6) == row, price, INSIDE)
    assert Barrier(ROWS).value(outside, HEAT) == -INF
    assert by_loops(outside)[0] == -INF


@pytest.mark.parametrize(
    ("way", "length"),
    [
        ((0.0, 0.0), 1.0),
        ((-1.0, 1.0), 1.0),
        ((4.0, 0.0), SHORTENED / 4),
        ((-4.0, 0.0), SHORTENED / 2),
        ((0.0, -4.0), SHORTENED / 2),
        ((0.0, 9.0), SHORTENED / 3),
    ],
)
def test_a_step_ends_before_the_nearest_end_of_a_range(way: tuple[float, float], length: float) -> None:
    """From -1 in 0 to -3 and from 2 in 0 to 5; rows with two limits have no range."""
    barrier, full = Barrier(ROWS), np.array([*way, 100.0, -100.0, 100.0, 0.0])
    _, one, sign, cap, *_ = barrier.parts
    assert barrier.longest(INSIDE, full) == pytest.approx(length)
    assert kernels_heat.longest(INSIDE, full, one, sign, cap, SHORTENED) == pytest.approx(length)
