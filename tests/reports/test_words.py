"""Amounts as people read them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from reports import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.5"), "1,234.50"),
        (Decimal("-0.005"), "−0.01"),
        (Decimal("-0.004"), "0.00"),
        (Fraction(2, 3), "0.67"),
        (Decimal("1e6"), "1,000,000.00"),
        (None, "–"),
    ],
)
def test_money_is_grouped_and_rounds_half_up(value: Decimal | None, text: str) -> None:
    assert words.money(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(Decimal(5), "+5"), (Decimal(-5), "−5"), (Decimal(0), "0"), (Decimal("0.4"), "+0")]
)
def test_a_gain_always_tells_its_sign(value: Decimal, text: str) -> None:
    assert words.signed(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("5.4"), "percent", "5.40%"),
        (Decimal("10"), "shares", "10"),
        (Fraction(41, 4), "shares", "10.25"),
        (Decimal("-4000"), "USD", "−4,000.00 USD"),
        (Decimal("4.5"), "years", "4.5 years"),
    ],
)
def test_a_figure_carries_its_unit(value: Decimal, unit: str, text: str) -> None:
    assert words.figure(value, unit) == text


def test_days_and_plurals() -> None:
    assert words.day(date(2018, 2, 8)) == "8 Feb 2018"
    assert words.plural(1, "trade") == "1 trade"
    assert words.plural(1200, "trade") == "1,200 trades"
