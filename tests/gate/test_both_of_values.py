"""At what value conditions, windows and early warnings look at positions, by hand, from both evaluators.

The gate judges each list with the reference beside it: a fault would say that the two differ.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.facts.book import Book, Event
from engine.facts.ids import Symbol
from engine.gate.engine.inline import Inline
from tests.gate.test_both_by_hand import B0, LOTS, S0, S1, book, decided, holder, judged
from tests.gate.test_both_of_data import said
from tests.gate.test_both_of_risk import model
from tests.reference_evaluator.small import TODAY, account, book_of, lot, security


def stale(symbol: str, **more: Any) -> Book:
    """Return the book of 10,000, the price of one security a month old."""
    held = book(**more)
    old = replace(held.prices[Symbol(symbol)], date=TODAY - timedelta(days=30))
    return replace(held, prices={**held.prices, Symbol(symbol): old})


Told = tuple[str, Fraction | None, Fraction | None, tuple[int, ...]]
"""The outcome, the figure before and after, and the trades that are named."""


def _told(engine: Inline, rule: str, *trades: str, held: Book) -> list[Told]:
    rows = judged(engine, rule, *trades, held=held)
    return sorted(
        ((row.outcome.value, row.before, row.after, row.trades) for row in rows), key=lambda row: row[0]
    )


# 1,000 of S0, 2,000 of S1 (cost 1,500), 1,000 of B0 and 6,000 in cash: 10,000
@pytest.mark.parametrize("valued_at", ["market", "cost", "par"])
@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("portfolio_value is at least 10,000 USD", "block"),
        ("portfolio_value is at least 10,001 USD", "pass"),
        ("value is at least 10,000 USD", "block"),
        ("value is at least 10,001 USD", "pass"),
        ("cash is at least 60% of net_assets", "block"),
        ("cash is at least 61% of net_assets", "pass"),
        ("cash is at least 600% of bonds", "missing, block"),
    ],
)
def test_a_condition_reads_market_values_whatever_the_limit_reads(
    when: str, words: str, valued_at: str, engine: Inline
) -> None:
    rule = f"limit value of bonds to at most 500 USD\n  valued at {valued_at}\n  when {when}"
    assert said(engine, rule, "buy 1 B0", held=book()) == words


@pytest.mark.parametrize(
    ("trade", "word"),
    [("buy 19 S0", "pass"), ("buy 20 S0", "warn"), ("buy 49 S1", "pass"), ("buy 50 S1", "warn")],
)
def test_an_early_warning_may_differ_from_issuer_to_issuer(trade: str, word: str, engine: Inline) -> None:
    first = replace(S0, attributes={**S0.attributes, "fund_cap": "12%"})
    held = book_of(accounts=(holder(),), securities=(first, S1, B0), lots=LOTS)
    rule = "for each issuer in equities\n  limit weight to at most 30%\n  warn from fund_cap"
    assert decided(engine, rule, trade, held=held) == word


def test_the_known_part_leaves_out_all_that_trades_without_a_price_of_these_days(engine: Inline) -> None:
    # the price of S1 is a month old: 1,000 of S0 is known, and 10 more are beyond the limit
    rule = "limit value of equities to at most 1,050 USD"
    told = _told(engine, rule, "buy 10 S0", "buy 5 S1", held=stale("S1"))
    assert told == [("breach", 1000, 1100, (1,)), ("missing_data", None, None, (2,))]


@pytest.mark.parametrize(
    ("trades", "after", "named"),
    [
        (("buy 10 S0", "buy 5 S1"), Fraction(220_000, 11_100), (1,)),
        (("buy 10 S0", "buy 5 S1 at 10"), Fraction(220_000, 11_100), (1,)),
        (("buy 5 S1",), Fraction(200_000, 11_000), ()),
        (("sell 5 S1",), Fraction(200_000, 11_000), ()),
    ],
)
@pytest.mark.parametrize("old", ["S1", "B0"])
def test_at_par_the_base_takes_what_has_neither_par_nor_a_fresh_price_at_its_last_price(
    trades: tuple[str, ...], after: Fraction, named: tuple[int, ...], old: str, engine: Inline
) -> None:
    # S0 at par 20: 2,000 of 11,000
    rule = 'limit weight of equities where symbol is "S0" to at most 15%\n  valued at par'
    breach = _told(engine, rule, *trades, held=stale(old))[0]
    assert breach == ("breach", Fraction(200_000, 11_000), after, named)


@pytest.mark.parametrize(
    ("trade", "told"), [("buy 5 S1", [("missing_data", None, None, (1,))]), ("buy 5 S1 at 10", [])]
)
def test_at_cost_what_a_purchase_at_an_old_price_adds_to_the_base_is_missing(
    trade: str, told: list[Told], engine: Inline
) -> None:
    # its cost is what it takes from the cash: the base is as large as before, whatever the price
    rule = 'limit weight of equities where symbol is "S0" to at most 15%\n  valued at cost'
    rows = _told(engine, rule, trade, held=stale("S1"))
    assert [row for row in rows if row[0] != "pass"] == told


def test_the_known_part_of_a_measure_of_risk(engine: Inline) -> None:
    # S0 alone: 15% with a volatility of 20%, at most 100 bps
    told = _told(
        engine,
        "limit volatility to at most 100 bps",
        "buy 50 S0",
        "buy 5 S1",
        held=stale("S1", risk=model()),
    )
    assert told == [("breach", 2, 3, (1,)), ("missing_data", None, None, (2,))]


def test_at_cost_what_has_no_price_may_have_no_score_either(engine: Inline) -> None:
    rule = "limit esg_score of holdings to at most 52\n  valued at cost"
    assert said(engine, rule, "buy 1 S0", held=book()) == "missing, pass"


@pytest.mark.parametrize("relation", ["the same", "an identical", "a substitute"])
def test_an_event_that_names_no_security_is_one_of_each(relation: str, engine: Inline) -> None:
    rule = f"forbid buying securities within 5 days after an earnings of {relation} security"
    for days, word in ((5, "block"), (6, "pass")):
        held = book(events=(Event(date=TODAY - timedelta(days=days), event="earnings"),))
        of_none = relation == "a substitute"  # S0 has none, so no event is one of a substitute of it
        assert decided(engine, rule, "buy 1 S0", held=held) == ("pass" if of_none else word)


@pytest.mark.parametrize(
    ("euro", "words"),
    [({}, "missing, pass"), ({"EUR": Decimal("2")}, "block"), ({"EUR": Decimal("1")}, "pass")],
)
def test_what_was_paid_in_a_currency_without_a_rate_is_missing(
    euro: dict[str, Decimal], words: str, engine: Inline
) -> None:
    # 1,000 in dollars, 1,500 in euro
    held = book_of(
        accounts=(holder(), account("B", currency="EUR")),
        securities=(S0, S1, B0),
        lots=(lot("S0", "100"), lot("S1", "200", basis="1500", account="B")),
        fx=euro,
    )
    rule = "limit value of equities to at most 3,000 USD\n  valued at cost\n  across household"
    assert said(engine, rule, "buy 1 S0", held=held) == words


@pytest.mark.parametrize("valued_at", ["market", "cost", "par"])
def test_a_weight_of_a_household_whose_money_has_no_rate_is_missing(valued_at: str, engine: Inline) -> None:
    held = book_of(
        accounts=(holder(), account("B", currency="EUR")),
        securities=(S0, S1, B0),
        lots=(lot("S0", "100"), lot("S1", "200", basis="1500", account="B")),
    )
    rule = 'limit weight of equities where symbol is "S0" to at most 50%'
    told = said(engine, f"{rule}\n  valued at {valued_at}\n  across household", "buy 1 S0", held=held)
    assert told == "missing, pass"


@pytest.mark.parametrize(("worth", "word"), [("10,100", "block"), ("10,101", "pass")])
def test_a_condition_takes_an_option_at_its_own_price(worth: str, word: str, engine: Inline) -> None:
    # one contract at 1 on 100 shares: 100, where its underlying would be 1,000
    call = replace(
        security("C0", instrument="option", issuer="Acme"), underlying=Symbol("S0"), multiplier=Decimal(100)
    )
    held = book_of(
        accounts=(holder(),), securities=(S0, S1, B0, call), lots=(*LOTS, lot("C0", "1")), prices={"C0": "1"}
    )
    rule = f"limit value of bonds to at most 500 USD\n  when portfolio_value is at least {worth} USD"
    assert said(engine, rule, "buy 1 B0", held=held) == word


@pytest.mark.parametrize("price", ["10", "-"])
@pytest.mark.parametrize(("asset_class", "words"), [("", "missing, pass"), ("fixed_income", "pass")])
def test_at_cost_what_may_be_a_part_of_the_bound_is_missing(
    asset_class: str, words: str, price: str, engine: Inline
) -> None:
    # of N0 it is not said whether it is a bond; of a bond the cost is enough
    held = book_of(
        accounts=(holder(),),
        securities=(S0, S1, B0, security("N0", asset_class=asset_class)),
        lots=(*LOTS, lot("N0", "1")),
        prices={"N0": price},
    )
    rule = 'limit value of holdings where symbol is "S0" to at most 200% of bonds\n  valued at cost'
    assert said(engine, rule, "buy 1 S0", held=held) == words
