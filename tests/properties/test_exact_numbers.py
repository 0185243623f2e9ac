"""The rationals of ledger, gate and reference beside `fractions.Fraction`: rounding, mixing, formatting.

Arithmetic, order, hash and pickling are held to it in tests/ledger/test_exact.py.
"""

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger.exact import exact

NUMBERS = st.fractions(max_denominator=10_000)
ALONE: tuple[Callable[[Fraction], object], ...] = (
    math.floor,
    math.ceil,
    math.trunc,
    round,
    int,
    repr,
    str,
    float,
)
PAIRED = (operator.floordiv, operator.mod, divmod, min, max)


@given(one=NUMBERS, do=st.sampled_from(ALONE))
def test_what_is_made_of_one_number_is_the_same(one: Fraction, do: Callable[[Fraction], object]) -> None:
    assert do(exact(one)) == (f"Exact({one.numerator}, {one.denominator})" if do is repr else do(one))


@given(one=NUMBERS, other=NUMBERS.filter(bool), do=st.sampled_from(PAIRED))
def test_what_is_made_of_two_is_the_same(
    one: Fraction, other: Fraction, do: Callable[[Fraction, Fraction], object]
) -> None:
    assert do(exact(one), exact(other)) == do(one, exact(other)) == do(exact(one), other) == do(one, other)


@given(one=NUMBERS, power=st.integers(-4, 4), places=st.integers(0, 8))
def test_powers_and_rounding_are_the_same(one: Fraction, power: int, places: int) -> None:
    assert round(exact(one), places) == round(one, places)
    if one or power >= 0:
        assert exact(one) ** power == one**power


@given(many=st.lists(NUMBERS, max_size=8))
def test_sums_and_sets_are_the_same(many: list[Fraction]) -> None:
    mine = [exact(one) for one in many]
    assert (sum(mine), sorted(mine), set(mine)) == (sum(many), sorted(many), set(many))
    assert dict.fromkeys(mine) == dict.fromkeys(many)


@given(one=st.decimals(allow_nan=False, allow_infinity=False, places=6), flag=st.booleans())
def test_decimals_come_in_exactly_and_never_mix(one: Decimal, flag: bool) -> None:
    assert exact(one) == Fraction(one)
    assert exact(one) + flag == Fraction(one) + flag
    for do in (operator.add, operator.sub, operator.mul):
        with pytest.raises(TypeError):
            do(exact(one), Decimal(1))
        with pytest.raises(TypeError):
            do(Decimal(1), exact(one))
