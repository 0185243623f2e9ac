"""The answer of `guardband lots`, key by key, and the smallest tools under it."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from engine.facts.readings import TaxReading
from engine.ledger.cents import apportion, exact_decimal, split_cents, to_cents
from engine.ledger.terms import anniversary, days_to_long_term, first_safe_day, is_in_window_61, term
from tests.ledger.cases import answer, load

FOLDER = Path(__file__).resolve().parent.parent / "cases" / "ledger"


def test_the_answer_in_full() -> None:
    told = answer(load(FOLDER / "r19-ira" / "taxable-first-protects.case"), TaxReading())
    sentences = told["disposals"][0].pop("because")
    assert len(sentences) == 4
    assert told == {
        "schema": "guardband/lots/1",
        "disposals": [
            {
                "sale": "s",
                "lot": "old",
                "account": "A",
                "symbol": "X",
                "quantity": "100",
                "proceeds": "500",
                "basis": "1000",
                "gain": "-500",
                "disallowed": "500",
                "permanently_disallowed": "200",
                "recognized": "0",
                "broker_disallowed": "300",
                "term": "long",
                "acquired": "2023-01-10",
                "adjusted_acquired": "2023-01-10",
                "sold": "2024-06-03",
                "replacements": [
                    {
                        "lot": "shield",
                        "account": "A",
                        "symbol": "X",
                        "acquired": "2024-05-20",
                        "quantity": "60",
                        "absorbed": "300",
                        "permanent": False,
                    },
                    {
                        "lot": "ira",
                        "account": "I",
                        "symbol": "X",
                        "acquired": "2024-05-25",
                        "quantity": "40",
                        "absorbed": "200",
                        "permanent": True,
                    },
                ],
            }
        ],
        "open_lots": [
            {
                "lot": "shield",
                "account": "A",
                "symbol": "X",
                "quantity": "60",
                "basis": "660",
                "original_basis": "360",
                "acquired": "2024-05-20",
                "adjusted_acquired": "2022-12-27",
            },
            {
                "lot": "ira",
                "account": "I",
                "symbol": "X",
                "quantity": "100",
                "basis": "600",
                "original_basis": "600",
                "acquired": "2024-05-25",
                "adjusted_acquired": "2024-05-25",
            },
        ],
        "open_shorts": [],
        "by_year": {"2024": {"short": "0", "long": "0"}},
        "totals": {
            "disallowed": "500",
            "permanently_disallowed": "200",
            "deferred": "300",
            "recognized": "0",
        },
        "coverage": {"accounts": ["A", "I"], "from": "2023-01-10", "until": "2099-12-31"},
    }
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    ("total", "parts", "told"),
    [
        (10000, (Fraction(10000, 3),) * 3, (3333, 3333, 3334)),
        (100, (Fraction(5, 10), Fraction(995, 10)), (0, 100)),
        (1, (Fraction(1, 3), Fraction(2, 3)), (0, 1)),
        (-100, (Fraction(-100, 3), Fraction(-200, 3)), (-33, -67)),
        (12, (Fraction(5), Fraction(5)), (6, 6)),
    ],
)
def test_apportion(total: int, parts: tuple[Fraction, ...], told: tuple[int, ...]) -> None:
    assert apportion(total, parts) == told


def test_splitting_in_two_is_apportioning_to_two() -> None:
    for cents in range(1, 200, 7):
        for taken in range(1, 12):
            one, other = Fraction(cents * taken, 1200), Fraction(cents * (12 - taken), 1200)
            assert split_cents(cents, taken=one, rest=other) == apportion(cents, (one * 100, other * 100))[0]


def test_roundings() -> None:
    assert [to_cents(Fraction(n, 1000)) for n in (5, 4, -5, -4, 15)] == [1, 0, -1, 0, 2]
    assert exact_decimal(Fraction(9, 8)) == Decimal("1.125")
    assert exact_decimal(Fraction(1, 3)) == Decimal("0.333333333333333333333333")


@pytest.mark.parametrize(
    ("acquired", "last_short"),
    [
        (date(2023, 3, 1), date(2024, 3, 1)),
        (date(2023, 2, 28), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2024, 2, 28), date(2025, 2, 28)),
        (date(2023, 4, 30), date(2024, 4, 30)),
        (date(2023, 1, 30), date(2024, 1, 30)),
    ],
)
def test_anniversaries(acquired: date, last_short: date) -> None:
    assert anniversary(acquired) == last_short
    assert term(acquired, last_short) == "short"
    assert days_to_long_term(acquired, last_short) == 1
    assert days_to_long_term(acquired, date(2026, 1, 1)) == 0


def test_the_window_and_the_first_day_after_it() -> None:
    sold = date(2024, 6, 3)
    assert is_in_window_61(date(2024, 7, 3), sold)
    assert not is_in_window_61(date(2024, 7, 4), sold)
    assert is_in_window_61(date(2024, 5, 4), sold)
    assert not is_in_window_61(date(2024, 5, 3), sold)
    assert first_safe_day(sold) == date(2024, 7, 4)
