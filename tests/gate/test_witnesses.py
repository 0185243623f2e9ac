"""Rules that one evaluator alone knows: noted beside the verdict, and stopped where two must know them."""

import pytest

from engine.gate import reference
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge
from engine.gate.verdict import Decision
from engine.gate.witnesses import lacking_fault, one_witness
from tests.gate.case_files import Case, checked, read_book, trade_of
from tests.gate.test_cases import opened_of

TICKETS = """rule FEW "Few tickets at once"
  limit count of trades to at most 3
  because ips "§7"
"""

BOOK = """2026-03-10
account A  cash 100,000
security ACME  price 50  issuer "Acme Corp"
2015-01-02  buy 100 ACME in A at 12
"""


def of_tickets() -> Case:
    policy = checked(TICKETS, "tickets.mandate")
    trades = (trade_of("1  buy 10 ACME in A"),)
    return Case("tickets", "", (policy,), read_book(BOOK, reading=policy.tax), trades, ())


def test_a_verdict_of_one_evaluator_says_so(engine: Inline) -> None:
    case = of_tickets()
    answer = judge(opened_of(case), case.trades, engine=engine)
    assert (answer.fault, answer.decision) == (None, Decision.PASS)
    (told,) = (verdict for verdict in answer.verdicts if verdict.rule == "FEW")
    assert "one evaluator only: the reference does not know this measure" in told.considered


def test_where_two_are_demanded_it_blocks(engine: Inline) -> None:
    case = of_tickets()
    answer = judge(opened_of(case), case.trades, engine=engine, witnesses=2)
    assert answer.decision is Decision.BLOCK
    assert answer.fault is not None
    assert answer.fault.reason == "two witnesses are demanded, and the reference does not know FEW"


def test_what_one_evaluator_knows_is_told_in_the_order_of_the_rules() -> None:
    assert lacking_fault(frozenset(), witnesses=2) is None
    assert lacking_fault(frozenset({"B"}), witnesses=1) is None
    fault = lacking_fault(frozenset({"B", "A"}), witnesses=2)
    assert fault is not None
    assert fault.reason.endswith("does not know A, B")


def test_a_measure_without_a_twin_is_noted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    again = TICKETS.replace("FEW", "AGAIN")
    policy = checked(TICKETS + again, "tickets.mandate")
    monkeypatch.setattr(reference, "WITNESSED", reference.WITNESSED - {"count"})
    (note,) = one_witness(policy, frozenset())
    assert str(note.message) == "the measure `count` has one witness"
    assert one_witness(policy, frozenset({"count"})) == ()
