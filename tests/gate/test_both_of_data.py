"""Rules that read what a book may lack or tell in another way, by hand, from both evaluators at once.

The gate judges each list with the reference beside it: a fault would say that the two differ.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.facts.book import Book
from engine.facts.ids import Symbol
from engine.gate.engine.inline import Inline
from tests.gate.test_both_by_hand import B0, INDEX, LOTS, S0, S1, book, decided, holder, judged
from tests.reference_evaluator.small import book_of, lot, security
from tests.reference_evaluator.test_windows import sold


def said(engine: Inline, rule: str, *trades: str, held: Book) -> str:
    """Return the worst decision, and `missing_data` where some verdict says so."""
    rows = judged(engine, rule, *trades, held=held)
    lacks = any(row.outcome.value == "missing_data" for row in rows)
    return ("missing, " if lacks else "") + decided(engine, rule, *trades, held=held)


# 1,000 of S0, 2,000 of S1, 1,000 of B0 and 6,000 in cash: 10,000
@pytest.mark.parametrize(
    ("rule", "within", "beyond"),
    [
        ("forbid selling lots where original_basis is at least 1,001 USD", "sell 1 S0", "sell 1 S1"),
        (
            "forbid selling lots where adjusted_acquired is before 2024-01-03 and cost is at least 1,001 USD",
            "sell 1 S0",
            "sell 1 S1",
        ),
        ('forbid selling lots where term is "long" and issuer is "Beta"', "sell 1 S0", "sell 1 S1"),
        ("forbid selling lots where quantity is at least 101", "sell 1 S0", "sell 1 S1"),
        ("limit value of equities to at most 400% of bond_money", "buy 100 S0", "buy 101 S0"),
        (
            "limit weight of issuers in equities whose weight is less than 15% to at most 12%",
            "buy 20 S0",
            "buy 21 S0",
        ),
        (
            "limit weight of issuers in equities whose weight is at most 15% to at most 12%",
            "buy 20 S0",
            "buy 21 S0",
        ),
        (
            "limit weight of issuers in equities whose weight is at least 15% to at most 25%",
            "buy 50 S1",
            "buy 51 S1",
        ),
        (
            "limit count of issuers in equities whose weight is more than 10% to at most 1",
            "buy 1 S1",
            "buy 1 S0",
        ),
        (
            "limit weight of holdings where benchmark_weight is more than 30% to at most 25%",
            "buy 50 S1",
            "buy 51 S1",
        ),
        ("limit weight of holdings where quantity is at least 150 to at most 25%", "buy 50 S1", "buy 51 S1"),
        ("limit weight of equities to between 20% and 40%", "buy 100 S0", "buy 101 S0"),
        ("limit weight of equities to between 20% and 40%", "sell 100 S1", "sell 101 S1"),
        ("for each trade\n  limit trade_value to between 100 USD and 500 USD", "buy 10 S0", "buy 9 S0"),
        ("for each trade\n  limit trade_value to between 100 USD and 500 USD", "buy 50 S0", "buy 51 S0"),
        (
            "for each trade in trades where closes_position is yes\n  limit trade_value to at most 1,500 USD",
            "sell 100 S0",
            "sell 200 S1",
        ),
        (
            "for each trade in trades where closes_position is yes\n  limit trade_value to at most 1,500 USD",
            "sell 199 S1",
            "sell 200 S1",
        ),
        ("require not (price_age is more than 5 days)", "buy 1 S0", None),
        # at cost 1,000 of 40 and 1,500 of 60: 52; at market it would be 53.33
        ("limit esg_score of equities to at least 52\n  valued at cost", "buy 1 S1", "buy 1 S0"),
    ],
)
def test_at_the_limit_and_one_step_beyond(rule: str, within: str, beyond: str | None, engine: Inline) -> None:
    owner = holder(attributes={"account": "A", "kind": "taxable", "house_cap": "40%", "bond_money": "1,000"})
    held = book(benchmarks=INDEX, owner=owner)
    assert decided(engine, rule, within, held=held) == "pass"
    assert beyond is None or decided(engine, rule, beyond, held=held) == "block"


NO_PRICE = book_of(accounts=(holder(),), securities=(S0, S1, B0), lots=LOTS, prices={"S1": "-"})
FOREIGN = book_of(
    accounts=(holder(),),
    securities=(S0, replace(S1, currency="EUR", attributes={**S1.attributes, "currency": "EUR"}), B0),
    lots=LOTS,
)
TWO_CAPS = book_of(
    accounts=(holder(),),
    securities=(S0, security("S2", issuer="Acme", fund_cap="10%"), S1, B0),
    lots=(*LOTS, lot("S2", "1")),
)
CAPPED = "for each issuer in equities\n  limit weight to at most fund_cap"


@pytest.mark.parametrize(
    ("rule", "trade", "held", "words"),
    [
        # one issuer, two securities, two caps: no one figure
        (CAPPED, "buy 1 S0", TWO_CAPS, "missing, block"),
        (CAPPED, "buy 1 S0", book(), "pass"),
        # what has no price stops trades in itself alone: in the measure, and in what a condition reads
        ("limit weight of equities to at most 50%", "buy 1 S0", NO_PRICE, "missing, pass"),
        (
            "limit weight of holdings where value is at least 500 USD to at most 50%",
            "buy 1 S0",
            NO_PRICE,
            "missing, pass",
        ),
        # what is held in another currency, without a rate
        ("limit weight of equities to at most 50%", "buy 1 S0", FOREIGN, "missing, pass"),
        # no benchmark: the condition, and the early warning, are unknown
        (
            "limit weight of holdings where benchmark_weight is more than 30% to at most 25%",
            "buy 1 S0",
            book(),
            "missing, block",
        ),
        ("limit weight of equities to at most 50%\n  warn from benchmark_weight", "buy 1 S0", book(), "pass"),
    ],
)
def test_what_the_data_lack_is_told(rule: str, trade: str, held: Book, words: str, engine: Inline) -> None:
    assert said(engine, rule, trade, held=held) == words


@pytest.mark.parametrize(
    ("within", "event", "gain", "last"),
    [
        ("1 months", "loss_sale", "-100", date(2026, 2, 10)),
        ("1 years", "loss_sale", "-100", date(2025, 3, 10)),
        ("30 days", "gain_sale", "100", date(2026, 2, 8)),
        ("30 days", "sale", "0", date(2026, 2, 8)),
    ],
)
def test_a_window_ends_with_its_last_day(
    within: str, event: str, gain: str, last: date, engine: Inline
) -> None:
    rule = f"forbid buying securities within {within} after a {event} of the same security"
    for more, words in ((0, "block"), (1, "pass")):
        past: tuple[Any, ...] = (sold((date(2026, 3, 10) - last).days + more, "S0", gain=gain),)
        held = book(disposals=past)
        assert decided(engine, rule, "buy 1 S0", held=held) == words, (within, more)
    other = book(disposals=(sold(1, "S0", gain="-100" if event == "gain_sale" else "100"),))
    assert decided(engine, rule, "buy 1 S0", held=other) == ("block" if event == "sale" else "pass")


@pytest.mark.parametrize(("contracts", "words"), [("4", "pass"), ("5", "block")])
def test_an_option_counts_its_underlying_at_notional(contracts: str, words: str, engine: Inline) -> None:
    # one contract on 100 shares at 10: 1,000
    call = replace(
        security("C0", instrument="option", issuer="Acme"), underlying=Symbol("S0"), multiplier=Decimal(100)
    )
    held = book_of(accounts=(holder(),), securities=(S0, S1, B0, call), lots=LOTS, prices={"C0": "1"})
    rule = "limit value of holdings where instrument is option to at most 4,000 USD\n  valued at notional"
    assert decided(engine, rule, f"buy {contracts} C0", held=held) == words


@pytest.mark.parametrize(("priced", "words"), [(13, "pass"), (12, "block")])
def test_a_holiday_is_no_day_of_a_prices_age(priced: int, words: str, engine: Inline) -> None:
    # Tuesday 17 February 2026: the Monday was a holiday, so that Friday's price is one business day old
    held = book()
    prices = {name: replace(price, date=date(2026, 2, priced)) for name, price in held.prices.items()}
    held = replace(held, as_of=date(2026, 2, 17), prices=prices)
    rule = "require price_age is at most 1 business_days"
    assert decided(engine, rule, "buy 1 S0", held=held) == words
