"""Conditions in three-valued logic: unknown, no value, known, ratings, lists with dates."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from dsl.policy import (
    Amount,
    And,
    Comparison,
    Day,
    Not,
    Op,
    Or,
    PercentOf,
    Predicate,
    Span,
    Text,
    TextSet,
    Unit,
)
from engine.gate.reference.predicates import truth
from engine.gate.reference.values import Absent, Value

SPAN = Span(file="", line=1, column=1, end_line=1, end_column=1)
ROW: dict[str, Value] = {
    "sector": "tech",
    "share": "5%",
    "same": "0.05",
    "rating": "BBB",
    "odd": "not rated",
    "empty": Absent.UNKNOWN,
    "none": Absent.NONE,
    "day": "2026-03-10",
    "cost": Fraction(200),
    "loss": Fraction(10),
}


def compare(path: str, op: Op, *right: Amount | Text | Day | TextSet | PercentOf) -> Comparison:
    return Comparison(path=path, op=op, right=right, span=SPAN)


def amount(value: str) -> Amount:
    return Amount(value=Decimal(value), unit=Unit.SHARE, written=value)


def holds(predicate: Predicate) -> bool | None:
    return truth(predicate, lambda path, _: ROW[path], today=date(2026, 3, 10))


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (compare("sector", Op.IS, Text(value="tech")), True),
        (compare("sector", Op.IS, Text(value="Tech")), False),
        (compare("share", Op.IS, amount("0.05")), True),
        (compare("same", Op.AT_MOST, amount("0.05")), True),
        (compare("same", Op.MORE, amount("0.05")), False),
        (compare("same", Op.LESS, amount("0.05")), False),
        (compare("same", Op.BETWEEN, amount("0.05"), amount("0.06")), True),
        (compare("empty", Op.IS, Text(value="x")), None),
        (compare("empty", Op.IS_NOT, Text(value="x")), None),
        (compare("none", Op.IS, Text(value="x")), False),
        (compare("none", Op.IS_NOT, Text(value="x")), True),
        (compare("none", Op.NOT_IN, TextSet(values=frozenset({"x"}))), True),
        (compare("none", Op.AT_LEAST, amount("0")), False),
        (compare("none", Op.NOT_WORSE, Text(value="BBB-")), False),
        (compare("empty", Op.KNOWN), False),
        (compare("none", Op.KNOWN), False),
        (compare("sector", Op.KNOWN), True),
        (compare("none", Op.UNKNOWN), True),
        (compare("rating", Op.NOT_WORSE, Text(value="BBB")), True),
        (compare("rating", Op.WORSE, Text(value="BBB+")), True),
        (compare("rating", Op.BETTER, Text(value="Baa3")), True),
        (compare("rating", Op.NOT_BETTER, Text(value="BBB-")), False),
        (compare("odd", Op.WORSE, Text(value="BBB")), None),
        (compare("odd", Op.MORE, amount("0.05")), None),
        (compare("day", Op.BEFORE, Day(value=date(2026, 3, 10))), False),
        (compare("day", Op.AT_MOST, Day(value=date(2026, 3, 10))), True),
        (compare("day", Op.AFTER, Day(value=date(2026, 3, 9))), True),
        (
            compare("loss", Op.AT_LEAST, PercentOf(share=Decimal("0.05"), written="5% of cost", name="cost")),
            True,
        ),
        (
            compare("loss", Op.MORE, PercentOf(share=Decimal("0.05"), written="5% of cost", name="cost")),
            False,
        ),
    ],
)
def test_one_comparison(predicate: Comparison, expected: bool | None) -> None:
    assert holds(predicate) is expected


YES, NO, DOUBT = (
    compare("sector", Op.IS, Text(value="tech")),
    compare("sector", Op.IS, Text(value="other")),
    compare("empty", Op.IS, Text(value="x")),
)


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (And(parts=()), True),
        (And(parts=(YES, DOUBT)), None),
        (And(parts=(NO, DOUBT)), False),
        (Or(parts=(YES, DOUBT)), True),
        (Or(parts=(NO, DOUBT)), None),
        (Not(part=DOUBT), None),
        (Not(part=NO), True),
        (Not(part=compare("none", Op.IS, Text(value="x"))), True),
    ],
)
def test_and_or_not(predicate: Predicate, expected: bool | None) -> None:
    assert holds(predicate) is expected


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, True),
        (date(2026, 3, 10), None, True),
        (date(2026, 3, 11), None, False),
        (None, date(2026, 3, 10), True),
        (None, date(2026, 3, 9), False),
    ],
)
def test_lists_with_dates(since: date | None, until: date | None, expected: bool) -> None:
    dated = TextSet(values=frozenset({"tech"}), in_force=(("tech", since, until),))
    assert holds(compare("sector", Op.IN, dated)) is expected
