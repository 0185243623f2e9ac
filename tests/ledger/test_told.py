"""What the ledger tells in an answer: sales looked ahead, fund losses, lots that differ, amounts abroad."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.facts.book import Event
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.ledger.ahead import sales_ahead
from engine.ledger.ahead_answer import ahead_answer
from engine.ledger.ahead_list import list_ahead, purchases_ahead
from engine.ledger.amounts import amount_of
from engine.ledger.book import Difference
from engine.ledger.reconciled import differences_answer
from engine.ledger.replay import replay
from engine.ledger.tax.short_held import short_held_answer, short_held_losses
from tests.ledger.books import book, records

TODAY = date(2024, 6, 3)
A, X, LAW = AccountId("A"), Symbol("X"), TaxReading()


def looked_ahead() -> dict[str, Any]:
    """100 bought at 20, 40 at 12 two weeks ago, 10 by an IRA last week; all are worth 10."""
    held = book(
        "2023-08-01 A buy 100 X at 20 as old",
        "2024-05-20 A buy 40 X at 12 as new",
        "2024-05-27 I buy 10 X at 11 as ira",
        prices={"X": "10"},
        as_of=TODAY,
    )
    sell = Trade(number=1, account=A, side=Side.SELL, symbol=X, quantity=Decimal(100), lot=LotId("old"))
    buy = Trade(number=2, account=A, side=Side.BUY, symbol=Symbol("NONE"), quantity=Decimal(1))
    listed = list_ahead(held, (sell, buy), reading=LAW)
    return ahead_answer(sales_ahead(held, reading=LAW), purchases_ahead(held, reading=LAW), listed)


def test_a_sale_looked_ahead_is_told_in_every_key() -> None:
    answer = looked_ahead()
    (old,) = (row for row in answer["sales"] if row["lot"] == "old")
    assert old == {
        "lot": "old",
        "account": "A",
        "symbol": "X",
        "quantity": "100",
        "gain": "-1000",
        "term": "short",
        "disallowed": "500",
        "permanently_disallowed": "100",
        "disallowed_per_share": "5",
        "with_recent_lots": "100",
        "dividends_lost": "0",
        "meets": [
            {"lot": "new", "account": "A", "acquired": "2024-05-20", "quantity": "40", "permanent": False},
            {"lot": "ira", "account": "I", "acquired": "2024-05-27", "quantity": "10", "permanent": True},
        ],
        "safe_from": "2024-06-27",
        "long_from": "2024-08-02",
        "days_to_long_term": "60",
        "advice": [
            "sold today, 50 of 100 shares keep their loss",
            "10 shares meet a retirement account: that part is lost for good",
            "sell `new` in the same order: what is sold with it replaces nothing",
            "wait until 2024-06-27: then no purchase known today is in the window",
        ],
    }


def test_a_list_looked_ahead_names_what_it_cannot_settle() -> None:
    trades = looked_ahead()["trades"]
    sold, unpriced = trades["trades"]
    assert (sold["trade"], sold["side"], sold["gain"], sold["disallowed"]) == (1, "sell", "-1000", "500")
    assert (sold["permanently_disallowed"], sold["disallowed_per_share"]) == ("100", "5")
    assert [(part["lot"], part["quantity"]) for part in sold["meets"]] == [("new", "40"), ("ira", "10")]
    assert (unpriced["gain"], unpriced["disallowed"], unpriced["meets"]) == (None, "0", [])
    assert (trades["unsettled"], trades["safe_from"]) == ([2], "2024-06-27")


def test_a_purchase_looked_ahead_is_told_with_the_losses_it_meets() -> None:
    held = book(
        "2023-01-03 A buy 40 X at 20 as old",
        "2024-05-20 A sell 40 X at 15 as s",
        prices={"X": "14"},
        as_of=TODAY,
    )
    answer = ahead_answer((), purchases_ahead(held, reading=LAW), None)
    assert answer["trades"] is None
    own, ira = answer["purchases"]
    assert own == {
        "account": "A",
        "symbol": "X",
        "quantity": "40",
        "disallowed": "200",
        "permanently_disallowed": "0",
        "disallowed_per_share": "5",
        "losses": ["s"],
        "safe_from": "2024-06-20",
        "advice": ["wait until 2024-06-20: then no loss known today is disallowed"],
    }
    assert (ira["account"], ira["permanently_disallowed"]) == ("I", "200")


FUND = ("2024-01-10 A buy 1 M at 40 as a", "2024-03-10 A sell 1 M at 34 as s")


def fund_losses(*lines: str, instrument: str = "mutual_fund", as_of: date = TODAY) -> list[dict[str, Any]]:
    given = records(*lines, prices={"M": "34"}, as_of=as_of)
    fund = replace(given.securities[Symbol("M")], instrument=instrument)
    given = replace(given, securities={Symbol("M"): fund})
    ledger = replay(
        given.transactions or (),
        accounts=given.accounts,
        securities=given.securities,
        reading=LAW,
        until=as_of,
    )
    return short_held_answer(short_held_losses(given, ledger, as_of=as_of))


def test_a_loss_on_a_fund_held_short_is_told_with_what_its_dividends_change() -> None:
    # a loss of 6; 5 of exempt interest take 5 of it, the capital gain dividend of 3 makes the rest long-term
    told = fund_losses(
        FUND[0],
        "2024-02-15 A dividend M for 5 note exempt_interest",
        "2024-02-15 A dividend M for 3 note capital_gain",
        FUND[1],
    )
    assert told == [
        {
            "sale": "s",
            "lot": "a",
            "account": "A",
            "symbol": "M",
            "loss": "6",
            "disallowed_by_exempt_interest": "5",
            "long_term_by_capital_gain_dividends": "1",
            "refused": None,
        }
    ]


@pytest.mark.parametrize(
    ("lines", "instrument"),
    [
        (FUND, "mutual_fund"),  # no dividend at all
        ((FUND[0], "2024-02-15 A dividend M for 5", FUND[1]), "mutual_fund"),  # an ordinary one
        ((FUND[0], "2024-02-15 A dividend M for 5 note exempt_interest", FUND[1]), "common_stock"),
        (
            (FUND[0], "2024-02-15 A dividend M for 5 note exempt_interest", "2024-03-10 A sell 1 M at 41"),
            "mutual_fund",
        ),
        ((*FUND, "2024-03-15 A dividend M for 5 note exempt_interest"), "mutual_fund"),  # after the sale
    ],
)
def test_where_nothing_changes_nothing_is_told(lines: tuple[str, ...], instrument: str) -> None:
    assert fund_losses(*lines, instrument=instrument) == []


def test_a_dividend_to_come_changes_nothing_yet() -> None:
    lines = (*FUND[:1], "2024-02-15 A dividend M for 5 note exempt_interest", FUND[1])
    assert fund_losses(*lines, as_of=date(2024, 2, 14)) == []


def test_what_is_refused_is_told_with_its_reason() -> None:
    (told,) = fund_losses(
        FUND[0],
        "2024-02-15 A dividend M for 5 note exempt_interest",
        FUND[1],
        "2024-03-20 A buy 1 M at 35 as b",
    )
    assert (told["disallowed_by_exempt_interest"], told["long_term_by_capital_gain_dividends"]) == ("0", "0")
    assert "is a wash sale and meets dividends of 26 U.S.C. 852(b)(4)" in told["refused"]


def test_a_lot_that_differs_is_told_by_its_column() -> None:
    one = Difference(account=A, symbol=X, lot=LotId("old"), column="basis", given="10", derived="12")
    assert differences_answer([one]) == [
        {"account": "A", "symbol": "X", "lot": "old", "column": "basis", "given": "10", "derived": "12"}
    ]


@pytest.mark.parametrize(
    ("rates", "currency", "money"),
    [
        ({}, None, 100),  # the account's own
        ({}, "USD", 100),
        ({}, "EUR", None),  # no rate: not known
        ({"EUR": "1.10"}, "EUR", 110),
        ({"EUR": "1.10", "USD": "2"}, "EUR", 55),  # both against a third currency
        ({"USD": "2"}, "EUR", 50),  # the euro is the one that rates are told in
    ],
)
def test_an_amount_is_told_in_the_accounts_currency(
    rates: dict[str, str], currency: str | None, money: int | None
) -> None:
    held = book(prices={"X": "10"}, as_of=TODAY)
    held = replace(
        held,
        securities={X: replace(held.securities[X], currency=currency)},
        fx={name: Decimal(rate) for name, rate in rates.items()},
    )
    trade = Trade(number=1, account=A, side=Side.BUY, symbol=X, quantity=Decimal(10))
    assert amount_of(held, trade) == (None if money is None else Fraction(money))


def test_a_contract_is_a_hundred_shares_and_a_stated_price_goes_first() -> None:
    held = book(prices={"X": "10"}, as_of=TODAY)
    option = replace(held.securities[X], instrument="option", multiplier=Decimal(100))
    held = replace(held, securities={X: option})
    trade = Trade(number=1, account=A, side=Side.BUY, symbol=X, quantity=Decimal(2))
    assert amount_of(held, trade) == 2000
    assert amount_of(held, replace(trade, price=Decimal("0.5"))) == 100
    assert amount_of(replace(held, prices={}), trade) is None


def test_an_event_of_another_account_is_not_cash_to_come() -> None:
    from engine.ledger.payment import cash_standing

    held = book(prices={"X": "10"}, as_of=TODAY)
    events = (
        Event(date=date(2024, 6, 4), event="dividend", account=AccountId("B"), amount=Decimal(20)),
        Event(date=date(2024, 6, 4), event="earnings", account=A),
    )
    assert cash_standing(replace(held, events=events), A).coming == ()
