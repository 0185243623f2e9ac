"""The largest part of a failing list that passes, against asking the gate for every part."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest

from engine.facts.trades import Trade
from engine.gate import subset
from engine.gate.acts import value_of
from engine.gate.answer import gate_answer
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge
from engine.gate.measure import OpenBook
from engine.gate.subset import with_largest_passing
from engine.gate.text import gate_text
from engine.gate.verdict import GateAnswer
from tests.gate.case_files import Case, checked, read_book, trade_of
from tests.gate.generated import generated_case
from tests.gate.test_cases import opened_of

POLICY = """rule CAP "One company, ten per cent"
  for each issuer in holdings
  limit weight to at most 10%
  because ips "§1"

rule RL "Restricted"
  forbid buying securities where issuer is "Foul"
  because ips "§2"
"""

BOOK = """2026-03-10
account A  cash 100,000  household H
security AA  price 100  issuer A
security BB  price 100  issuer B
security CC  price 100  issuer C
security FF  price 100  issuer Foul
security OO  price 100  issuer O
2020-01-02  buy 80 OO in A at 60
"""


def case_of(*lines: str) -> Case:
    policy = checked(POLICY, "part.mandate")
    book = read_book(BOOK, reading=policy.tax)
    return Case("part", "", (policy,), book, tuple(map(trade_of, lines)), ())


def answered(case: Case, engine: Inline) -> tuple[OpenBook, GateAnswer]:
    opened = opened_of(case)
    answer = judge(opened, case.trades, engine=engine)
    return opened, with_largest_passing(opened, answer, case.trades, engine=engine)


def test_the_offending_trade_is_left_out(engine: Inline) -> None:
    case = case_of("1  buy 50 AA in A", "2  buy 10 FF in A", "3  buy 50 BB in A")
    _, answer = answered(case, engine)
    assert gate_answer(answer)["largest_passing"] == {
        "trades": [1, 3],
        "value": "10000",
        "currency": "USD",
        "decision": "pass",
        "exact": True,
        "method": "all 8 parts searched, most trades first, then most money",
    }
    assert "in part" in gate_text(answer)
    assert "trades 1, 3 (10,000.00 USD)" in gate_text(answer)


def test_of_as_many_trades_the_most_money(engine: Inline) -> None:
    # 108,000 in all: AA may be worth 10,800, so one of the two purchases stays
    case = case_of("1  buy 60 AA in A", "2  buy 70 AA in A")
    _, answer = answered(case, engine)
    assert answer.largest_passing is not None
    assert answer.largest_passing.trades == (2,)


def test_a_purchase_keeps_the_sale_that_makes_room(engine: Inline) -> None:
    case = case_of("1  buy 20 OO in A", "2  buy 40 OO in A", "3  sell 30 OO in A")
    opened, answer = answered(case, engine)
    assert answer.decision.value == "block"
    assert answer.largest_passing is not None
    assert largest_by_hand(opened, case.trades, engine) == answer.largest_passing.trades


def test_nothing_passes(engine: Inline) -> None:
    case = case_of("1  buy 1 FF in A", "2  buy 2 FF in A")
    _, answer = answered(case, engine)
    assert answer.largest_passing is not None
    assert (answer.largest_passing.trades, answer.largest_passing.exact) == ((), True)
    assert "no part of the list passes" in gate_text(answer)


def test_a_passing_list_has_no_part_to_offer(engine: Inline) -> None:
    _, answer = answered(case_of("1  buy 5 AA in A", "2  buy 5 BB in A"), engine)
    assert answer.largest_passing is None


def test_a_long_list_claims_no_more_than_it_proves(engine: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subset, "SEARCHED", 2)
    case = case_of("1  buy 60 AA in A", "2  buy 10 FF in A", "3  buy 70 AA in A", "4  buy 5 BB in A")
    opened, answer = answered(case, engine)
    largest = answer.largest_passing
    assert largest is not None
    assert not largest.exact
    assert "a larger part may pass" in largest.method
    assert len(largest.trades) == 2
    assert passes(opened, tuple(t for t in case.trades if t.number in largest.trades), engine)


def passes(opened: OpenBook, part: tuple[Trade, ...], engine: Inline) -> bool:
    return judge(opened, part, engine=engine, explained=False).decision.value in ("pass", "warn")


def largest_by_hand(opened: OpenBook, trades: tuple[Trade, ...], engine: Inline) -> tuple[int, ...]:
    listed = opened.listed(trades)
    best: tuple[int, ...] = ()
    for size in range(len(trades) - 1, 0, -1):
        parts = [part for part in combinations(listed.trades, size) if passes(opened, part, engine)]
        if parts:
            worth = max(parts, key=lambda part: sum(value_of(listed, trade) for trade in part))
            return tuple(trade.number for trade in worth)
    return best


def check(seed: int, engine: Inline) -> None:
    case = generated_case(seed)
    opened, answer = answered(case, engine)
    largest = answer.largest_passing
    if largest is None:
        return
    listed = opened.listed(case.trades)
    wanted = largest_by_hand(opened, case.trades, engine)
    assert largest.exact
    assert len(largest.trades) == len(wanted)
    chosen = sum(value_of(listed, listed.by_number[n]) for n in largest.trades)
    assert chosen == largest.value == sum(value_of(listed, listed.by_number[n]) for n in wanted)


@pytest.mark.parametrize("seed", range(5000, 5006))
def test_random_lists(seed: int, engine: Inline) -> None:
    check(seed, engine)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5006, 5200))
def test_many_random_lists(seed: int, engine: Inline) -> None:
    check(seed, engine)


def test_one_share_is_enough_to_leave_a_trade_out(engine: Inline) -> None:
    case = case_of("1  buy 108 AA in A", "2  buy 1 BB in A")
    assert answered(case, engine)[1].largest_passing is None
    more = replace(case, trades=(replace(case.trades[0], quantity=Decimal(109)), case.trades[1]))
    largest = answered(more, engine)[1].largest_passing
    assert largest is not None
    assert largest.trades == (2,)


def test_a_search_that_asks_too_often_claims_no_more_than_it_proves(
    engine: Inline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subset, "MOST_JUDGED", 0)
    case = case_of("1  buy 60 AA in A", "2  buy 70 AA in A", "3  buy 5 BB in A")
    largest = answered(case, engine)[1].largest_passing
    assert largest is not None
    assert (largest.exact, largest.trades) == (False, (1, 3))


def test_a_list_that_is_long_to_judge_loses_many_trades_at_a_time(
    engine: Inline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subset, "SEARCHED", 2)
    monkeypatch.setattr(subset, "MOST_WORK", 1)
    case = case_of("1  buy 60 AA in A", "2  buy 70 AA in A", "3  buy 80 AA in A", "4  buy 5 BB in A")
    opened, answer = answered(case, engine)
    largest = answer.largest_passing
    assert largest is not None
    assert "dropped many at a time" in largest.method
    assert passes(opened, tuple(t for t in case.trades if t.number in largest.trades), engine)


MORE = {
    "waived": 'waive CAP for account "A" up to 12% until 2099-06-30 approved by "CCO" because ips "§9"\n',
    "group with a floor": 'rule LOW "Enough of each"\n  for each issuer in holdings\n'
    '  limit weight to at least 5%\n  because ips "§3"\n',
    "of what is held": 'rule PART "A part of shares"\n  limit value of holdings where issuer is "A"\n'
    '    to at most 40% of invested_assets\n  because ips "§3"\n',
    "on another base": 'rule SHARE "A share of what is invested"\n'
    '  limit weight of holdings where issuer is "A" to at most 40%\n  of invested_assets\n'
    '  because ips "§3"\n',
    "over": 'rule OVER "Was in force"\n  effective from 2025-01-01 until 2025-12-31\n'
    '  limit weight of holdings where issuer is "A" to at most 1%\n  because ips "§3"\n',
}  # fmt: skip


@pytest.mark.parametrize("more", MORE)
def test_rules_that_are_no_plain_sums_are_left_to_the_gate(more: str, engine: Inline) -> None:
    policy = checked(POLICY + MORE[more], "part.mandate")
    lines = ("1  buy 60 AA in A", "2  buy 70 AA in A", "3  buy 60 BB in A", "4  buy 3 CC in A")
    book = read_book(BOOK, reading=policy.tax)
    case = Case("part", "", (policy,), book, tuple(map(trade_of, lines)), ())
    opened, answer = answered(case, engine)
    assert answer.largest_passing is not None
    assert answer.largest_passing.exact
    assert answer.largest_passing.trades == largest_by_hand(opened, case.trades, engine)
