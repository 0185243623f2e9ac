"""The foreign solvers at the ends of what they can say: no point, no proof, no room between two bounds."""

import numpy as np
import pytest
import scipy.sparse as sp

from optimizer.curved import After, near_value
from optimizer.model import INF
from optimizer.solvers.interior import solve_shape
from optimizer.solvers.linear import Feasibility
from rulebooks.evaluate import value
from rulebooks.forms import Form, Least, Most, Term, TermKind, linear
from tests.optimizer.hand import MAIN
from tests.optimizer.test_amounts import shape
from tests.optimizer.test_objective import off_target
from tests.optimizer.test_unusual import built

Lines = list[list[float]]


def program(lines: Lines, low: list[float], most: list[float]) -> Feasibility:
    return Feasibility(sp.csc_matrix(np.array(lines)), np.array(low), np.array(most))


@pytest.mark.parametrize(
    ("lines", "low", "most", "feasible", "proof"),
    [
        ([[1.0]], [2.0], [2.0], True, None),  # just so
        ([[1.0]], [3.0], [2.0], False, [1.0]),
        ([[1.0, 1.0], [-1.0, -1.0]], [3.0, -2.0], [5.0, 5.0], False, [1.0, 1.0]),
        ([[1.0]], [1_000.0002], [1_000.0], False, [1.0]),
        ([[1.0]], [1_000.00005], [1_000.0], False, None),  # within what rounding may do
        ([[0.0]], [1.0], [2.0], False, None),  # nothing moves the row: the solver has no weights to show
    ],
)
def test_nothing_is_impossible_without_a_checked_proof(
    lines: Lines, low: list[float], most: list[float], feasible: bool, proof: list[float] | None
) -> None:
    asked = program(lines, low, most)
    assert asked.feasible() == feasible
    ray = asked.ray()
    assert (ray is None) == (proof is None)
    if ray is not None:
        assert list(ray / ray.max()) == proof


def test_a_row_that_is_switched_off_demands_nothing_until_it_is_on_again() -> None:
    asked = program([[1.0], [-1.0]], [3.0, -2.0], [9.0])
    seen = []
    for on in (True, False, True):
        asked.switch(np.array([1]), on=on)
        seen.append((asked.feasible(), asked.ray() is None))
    assert seen == [(False, False), (True, True), (False, False)]


def test_a_name_whose_lots_are_smaller_than_its_least_sale_has_no_answer() -> None:
    """Lots of 1 and 1 add up to 2: at least 2.5 cannot be sold."""
    least = np.array([-INF, 2.5])
    assert solve_shape(shape(high=np.array([10.0, 1.0, 1.0]), sum_low=least)) is None
    assert solve_shape(shape(high=np.array([10.0, 1.0, 1.0]), sum_low=least - 1.0)) is not None


def term(kind: TermKind, symbol: str | None = None) -> Form:
    return linear({Term(kind, MAIN, symbol): 1})  # type: ignore[arg-type,dict-item]


@pytest.mark.parametrize("least", [True, False])
def test_the_nearer_of_two_amounts_after_a_list_is_read_from_its_trades(least: bool) -> None:
    """AAA and cash, of 60,000 and 40,000: after buying for 5,000 of AAA, 65,000 and 35,000 but for costs."""
    problem = built("", off_target())
    bought = np.zeros(problem.columns.width)
    index = problem.columns.places[(MAIN, problem.columns.names[0].symbol)]
    bought[index] = 5_000 / problem.columns.unit
    after = After(problem.columns, problem.state, bought)
    parts = (term(TermKind.VALUE, problem.columns.names[0].symbol), term(TermKind.CASH))
    form = Least(parts=parts) if least else Most(parts=parts)
    assert near_value(form, after) == pytest.approx(35_000 if least else 65_000, rel=1e-3)
    assert value(form, problem.state) == (40_000 if least else 60_000)
