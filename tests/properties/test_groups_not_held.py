"""An issuer of which nothing is held or traded is no group: it breaches no lower bound and stops nobody."""

from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.reference_evaluator.small import account, book_of, lot, policy_of, security, trades_of

TEXT = """define equities as holdings where asset_class is equity

rule R "a part of the equities"
  for each issuer in holdings
  limit weight to at least 1% of equities
  because ips "§1"
"""


def test_what_is_not_held_does_not_stand_for_the_groups_that_pass() -> None:
    """BETA is in the book's securities alone. Buying ACME raises 1% of equities, and BETA stays at 0."""
    held = (lot("ACME", "20"),)
    book = book_of(
        accounts=(account(cash="10000"),), securities=(security("ACME"), security("BETA")), lots=held
    )
    opened = open_book(ground(compile_rulebook((policy_of(TEXT),)), book))
    answer = judge(opened, trades_of("buy 100 ACME"), engine=Inline(), explained=False)
    assert answer.fault is None
    assert answer.decision.value == "pass"
    rows = [(row.group, row.outcome.value) for row in answer.verdicts if row.rule == "R"]
    assert rows == [((("issuer", "ACME"),), "pass")]
