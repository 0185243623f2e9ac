"""Each kind of form evaluated by hand, and headroom told in form units."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.ids import AccountId, Symbol
from rulebooks.evaluate import headroom_of, ratio_of, risk_rounded, square_root, value
from rulebooks.forms import (
    Condition,
    Count,
    Form,
    Guarded,
    Largest,
    Least,
    Linear,
    Most,
    Risk,
    Sum,
    Term,
    TermKind,
    constant,
    linear,
    total,
)
from rulebooks.ground import Bound

ACCOUNT = AccountId("A")
STATE = {"X": Fraction(7), "Y": Fraction(-2), "Z": Fraction(0)}


def of(symbol: str) -> Linear:
    return linear({Term(TermKind.VALUE, ACCOUNT, Symbol(symbol)): Fraction(1)})


def read(term: Term) -> Fraction:
    return STATE[term.symbol or ""]


X, Y, Z = of("X"), of("Y"), of("Z")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (linear({Term(TermKind.VALUE, ACCOUNT, Symbol("X")): Fraction(1, 3)}, Fraction(1)), Fraction(10, 3)),
        (Sum(parts=((Fraction(2), X), (Fraction(1, 2), Y))), Fraction(13)),
        (Least(parts=(X, Y, Z)), Fraction(-2)),
        (Most(parts=(X, Y, Z)), Fraction(7)),
        (Largest(count=2, parts=(X, Y, Z)), Fraction(7)),
        (Largest(count=9, parts=(X, Y)), Fraction(7)),  # what is owed is none of the largest
        (Guarded(tests=(Condition(form=X, strict=True),), form=constant(3)), Fraction(3)),
        (Guarded(tests=(Condition(form=Z, strict=True),), form=constant(3)), Fraction(0)),
        (Guarded(tests=(Condition(form=Z, strict=False),), form=constant(3)), Fraction(3)),
        (
            Guarded(tests=(Condition(form=X, strict=True), Condition(form=Y, strict=False)), form=X),
            Fraction(0),
        ),
        (Count(parts=(X, Y, Z)), Fraction(2)),
    ],
)
def test_each_kind_of_form(form: Form, expected: Fraction) -> None:
    assert value(form, read) == expected


def test_risk_is_the_root_of_common_and_own_variance() -> None:
    """f = 7 - 2 = 5; 25 * 0.04 + (0.5 * 7)^2 + 0 = 13.25."""
    risk = Risk(
        actives=((Symbol("X"), X), (Symbol("Y"), Y)),
        exposures=((Fraction(1),), (Fraction(1),)),
        covariance=((Fraction(4, 100),),),
        specific=(Fraction(1, 2), Fraction(0)),
    )
    assert abs(value(risk, read) ** 2 - Fraction("13.25")) < Fraction(1, 10**45)


@given(st.integers(0, 10**18))
def test_roots_of_squares_are_exact(number: int) -> None:
    assert square_root(Fraction(number * number, 10**6)) == Fraction(number, 1000)


def test_risk_is_rounded_half_up_to_a_hundredth_of_a_basis_point() -> None:
    assert risk_rounded(Fraction("0.0000014999")) == Fraction("0.000001")
    assert risk_rounded(Fraction("0.0000015")) == Fraction("0.000002")


def test_headroom_is_the_smaller_side() -> None:
    bound = Bound(low=constant(2), high=constant(10))
    assert headroom_of(bound, read, measure=Fraction(9)) == 1
    assert headroom_of(bound, read, measure=Fraction(3)) == 1
    assert headroom_of(bound, read, measure=Fraction(11)) == -1
    assert headroom_of(Bound(low=None, high=None), read, measure=Fraction(1)) is None


def test_a_rounded_measure_at_its_limit_passes() -> None:
    """1.0000004% rounds to the limit of 1%; 1.0000006% is over by one step."""
    bound = Bound(low=None, high=constant(Fraction(1, 100)))
    near = headroom_of(bound, read, measure=Fraction("0.010000004"), base=Fraction(1), rounded=True)
    over = headroom_of(bound, read, measure=Fraction("0.0100006"), base=Fraction(1), rounded=True)
    assert (near, over) == (0, Fraction(-1, 10**6))


def test_nothing_is_told_over_a_base_of_zero() -> None:
    assert ratio_of(Fraction(1), Fraction(0)) is None
    assert ratio_of(Fraction(1), Fraction(-1)) is None
    assert ratio_of(Fraction(1), None) == 1


FRACTIONS = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)


@given(st.lists(st.tuples(FRACTIONS, st.sampled_from([X, Y, Z])), max_size=6), FRACTIONS)
def test_a_total_of_linear_forms_is_one_linear_form_of_the_same_value(
    parts: list[tuple[Fraction, Linear]], offset: Fraction
) -> None:
    merged = total(*parts, (1, constant(offset)))
    assert isinstance(merged, Linear)
    assert value(merged, read) == sum((f * value(form, read) for f, form in parts), offset)
