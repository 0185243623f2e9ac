"""Figures as people read them: rounded half away from zero, thousands apart, told apart from a limit."""

from fractions import Fraction

import pytest

from engine.gate.amounts import at_most, people


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (Fraction(27, 5), "percent", "5.40%"),
        (Fraction(-4000), "USD", "-4,000.00 USD"),
        (Fraction(12345675, 10000), "USD", "1,234.57 USD"),
        (Fraction(-5, 1000), "percent", "-0.01%"),
        (Fraction(-49, 10000), "percent", "0.00%"),
        (Fraction(2469, 2), "shares", "1,235 shares"),
        (Fraction(-1, 2), "count", "-1"),
        (Fraction(1, 3), "ratio", "0.33"),
    ],
)
def test_figures_for_people(value: Fraction, unit: str, told: str) -> None:
    assert people(value, unit) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Fraction(5), "5.00%"),
        (Fraction(5000001, 1000000), "5.000001%"),
        (Fraction(5001, 1000), "5.001%"),
        (5 + Fraction(1, 10**12), "5.00000000%"),
    ],
)
def test_a_figure_is_told_apart_from_its_limit_as_far_as_eight_decimals(value: Fraction, told: str) -> None:
    assert people(value, "percent", apart_from=Fraction(5)) == told


@pytest.mark.parametrize(
    ("quantity", "told"),
    [
        (Fraction(125, 2), "62.5"),  # 63 would be too many
        (Fraction(2000), "2,000"),
        (Fraction(0), "0"),
        (Fraction(2, 3), "0.666666"),
    ],
)
def test_the_most_of_a_trade_is_never_rounded_up(quantity: Fraction, told: str) -> None:
    assert at_most(quantity) == told
