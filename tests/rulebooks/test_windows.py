"""Windows: which events a trade of today meets, which past trades an event meets, and who pairs with whom."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.facts.book import Book, Event
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Acquisition, Disposal
from rulebooks.ground import GroundWindow
from tests.rulebooks.tiny import HEADER, TODAY, account_of, lay, lot_of, rule, tiny

A, IRA = AccountId("A"), AccountId("IRA")
WASH = rule(
    "across household forbid buying securities within 30 days after a loss_sale of an identical security"
)


def sold(days_ago: int, *, gain: int = -100, account: AccountId = A, symbol: str = "X") -> Disposal:
    day = TODAY - timedelta(days=days_ago)
    return Disposal(
        sale=TransactionId(f"sale-{days_ago}"),
        lot=LotId("old"),
        account=account,
        symbol=Symbol(symbol),
        quantity=Decimal(10),
        proceeds=Decimal(1000 + gain),
        basis=Decimal(1000),
        gain=Decimal(gain),
        disallowed=Decimal(0),
        permanently_disallowed=Decimal(0),
        recognized=Decimal(gain),
        broker_disallowed=Decimal(0),
        term="long",
        acquired=date(2020, 1, 1),
        adjusted_acquired=date(2020, 1, 1),
        sold=day,
        order="o-1",
    )


def acquired(days_ago: int, *, kind: str = "buy", account: AccountId = A, symbol: str = "X") -> Acquisition:
    return Acquisition(
        lot=LotId(f"lot-{days_ago}"),
        account=account,
        symbol=Symbol(symbol),
        date=TODAY - timedelta(days=days_ago),
        quantity=Decimal(5),
        kind=kind,
        order="o-2",
    )


def book_of(**fields: object) -> Book:
    accounts = [account_of("A"), account_of("IRA", kind="ira")]
    return tiny(accounts=accounts, more={"X": 1, "Y": 1, "Z": 1}, **fields)


def window(text: str, book: Book) -> GroundWindow:
    (found,) = lay(text, book).ground.windows
    return found


def sources(found: GroundWindow) -> list[str]:
    return [event.source for event in found.events]


def test_thirty_days_after_is_in_and_thirty_one_is_out() -> None:
    found = window(WASH, book_of(disposals=(sold(0), sold(30), sold(31))))
    assert (found.first, found.last) == (TODAY - timedelta(days=30), TODAY)
    assert sources(found) == ["sale-30", "sale-0"]
    assert (found.events[0].loss, found.events[0].lot, found.events[0].order) == ("100", "old", "o-1")


def test_a_loss_sale_is_at_a_loss_and_taxable() -> None:
    rows = (sold(1, gain=0), sold(2, gain=5), sold(3, account=IRA), sold(4))
    assert sources(window(WASH, book_of(disposals=rows))) == ["sale-4"]
    any_sale = WASH.replace("loss_sale", "sale")
    assert sources(window(any_sale, book_of(disposals=rows))) == ["sale-4", "sale-3", "sale-2", "sale-1"]
    gains = WASH.replace("loss_sale", "gain_sale")
    assert sources(window(gains, book_of(disposals=rows))) == ["sale-2"]


def test_a_rule_per_account_sees_its_own_events_only() -> None:
    text = WASH.replace("across household ", "")
    found = lay(text, book_of(disposals=(sold(4),))).ground.windows
    assert {w.scope.account: len(w.events) for w in found} == {"A": 1, "IRA": 0}


BUYS = rule(
    "across household forbid selling lots where gain is less than 0 USD"
    " within 30 days after a purchase of an identical security"
)


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("buy", 1), ("reinvest", 1), ("award", 1), ("exercise", 1), ("transfer_in", 0), ("gift_in", 0)],
)
def test_what_a_purchase_is(kind: str, counts: int) -> None:
    assert len(window(BUYS, book_of(acquisitions=(acquired(5, kind=kind),))).events) == counts


def test_without_history_lots_tell_recent_purchases_and_sales_are_missing() -> None:
    lots = [lot_of("X", 5, 5, name="new", bought=TODAY - timedelta(days=9))]
    book = book_of(lots=lots, disposals=None, transactions=None)
    assert (sources(window(BUYS, book)), window(BUYS, book).missing) == (["new"], None)
    assert window(WASH, book).missing == "no transaction history"
    in_an_example = replace(book, absent="no_value")
    assert window(WASH, in_an_example).missing is None


def test_a_lot_that_history_knows_is_one_purchase() -> None:
    lots = [lot_of("X", 5, 5, name="lot-9", bought=TODAY - timedelta(days=9))]
    assert sources(window(BUYS, book_of(lots=lots, acquisitions=(acquired(9),)))) == ["lot-9"]


def test_lots_covered_are_those_of_the_subject() -> None:
    lots = [lot_of("X", 5, 9, name="loser"), lot_of("X", 5, 1, name="winner")]
    found = window(BUYS, book_of(lots=lots))
    assert found.lots == {(A, "loser"): True}


IRA_RULE = rule(
    "across household forbid buying securities where account.kind is ira"
    " within 30 days before or after a loss_sale of an identical security"
)


def test_both_directions_look_at_past_trades_of_the_subject() -> None:
    """A purchase in the IRA 10 days ago meets a loss sale of today; one in the taxable account does not."""
    bought = (acquired(10, account=IRA), acquired(11), acquired(31, account=IRA))
    found = window(IRA_RULE, book_of(acquisitions=bought, disposals=(sold(3),)))
    assert (found.first, found.last) == (TODAY - timedelta(days=30), TODAY + timedelta(days=30))
    assert [(act.source, act.account) for act in found.past_actions] == [("lot-10", IRA)]
    assert found.securities == {(IRA, s): True for s in ("X", "Y", "Z")}


def test_looking_only_after_an_event_past_trades_count_on_the_same_day() -> None:
    bought = (acquired(0), acquired(1))
    assert [act.source for act in window(WASH, book_of(acquisitions=bought)).past_actions] == ["lot-0"]


def test_business_days_and_months() -> None:
    """2026-03-10 is a Tuesday; five business days before is Tuesday 2026-03-03."""
    five = WASH.replace("30 days", "5 business_days")
    assert window(five, book_of()).first == date(2026, 3, 3)
    assert window(WASH.replace("30 days", "6 months"), book_of()).first == date(2025, 9, 10)


def test_identical_securities_and_substitutes() -> None:
    groups = 'identical pair are "X", "Y" because ips "§2"\nsubstitute "X" with "Z" because ips "§3"\n'
    found = window(groups + WASH, book_of())
    assert found.partners == {"X": {"X", "Y"}, "Y": {"X", "Y"}, "Z": {"Z"}}
    same = window(groups + WASH.replace("an identical security", "the same security"), book_of())
    assert same.partners == {"X": {"X"}, "Y": {"Y"}, "Z": {"Z"}}
    other = window(groups + WASH.replace("an identical security", "a substitute security"), book_of())
    assert other.partners == {"X": {"Z"}, "Y": set(), "Z": set()}


def test_scheduled_events_lie_ahead() -> None:
    text = rule("forbid buying securities within 3 days before an earnings of the same security")
    events = (
        Event(date=TODAY + timedelta(days=3), event="earnings", symbol=Symbol("X")),
        Event(date=TODAY + timedelta(days=4), event="earnings", symbol=Symbol("Y")),
        Event(date=TODAY - timedelta(days=1), event="earnings", symbol=Symbol("Z")),
        Event(date=TODAY, event="offering", symbol=Symbol("Z")),
    )
    found = lay(
        text,
        book_of(events=events),
        header=HEADER.replace("  currency", '  applies to account "A"\n  currency'),
    )
    (laid,) = found.ground.windows
    assert [event.symbol for event in laid.events] == ["X"]
