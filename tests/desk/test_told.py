"""How the desk words a verdict where the book stands, and where a list was judged."""

from decimal import Decimal
from typing import Any

from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.answer import gate_answer
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.shell.desk.told import verdicts_of
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.measures.test_examples import policy_of
from tests.rulebooks.tiny import tiny


def reason_of_cap(*trades: Trade) -> str:
    """What is said of a company at 10% under a cap of 5%."""
    about = {"X": {"issuer": "X Corp", "asset_class": "equity"}, "Y": {"asset_class": "fixed_income"}}
    book = tiny({"X": (100_000, 1), "Y": (900_000, 1)}, about=about, cash=50_000)
    opened = open_book(ground(compile_rulebook((policy_of("weight"),)), book))
    answer: Any = gate_answer(judge(opened, trades, engine=Inline()))
    return next(one.reason for one in verdicts_of(answer) if one.rule == "M" and one.status == "passive")


def test_a_standing_breach_speaks_of_no_list() -> None:
    assert "list" not in reason_of_cap()
    assert "X Corp is 9.52%" in reason_of_cap()


def test_a_breach_that_a_list_leaves_as_it_was_says_so() -> None:
    bought = Trade(number=1, account=AccountId("A"), side=Side.BUY, symbol=Symbol("Y"), quantity=Decimal(10))
    assert "no worse by this list" in reason_of_cap(bought)
