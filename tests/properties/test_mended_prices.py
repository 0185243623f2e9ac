"""Old prices: where gate and reference once differed on them, small books by hand say who was right.

The price of S is twelve days old, others are of today; every price is 10.
"""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from engine.facts.book import Book
from engine.facts.ids import Symbol
from engine.facts.securities import Security
from tests.properties.test_mended import gate, rule, told
from tests.reference_evaluator.small import TODAY, account, book_of, lot, policy_of, security

EQUITIES = "define equities as holdings where asset_class is equity\n"
BONDS = "define bonds as holdings where asset_class is fixed_income\n"


def stale(*held: str, cash: str = "1000", securities: tuple[Security, ...] = (), **more: object) -> Book:
    """Return 100 shares of each, at 10, and S with a price that is old."""
    own = tuple(security(name) for name in ("X", "S", "T"))
    book = book_of(
        accounts=(account(cash=cash),),
        securities=tuple({row.symbol: row for row in (*own, *securities)}.values()),
        lots=tuple(lot(name, "100") for name in held),
        **more,  # type: ignore[arg-type]
    )
    old = replace(book.prices[Symbol("S")], date=TODAY - timedelta(days=12))
    return replace(book, prices={**book.prices, Symbol("S"): old})


@pytest.mark.parametrize(("most", "breaches"), [("33%", ["passive"]), ("34%", [])])
def test_at_cost_the_base_keeps_the_cash_of_a_sale_at_an_old_price(most: str, breaches: list[str]) -> None:
    """B costs 1,000 of 3,000, before and after: S goes at 10, which is what it cost."""
    bond = security("B", asset_class="fixed_income")
    text = BONDS + rule(f"  limit weight of bonds to at most {most}\n  valued at cost")
    answer = gate(policy_of(text), stale("B", "S", securities=(bond,)), "sell 100 S")
    found = [v for v in answer.verdicts if v.rule == "R" and v.outcome.value == "breach"]
    assert [v.breach for v in found] == breaches
    assert all(v.before == v.after for v in found)


def test_at_cost_a_purchase_at_an_old_price_leaves_the_base_unknown() -> None:
    text = EQUITIES + rule("  for each issuer in equities\n  limit weight to at most 60%\n  valued at cost")
    mandate = policy_of(text, base="invested_assets")
    found = told(gate(mandate, stale("X", "T"), "buy 1 S"))
    assert found["X"] == found["T"] == "missing_data"


def test_a_derived_set_weighs_its_groups_by_a_base_with_all_its_cash() -> None:
    """X is 1,000 of 4,000 invested once 300 S are bought: the tests leave the cash in the base."""
    text = rule("  limit weight of issuers in holdings whose weight is more than 20% to at most 1%")
    mandate = policy_of(text, base="invested_assets")
    answer = gate(mandate, stale("X", cash="90000"), "buy 300 S")
    (breach,) = (v for v in answer.verdicts if v.rule == "R" and v.outcome.value == "breach")
    assert (breach.before, breach.after) == (Fraction(100), Fraction(25))


def test_a_group_that_may_be_one_says_so_without_a_trade_at_cost() -> None:
    text = EQUITIES + rule("  for each security in equities\n  limit weight to at most 90%\n  valued at cost")
    unknown = security("S", asset_class="")
    assert told(gate(policy_of(text), stale("X", "S", securities=(unknown,))))["S"] == "missing_data"


WINDOW = rule(
    "  forbid selling lots where gain is less than 0 USD within 30 days after a purchase of the same security"
)


@pytest.mark.parametrize(
    ("trades", "found"),
    [
        (("sell 10 S", "buy 5 S"), {"missing_data": (1, 2), "pass": ()}),
        (("sell 10 S",), {"pass": ()}),  # nothing was bought: whatever the lot gained, there is no pair
        (("sell 10 X", "buy 5 X"), {"pass": ()}),  # X is sold at what it cost
    ],
)
def test_a_window_on_lots_of_unknown_gain_is_unknown_where_there_is_a_pair(
    trades: tuple[str, ...], found: dict[str, tuple[int, ...]]
) -> None:
    answer = gate(policy_of(WINDOW), stale("X", "S"), *trades)
    verdicts = [verdict for verdict in answer.verdicts if verdict.rule == "R"]
    assert {v.outcome.value: tuple(sorted(v.trades)) for v in verdicts} == found


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [("price is at least 5 USD", "missing_data"), ("symbol is known", "breach active")],
)
def test_what_a_condition_reads_of_an_old_price_is_unknown(condition: str, outcome: str) -> None:
    text = rule(f"  forbid selling securities where {condition}")
    assert told(gate(policy_of(text), stale("S"), "sell 1 S")) == {"": outcome}


@pytest.mark.parametrize("name", [f"OLD{number}" for number in range(8)])
def test_cash_and_shares_that_lack_one_price_stay_missing_whichever_is_read_first(name: str) -> None:
    """All of it goes at an old price: the shares are known then, the cash is not."""
    book = stale("X", name, securities=(security(name),))
    old = replace(book.prices[Symbol("S")], symbol=Symbol(name))
    book = replace(book, prices={**book.prices, Symbol(name): old})
    mandate = policy_of(rule('  limit weight of holdings where symbol is "X" to at most 90%'))
    assert told(gate(mandate, book, f"sell 100 {name}"))[""] == "missing_data"


@pytest.mark.parametrize(("cost", "outcome"), [("5000", "pass"), ("20000", "pass")])
def test_a_condition_reads_market_value_whatever_the_rule_is_valued_at(cost: str, outcome: str) -> None:
    """X is worth 1,000 of 2,000, whatever it cost."""
    text = EQUITIES + rule(
        "  limit weight of equities to at most 99%\n  valued at cost",
        "  when portfolio_value is at most 2,000 USD\n",
    )
    book = replace(stale(), lots=(lot("X", "100", basis=cost),))
    assert told(gate(policy_of(text), book)) == {"": outcome}
