"""Looking ahead: a sale or a purchase today, what it would come to, until when, and what would be better."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.ledger.ahead import sale_ahead, sales_ahead
from engine.ledger.ahead_list import list_ahead, purchase_ahead, purchases_ahead
from tests.ledger.books import book

TODAY = date(2024, 6, 3)
X = Symbol("X")


def test_a_loss_that_meets_a_recent_purchase() -> None:
    held = book(
        "2023-08-01 A buy 100 X at 20 as old",
        "2024-05-20 A buy 40 X at 12 as new",
        prices={"X": "10"},
        as_of=TODAY,
    )
    ahead = sale_ahead(held, held.lots[0], reading=TaxReading())
    assert ahead is not None
    assert ahead.gain == -1000
    assert ahead.disallowed == 400
    assert ahead.permanently_disallowed == 0
    assert ahead.disallowed_per_share == 4
    assert [(part.lot, part.quantity) for part in ahead.meets] == [("new", Decimal(40))]
    assert ahead.safe_from == date(2024, 6, 20)  # 31 days after 20 May
    assert ahead.with_recent_lots == 0
    assert ahead.long_from == date(2024, 8, 2)
    assert ahead.days_to_long_term == 60
    assert ahead.advice == (
        "sold today, 60 of 100 shares keep their loss",
        "sell `new` in the same order: what is sold with it replaces nothing",
        "wait until 2024-06-20: then no purchase known today is in the window",
    )


def test_the_day_before_is_not_safe_and_the_safe_day_is() -> None:
    lines = ("2023-08-01 A buy 100 X at 20 as old", "2024-05-20 A buy 40 X at 12 as new")
    for day, disallowed in ((date(2024, 6, 19), 400), (date(2024, 6, 20), 0)):
        held = book(*lines, prices={"X": "10"}, as_of=day)
        ahead = sale_ahead(held, held.lots[0], reading=TaxReading())
        assert ahead is not None
        assert ahead.disallowed == disallowed
        assert ahead.safe_from == date(2024, 6, 20)
        assert ahead.with_recent_lots == 0


def test_a_short_gain_waits_for_its_term() -> None:
    held = book("2023-06-05 A buy 10 X at 5 as a", prices={"X": "10"}, as_of=TODAY)
    ahead = sale_ahead(held, held.lots[0], reading=TaxReading())
    assert ahead is not None
    assert ahead.advice == ("wait 3 days: from 2024-06-06 the gain is long-term",)


def test_a_part_of_the_lot_is_long_term_by_tacking() -> None:
    held = book(
        "2022-01-03 A buy 40 X at 8 as old",
        "2024-01-10 A sell 40 X at 5 as s",
        "2024-01-20 A buy 100 X at 5 as new",
        prices={"X": "20"},
        as_of=TODAY,
    )
    plain = next(lot for lot in held.lots if not lot.deferred)
    ahead = sale_ahead(held, plain, reading=TaxReading())
    assert ahead is not None
    assert ahead.term == "short"
    assert ahead.advice[-1] == "sell the 40 of this lot held since 2022-01-13 now: long-term"


def test_a_purchase_that_destroys_a_loss() -> None:
    held = book(
        "2023-01-03 A buy 40 X at 20 as old",
        "2024-05-20 A sell 40 X at 15 as s",
        prices={"X": "14"},
        as_of=TODAY,
    )
    ahead = purchase_ahead(held, account=AccountId("I"), symbol=X, quantity=Decimal(10), reading=TaxReading())
    assert ahead is not None
    assert ahead.disallowed == 50
    assert ahead.permanently_disallowed == 50
    assert ahead.disallowed_per_share == Fraction(5)
    assert ahead.safe_from == date(2024, 6, 20)
    assert ahead.advice == (
        "wait until 2024-06-20: then no loss known today is disallowed",
        "buy in the taxable account first: its basis takes the loss before the IRA ends it",
    )


def test_nothing_is_said_without_a_price() -> None:
    held = book("2023-06-05 A buy 10 X at 5 as a", prices={"Y": "10"}, as_of=TODAY)
    assert sale_ahead(held, held.lots[0], reading=TaxReading()) is None


def test_a_list_bought_and_sold_today_is_never_safe() -> None:
    held = book("2023-08-01 A buy 100 X at 20 as old", prices={"X": "10"}, as_of=TODAY)
    sell = Trade(number=1, account=AccountId("A"), side=Side.SELL, symbol=X, quantity=Decimal(100))
    buy = Trade(number=2, account=AccountId("I"), side=Side.BUY, symbol=X, quantity=Decimal(40))
    ahead = list_ahead(held, (sell, buy), reading=TaxReading())
    first, second = ahead.trades
    assert (first.gain, second.gain) == (Fraction(-1000), None)
    for one in (first, second):
        assert one.disallowed == one.permanently_disallowed == 400
    assert ahead.trades[0].disallowed_per_share == 4
    assert ahead.safe_from is None


def test_a_list_waits_for_the_last_purchase() -> None:
    lines = (
        "2023-08-01 A buy 100 X at 20 as old",
        "2024-05-20 A buy 40 X at 12 as new",
        "2024-05-25 S buy 10 X at 12 as theirs",
    )
    held = book(*lines, prices={"X": "10"}, as_of=TODAY)
    sell = Trade(
        number=1, account=AccountId("A"), side=Side.SELL, symbol=X, quantity=Decimal(100), lot=LotId("old")
    )
    ahead = list_ahead(held, (sell,), reading=TaxReading())
    assert ahead.trades[0].disallowed == 500
    assert ahead.safe_from == date(2024, 6, 25)  # 31 days after 25 May
    assert {one.lot: one.safe_from for one in sales_ahead(held, reading=TaxReading())} == {
        "old": date(2024, 6, 25),
        "new": date(2024, 6, 25),  # its own 40 shares replace nothing, the spouse's ten do
        "theirs": date(2024, 6, 20),
    }


def test_buying_back_is_told_for_the_account_and_for_the_ira() -> None:
    held = book(
        "2023-01-03 A buy 40 X at 20 as old",
        "2024-05-20 A sell 40 X at 15 as s",
        prices={"X": "14"},
        as_of=TODAY,
    )
    told = purchases_ahead(held, reading=TaxReading())
    assert [one.account for one in told] == ["A", "I"]
    assert [one.disallowed for one in told] == [200, 200]
    assert [one.permanently_disallowed for one in told] == [0, 200]
    assert {one.losses for one in told} == {("s",)}
    after = replace(held, as_of=date(2024, 6, 20))
    assert purchases_ahead(after, reading=TaxReading()) == ()


def test_a_lots_part_of_a_dividend_counts_the_shares_sold_since() -> None:
    # 60 were paid on 20 shares; the 10 that are left are half of them
    held = book(
        "2024-04-20 A buy 20 X at 10 as old",
        "2024-05-25 A dividend X for 60 ex 2024-05-10",
        "2024-05-28 A sell 10 X at 10 as s",
        prices={"X": "10"},
        as_of=TODAY,
    )
    (ahead,) = sales_ahead(held, reading=TaxReading())
    assert ahead.dividends_lost == 30


def test_a_sale_that_costs_a_dividend_its_rate() -> None:
    lines = ("2024-04-20 A buy 10 X at 12 as old", "2024-05-25 A dividend X for 30 ex 2024-05-10")
    held = book(*lines, prices={"X": "10"}, as_of=TODAY)
    (ahead,) = sales_ahead(held, reading=TaxReading())
    assert ahead.dividends_lost == 30
    assert any("30.00 of the dividend of 2024-05-10 would no longer qualify" in line for line in ahead.advice)
    later = book(*lines, prices={"X": "10"}, as_of=date(2024, 6, 20))
    (ahead,) = sales_ahead(later, reading=TaxReading())
    assert ahead.dividends_lost == 0
