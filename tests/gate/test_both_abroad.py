"""What a household rule adds up where one account is of another currency, from both evaluators at once.

The gate judges each list with the reference beside it: a fault would say that the two differ.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.transactions import Transaction, TransactionType
from engine.gate.engine.inline import Inline
from tests.gate.test_both_by_hand import B0, LOTS, S0, S1, holder
from tests.gate.test_both_of_data import said
from tests.reference_evaluator.small import account, book_of
from tests.reference_evaluator.test_windows import sold

TURNOVER = "across household\n  limit turnover over the last 12 months to at most 20%"
GAINS = "across household\n  limit net_realized_gains this tax_year to at most 500 USD"
SHORT = "across household\n  limit realized_short_term_gains this tax_year to at most 500 USD"
TAX = "across household\n  limit tax_cost this tax_year to at most 100 USD"
RATES: dict[str, Any] = {"short_term_rate": Decimal("0.40"), "long_term_rate": Decimal("0.20")}


def both(*, euro: str | None) -> Book:
    """Return 10,000 in A and an empty account E in euro, that sold and bought in euro before.

    euro: dollars for one, or None where no rate is known.
    """
    abroad = replace(account("E"), currency="EUR", **RATES)
    bought = Transaction(
        id=TransactionId("T1"),
        date=date(2026, 2, 2),
        account=AccountId("E"),
        type=TransactionType.BUY,
        symbol=Symbol("S0"),
        quantity=Decimal(100),
        price=Decimal(10),
    )
    gain = replace(sold(5, "S0", gain="300"), account=AccountId("E"), term="long")
    made = book_of(
        accounts=(holder(**RATES), abroad),
        securities=(S0, S1, B0),
        lots=LOTS,
        transactions=(bought,),
        disposals=(gain,),
    )
    return replace(made, fx={} if euro is None else {"EUR": Decimal(euro)})


@pytest.mark.parametrize(
    ("rule", "trade", "euro", "words"),
    [
        # half of 1,000 euro bought: 1,000 USD of 10,000 at 2 dollars, 1,500 with 1,000 more at 3
        (TURNOVER, "buy 1 S0", None, "missing, block"),
        (TURNOVER, "buy 200 S0", "2", "pass"),
        (TURNOVER, "buy 201 S0", "2", "block"),
        # 300 euro of gains before: 450 USD at 1.5, and 600 at 2
        (GAINS, "sell 1 S0", None, "missing, block"),
        (GAINS, "sell 10 S1", "1.5", "pass"),
        (GAINS, "sell 21 S1", "1.5", "block"),
        (GAINS, "sell 1 S1", "2", "block"),
        (SHORT, "sell 1 S0", None, "pass"),
        # a fifth of 300 euro is 60 euro of tax: 90 USD at 1.5, and 0.5 more for each share of S1
        (TAX, "sell 1 S0", None, "missing, block"),
        (TAX, "sell 20 S1", "1.5", "pass"),
        (TAX, "sell 21 S1", "1.5", "block"),
    ],
)
def test_a_household_across_currencies(
    rule: str, trade: str, euro: str | None, words: str, engine: Inline
) -> None:
    assert said(engine, rule, trade, held=both(euro=euro)) == words


@pytest.mark.parametrize(
    ("rule", "words"), [(TURNOVER, "missing, block"), (GAINS, "missing, block"), (TAX, "missing, block")]
)
def test_without_a_history_an_account_that_states_nothing_is_not_known(
    rule: str, words: str, engine: Inline
) -> None:
    held = replace(both(euro="1"), transactions=None, disposals=None)
    assert said(engine, rule, "buy 1 S0", held=held) == words


@pytest.mark.parametrize(
    ("share", "trade", "words"),
    [("0.05", "buy 260 S0", "pass"), ("0.05", "buy 261 S0", "block"), ("0", "buy 360 S0", "pass")],
)
def test_what_an_account_says_it_turned_over_is_of_its_net_assets(
    share: str, trade: str, words: str, engine: Inline
) -> None:
    """A twentieth of 10,000 is 5%; purchases add half of their value, and 13% more are 2,600."""
    rule = "limit turnover over the last 12 months to at most 18%"
    held = book_of(accounts=(holder(turnover=Decimal(share)),), securities=(S0, S1, B0), lots=LOTS)
    assert said(engine, rule, trade, held=replace(held, transactions=None)) == words


def test_what_it_turned_over_is_not_known_where_a_price_is_missing(engine: Inline) -> None:
    rule = "limit turnover over the last 12 months to at most 18%"
    held = book_of(
        accounts=(holder(turnover=Decimal("0.05")),), securities=(S0, S1, B0), lots=LOTS, prices={"S1": "-"}
    )
    assert said(engine, rule, "buy 1 S0", held=replace(held, transactions=None)) == "missing, pass"


@pytest.mark.parametrize(("kind", "words"), [("ira", "pass"), ("taxable", "missing, block")])
def test_gains_of_a_retirement_account_are_none_whether_stated_or_not(
    kind: str, words: str, engine: Inline
) -> None:
    rule = "limit net_realized_gains this tax_year to at most 0 USD"
    held = book_of(accounts=(holder(kind=kind),), securities=(S0, S1, B0), lots=LOTS)
    assert said(engine, rule, "sell 1 S1", held=replace(held, disposals=None)) == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("limit esg_score of the 2 largest issuers in equities to at least 53", "pass"),
        ("limit esg_score of the 2 largest issuers in equities to at least 54", "block"),
    ],
)
def test_an_average_of_a_derived_set_has_one_witness(rule: str, words: str, engine: Inline) -> None:
    """1,000 of 40 and 2,000 of 60 score 53.3."""
    held = book_of(accounts=(holder(),), securities=(S0, S1, B0), lots=LOTS)
    assert said(engine, rule, "buy 1 S0", held=held) == words
