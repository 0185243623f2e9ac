"""Compiled loops beside the plain arrays that are their reference: same worth, shares and curvature.

The everyday run takes the loops as they stand; compiling them takes half a minute the first time:

pytest tests/optimizer/test_compiled.py --long
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.invented import account
from optimizer import compiled, kernels_heat, prices
from optimizer.model import Model
from optimizer.names import answer_names, lay_out
from optimizer.prices import STAGES, Carried, Climb, Place

CLOSE = 1e-9


@pytest.fixture(autouse=True)
def arrays_again() -> Iterator[None]:
    yield
    compiled.switch_off()


def model_of(seed: int, group: int, ticket: float) -> Model:
    """Return an account of 30 names in wash groups of `group`, each order charged `ticket`."""
    model, _ = account(30, seed)
    positions = replace(model.positions, group=np.arange(30) // group, ticket=np.full(30, ticket))
    return replace(model, positions=positions)


def places(model: Model, *, on: bool) -> list[tuple[Place, np.ndarray, np.ndarray]]:
    """Return some places of a climb with gradient and curvature, by loops or by arrays."""
    climb = Climb(model)
    carried = Carried(model, climb.layout, np.arange(model.rows.count))
    assert (carried.loops is not None) is on
    rng = np.random.default_rng(7)
    prices, place, found = Climb(model).climb().prices, None, []
    for heat in STAGES[::2]:
        near = carried.barrier.inner(prices + rng.normal(0, 0.003, prices.size))
        place = carried.at(near, heat, None if place is None else place.answer.order)
        found.append((place, *carried.slopes(place, heat)))
    return found


def assert_same(model: Model, *, as_they_stand: bool) -> None:
    by_arrays = places(model, on=False)
    assert compiled.switch_on(as_they_stand=as_they_stand)
    by_loops = places(model, on=True)
    for (one, gradient, bend), (two, gradient_2, bend_2) in zip(by_arrays, by_loops, strict=True):
        assert one.value == pytest.approx(two.value, rel=CLOSE, abs=CLOSE)
        assert (one.answer.order == two.answer.order).all()
        assert (one.answer.sale.marginal == two.answer.sale.marginal).all()
        assert one.mix.buy == pytest.approx(two.mix.buy, abs=1e-7)
        assert one.mix.sale == pytest.approx(two.mix.sale, abs=1e-7)
        assert one.answer.sale.sales == pytest.approx(two.answer.sale.sales, abs=1e-7)
        assert np.abs(gradient - gradient_2).max() <= 1e-7 * (1 + np.abs(gradient).max())
        assert np.abs(bend - bend_2).max() <= 1e-7 * np.abs(bend).max()


@pytest.mark.parametrize(("seed", "group", "ticket"), [(0, 1, 0.0), (1, 1, 0.3), (2, 2, 0.0), (3, 3, 0.2)])
def test_the_loops_as_they_stand_are_the_arrays(seed: int, group: int, ticket: float) -> None:
    assert_same(model_of(seed, group, ticket), as_they_stand=True)


@pytest.mark.long
@pytest.mark.parametrize(("seed", "group"), [(4, 1), (5, 2)])
def test_the_compiled_loops_are_the_arrays(seed: int, group: int) -> None:
    pytest.importorskip("numba", reason="pip install 'guardband[fast]'")
    assert_same(model_of(seed, group, 0.1), as_they_stand=False)


def some_rows(model: Model, picked: slice) -> Model:
    """Return the model with some of its rows: 20 factors, 11 sectors, cash, turnover, and two of gains."""
    rows = model.rows
    told = {name: getattr(rows, name)[picked] for name in ("start", "low", "high", "price_cap")}
    more = {name: getattr(rows, name)[picked] for name in ("curvature", "centre")}
    return replace(model, rows=replace(rows, matrix=rows.matrix[picked].tocsc(), **told, **more))


ROWS = {"all": slice(0, 35), "mirrored": slice(0, 31), "odd": slice(31, 35), "none": slice(0, 0)}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("group", [1, 2])
@pytest.mark.parametrize("as_they_stand", [True, pytest.param(False, marks=pytest.mark.long)])
def test_a_climb_by_loops_ends_at_the_same_prices_and_bound(
    rows: str, group: int, as_they_stand: bool
) -> None:
    if not as_they_stand:
        pytest.importorskip("numba", reason="pip install 'guardband[fast]'")
    model = some_rows(model_of(6, group, 0.0), ROWS[rows])
    by_arrays = Climb(model).climb()
    assert compiled.switch_on(as_they_stand=as_they_stand)
    by_loops = Climb(model).climb()
    assert by_arrays.steps == by_loops.steps
    assert by_loops.bound == pytest.approx(by_arrays.bound, abs=1e-6)
    assert by_loops.prices == pytest.approx(by_arrays.prices, abs=1e-6)
    assert by_loops.mix.buy == pytest.approx(by_arrays.mix.buy, abs=1e-5)
    assert (by_loops.answer.order == by_arrays.answer.order).all()


@pytest.mark.parametrize(("limit", "most"), [("MOST_STEPS", 2), ("MOST_TRIES", 1)])
def test_loops_and_arrays_give_up_at_the_same_place(
    limit: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(6, 1, 0.0)
    steps = Climb(model).climb().steps
    monkeypatch.setattr(prices, limit, most)
    by_arrays = Climb(model).climb()
    assert compiled.switch_on(as_they_stand=True)
    by_loops = Climb(model).climb()
    assert by_arrays.steps == by_loops.steps < steps
    assert by_loops.bound == pytest.approx(by_arrays.bound, abs=1e-6)


def test_a_matrix_without_a_factor_is_told() -> None:
    right = np.array([1.0, 1.0])
    assert kernels_heat.solved(np.array([[4.0, 2.0], [2.0, 3.0]]), right)
    assert right == pytest.approx([0.125, 0.25])
    assert not kernels_heat.solved(np.array([[1.0, 2.0], [2.0, 1.0]]), right)


def test_without_numba_switching_on_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled.importlib.util, "find_spec", lambda name: None)
    assert not compiled.switch_on()
    assert not compiled.is_on()


def test_a_sale_that_ends_between_two_lots_does_not_move_with_prices() -> None:
    # sums of lots are off by their last digit: what that leaves of the next lot is no sale of it
    model = model_of(0, 1, 0.0)
    layout = lay_out(model)
    rng = np.random.default_rng(3)
    for _ in range(40):
        charge = rng.normal(0, 0.2, model.columns)
        answer = answer_names(model, layout, charge).sale
        lots = answer.marginal[answer.marginal >= 0]
        sold, size = answer.sales[lots], model.lots.most[lots]
        assert (sold > 1e-10 * size).all()
        assert (sold < size * (1 - 1e-10)).all()
