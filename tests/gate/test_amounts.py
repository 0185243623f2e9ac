"""Figures as people read them: rounded half away from zero, thousands apart, told apart from a limit."""

from fractions import Fraction

import pytest

from engine.gate.amounts import people


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
