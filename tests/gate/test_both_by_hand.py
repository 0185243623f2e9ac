"""Figures that mandates name in their bounds and conditions, by hand, from both evaluators at once.

The gate judges each list with the reference beside it: a fault would say that the two differ.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dsl.catalogue import DataSchema
from dsl.policy import Unit
from engine.facts.accounts import Account
from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.transactions import Transaction, TransactionType
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.verdict import Verdict
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.dsl.helpers import checked
from tests.reference_evaluator.small import HEADER, account, book_of, lot, security, trades_of

DEFINITIONS = (
    "define equities as holdings where asset_class is equity\n"
    "define bonds as holdings where asset_class is fixed_income\n"
)
S0 = security("S0", issuer="Acme", esg_score="40", fund_cap="25%", market_cap="2,000", par="20", beta="1.5")
S1 = security("S1", issuer="Beta", esg_score="60", fund_cap="25%", market_cap="500", beta="0.5")
B0 = security("B0", asset_class="fixed_income", instrument="bond", issuer="Cato", duration="4", rating="A")
LOTS = (lot("S0", "100"), lot("S1", "200", basis="1500"), lot("B0", "100"))


COLUMNS = DataSchema(
    columns={"fund_cap": Unit.SHARE, "house_cap": Unit.SHARE, "bond_money": Unit.MONEY, "par": Unit.MONEY}
)


def holder(**more: Any) -> Account:
    return account(cash="6000", **more)


def book(*, owner: Account | None = None, **more: Any) -> Book:
    """Return 1,000 of S0, 2,000 of S1, 1,000 of B0 and 6,000 in cash: 10,000."""
    return book_of(accounts=(owner or holder(),), securities=(S0, S1, B0), lots=LOTS, **more)


def judged(engine: Inline, limit: str, *trades: str, held: Book) -> list[Verdict]:
    """Return the verdicts on a limit; both evaluators have said the same."""
    text = f'{DEFINITIONS}rule R "one"\n  {limit}\n  because ips "§1"\n'
    policy = checked(
        HEADER.format(applies="", base="net_assets", missing="block") + text, schema=COLUMNS
    ).policy
    assert policy is not None, limit
    answer = judge(open_book(ground(compile_rulebook((policy,)), held)), trades_of(*trades), engine=engine)
    assert answer.fault is None, answer.fault
    return [row for row in answer.verdicts if row.rule == "R"]


def decided(engine: Inline, limit: str, *trades: str, held: Book) -> str:
    return max((row.decision.value for row in judged(engine, limit, *trades, held=held)), key=RANKS.index)


RANKS = ["pass", "warn", "approval", "block"]
INDEX = {"index": {Symbol("S0"): Decimal("0.25"), Symbol("S1"): Decimal("0.75")}}
ISSUERS = "for each issuer in holdings\n  limit "


@pytest.mark.parametrize(
    ("limit", "within", "beyond"),
    [
        # the index scores 0.25 of 40 and 0.75 of 60: 55; 100 S0 and 300 S1 score the same
        (
            "limit esg_score of equities to at least benchmark_esg_score",
            ("buy 100 S1",),
            ("buy 1 S0",),
        ),
        (f"{ISSUERS}weight to at most benchmark_weight", ("buy 150 S0",), ("buy 151 S0",)),
        (
            f"{ISSUERS}weight to at most the smaller of 15% and benchmark_weight",
            ("buy 50 S0",),
            ("buy 51 S0",),
        ),
        (
            f"{ISSUERS}weight to at most the greater of 15% and benchmark_weight",
            ("buy 150 S0",),
            ("buy 151 S0",),
        ),
        (
            "for each issuer in equities\n  limit weight to at most fund_cap",
            ("buy 150 S0",),
            ("buy 151 S0",),
        ),
        ("limit value of equities to at most 5% of net_assets", ("sell 200 S1", "sell 50 S0"), ("buy 1 S0",)),
        ("limit value of equities to at most 4 times bond_money", ("buy 100 S0",), ("buy 101 S0",)),
        ("limit weight of equities to at most house_cap", ("buy 100 S0",), ("buy 101 S0",)),
        ("limit value of equities to at most 400% of bonds", ("buy 100 S0",), ("buy 101 S0",)),
        ("limit weight of equities to at most 400% of bonds", ("buy 100 S0",), ("buy 101 S0",)),
        ("limit value of equities to at most 40% of total_assets", ("buy 100 S0",), ("buy 101 S0",)),
        # valued at par, one S0 counts 20 and what states no par its price
        ("limit value of equities to at most 5,000 USD\n  valued at par", ("buy 50 S0",), ("buy 51 S0",)),
        ("limit value of equities to at most 3,500 USD\n  valued at cost", ("buy 100 S0",), ("buy 101 S0",)),
        (
            "limit weight of holdings where value is at most 5% of market_cap to at most 5%",
            ("buy 1 S0",),
            None,
        ),
        (
            "limit weight of holdings where value is at least 4 times market_cap to at most 20%",
            ("sell 1 S1",),
            ("buy 1 S1",),
        ),
        (
            "limit weight of holdings where beta is at most the smaller of 1 and 2 to at most 20%",
            ("sell 1 S1",),
            ("buy 1 S1",),
        ),
        ("limit weight of holdings where not (beta is known) to at most 70%", ("buy 1 S0",), ("sell 1 S0",)),
        (
            "limit count of trades to at most 2",
            ("buy 1 S0", "buy 1 S1"),
            ("buy 1 S0", "buy 1 S1", "buy 1 B0"),
        ),
    ],
)
def test_bounds_and_conditions_at_their_limit_and_one_step_beyond(
    limit: str, within: tuple[str, ...], beyond: tuple[str, ...] | None, engine: Inline
) -> None:
    owner = holder(attributes={"account": "A", "kind": "taxable", "house_cap": "40%", "bond_money": "1,000"})
    held = book(benchmarks=INDEX, owner=owner)
    assert decided(engine, limit, *within, held=held) == "pass"
    assert beyond is None or decided(engine, limit, *beyond, held=held) == "block"


def row(
    day: str, quantity: str, kind: TransactionType = TransactionType.BUY, price: str = "10"
) -> Transaction:
    return Transaction(
        id=TransactionId(f"T-{day}-{quantity}"),
        date=date.fromisoformat(day),
        account=AccountId("A"),
        type=kind,
        symbol=Symbol("S0"),
        quantity=Decimal(quantity),
        price=Decimal(price),
    )


@pytest.mark.parametrize(
    ("period", "after"),
    [
        ("since 2026-03-01", "0.15"),  # 1,000 bought on 2 March, 2,000 now: half of 3,000
        ("since 2026-03-03", "0.1"),
        ("over the last 8 days", "0.15"),
        ("over the last 7 days", "0.1"),
        ("over the last 6 business_days", "0.15"),
        ("over the last 5 business_days", "0.1"),
        ("over the last 1 months", "0.15"),
        ("over the last 1 years", "0.3"),  # and 3,000 of last summer
        ("this month", "0.15"),
        ("this quarter", "0.15"),
        ("this calendar_year", "0.15"),
    ],
)
def test_turnover_counts_the_days_of_its_period(period: str, after: str, engine: Inline) -> None:
    held = book(transactions=(row("2025-07-01", "300"), row("2026-03-02", "100")))
    (verdict,) = judged(engine, f"limit turnover {period} to at most 90%", "buy 200 S0", held=held)
    assert verdict.after is not None
    assert Decimal(str(float(verdict.after))) / 100 == Decimal(after)


@pytest.mark.parametrize(
    ("stated", "limit", "within", "beyond"),
    [
        ({"turnover": "10%"}, "limit turnover to at most 15%", ("buy 100 S0",), ("buy 101 S0",)),
        ({"esg_score": "50"}, "limit esg_score of equities to at least 50", ("buy 1 S0",), None),
        (
            {"house_cap": "40%"},
            "limit weight of equities to at most house_cap",
            ("buy 100 S0",),
            ("buy 101 S0",),
        ),
    ],
)
def test_a_stated_fact_goes_before_what_the_book_tells(
    stated: dict[str, str],
    limit: str,
    within: tuple[str, ...],
    beyond: tuple[str, ...] | None,
    engine: Inline,
) -> None:
    owner = holder(attributes={"account": "A", "kind": "taxable", "house_cap": "5%"})
    held = book(stated=stated, owner=owner)
    assert decided(engine, limit, *within, held=held) == "pass"
    assert beyond is None or decided(engine, limit, *beyond, held=held) == "block"


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ("limit weight of equities to at most benchmark_weight", "no benchmark"),
        ("limit tracking_error to at most 5%", "benchmark"),
        ("limit days_to_liquidate to at most 5 days", "unknown: B0, S0, S1"),
        ("limit tax_cost to at most 100 USD", "tax"),
        ("for each issuer in holdings\n  limit weight to at most fund_cap", "fund_cap"),
    ],
)
def test_what_cannot_be_measured_is_told_as_missing(limit: str, reason: str, engine: Inline) -> None:
    rows = judged(engine, limit, "sell 10 S0", held=book())
    told = [verdict.reason for verdict in rows if verdict.outcome.value == "missing_data"]
    assert any(reason in words for words in told), [(r.outcome, r.reason) for r in rows]


def test_money_of_an_account_in_another_currency_is_judged_in_the_policys(engine: Inline) -> None:
    euro = replace(holder(), currency="EUR")
    held = book(owner=euro, fx={"EUR": Decimal("1.25")})
    assert decided(engine, "limit value of equities to at most 5,000 USD", "buy 100 S0", held=held) == "pass"
    assert decided(engine, "limit value of equities to at most 5,000 USD", "buy 101 S0", held=held) == "block"
