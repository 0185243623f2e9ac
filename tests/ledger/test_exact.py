"""The ledger's rationals are those of the standard library: same values, same order, same text."""

import copy
import gc
import operator
import pickle
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger.exact import IS_COMPILED, exact, exact_ratio
from engine.ledger.uncollected import uncollected

pytestmark = pytest.mark.skipif(
    not IS_COMPILED, reason="not compiled, so compared with itself: pip install -e ."
)

EDGES = [0, 1, 2, 3, 10**9, *(2**bits + off for bits in (31, 32, 62, 63, 64, 127) for off in (-1, 0, 1))]
"""Where a word ends, and beside it."""

WHOLE = st.one_of(st.sampled_from([*EDGES, *(-edge for edge in EDGES)]), st.integers(-(10**6), 10**6))
NUMBERS = st.one_of(
    st.fractions(),
    st.integers(-50, 50).map(Fraction),
    st.builds(lambda above, below: Fraction(above, abs(below) or 1), WHOLE, WHOLE),
)
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
    assert pickle.loads(pickle.dumps(mine)) == copy.deepcopy(mine) == one
    assert (mine.numerator, mine.denominator) == mine.as_integer_ratio() == one.as_integer_ratio()
    assert mine + 0.5 == one + 0.5
    assert exact(mine) is mine


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_keeps_its_value(value: Decimal) -> None:
    assert exact(value) == Fraction(value)


def test_a_ratio_is_in_lowest_terms() -> None:
    assert str(exact_ratio(408, 1000)) == "51/125"


@given(above=WHOLE, below=WHOLE.filter(bool))
def test_a_ratio_is_that_of_fractions(above: int, below: int) -> None:
    assert exact_ratio(above, below).as_integer_ratio() == Fraction(above, below).as_integer_ratio()


@given(one=NUMBERS, other=NUMBERS)
def test_what_the_standard_library_does_is_done_of_the_same_values(one: Fraction, other: Fraction) -> None:
    mine, theirs = exact(one), exact(other)
    assert (round(mine, 2), mine.limit_denominator(100)) == (round(one, 2), one.limit_denominator(100))
    if other:
        assert (mine // theirs, mine % theirs) == (one // other, one % other)
    assert sum([mine, theirs]) == one + other
    assert sorted([mine, theirs]) == sorted([one, other])


@pytest.mark.parametrize("large", [3, 2**70])
def test_nothing_is_kept_of_what_is_no_longer_needed(large: int) -> None:
    told: list[object] = []

    def work() -> None:
        for number in range(1, 2_000):
            one, other = exact_ratio(large + number, 7 * number), exact_ratio(number, large)
            for do in ARITHMETIC:
                do(do(one, other), 1)
            told.append((one < other, one == other, abs(-one), bool(one), hash(other)))
            told.append((one.as_integer_ratio(), one + 0.5, other != 0.5))
            told.clear()

    work()
    gc.collect()
    before = sys.getallocatedblocks()
    work()
    gc.collect()
    assert sys.getallocatedblocks() - before < 200


@pytest.mark.parametrize("above", [0, 1, -1, 2**63, -(2**63), 2**70])
def test_no_ratio_has_0_below(above: int) -> None:
    with pytest.raises(ZeroDivisionError, match="divided by 0"):
        exact_ratio(above, 0)
    with pytest.raises(ZeroDivisionError, match="divided by 0"):
        exact(above) / exact(0)


@pytest.mark.parametrize("wrong", [(1,), (1, 2, 3), (0.5, 1), ("1", 2)])
def test_a_ratio_is_of_two_whole_numbers(wrong: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="two whole numbers"):
        exact_ratio(*wrong)  # type: ignore[arg-type]


def test_without_the_compiled_file_the_standard_library_serves() -> None:
    script = (
        "import sys; sys.modules['engine.ledger._exact'] = None; from engine.ledger import exact as ours;"
        "print(ours.IS_COMPILED, repr(ours.exact(3) / ours.exact_ratio(8, 6)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "False Fraction(9, 4)\n"


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
    for stranger in (Decimal(1), "1"):
        with pytest.raises(TypeError):
            do(mine, stranger)
