"""The parts of the search against plain reckoning: names by brute force, bounds, shapes, whole shares."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp

from engine.facts.ids import AccountId, Symbol
from optimizer.locks import response_force
from optimizer.model import INF, Lots, Model, Positions, Rows, objective, part_of, row_values, violation
from optimizer.names import answer_names, lay_out
from optimizer.prices import Climb
from optimizer.shape import Curve, curve_of, linear_parts, tangent
from optimizer.tell import apportion
from optimizer.whole import Grid, whole_trades
from rulebooks.evaluate import value
from rulebooks.forms import Form, Largest, Least, Linear, Term, TermKind, constant, less, linear, total

A, B, C = (Term(TermKind.VALUE, AccountId("X"), Symbol(s)) for s in "ABC")


def model_of(
    *,
    value_now: list[float],
    target: list[float],
    lots: list[tuple[int, float, float]],
    rows: Rows | None = None,
) -> Model:
    """lots: position, size, cost for a unit sold."""
    n = len(value_now)
    sizes = np.array([size for _, size, _ in lots])
    owner = np.array([p for p, _, _ in lots], dtype=np.int64)
    positions = Positions(
        value=np.array(value_now),
        target=np.array(target),
        curvature=np.full(n, 0.1),
        buy_cost=np.full(n, 0.01),
        buy_least=np.zeros(n),
        buy_most=np.full(n, 50.0),
        sale_least=np.zeros(n),
        sale_most=np.bincount(owner, sizes, n),
        step=np.zeros(n),
        group=np.arange(n),
    )
    kept = Lots(
        position=owner,
        most=sizes,
        cost=np.array([cost for _, _, cost in lots]),
        is_loss=np.array([cost < 0 for _, _, cost in lots]),
    )
    return Model(positions=positions, lots=kept, rows=rows or no_rows(n + len(lots)))


def no_rows(width: int) -> Rows:
    empty = np.zeros(0)
    return Rows(
        matrix=sp.csc_matrix((0, width)),
        start=empty,
        low=empty,
        high=empty,
        price_cap=empty,
        curvature=empty,
        centre=empty,
    )


def test_the_sale_of_the_worked_example_takes_the_first_lot_only() -> None:
    model = model_of(value_now=[20.0], target=[0.0], lots=[(0, 10.0, 1.0), (0, 10.0, 3.0)])
    answer = answer_names(model, lay_out(model), np.zeros(3))
    assert answer.sale.sales == pytest.approx([10.0, 0.0])


@pytest.mark.parametrize("seed", range(6))
def test_a_name_by_itself_is_solved_as_well_as_by_trying_everything(seed: int) -> None:
    rng = random.Random(seed)
    lots = [(0, rng.uniform(1, 10), rng.uniform(-0.5, 3)) for _ in range(3)]
    model = model_of(value_now=[sum(s for _, s, _ in lots)], target=[rng.uniform(0, 30)], lots=lots)
    charge = np.array([rng.uniform(-2, 2) for _ in range(4)])
    answer = answer_names(model, lay_out(model), charge)
    mesh = [np.linspace(0, size, 9) for _, size, _ in lots]
    found = min(
        objective(model, np.array([0.0, *sales])) + float(charge @ np.array([0.0, *sales]))
        for sales in itertools.product(*mesh)
    )
    assert answer.sale.worth[0] <= found + 1e-9
    assert answer.sale.worth[0] >= found - 1.5  # the mesh is coarse


@pytest.mark.parametrize("seed", range(6))
def test_no_list_beats_the_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 6
    value_now, target = rng.uniform(5, 30, n), rng.uniform(5, 30, n)
    lots = [(i, float(value_now[i]) / 2, float(rng.uniform(-0.3, 0.4))) for i in range(n) for _ in range(2)]
    width = n + len(lots)
    owner = [i for i, _, _ in lots]
    cash = np.concatenate((-np.ones(n), np.ones(len(lots))))
    turnover = -np.ones(width)
    rows = Rows(
        matrix=sp.csc_matrix(np.array([cash, turnover])),
        start=np.array([2.0, 0.0]),
        low=np.array([0.0, -20.0]),
        high=np.full(2, INF),
        price_cap=np.full(2, INF),
        curvature=np.zeros(2),
        centre=np.zeros(2),
    )
    model = model_of(value_now=list(value_now), target=list(target), lots=lots, rows=rows)
    bound = Climb(model).climb().bound
    assert len(owner) == len(lots)
    for _ in range(300):
        trades = np.zeros(width)
        for name in range(n):
            if rng.random() < 0.3:
                trades[name] = rng.uniform(0, 8)
            elif rng.random() < 0.5:
                trades[n + 2 * name] = rng.uniform(0, lots[2 * name][1])
        if violation(rows, row_values(model, trades)).max() == 0:
            assert objective(model, trades) >= bound - 1e-9


def test_whole_shares_stay_inside_the_row_and_lose_little() -> None:
    rows = Rows(
        matrix=sp.csc_matrix(np.array([[-1.0, -1.0, 0.0, 0.0]])),
        start=np.array([10.0]),
        low=np.array([0.0]),
        high=np.array([INF]),
        price_cap=np.array([INF]),
        curvature=np.zeros(1),
        centre=np.zeros(1),
    )
    model = model_of(
        value_now=[5.0, 5.0], target=[20.0, 20.0], lots=[(0, 5.0, 0.2), (1, 5.0, 0.2)], rows=rows
    )
    grid = Grid(
        position=np.array([0, 1, 0, 1]),
        step=np.array([3.0, 0.7, 3.0, 0.7]),
        least=np.ones(4, dtype=np.int64),
        most=np.array([10, 40, 1, 7]),
        all_exempt=np.zeros(4, dtype=np.bool_),
        is_sale=np.array([False, False, True, True]),
        is_loss=np.zeros(4, dtype=np.bool_),
    )
    steps = whole_trades(model, grid, np.array([5.0, 5.0, 0.0, 0.0]))
    spent = float(steps[0] * 3.0 + steps[1] * 0.7)
    assert 9.3 < spent <= 10.0
    best = min(
        objective(model, np.array([a * 3.0, b * 0.7, 0, 0]))
        for a in range(4)
        for b in range(15)
        if a * 3.0 + b * 0.7 <= 10.0
    )
    assert objective(model, steps * grid.step) == pytest.approx(best)


# ------------------------------------------------------------------ shapes


def read(values: dict[Term, int]):  # type: ignore[no-untyped-def]
    return lambda term: Fraction(values.get(term, 0))


def one(term: Term) -> Linear:
    return linear({term: Fraction(1)})


def test_the_least_of_linear_parts_is_one_row_each() -> None:
    form = less(Least(parts=(one(A), constant(50))), one(B))
    parts = linear_parts(form)
    assert parts is not None
    state = read({A: 40, B: 5})
    assert min(value(part, state) for part in parts) == value(form, state) == 35


def test_a_cutting_plane_touches_and_lies_nowhere_below() -> None:
    form: Form = less(constant(40), Largest(count=2, parts=(one(A), one(B), one(C))))
    assert curve_of(form) is Curve.CONCAVE
    here = read({A: 30, B: 20, C: 5})
    plane = tangent(form, here)
    assert value(plane, here) == value(form, here) == -10
    for values in ({A: 1, B: 2, C: 50}, {A: 30, B: 0, C: 30}, {}):
        assert value(plane, read(values)) >= value(form, read(values))


def test_sums_of_bent_parts_tell_their_curve() -> None:
    convex = Largest(count=1, parts=(one(A), one(B)))
    assert curve_of(total((1, convex), (1, one(C)))) is Curve.CONVEX
    assert curve_of(total((-1, convex), (1, one(C)))) is Curve.CONCAVE
    assert curve_of(total((-1, convex), (1, Largest(count=1, parts=(one(A), one(C)))))) is Curve.OTHER


# ------------------------------------------------------------------ telling


@pytest.mark.parametrize("seed", range(10))
def test_cents_are_shared_out_to_the_last(seed: int) -> None:
    from decimal import Decimal

    rng = random.Random(seed)
    wished = [rng.uniform(-50, 50) for _ in range(9)]
    whole = Decimal(round(sum(wished) * 100)) / 100
    shared = apportion(whole, wished)
    assert sum(shared) == whole
    assert all(abs(float(s) - w) < 0.03 for s, w in zip(shared, wished, strict=True))


def test_no_response_named_means_block() -> None:
    assert response_force(()) == "hard"


def test_a_part_of_a_matrix_is_what_scipy_takes_from_it() -> None:
    rng = np.random.default_rng(4)
    full = np.where(rng.random((7, 12)) < 0.4, rng.normal(size=(7, 12)), 0.0)
    full[:, 3] = 0.0
    matrix, columns, rows = sp.csc_matrix(full), np.array([3, 11, 0, 5]), np.array([6, 2])
    part = part_of(matrix, columns)
    assert (part.dense() == full[:, columns]).all()
    assert (part.dense(rows) == full[np.ix_(rows, columns)]).all()
    assert (part_of(part, np.array([2, 1])).dense() == full[:, [0, 11]]).all()
    assert part_of(matrix, columns[:0]).dense().shape == (7, 0)
