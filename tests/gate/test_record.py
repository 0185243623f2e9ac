"""The decision record at three lengths, cure clocks, and approvals of two persons."""

from dataclasses import replace
from datetime import date

import pytest

from dsl.policy import Duration, Response
from engine.gate.approvals import Approval
from engine.gate.cure import cure_due
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge
from engine.gate.record import proof_text, record_line
from engine.gate.subset import with_largest_passing
from engine.gate.text import gate_text
from tests.gate.case_files import CASES, Case, checked, read_book, read_case, trade_of
from tests.gate.test_cases import opened_of


def test_one_line_and_the_full_proof(engine: Inline) -> None:
    case = read_case(CASES / "limit/block/one-company-a-share-over.case")
    answer = judge(opened_of(case), case.trades, engine=engine)
    line = record_line(answer)
    assert line.count("\n") == 1
    assert line.startswith("BLOCK 2026-03-10; 1 of 1 trades stopped by CAP; decision ")
    proof = proof_text(answer)
    for part in (answer.decision_id, answer.rulebook_hash, answer.facts_hash, "durable-rules and reference"):
        assert part in proof
    for verdict in answer.verdicts:
        assert f"rule {verdict.rule}" in proof
    assert "exactly     before 4.9, after 5.01, limit 5, headroom -0.01" in proof


@pytest.mark.parametrize(
    ("count", "unit", "due"),
    [
        (30, "days", date(2026, 4, 9)),
        (4, "days", date(2026, 3, 16)),  # a Saturday gives way to Monday
        (5, "business_days", date(2026, 3, 17)),
        (115, "days", date(2026, 7, 6)),  # 3 July is Independence Day, observed
    ],
)
def test_a_cure_is_due_on_a_day_of_the_exchange(count: int, unit: str, due: date) -> None:
    within = Duration(count=count, unit=unit)  # type: ignore[arg-type]
    assert cure_due((Response(kind="cure", within=within),), today=date(2026, 3, 10), calendar="NYSE") == due
    assert cure_due((Response(kind="block"),), today=date(2026, 3, 10), calendar="NYSE") is None


TWO = """rule RL "Two must say yes"
  forbid buying securities where issuer is "Foul"
  on breach require approval of "Legal", require approval of "CIO"
  because ips "§2"
"""

CURED = """rule CAP "Ten per cent, cured in thirty days"
  for each issuer in holdings
  limit weight to at most 10%
  on passive breach cure within 30 days
  because ips "§2"
"""

BOOK = """2026-03-10
account A  cash 100,000
security FF  price 100  issuer Foul
security OO  price 100  issuer Good
2015-01-02  buy 500 OO in A at 60
"""


def case_of(policy: str, *lines: str) -> Case:
    told = checked(policy, "record.mandate")
    return Case("r", "", (told,), read_book(BOOK, reading=told.tax), tuple(map(trade_of, lines)), ())


def test_a_passive_breach_tells_the_day_of_its_cure(engine: Inline) -> None:
    case = case_of(CURED, "1  sell 10 OO in A")
    answer = judge(opened_of(case), case.trades, engine=engine)
    assert [v.cure_due for v in answer.verdicts if v.rule == "CAP" and v.breach] == [date(2026, 4, 9)]
    assert "due by 2026-04-09" in proof_text(answer)


def test_one_person_does_not_approve_twice(engine: Inline) -> None:
    case = case_of(TWO, "1  buy 1 FF in A")
    opened = opened_of(case)
    named = judge(opened, case.trades, engine=engine).decision_id
    legal = Approval(decision=named, rule="RL", role="Legal", person="V. Orlov")
    alone, other = replace(legal, role="CIO"), replace(legal, role="CIO", person="A. Reyes")
    for given, decision in (((legal,), "approval"), ((legal, alone), "approval"), ((legal, other), "pass")):
        assert judge(opened, case.trades, engine=engine, approvals=given).decision.value == decision
    told = judge(opened, case.trades, engine=engine, approvals=(legal, alone))
    assert any("one person cannot approve" in words for v in told.verdicts for words in v.considered)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "PASS 2026-03-10; no trades; decision "),
        (("1  buy 1 OO in A",), "PASS 2026-03-10; 1 trade may go; decision "),
        (("1  buy 1 OO in A", "2  buy 2 OO in A"), "PASS 2026-03-10; 2 trades may go; decision "),
    ],
)
def test_the_line_of_a_list_that_passes_counts_its_trades(
    lines: tuple[str, ...], words: str, engine: Inline
) -> None:
    case = case_of(CURED.replace("10%", "80%"), *lines)
    assert record_line(judge(opened_of(case), case.trades, engine=engine)).startswith(words)


def test_the_line_names_the_largest_part_that_passes(engine: Inline) -> None:
    foul = "\n".join(line for line in TWO.splitlines() if "on breach" not in line) + "\n"
    case = case_of(foul, "1  buy 1 FF in A", "2  buy 1 OO in A")
    opened = opened_of(case)
    answer = judge(opened, case.trades, engine=engine)
    line = record_line(with_largest_passing(opened, answer, case.trades, engine=engine))
    assert line.startswith("BLOCK 2026-03-10; 1 of 2 trades stopped by RL; ")
    assert "largest part that passes: 2; " in line


WASH = """rule WASH "No wash sale"
  forbid buying securities within 30 days after a loss_sale of an identical security
  because ips "§3"
"""


def test_a_window_is_told_with_its_days_and_with_the_history_that_was_known(engine: Inline) -> None:
    told = checked(WASH, "wash.mandate")
    sold = "2026-02-20  sell 100 OO in A at 50\n"
    book = read_book(BOOK + sold, reading=told.tax)
    case = Case("w", "", (told,), book, (trade_of("1  buy 1 OO in A"),), ())
    answer = judge(opened_of(case), case.trades, engine=engine)
    assert answer.decision.value == "block"
    assert "2026-03-22" in gate_text(answer)  # thirty days after 20 February
    assert "history     from 2015-01-02 until 2026-03-10" in proof_text(answer)
