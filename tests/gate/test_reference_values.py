"""Conditions on days and on the smaller or greater of two figures, by the independent evaluator."""

from datetime import date

import pytest

from dsl.policy import Amount, Comparison, DataRef, Day, Greater, Op, Smaller, Text
from tests.reference_evaluator.test_predicates import SPAN, amount, compare, holds

TODAY, LATER = Day(value=date(2026, 3, 10)), Day(value=date(2026, 3, 11))
EIGHT, TEN, ELEVEN = (amount(value) for value in ("8", "10", "11"))


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (compare("day", Op.IS, TODAY), True),
        (compare("day", Op.IS, LATER), False),
        (compare("day", Op.IS_NOT, LATER), True),
        (compare("odd", Op.IS, TODAY), None),
        (compare("odd", Op.IS_NOT, TODAY), None),
        (compare("odd", Op.IS, TEN), None),
        (compare("empty", Op.IS, TODAY), None),
        (compare("none", Op.IS, TODAY), False),
        (compare("day", Op.BEFORE, LATER), True),
        (compare("day", Op.AFTER, TODAY), False),
    ],
)
def test_a_day_is_a_day_and_what_is_none_is_unknown(predicate: Comparison, expected: bool | None) -> None:
    assert holds(predicate) is expected


def test_a_rating_beside_what_is_no_rating_is_unknown() -> None:
    assert holds(compare("rating", Op.NOT_WORSE, Text(value="BBB-"))) is True
    assert holds(compare("rating", Op.NOT_WORSE, TEN)) is None


@pytest.mark.parametrize(
    ("other", "smaller", "greater"),
    [
        (EIGHT, True, True),
        (ELEVEN, True, False),
        (DataRef(name="cost"), True, False),
        (DataRef(name="empty"), None, None),
        (DataRef(name="none"), False, False),
    ],
)
def test_a_loss_of_ten_against_the_smaller_and_the_greater_of_ten_and_another(
    other: Amount | DataRef, smaller: bool | None, greater: bool | None
) -> None:
    """Cost is 200; an unknown one leaves it unknown, and against none nothing holds."""

    def least(right: Smaller | Greater) -> bool | None:
        return holds(Comparison(path="loss", op=Op.AT_LEAST, right=(right,), span=SPAN))

    assert least(Smaller(parts=(TEN, other))) is smaller
    assert least(Greater(parts=(TEN, other))) is greater
    assert least(Greater(parts=(other, TEN))) is greater
