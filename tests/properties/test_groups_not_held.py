"""An issuer of which nothing is held or traded is no group: it breaches no lower bound and stops nobody."""

import pytest

from engine.gate import limit_items
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.reference_evaluator.small import account, book_of, lot, policy_of, security, trades_of

TEXT = """define equities as holdings where asset_class is equity

rule R "a part of the equities"
  for each issuer in holdings
  limit weight to at least 1% of equities
  because ips "§1"
"""


def opened_book() -> OpenBook:
    """ACME is held; BETA is in the book's securities alone."""
    book = book_of(
        accounts=(account(cash="10000"),),
        securities=(security("ACME"), security("BETA")),
        lots=(lot("ACME", "20"),),
    )
    return open_book(ground(compile_rulebook((policy_of(TEXT),)), book))


def test_what_is_not_held_does_not_stand_for_the_groups_that_pass() -> None:
    """Buying ACME raises 1% of equities, and BETA stays at 0: it is no group."""
    answer = judge(opened_book(), trades_of("buy 100 ACME"), engine=Inline())
    assert answer.fault is None
    assert answer.decision.value == "pass"
    rows = [(row.group, row.outcome.value) for row in answer.verdicts if row.rule == "R"]
    assert rows == [((("issuer", "ACME"),), "pass")]
    most = answer.trades[0].max_quantity
    assert most is not None
    assert most >= 100


def test_a_breach_told_of_the_groups_that_pass_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were BETA to stand for the others, the reference would have no such breach: a fault, which blocks."""
    monkeypatch.setattr(limit_items, "_absent", lambda *_: set())
    answer = judge(opened_book(), trades_of("buy 100 ACME"), engine=Inline())
    assert answer.fault is not None
    assert "R" in answer.fault.reason
