"""Helper columns: rows that hold with some helpers exactly where a bent form is large enough."""

import random
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from engine.facts.ids import Symbol
from optimizer.build import Problem, build
from optimizer.curved import After, near_value
from optimizer.helpers import Helpers, Shown
from optimizer.model import Floats
from optimizer.settings import Intent, Settings
from rulebooks.forms import (
    Condition,
    Count,
    Form,
    Guarded,
    Largest,
    Least,
    Linear,
    Most,
    Term,
    TermKind,
    constant,
    less,
    linear,
    total,
)
from tests.optimizer.hand import MAIN, account, book, laid_out, lot

HELD = {"AAA": 30, "BBB": 20, "CCC": 5}
"""Shares of 100 USD; with 4,500 in cash 10,000 USD in all, so that a unit is 1 USD."""

A, B, C = (linear({Term(TermKind.VALUE, MAIN, Symbol(s)): Fraction(1)}) for s in HELD)
CAP = constant(1_500)
CAPPED = total(*((1, Least(parts=(one, CAP))) for one in (A, B, C)))
IN, OUT = (
    Guarded(tests=(Condition(form=less(A, constant(n)), strict=False),), form=B) for n in (2_500, 3_500)
)


@pytest.fixture(scope="module")
def three() -> Problem:
    lots = [lot(symbol, shares, cost="90") for symbol, shares in HELD.items()]
    ground = laid_out("", book(lots, accounts=[account("MAIN", "4500")]))
    return build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings())


def lists(problem: Problem) -> list[Floats]:
    """Return amounts of the columns, in units: nothing, and twelve lists by chance."""
    draw = random.Random(3)
    most = problem.columns.most
    return [np.zeros(most.size), *(np.array([m * draw.choice((0, 0.3, 1)) for m in most]) for _ in range(12))]


def largest(helpers: Helpers, shown: Shown, trades: Floats) -> float:
    """Return the most that an amount comes to over all helpers that the rows allow after a list."""
    width, count = trades.size, trades.size + len(helpers.most)

    def line(row: Shown) -> Floats:
        return np.array([row.terms.get(column, 0.0) for column in range(count)])

    if not helpers.most:
        return float(shown.start + line(shown) @ trades)
    rows = [line(row) for row in helpers.rows]
    found = linprog(
        -line(shown)[width:],
        A_ub=[-row[width:] for row in rows],
        b_ub=[row.start + r[:width] @ trades for row, r in zip(helpers.rows, rows, strict=True)],
        bounds=[(0.0, most) for most in helpers.most],
    )
    assert found.success
    return float(shown.start + line(shown)[:width] @ trades - found.fun)


@pytest.mark.parametrize(
    "form",
    [
        CAPPED,
        total((2, CAPPED), (-1, A)),
        total((-1, Most(parts=(A, B, CAP))), (1, C)),
        total((1, CAP), (-1, Largest(count=2, parts=(A, B, C)))),
        total((1, CAPPED), (-3, Largest(count=1, parts=(A, Most(parts=(B, C)))))),
        Least(parts=(CAPPED, total((1, A), (-1, Most(parts=(B, C)))))),
        total((1, Least(parts=(A,))), (-1, Largest(count=3, parts=(B, C)))),
    ],
)
def test_the_best_helpers_give_what_the_form_is_worth(three: Problem, form: Form) -> None:
    for trades in lists(three):
        helpers = Helpers(three.columns, three.state)
        shown = helpers.held(form, 1e9)
        assert shown is not None
        worth = near_value(form, After(three.columns, three.state, trades))
        assert largest(helpers, shown, trades) == pytest.approx(worth, abs=1e-6)


@pytest.mark.parametrize(
    ("form", "kindly"),
    [
        (total((1, IN), (1, OUT)), total((2, B))),
        (total((1, CAP), (-1, IN), (-1, OUT)), CAP),
        (total((1, Least(parts=(OUT, CAP))), (-1, A)), total((1, Least(parts=(B, CAP))), (-1, A))),
    ],
)
def test_sets_are_taken_as_kindly_as_any_list_could_have_them(
    three: Problem, form: Form, kindly: Form
) -> None:
    for trades in lists(three):
        helpers = Helpers(three.columns, three.state)
        shown = helpers.held(form, 1e9)
        assert shown is not None
        after = After(three.columns, three.state, trades)
        assert largest(helpers, shown, trades) == pytest.approx(near_value(kindly, after), abs=1e-6)
        assert near_value(kindly, after) >= near_value(form, after) - 1e-6


@pytest.mark.parametrize(
    "form",
    [
        total((1, Count(parts=(A, B))), (1, A)),
        total((-1, CAPPED)),
        Guarded(tests=IN.tests, form=less(A, B)),
        total((1, Most(parts=(A, B))), (1, Least(parts=(A, CAP)))),
    ],
)
def test_what_has_another_shape_has_no_helpers(three: Problem, form: Form) -> None:
    helpers = Helpers(three.columns, three.state)
    assert helpers.held(form, 1e9) is None
    assert not helpers.rows
    assert not helpers.most


@pytest.mark.parametrize(("least", "is_held"), [(0.0, False), (0.01, True)])
def test_what_no_list_is_short_of_needs_no_rows(three: Problem, least: float, is_held: bool) -> None:
    """All three sold, nothing counts."""
    helpers = Helpers(three.columns, three.state)
    assert (helpers.held(CAPPED, least) is not None) is is_held
    assert bool(helpers.rows) is is_held


def test_a_helper_reaches_no_further_than_lists_do(three: Problem) -> None:
    """BBB is worth 0 to 12,000: what is sold, or what 10,000 of net assets buy; the cap is 1,500."""
    helpers = Helpers(three.columns, three.state)
    assert helpers.held(Least(parts=(B, CAP)), 1e9) == Shown({three.columns.width: 1.0}, 0.0)
    assert helpers.most == [1_500.0]
    assert isinstance(B, Linear)
    assert helpers.held(B, -1.0) is None
