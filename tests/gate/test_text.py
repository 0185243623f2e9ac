"""The page that people read: what it tells in full, what in one line, and what it never leaves out."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.ids import Symbol
from engine.gate.approvals import Approval
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge
from engine.gate.text import FULL_VERDICTS, gate_text, trade_words
from engine.gate.verdict import Decision, TradeDecision
from tests.gate.case_files import CASES, Case, checked, read_book, read_case, trade_of
from tests.gate.test_cases import opened_of

SECURITIES = 14
CAPS = """rule CAP "One company, one per cent"
  for each issuer in holdings
  limit weight to at most 1%
  because ips "§1"
"""


def many() -> Case:
    """Fourteen companies, each bought beyond its limit."""
    names = [f"S{number:02}" for number in range(SECURITIES)]
    lines = [f'security {name}  price 100  issuer "{name} Corp"' for name in names]
    policy = checked(CAPS, "many.mandate")
    book = read_book("\n".join(("2026-03-10", "account A  cash 100,000", *lines)), reading=policy.tax)
    trades = tuple(trade_of(f"{n}  buy 11 {name} in A") for n, name in enumerate(names, start=1))
    return Case("many", "", (policy,), book, trades, ())


def test_what_does_not_fit_on_a_page_has_a_line_each_and_trades_are_counted(engine: Inline) -> None:
    case = many()
    answer = judge(opened_of(case), case.trades, engine=engine)
    lines = gate_text(answer).splitlines()
    assert lines[0].startswith("BLOCK  14 trades, 0 pass")
    assert f"  and {SECURITIES - 2 * FULL_VERDICTS} more" in lines
    short = [line for line in lines if line.startswith("BLOCK  CAP in A: S")]
    assert len(short) == SECURITIES - FULL_VERDICTS
    assert short[0] == (
        "BLOCK  CAP in A: S06 Corp would be 1.10% of net assets (now 0.00%); limit at most 1%"
    )
    assert lines[lines.index(short[0]) - 1] == ""


def test_everything_is_told_in_full_on_request(engine: Inline) -> None:
    case = many()
    answer = judge(opened_of(case), case.trades, engine=engine)
    text = gate_text(answer, everything=True)
    assert text.count("  because     ") == len(answer.verdicts)
    assert "BLOCK  CAP in A" not in text
    assert "not applicable today" not in text


def test_a_policy_of_which_nothing_is_in_force_is_named(engine: Inline) -> None:
    case = read_case(CASES / "limit/pass/rule-not-yet-in-force.case")
    text = " ".join(gate_text(judge(opened_of(case), case.trades, engine=engine)).split())
    assert "not judged case 1.0.0 is in force from 2026-04-01; none of its rules was judged" in text


def test_who_approved_is_told_beside_the_verdict(engine: Inline) -> None:
    case = read_case(CASES / "ban/approval/restricted-list.case")
    book = opened_of(case)
    named = judge(book, case.trades, engine=engine).decision_id
    yes = Approval(decision=named, rule="RL", role="Legal", person="V. Orlov")
    text = gate_text(judge(book, case.trades, engine=engine, approvals=(yes,)))
    assert "  considered  approved by V. Orlov as Legal" in text.splitlines()


def test_a_quantity_that_would_pass_is_not_rounded_up(engine: Inline) -> None:
    case = read_case(CASES / "limit/block/an-account-that-holds-fractions.case")
    text = gate_text(judge(opened_of(case), case.trades, engine=engine))
    assert "buy 62.6 ACME in A  CAP  (at most 62.5 would pass)" in text


@pytest.mark.parametrize(
    ("most", "told"),
    [(Fraction(2000), "2,000"), (Fraction(0), "0"), (Fraction(2, 3), "0.666666"), (Fraction(125, 2), "62.5")],
)
def test_the_most_of_a_trade_is_told_to_a_millionth(most: Fraction, told: str) -> None:
    trade = trade_of("1  buy 9,000 ACME in A")
    decided = TradeDecision(trade=trade, decision=Decision.BLOCK, rules=("CAP",), max_quantity=most)
    assert trade_words(decided).endswith(f"CAP  (at most {told} would pass)")


def test_a_list_without_a_trade_says_so(engine: Inline) -> None:
    case = many()
    answer = judge(opened_of(case), (), engine=engine)
    assert gate_text(answer).startswith("PASS  no trades, 2026-03-10")
    bought = replace(case.trades[0], quantity=Decimal(10), symbol=Symbol("S01"))
    one = judge(opened_of(case), (bought,), engine=engine)
    assert gate_text(one).startswith("PASS  1 trade, 1 pass, 2026-03-10")
