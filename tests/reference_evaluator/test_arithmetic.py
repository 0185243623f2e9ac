"""Sums corrected for what a list touches are the sums taken afresh; roots round half up; days of lots."""

from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from random import Random

import pytest

from engine.gate.reference import judge, prepare
from engine.gate.reference.risk import rounded_root
from engine.gate.reference.rows import last_short_day
from engine.ledger.settle import settle
from tests.properties.worlds import world_of


@pytest.mark.parametrize("seed", range(12))
def test_a_prepared_book_says_the_same_of_any_list_whatever_it_judged_before(seed: int) -> None:
    policy, book, lists = world_of(10_000 + seed)
    used = prepare((policy,), book)
    for trades in (*lists, (), *reversed(lists)):
        settlement = settle(book, trades, reading=policy.tax)
        fresh = prepare((policy,), book)
        assert tuple(judge(used, trades, settlement)) == tuple(judge(fresh, trades, settlement))


@pytest.mark.parametrize(
    ("variance", "root"),
    [
        (Fraction(0), "0"),
        (Fraction(1, 10_000), "0.01"),
        (Fraction(15, 10**7) ** 2, "0.000002"),  # 1.5 steps round up
        (Fraction(14999, 10**10) ** 2, "0.000001"),
    ],
)
def test_roots_round_half_up_to_a_hundredth_of_a_basis_point(variance: Fraction, root: str) -> None:
    assert rounded_root(variance) == Fraction(root)


def test_roots_agree_with_fifty_digits() -> None:
    chance = Random(7)
    for _ in range(500):
        variance = Fraction(chance.randrange(1, 10**9), chance.randrange(1, 10**12))
        with localcontext() as context:
            context.prec = 50
            root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
            expected = (root * 1_000_000 + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR")
        assert rounded_root(variance) == Fraction(int(expected), 1_000_000)


@pytest.mark.parametrize(
    ("acquired", "last_short"),
    [
        (date(2023, 3, 1), date(2024, 3, 1)),
        (date(2023, 2, 28), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 4, 30), date(2024, 4, 30)),
    ],
)
def test_the_last_short_term_day_is_the_anniversary(acquired: date, last_short: date) -> None:
    assert last_short_day(acquired) == last_short
