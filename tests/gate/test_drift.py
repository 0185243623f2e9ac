"""Drift and what triggers a rebalance: bands, calendar days, too soon after the last."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.ids import AccountId, Symbol
from engine.gate.drift import drift, drift_answer, drift_text
from engine.gate.judge import open_book
from engine.gate.measure import OpenBook
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.gate.case_files import checked, read_book

POLICY = """define equities as holdings where asset_class is equity
targets mix
  because ips "§3"
  equities 60% band 5 points
rebalance mix
  {when}
  back to target
  at most once every 20 business_days
  because ips "§4"
"""

BOOK = """{day}
account A  cash {cash}
security ACME  price 100  issuer "Acme Corp"
2020-01-02  buy 600 ACME in A at 60
"""


def opened(*, when: str, cash: str, day: str = "2026-03-10", more: str = "") -> OpenBook:
    policy = checked(POLICY.format(when=when), "drift.mandate")
    book = read_book(BOOK.format(day=day, cash=cash) + more, reading=policy.tax)
    return open_book(ground(compile_rulebook((policy,)), book))


@pytest.mark.parametrize(
    ("cash", "weight", "outside"),
    [("40,000", "60", False), ("49,090.90", "55.000005", False), ("49,100", "54.995417", True)],
)
def test_a_band_left_is_a_trigger(cash: str, weight: str, outside: bool) -> None:
    (row,) = drift(opened(when="when any class leaves its band", cash=cash))
    data = drift_answer(opened(when="when any class leaves its band", cash=cash).book, (row,))
    told = data["accounts"][0]["classes"][0]
    assert (told["weight"], told["low"], told["high"], told["outside"]) == (weight, "55", "65", outside)
    assert row.rebalance is outside
    assert ("outside" in drift_text((row,)).split("rebalance")[0]) is outside


@pytest.mark.parametrize(("day", "due"), [("2026-03-31", True), ("2026-03-30", False), ("2026-06-30", True)])
def test_the_last_business_day_of_the_quarter(day: str, due: bool) -> None:
    (row,) = drift(opened(when="each quarter on the last business day", cash="40,000", day=day))
    assert row.rebalance is due


@pytest.mark.parametrize(("day", "due"), [("2026-01-02", False), ("2026-03-30", False), ("2026-03-31", True)])
def test_each_quarter_alone_is_its_last_business_day(day: str, due: bool) -> None:
    (row,) = drift(opened(when="each quarter", cash="40,000", day=day))
    assert row.rebalance is due


def test_too_soon_after_the_last_trades() -> None:
    traded = "2026-03-02  sell 10 ACME in A at 90\n2026-03-02  buy 10 ACME in A at 90\n"
    (row,) = drift(opened(when="when any class leaves its band", cash="10,000", more=traded))
    assert not row.rebalance
    assert row.triggered == ("mix",)
    assert "last traded on 2026-03-02" in row.why[-1]


def test_without_targets_the_model_and_then_the_benchmark_count() -> None:
    policy = checked('rule R "R"\n  forbid shorting securities\n  because ips "§1"\n', "none.mandate")
    book = read_book(BOOK.format(day="2026-03-10", cash="40,000"), reading=policy.tax)
    weights = {Symbol("ACME"): Decimal("0.5")}
    indexed = replace(book, benchmarks={"index": weights})
    (row,) = drift(open_book(ground(compile_rulebook((policy,)), indexed)))
    assert (row.target, [(c.name, float(c.drift or 0)) for c in row.classes]) == (
        "index",
        [("ACME", 0.1), ("USD", 0.4)],
    )
    account = replace(book.accounts[AccountId("A")], model="growth")
    modelled = replace(
        indexed,
        accounts={AccountId("A"): account},
        models={"growth": {"equity": Decimal("0.6"), "cash": Decimal("0.4")}},
    )
    (row,) = drift(open_book(ground(compile_rulebook((policy,)), modelled)))
    assert row.target == "growth"
    assert [(c.name, c.drift) for c in row.classes] == [("cash", Fraction(0)), ("equity", Fraction(0))]
    assert not row.rebalance


def test_calendar_days() -> None:
    from engine.facts.calendar import (
        add_business_days,
        business_days_between,
        is_business_day,
        period_end,
        period_start,
    )

    assert not is_business_day(date(2026, 7, 3), "NYSE")
    assert is_business_day(date(2026, 7, 3), None)
    assert not is_business_day(date(2026, 4, 6), "TARGET2")
    assert is_business_day(date(2026, 4, 6), "NYSE")
    assert is_business_day(date(2021, 12, 31), "NYSE")
    assert add_business_days(date(2026, 7, 2), 1, "NYSE") == date(2026, 7, 6)
    assert add_business_days(date(2026, 7, 6), -1, "NYSE") == date(2026, 7, 2)
    assert business_days_between(date(2026, 7, 1), date(2026, 7, 6), "NYSE") == 2
    assert period_end(date(2026, 5, 5), "quarter", "NYSE") == date(2026, 6, 30)
    assert period_start(date(2026, 5, 5), "year", "NYSE") == date(2026, 1, 2)
