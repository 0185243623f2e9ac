"""What is left over, not rated or not said, by hand, from both evaluators at once.

The gate judges each list with the reference beside it: a fault would say that the two differ.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from engine.facts.book import Book
from engine.facts.ids import Symbol
from engine.gate.engine.inline import Inline
from engine.gate.examples import run_examples
from tests.gate.case_files import HEADER
from tests.gate.test_both_by_hand import B0, S0, S1, decided, holder, judged
from tests.gate.test_both_of_data import said
from tests.gate.test_examples import checked
from tests.reference_evaluator.small import book_of, lot, security


def with_a_fund() -> Book:
    """Return 1,000 of S0, 1,000 of a fund that holds 60% of S0, and 6,000 in cash: 8,000."""
    return book_of(
        accounts=(holder(),),
        securities=(S0, S1, B0, security("F", issuer="Fund", instrument="etf")),
        lots=(lot("S0", "100"), lot("F", "100")),
        fund_holdings={Symbol("F"): {Symbol("S0"): Decimal("0.6")}},
    )


@pytest.mark.parametrize(
    ("trade", "word"), [("buy 100 S0", "pass"), ("buy 101 S0", "block"), ("buy 100 F", "pass")]
)
def test_what_a_fund_does_not_tell_of_itself_counts_as_the_fund(
    trade: str, word: str, engine: Inline
) -> None:
    """600 of S0 and 400 of the fund: 3,000 of equities after 100 more of either, 37.5%."""
    rule = "limit weight of equities to at most 37.5%\n  looking through funds"
    assert decided(engine, rule, trade, held=with_a_fund()) == word


@pytest.mark.parametrize(
    ("rating", "words"),
    [(None, "missing, block"), ("A", "pass"), ("BB", "block"), ("none", "missing, block")],
)
def test_a_bond_without_a_rating_may_be_worse(rating: str, words: str, engine: Inline) -> None:
    bond = security(
        "B1", asset_class="fixed_income", instrument="bond", **({"rating": rating} if rating else {})
    )
    held = book_of(accounts=(holder(),), securities=(S0, S1, B0, bond), lots=(lot("B1", "100"),))
    rule = 'limit weight of bonds where rating is worse than "BBB" to at most 15%'
    assert said(engine, rule, "buy 10 B1", held=held) == words


EXAMPLES = """define equities as holdings where asset_class is equity
rule SCORE "A good score"
  limit esg_score of equities to at least 30
  because ips "§1"
rule GAINS "A budget of gains"
  limit net_realized_gains to at most 10,000 USD
  because ips "§2"
targets mix
  because ips "§3"
  equities 60% band 5 points
rebalance mix
  when any class leaves its band
  back to target
  because ips "§4"
targets other
  because ips "§5"
  equities 45% band 15 points
rebalance other
  when any class leaves its band
  back to target
  because ips "§6"

example "half of the shares have no score"
  given holding "ACME" weight 10% with asset_class equity, esg_score 40
  given holding "NONE" weight 10% with asset_class equity
  trade buy 1 USD of "ACME"
  expect SCORE measured 40

example "no gains are said to have been made"
  given date 2026-06-01
  given lot "AAPL" bought 2019-01-02 cost 10,000 USD worth 15,000 USD
  trade sell 15,000 USD of "AAPL"
  expect GAINS measured 5,000 USD

example "one of two mixes is out of its band"
  given holding "ACME" weight 40% with asset_class equity, esg_score 40
  expect rebalance mix
"""


def test_an_example_counts_what_is_not_given_as_not_there(tmp_path: Path, engine: Inline) -> None:
    file = tmp_path / "gaps.mandate"
    file.write_text(HEADER + EXAMPLES, encoding="utf-8")
    results = run_examples(checked(file), engine=engine)
    assert [result.passed for result in results] == [True, True, True], [result.got for result in results]
    assert results[2].got == ("rebalance mix: outside its band: equities",)


@pytest.mark.parametrize("event", ["sale", "loss_sale", "gain_sale"])
def test_without_a_history_no_sale_is_known_to_be_none(event: str, engine: Inline) -> None:
    rule = f"forbid buying securities within 30 days after a {event} of the same security"
    assert said(engine, rule, "buy 1 S0", held=with_a_fund()) == "pass"
    nothing_told = replace(with_a_fund(), transactions=None, disposals=None)
    assert said(engine, rule, "buy 1 S0", held=nothing_told) == "missing, block"


def test_each_lot_of_a_sale_is_an_event_of_its_own(engine: Inline) -> None:
    held = book_of(
        accounts=(holder(),),
        securities=(S0, S1),
        lots=(lot("S1", "100", basis="1500", name="a"), lot("S1", "50", basis="900", name="b")),
    )
    rule = "forbid buying securities within 30 days after a loss_sale of the same security"
    (row,) = judged(engine, rule, "sell 150 S1", "buy 10 S1", held=held)
    assert [one.symbol for one in row.contributors] == ["S1", "S1"]
    assert [one.amount for one in row.contributors] == [Fraction(100), Fraction(50)]
