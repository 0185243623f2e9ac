"""Amounts in fixed modes: the method for few rows beside Clarabel, and beside hand-worked programs."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.invented import account
from optimizer import prices, primal
from optimizer.model import INF, Model, objective, row_values, violation
from optimizer.modes import Choice
from optimizer.prices import Climb
from optimizer.primal import Amounts, fixed_modes
from optimizer.settle import settled
from optimizer.solvers.interior import Shape, solve_shape


def some_choice(model: Model, seed: int) -> Choice:
    """Return the modes that the search settled on, a few names turned round."""
    climb = Climb(model)
    found = settled(model, climb, climb.climb())
    assert found is not None
    rng = np.random.default_rng(seed)
    turned = rng.random(model.positions.count) < 0.05
    return replace(found.choice, sells=found.choice.sells & ~turned, buys=found.choice.buys & ~turned)


def by_clarabel(model: Model, choice: Choice, monkeypatch: pytest.MonkeyPatch) -> Amounts | None:
    monkeypatch.setattr(primal, "MANY_ROWS", -1)
    found = fixed_modes(model, choice)
    monkeypatch.undo()
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("elastic", [False, True])
def test_both_methods_find_the_same_amounts_and_prices(
    seed: int, elastic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = account(60, seed)
    if elastic:
        cap = np.where(np.isfinite(model.rows.low) ^ np.isfinite(model.rows.high), 0.02, INF)
        model = replace(model, rows=replace(model.rows, price_cap=cap))
    choice = some_choice(model, seed)
    one, two = fixed_modes(model, choice), by_clarabel(model, choice, monkeypatch)
    assert (one is None) == (two is None)
    if one is None or two is None:
        return
    assert objective(model, one.trades) == pytest.approx(objective(model, two.trades), abs=1e-5)
    assert violation(model.rows, row_values(model, one.trades)).max() <= 1e-6
    assert one.prices == pytest.approx(two.prices, abs=1e-4)


def test_modes_without_amounts_are_told_by_both(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = account(40, 1)
    none = np.zeros(40, dtype=np.bool_)
    rows = replace(model.rows, low=np.where(np.isfinite(model.rows.low), model.rows.low + 5_000, -INF))
    choice = Choice(worth=0.0, buys=~none, sells=none, harmless=none, in_a=none)
    closed = replace(model, rows=replace(rows, high=np.full(rows.count, INF)))
    assert fixed_modes(closed, choice) is None
    assert by_clarabel(closed, choice, monkeypatch) is None


def shape(**changed: object) -> Shape:
    """Two names, the second with two columns; one row: their sum is at least 4."""
    plain = Shape(
        owner=np.array([0, 1, 1]),
        slope=np.array([1.0, 0.5, 2.0]),
        low=np.zeros(3),
        high=np.array([10.0, 1.0, 10.0]),
        bend=np.array([1.0, 1.0]),
        sum_low=np.full(2, -INF),
        sum_high=np.full(2, INF),
        matrix=np.ones((1, 3)),
        start=np.zeros(1),
        row_low=np.array([4.0]),
        row_high=np.array([INF]),
        price_cap=np.array([INF]),
        curvature=np.zeros(1),
        centre=np.zeros(1),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def test_a_hard_row_is_shared_out_where_it_costs_least() -> None:
    # the marginal costs 1 + x and 2 + (1 + s) meet where x + 1 + s = 4: x is 2.5, s is 0.5, both 3.5
    answer = solve_shape(shape())
    assert answer is not None
    assert answer.values == pytest.approx([2.5, 1.0, 0.5], abs=1e-6)
    assert answer.prices == pytest.approx([-3.5], abs=1e-6)


def test_an_elastic_row_is_kept_up_to_its_price_only() -> None:
    answer = solve_shape(shape(price_cap=np.array([1.2])))
    assert answer is not None
    assert answer.values == pytest.approx([0.2, 0.7, 0.0], abs=1e-6)
    assert answer.prices == pytest.approx([-1.2], abs=1e-6)


def test_a_name_sells_at_least_its_minimum_though_a_lot_is_just_that_large() -> None:
    answer = solve_shape(
        shape(
            row_low=np.array([-INF]),
            row_high=np.array([50.0]),
            high=np.array([10.0, 1.0, 1.0]),
            sum_low=np.array([-INF, 2.0 - 1e-7]),
        )
    )
    assert answer is not None
    assert answer.values == pytest.approx([0.0, 1.0, 1.0], abs=1e-6)


def test_rows_that_cannot_be_kept_have_no_answer() -> None:
    assert solve_shape(shape(row_low=np.array([40.0]))) is None


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_narrow_rules_left_out_at_first_hold_in_the_end(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = account(80, seed, caps=60)
    climb = Climb(model)
    priced = climb.climb()
    assert priced.carried.rows.size < model.rows.count
    found = settled(model, climb, priced)
    assert found is not None
    assert violation(model.rows, row_values(model, found.trades)).max() <= 1e-6
    assert found.bound <= found.cost
    monkeypatch.setattr(prices, "FEW_ROWS", 1_000)
    every = Climb(model)
    carried = every.climb()
    assert carried.carried.rows.size == model.rows.count
    beside = settled(model, every, carried)
    assert beside is not None
    assert found.bound <= beside.cost + 1e-6
    assert beside.bound <= found.cost + 1e-6
