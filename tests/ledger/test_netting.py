"""Netting, the limit on ordinary income, carryovers by character, net investment income tax."""

from decimal import Decimal

import pytest

from engine.ledger.tax.netting import net, net_investment_income_tax

D = Decimal


@pytest.mark.parametrize(
    ("short", "long", "deducted", "carry_short", "carry_long"),
    [
        (-5000, -2000, 3000, 2000, 2000),
        (1000, -9000, 3000, 0, 5000),
        (-1000, -7000, 3000, 0, 5000),
        (-2000, 5000, 0, 0, 0),
        (-5000, 1000, 3000, 1000, 0),
        (-3000, 0, 3000, 0, 0),
        (-3001, 0, 3000, 1, 0),
        (0, -2999, 2999, 0, 0),
        (0, 0, 0, 0, 0),
    ],
)
def test_netting(short: int, long: int, deducted: int, carry_short: int, carry_long: int) -> None:
    told = net(short=D(short), long=D(long))
    assert (told.ordinary_deduction, told.carryover_short, told.carryover_long) == (
        D(deducted),
        D(carry_short),
        D(carry_long),
    )


def test_carryovers_come_in_by_character() -> None:
    told = net(short=D(500), long=D(200), carryover_short=D(2000), carryover_long=D(2000))
    assert (told.net_short, told.net_long) == (D(-1500), D(-1800))
    assert (told.ordinary_deduction, told.carryover_short, told.carryover_long) == (D(3000), D(0), D(300))


def test_separate_returns_deduct_half() -> None:
    told = net(short=D(-5000), long=D(0), filing_status="married_separate")
    assert (told.ordinary_deduction, told.carryover_short) == (D(1500), D(3500))


def test_low_income_uses_up_less() -> None:
    told = net(short=D(-3000), long=D(0), adjusted_taxable_income=D(1000))
    assert (told.ordinary_deduction, told.carryover_short) == (D(3000), D(2000))
    told = net(short=D(-3000), long=D(0), adjusted_taxable_income=D(-5))
    assert told.carryover_short == 3000


@pytest.mark.parametrize(
    ("magi", "income", "status", "tax"),
    [
        (230_000, 45_000, "single", "1140"),
        (200_000, 45_000, "single", "0"),
        (400_000, 45_000, "single", "1710"),
        (250_001, 10, "married_joint", "0.038"),
        (125_100, 500, "married_separate", "3.8"),
        (300_000, -5, "single", "0"),
    ],
)
def test_net_investment_income_tax(magi: int, income: int, status: str, tax: str) -> None:
    told = net_investment_income_tax(magi=D(magi), net_investment_income=D(income), filing_status=status)
    assert told == D(tax)
