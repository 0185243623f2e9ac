"""Forbidden pairs: last day in, first day out, both directions, within a list, missing history."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from dsl.policy import CheckedPolicy
from engine.facts.book import Book, Event
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Acquisition
from tests.reference_evaluator.small import TODAY, account, book_of, lot, policy_of, said, security, sold

SPY, IVV, VTI = security("SPY"), security("IVV"), security("VTI")
TWINS = 'identical trackers are "SPY", "IVV" because ips "§9"\nsubstitute "SPY" with "VTI" because ips "§9"\n'
BOOK = book_of(
    accounts=(account("A", cash="50000"), account("IRA", cash="50000", kind="ira")),
    securities=(SPY, IVV, VTI),
    lots=(lot("IVV", "100", basis="1500", name="OLD"), lot("VTI", "100", basis="500")),
)


def rule(obligation: str, more: str = "") -> str:
    return f'{TWINS}rule R "pair"\n{more}  {obligation}\n  because ips "§1"\n'


def pair_policy(obligation: str, more: str = "") -> CheckedPolicy:
    """Return a policy of account A alone with one window."""
    return policy_of(rule(obligation, more), applies='applies to account "A"')


def bought(
    days: int, symbol: str = "SPY", *, name: str = "NEW", order: str | None = None, kind: str = "buy"
) -> Acquisition:
    return Acquisition(
        lot=LotId(name),
        account=AccountId("A"),
        symbol=Symbol(symbol),
        date=TODAY - timedelta(days=days),
        quantity=Decimal(10),
        kind=kind,
        order=order,
    )


AFTER_LOSS = "forbid buying securities within 30 days after a loss_sale of an identical security"
AFTER_PURCHASE = "forbid selling lots where gain is less than 0 USD within 30 days after a purchase of an identical security"  # noqa: E501


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "R breach active block by 1"), (30, "R breach active block by 1"), (31, "R pass pass")],
)
def test_purchase_after_a_loss_sale(days: int, words: str) -> None:
    book = replace(BOOK, disposals=(sold(days),))
    assert said(pair_policy(AFTER_LOSS), book, "buy 1 IVV") == [words]
    assert said(pair_policy(AFTER_LOSS), book, "buy 1 VTI") == ["R pass pass"]


def test_a_gain_and_a_sale_in_a_retirement_account_are_no_loss_sale() -> None:
    policy = policy_of(rule(AFTER_LOSS, "  across household\n"))
    assert said(policy, replace(BOOK, disposals=(sold(5, gain="0"),)), "buy 1 SPY") == ["R pass pass"]
    assert said(policy, replace(BOOK, disposals=(sold(5, account="IRA"),)), "buy 1 SPY") == ["R pass pass"]


def test_the_household_is_one_and_an_account_alone_is_not() -> None:
    book = replace(BOOK, disposals=(sold(28),))
    together = policy_of(rule(AFTER_LOSS, "  across household\n"))
    apart = pair_policy(AFTER_LOSS)
    assert said(together, book, "IRA: buy 1 SPY") == ["R breach active block by 1"]
    assert said(apart, book, "IRA: buy 1 SPY") == ["R pass pass"]


@pytest.mark.parametrize(("days", "words"), [(30, "R breach active block by 1"), (31, "R pass pass")])
def test_loss_sale_after_a_purchase_of_another_lot(days: int, words: str) -> None:
    book = replace(BOOK, acquisitions=(bought(days), bought(800, "IVV", name="OLD")))
    assert said(pair_policy(AFTER_PURCHASE), book, "sell 1 IVV")[0] == words


def test_the_acquisition_of_the_shares_sold_is_no_event_for_them() -> None:
    recent = book_of(
        accounts=(account("A", cash="50000"),),
        securities=(SPY, IVV),
        lots=(lot("IVV", "100", basis="1500", name="L1", acquired=TODAY - timedelta(days=9), order="O1"),),
    )
    own = bought(9, "IVV", name="L1", order="O1")
    fill = bought(9, "IVV", name="L9", order="O1")
    other = bought(9, "IVV", name="L9", order="O2")
    policy = pair_policy(AFTER_PURCHASE)
    assert said(policy, replace(recent, acquisitions=(own,)), "sell 1 IVV") == ["R pass pass"]
    assert said(policy, replace(recent, acquisitions=(own, fill)), "sell 1 IVV") == ["R pass pass"]
    assert said(policy, replace(recent, acquisitions=(own, other)), "sell 1 IVV") == [
        "R breach active block by 1"
    ]


def test_only_sales_of_lots_at_a_loss_are_covered() -> None:
    book = replace(BOOK, acquisitions=(bought(5, "VTI", name="NEW"),))
    assert said(pair_policy(AFTER_PURCHASE), book, "sell 1 VTI") == ["R pass pass"]


def test_both_legs_in_one_list_are_both_stopped() -> None:
    assert said(pair_policy(AFTER_LOSS), BOOK, "sell 10 IVV", "buy 10 SPY", "buy 1 VTI") == [
        "R breach active block by 1,2"
    ]
    assert said(pair_policy(AFTER_LOSS), BOOK, "sell 10 VTI", "buy 10 SPY") == ["R pass pass"]


def test_a_window_before_the_event_stops_the_sale_that_completes_it() -> None:
    both = pair_policy(
        "forbid buying securities within 30 days before or after a loss_sale of an identical security"
    )
    book = replace(BOOK, acquisitions=(bought(30), bought(800, "IVV", name="OLD")))
    assert said(both, book, "sell 10 IVV") == ["R breach active block by 1"]
    assert said(both, replace(book, acquisitions=(bought(31),)), "sell 10 IVV") == ["R pass pass"]
    assert said(pair_policy(AFTER_LOSS), book, "sell 10 IVV") == ["R pass pass"]


def test_gifts_and_transfers_are_no_purchase() -> None:
    for kind, words in (
        ("reinvest", "R breach active block by 1"),
        ("award", "R breach active block by 1"),
        ("gift_in", "R pass pass"),
    ):
        book = replace(BOOK, acquisitions=(bought(5, kind=kind),))
        assert said(pair_policy(AFTER_PURCHASE), book, "sell 1 IVV") == [words]


def test_a_substitute_is_what_the_policy_names_for_the_security_traded() -> None:
    policy = pair_policy("forbid selling securities within 5 days after a purchase of a substitute security")
    book = replace(BOOK, lots=(lot("SPY", "10"), lot("VTI", "10")), acquisitions=(bought(5, "VTI"),))
    assert said(policy, book, "sell 1 SPY") == ["R breach active block by 1"]
    assert said(policy, book, "sell 1 VTI") == ["R pass pass"]
    assert said(policy, replace(book, acquisitions=()), "sell 1 SPY", "buy 1 VTI") == [
        "R breach active block by 1,2"
    ]


def test_without_records_past_sales_are_missing_but_a_pair_in_the_list_is_seen() -> None:
    bare = replace(BOOK, disposals=None, transactions=None)
    policy = pair_policy(AFTER_LOSS)
    assert said(policy, bare, "buy 1 SPY") == ["R missing_data block by 1"]
    assert said(policy, bare, "sell 1 IVV") == ["R pass pass"]
    assert said(policy, bare, "sell 1 IVV", "buy 1 SPY") == [
        "R missing_data block by 2",
        "R breach active block by 1,2",
    ]


def test_lots_alone_tell_of_recent_purchases() -> None:
    bare = replace(
        BOOK,
        disposals=None,
        transactions=None,
        lots=(*BOOK.lots, lot("SPY", "5", acquired=TODAY - timedelta(days=30), name="R")),
    )
    assert said(pair_policy(AFTER_PURCHASE), bare, "sell 1 IVV") == ["R breach active block by 1"]


@pytest.mark.parametrize(
    ("ahead", "words"), [(5, "R breach active block by 1"), (6, "R pass pass"), (-1, "R pass pass")]
)
def test_scheduled_events_of_the_calendar_file(ahead: int, words: str) -> None:
    book: Book = replace(
        BOOK, events=(Event(date=TODAY + timedelta(days=ahead), event="earnings", symbol=Symbol("SPY")),)
    )
    policy = pair_policy("forbid buying securities within 5 days before an earnings of the same security")
    assert said(policy, book, "buy 1 SPY") == [words]
    assert said(policy, book, "buy 1 VTI") == ["R pass pass"]


def test_business_days_skip_the_weekend() -> None:
    # Tuesday 10 March: five business days back is Tuesday 3 March
    policy = pair_policy(
        "forbid selling securities within 5 business_days after a purchase of the same security"
    )
    for days, words in ((7, "R breach active block by 1"), (8, "R pass pass")):
        book = replace(BOOK, acquisitions=(bought(days, "IVV"),))
        assert said(policy, book, "sell 1 IVV") == [words]


def test_a_waiver_lets_a_pair_go() -> None:
    text = rule(AFTER_LOSS) + 'waive R for account "A" until 2026-03-10 approved by "CCO" because ips "§8"\n'
    assert "R waived pass by 1" in said(policy_of(text), replace(BOOK, disposals=(sold(5),)), "buy 1 SPY")
