"""Requests of a manager: cash raised and spent, gain budgets, locked lots, where bands come back to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.facts.ids import AccountId, LotId
from engine.facts.trades import Side
from optimizer.proposal import Proposal, Status
from optimizer.settings import BackTo, Intent, Settings
from optimizer.waiting import settlement_day
from tests.optimizer.hand import account, book, lot, proposed
from tests.optimizer.test_propose import SIX, spread_out
from tests.optimizer.worlds import TODAY

GAINS = [lot(s, 160, cost="60") for s in SIX]


def bought(proposal: Proposal) -> Decimal:
    return sum((row.value for row in proposal.trades if row.trade.side is Side.BUY), Decimal(0))


def gains(proposal: Proposal) -> Decimal:
    return sum((row.gain for row in proposal.trades if row.gain is not None), Decimal(0))


@pytest.mark.parametrize("amount", ["1", "99.99", "100", "100.01", "12345.67"])
def test_cash_raised_is_never_a_cent_short(amount: str) -> None:
    on = book(GAINS, accounts=[account("MAIN", "0")])
    proposal = proposed("", on, Intent(kind="raise", amount=Decimal(amount)))
    assert proposal.after.cash >= Decimal(amount)
    assert proposal.after.cash < Decimal(amount) + 200
    assert [(row.what, row.kept) for row in proposal.asked] == [("cash available", True)]


def test_a_request_for_cash_is_told_in_each_trade_and_costs_what_it_costs() -> None:
    on = book(GAINS, accounts=[account("MAIN", "0", benchmark="index")], weights=SIX)
    proposal = proposed("", on, Intent(kind="raise", amount=Decimal(5000)))
    assert proposal.improvement < 0
    reasons = [reason for row in proposal.trades for reason in row.reasons]
    assert sum(reason.amount for reason in reasons) == proposal.improvement
    assert {row.reasons[0].what for row in proposal.trades} == {"raise 5,000 in cash"}


def test_the_note_says_what_waiting_for_a_long_term_gain_would_save() -> None:
    on = book([lot("AAA", 100, cost="50", days=360)], accounts=[account("MAIN", "0")])
    intent = Intent(kind="raise", amount=Decimal(5000), due=date(2026, 4, 1))
    notes = proposed("", on, intent).notes
    assert notes[0] == "the cash is there on 2026-03-11"
    assert "500 less of tax" in notes[1]  # 50 shares, a gain of 2,500, taxed at 20% instead of 40%
    late = proposed("", on, replace(intent, due=TODAY)).notes
    assert "too late" in late[0]


@pytest.mark.parametrize(
    ("traded", "settled"),
    [
        (date(2017, 9, 1), date(2017, 9, 6)),
        (date(2017, 9, 5), date(2017, 9, 7)),
        (date(2024, 5, 24), date(2024, 5, 28)),
        (date(2024, 5, 28), date(2024, 5, 29)),
    ],
)
def test_trades_settle_as_the_rule_of_their_day_says(traded: date, settled: date) -> None:
    assert settlement_day(traded, None) == settled


def test_no_more_is_invested_than_asked_for() -> None:
    on = book(spread_out(), accounts=[account("MAIN", "84000", benchmark="index")], weights=SIX)
    proposal = proposed("", on, Intent(kind="invest", amount=Decimal(20050)))
    assert Decimal(19900) <= bought(proposal) <= Decimal(20050)
    assert all(row.trade.side is Side.BUY for row in proposal.trades)


@pytest.mark.parametrize(
    ("budget", "least"), [("0", 0), ("1999.99", 1900), ("2000", 1960), ("2000.01", 1960)]
)
def test_gains_stay_within_the_budget_to_the_cent(budget: str, least: int) -> None:
    on = book(
        [lot("AAA", 900, cost="60")],
        accounts=[account("MAIN", "1000", benchmark="index")],
        weights=SIX,
    )
    proposal = proposed("", on, Intent(to="target", anyway=True, max_gain=Decimal(budget)))
    assert least <= gains(proposal) <= Decimal(budget)
    asked = proposal.asked[0]
    assert (asked.what, asked.reached, asked.kept) == ("gains recognized", gains(proposal), True)


def test_a_locked_lot_stays_and_another_goes_in_its_place() -> None:
    lots = [lot("AAA", 200, cost="99", days=900, name="cheap"), lot("AAA", 200, cost="40", name="dear")]
    on = book([*lots, *spread_out()[1:]], accounts=[account("MAIN", "0")])
    intent = Intent(kind="raise", amount=Decimal(15000))
    assert "cheap" in {row.trade.lot for row in proposed("", on, intent).trades}
    locked = proposed("", on, replace(intent, locked=(LotId("cheap"),)))
    assert "cheap" not in {row.trade.lot for row in locked.trades}
    assert locked.after.cash >= 15000
    assert "keep cheap" in locked.intent


BANDS = """targets mix
  equities 60% band 5 points
  cash 40% from 30% to 50%
  because ips "§4"
rebalance mix
  when any class leaves its band
  back to nearest edge
  because ips "§4"
"""


@pytest.mark.parametrize(
    ("to", "weight"), [(None, 65), ("nearest edge", 65), ("halfway", 62.5), ("target", 60)]
)
def test_classes_come_back_to_where_the_request_says(to: BackTo | None, weight: float) -> None:
    on = book([lot(s, 1200, cost="95") for s in SIX], accounts=[account("MAIN", "280000")])
    proposal = proposed(BANDS, on, Intent(to=to))
    equities = next(row.weight for row in proposal.after.classes if row.name == "equities")
    assert abs(100 * float(equities) - weight) <= 0.06


def test_a_transition_needs_no_trigger_and_goes_as_far_as_its_budget() -> None:
    on = book(
        [lot("AAA", 600, cost="20")], accounts=[account("MAIN", "40000", benchmark="index")], weights=SIX
    )
    assert proposed(BANDS, on).status is Status.NOTHING_TO_DO
    asked = Intent(to="target", anyway=True, max_gain=Decimal(8000))
    proposal = proposed(BANDS, on, asked, Settings(aversion=Decimal(500)))
    assert Decimal(7900) < gains(proposal) <= 8000
    assert bought(proposal) > 0


def test_cash_is_counted_in_the_account_asked_for() -> None:
    lots = [lot("AAA", 100, cost="99"), lot("BBB", 100, cost="99", account="OTHER")]
    on = book(lots, accounts=[account("MAIN", "0"), account("OTHER", "9000")])
    intent = Intent(kind="raise", amount=Decimal(5000), account=AccountId("MAIN"))
    proposal = proposed("", on, intent)
    assert {row.trade.account for row in proposal.trades} == {"MAIN"}
    assert proposal.asked[0].reached >= 5000
