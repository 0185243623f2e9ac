"""Dividends: which qualify by the days that shares are held, and what a sale would cost of them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.facts.ids import Symbol
from engine.facts.lots import Lot
from engine.facts.readings import TaxReading
from engine.facts.securities import Security
from engine.facts.transactions import Transaction
from engine.ledger.book import open_book
from engine.ledger.tax.dividends import lost_by_selling
from engine.ledger.tax.year import tax_year
from tests.ledger.books import records, year_of

D = Decimal


@pytest.mark.parametrize(
    ("bought", "sold", "qualified"),
    [
        ("2024-07-08", "2024-08-11", "0.00"),  # 34 days
        ("2024-07-15", "2024-09-16", "100.00"),  # 61 of its 63 days
        ("2024-07-15", "2024-09-13", "0.00"),  # 60 days
        ("2024-07-15", "2024-09-14", "100.00"),  # 61 days
        ("2024-05-16", "2024-07-16", "100.00"),  # sold on the ex-date: 60 days before it and the day itself
        ("2024-05-17", "2024-07-16", "0.00"),
    ],
)
def test_qualified_dividends(bought: str, sold: str, qualified: str) -> None:
    told = year_of(
        f"{bought} A buy 100 X at 10 as a",
        f"{sold} A sell 100 X at 10 as s",
        "2024-07-30 A dividend X for 100 ex 2024-07-16 as d",
        year=2024,
        as_of=date(2024, 12, 31),
    )
    assert told.qualified_dividends == D(qualified)


def test_half_of_the_shares_qualify() -> None:
    told = year_of(
        "2023-01-03 A buy 50 X at 10 as long",
        "2024-07-10 A buy 50 X at 10 as short",
        "2024-07-20 A sell 50 X at 10 as s lots short:50",
        "2024-07-30 A dividend X for 100 ex 2024-07-16 as d",
        year=2024,
        as_of=date(2024, 12, 31),
    )
    assert told.qualified_dividends == D("50.00")


def test_a_sale_that_would_cost_the_dividend() -> None:
    rows = records(
        "2024-07-10 A buy 50 X at 10 as a",
        "2024-07-30 A dividend X for 100 ex 2024-07-16 as d",
        prices={"X": "10"},
        as_of=date(2024, 8, 1),
    )
    book = open_book(rows, as_of=date(2024, 8, 1), reading=TaxReading())
    (lot,) = book.lots
    dividends = rows.transactions or ()
    dividends = tuple(row for row in dividends if row.type == "dividend")
    assert [row.id for row in lost_by_selling(lot, dividends, today=date(2024, 8, 1))] == ["d"]
    assert lost_by_selling(lot, dividends, today=date(2024, 9, 9)) == ()


@pytest.mark.parametrize(
    ("bought", "today", "lost"),
    [
        ("2024-07-10", "2024-07-15", []),  # not yet due
        ("2024-07-10", "2024-07-16", ["d"]),
        ("2024-07-16", "2024-08-01", []),  # bought on the ex-date: no right to it
        ("2024-07-15", "2024-08-01", ["d"]),
        ("2024-07-10", "2024-09-08", ["d"]),  # 60 days
        ("2024-07-10", "2024-09-09", []),  # 61
    ],
)
def test_which_days_cost_the_dividend(bought: str, today: str, lost: list[str]) -> None:
    lot, dividends = _lot_and_dividends(bought)
    assert [row.id for row in lost_by_selling(lot, dividends, today=date.fromisoformat(today))] == lost


def test_long_preferred_shares_are_kept_for_more_than_90_days() -> None:
    lot, dividends = _lot_and_dividends("2024-07-10")
    preferred = Security(
        symbol=Symbol("X"),
        asset_class="equity",
        instrument="preferred_stock",
        issuer=None,
        attributes={"dividend_period": "long"},
    )
    found = [lost_by_selling(lot, dividends, today=date(2024, 10, day), security=preferred) for day in (8, 9)]
    assert [[row.id for row in rows] for rows in found] == [["d"], []]


def _lot_and_dividends(bought: str) -> tuple[Lot, tuple[Transaction, ...]]:
    """Return 50 X, and dividends: of another security, one before the lot, and `d` of 16 July."""
    rows = records(
        f"{bought} A buy 50 X at 10 as a",
        "2024-07-30 A dividend Y for 100 ex 2024-07-16 as other",
        "2024-07-30 A dividend X for 100 ex 2024-07-02 as before",
        "2024-07-30 A dividend X for 100 ex 2024-07-16 as d",
        prices={"X": "10", "Y": "10"},
        as_of=date(2024, 8, 1),
    )
    (lot,) = open_book(rows, as_of=date(2024, 8, 1), reading=TaxReading()).lots
    return lot, tuple(row for row in rows.transactions or () if row.type == "dividend")


def test_bond_interest_funds_do_not_qualify() -> None:
    rows = records(
        "2023-01-03 A buy 50 X at 10 as a",
        "2024-07-30 A dividend X for 100 ex 2024-07-16 as d",
        prices={"X": "10"},
        as_of=date(2024, 12, 31),
    )
    for changes, expected in (
        ({"asset_class": "fixed_income"}, D("0.00")),
        ({"attributes": {"qualified_dividends": "no"}}, D("0.00")),
        ({}, D("100.00")),
    ):
        security = replace(rows.securities[Symbol("X")], **changes)
        told = tax_year(
            replace(rows, securities={Symbol("X"): security}),
            year=2024,
            as_of=date(2024, 12, 31),
            reading=TaxReading(),
        )
        assert told.qualified_dividends == expected
