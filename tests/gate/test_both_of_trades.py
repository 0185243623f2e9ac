"""Limits of single trades that the list itself moves: warnings and waivers, judged by both evaluators.

Equities are 3,000 and a share of S0 is 10: after buying n shares, 50% of equities are 1,500 + 5n.
"""

import pytest

from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.dsl.helpers import checked
from tests.gate.test_both_by_hand import COLUMNS, DEFINITIONS, RANKS, book, decided, holder
from tests.reference_evaluator.small import HEADER, trades_of

HALF = "for each trade\n  limit trade_value to at most 50% of equities\n  warn from 20% of equities"


@pytest.mark.parametrize(
    ("trade", "told"),
    [
        ("buy 74 S0", "pass"),
        ("buy 75 S0", "warn"),
        ("buy 300 S0", "warn"),
        ("buy 301 S0", "block"),
        ("sell 49 S0", "pass"),
        ("sell 50 S0", "warn"),
        ("sell 100 S0", "warn"),
    ],
)
def test_a_warning_moves_with_the_list_as_its_limit_does(trade: str, told: str, engine: Inline) -> None:
    """Of 75 bought, 750 are a fifth of 3,750; of 50 sold, 500 are a fifth of 2,500."""
    assert decided(engine, HALF, trade, held=book()) == told


TENTH = 'rule R "one"\n  for each trade\n  limit trade_value to at most 10% of equities\n  because ips "§1"\n'
WAIVED = 'waive R for account "A" up to 50% of equities until 2099-01-01 approved by "CCO" because ips "§1"\n'


def told_of(engine: Inline, rules: str, trade: str) -> str:
    text = HEADER.format(applies="", base="net_assets", missing="block") + DEFINITIONS + rules
    policy = checked(text, schema=COLUMNS).policy
    assert policy is not None
    answer = judge(open_book(ground(compile_rulebook((policy,)), book())), trades_of(trade), engine=engine)
    assert answer.fault is None, answer.fault
    return max((row.decision.value for row in answer.verdicts if row.rule == "R"), key=RANKS.index)


@pytest.mark.parametrize(
    ("trade", "plain", "waived"),
    [
        ("buy 33 S0", "pass", "pass"),
        ("buy 34 S0", "block", "pass"),
        ("buy 300 S0", "block", "pass"),
        ("buy 301 S0", "block", "block"),
    ],
)
def test_a_waiver_up_to_a_part_of_equities_moves_with_the_list(
    trade: str, plain: str, waived: str, engine: Inline
) -> None:
    """A tenth of 3,330 is 333; half of 6,000 is 3,000."""
    assert told_of(engine, TENTH, trade) == plain
    assert told_of(engine, TENTH + WAIVED, trade) == waived


@pytest.mark.parametrize(
    ("limit", "within", "beyond"),
    [
        ("for each trade\n  limit trade_value to at most 50% of cash", "buy 300 S0", "buy 301 S0"),
        ("for each trade\n  limit trade_value to at most 50% of bond_money", "buy 50 S0", "buy 51 S0"),
        ("limit value of equities to at most 60% of cash", "buy 60 S0", "buy 61 S0"),
    ],
)
def test_a_part_of_what_the_account_says_of_itself_bounds_a_trade(
    limit: str, within: str, beyond: str, engine: Inline
) -> None:
    """Its cash of 6,000 and its column of 1,000 are as they are before the list."""
    owner = holder(attributes={"account": "A", "kind": "taxable", "bond_money": "1,000"})
    assert decided(engine, limit, within, held=book(owner=owner)) == "pass"
    assert decided(engine, limit, beyond, held=book(owner=owner)) == "block"
