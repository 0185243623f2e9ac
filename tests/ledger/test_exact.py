"""The ledger's rationals are those of the standard library: same values, same order, same text."""

import gc
import operator
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger.exact import exact, exact_ratio
from engine.ledger.uncollected import uncollected

NUMBERS = st.one_of(st.fractions(), st.integers(-50, 50).map(Fraction))
ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.truediv)
COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


@given(one=NUMBERS, other=NUMBERS, do=st.sampled_from(ARITHMETIC))
def test_arithmetic_is_that_of_fractions(
    one: Fraction, other: Fraction, do: Callable[[Fraction, Fraction], Fraction]
) -> None:
    if do is operator.truediv and not other:
        with pytest.raises(ZeroDivisionError):
            do(exact(one), exact(other))
        return
    expected = do(one, other)
    for left in (one, exact(one)):
        for right in (other, exact(other)):
            found = do(left, right)
            assert found == expected
            assert (found.numerator, found.denominator) == (expected.numerator, expected.denominator)
    if other.denominator == 1:
        assert do(exact(one), other.numerator) == expected  # type: ignore[arg-type]
        assert do(other.numerator, exact(one)) == do(other, one) if one else True  # type: ignore[arg-type]


@given(one=NUMBERS, other=NUMBERS, do=st.sampled_from(COMPARISONS))
def test_order_is_that_of_fractions(
    one: Fraction, other: Fraction, do: Callable[[object, object], bool]
) -> None:
    for left in (one, exact(one)):
        for right in (other, exact(other)):
            assert do(left, right) is do(one, other)
    assert do(exact(one), exact(one)) is do(one, one)
    assert do(exact(one), 3) is do(one, 3)
    assert do(exact(one), 0.5) is do(one, 0.5)


@given(one=NUMBERS)
def test_one_number_alone(one: Fraction) -> None:
    mine = exact(one)
    assert (str(mine), hash(mine), bool(mine)) == (str(one), hash(one), bool(one))
    assert (-mine, abs(mine), float(mine)) == (-one, abs(one), float(one))
    assert pickle.loads(pickle.dumps(mine)) == one
    assert mine + 0.5 == one + 0.5
    assert exact(mine) is mine


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_keeps_its_value(value: Decimal) -> None:
    assert exact(value) == Fraction(value)


def test_a_ratio_is_in_lowest_terms() -> None:
    assert str(exact_ratio(408, 1000)) == "51/125"


def test_the_collector_goes_on_after_an_error() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="row"):
        _fail_uncollected()
    assert gc.isenabled()


@uncollected()
def _fail_uncollected() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert not gc.isenabled()
    raise ValueError("row")


@pytest.mark.parametrize("zero", [0, Fraction(0), exact(0)])
def test_nothing_is_divided_by_nothing(zero: Fraction) -> None:
    with pytest.raises(ZeroDivisionError):
        exact(3) / zero
    with pytest.raises(ZeroDivisionError):
        3 / exact(0)


@pytest.mark.parametrize("do", ARITHMETIC)
def test_other_kinds_of_numbers_are_left_to_the_standard_library(
    do: Callable[[object, object], object],
) -> None:
    mine, theirs = exact(Fraction(3, 4)), Fraction(3, 4)
    for other in (0.5, 2 + 1j):
        assert do(mine, other) == do(theirs, other)
        assert do(other, mine) == do(other, theirs)
    for other in (Decimal(1), "1"):
        with pytest.raises(TypeError):
            do(mine, other)
