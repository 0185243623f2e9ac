"""Windows, limits that move and books that are worth nothing: gate and reference agree.

Small books by hand, prices of 10; each case says who was right where the two once differed.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import Book, Event, RiskModel
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal
from engine.gate.judge import judge, open_book
from engine.gate.verdict import Outcome
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.properties.test_mended import ENGINE, gate, rule, told
from tests.reference_evaluator.small import TODAY, account, book_of, lot, policy_of, security, trades_of

ONE = AccountId("A")


def book(**more: object) -> Book:
    """Return 100 X, 100 Y and 1,000 in cash, held for long."""
    given: dict[str, object] = {
        "accounts": (account(cash="1000"),),
        "securities": (security("X"), security("Y")),
        "lots": (lot("X", "100", name="L1"), lot("Y", "100")),
    }
    return book_of(**(given | more))  # type: ignore[arg-type]


def window(text: str) -> str:
    return rule(f"  forbid {text}")


# ------------------------------------------------------------------ sales that no records tell of


@pytest.mark.parametrize(
    ("event", "trade", "outcome"),
    [
        ("an offering", "sell 5 X", []),  # what is to come stands in events.csv, whatever was sold before
        ("a purchase", "buy 5 X", ["missing_data"]),  # something sold before may come before it
        ("a purchase", "sell 5 X", []),
    ],
)
def test_past_sales_are_missing_where_the_list_makes_what_they_come_before(
    event: str, trade: str, outcome: list[str]
) -> None:
    policy = policy_of(window(f"selling securities within 10 days before {event} of the same security"))
    answer = gate(policy, book(transactions=None, disposals=None), trade)
    found = [verdict.outcome.value for verdict in answer.verdicts if verdict.rule == "R"]
    assert [words for words in found if words != "pass"] == outcome


# ------------------------------------------------------------------ events of every security


@pytest.mark.parametrize(("symbol", "outcome"), [("X", "breach active"), ("Y", "pass")])
def test_an_event_of_every_security_is_one_of_a_substitute_where_there_is_one(
    symbol: str, outcome: str
) -> None:
    """X has Z for its substitute, Y has none."""
    text = window("buying securities within 10 days before an offering of a substitute security")
    text = 'substitute "X" with "Z" because ips "§1"\n' + text
    coming = Event(date=TODAY + timedelta(days=3), event="offering")
    given = book(securities=(security("X"), security("Y"), security("Z")), events=(coming,))
    assert told(gate(policy_of(text), given, f"buy 5 {symbol}")) == {"": outcome}


# ------------------------------------------------------------------ sales that meet sales


def sold(days: int) -> Disposal:
    """Return a sale of 10 X of the lot that is still held in part."""
    return Disposal(
        sale=TransactionId("S"),
        lot=LotId("L1"),
        account=ONE,
        symbol=Symbol("X"),
        quantity=Decimal(10),
        sold=TODAY - timedelta(days=days),
        acquired=date(2024, 1, 2),
        adjusted_acquired=date(2024, 1, 2),
        proceeds=Decimal(100),
        basis=Decimal(100),
        gain=Decimal(0),
        disallowed=Decimal(0),
        permanently_disallowed=Decimal(0),
        recognized=Decimal(0),
        broker_disallowed=Decimal(0),
        term="long",
    )


@pytest.mark.parametrize("actions", ["selling", "buying or selling"])
@pytest.mark.parametrize("when", ["before", "after", "before or after"])
@pytest.mark.parametrize(("days", "outcome"), [(10, "breach active"), (11, "pass")])
def test_two_sales_of_one_lot_are_two(actions: str, when: str, days: int, outcome: str) -> None:
    policy = policy_of(window(f"{actions} securities within 10 days {when} a sale of the same security"))
    given = book(transactions=(), disposals=(sold(days),))
    assert told(gate(policy, given, "sell 5 X")) == {"": outcome}


@pytest.mark.parametrize(("held", "outcome"), [("L1", "pass"), ("L0", "breach active")])
def test_a_purchase_meets_the_sale_of_other_shares_than_its_own(held: str, outcome: str) -> None:
    """Ten days ago L1 was bought; L0 is as old as the hills."""
    policy = policy_of(
        window("buying or selling securities within 10 days before a sale of the same security")
    )
    lots = (lot("X", "100", name="L0"), lot("X", "100", name="L1", acquired=TODAY - timedelta(days=10)))
    assert told(gate(policy, book(lots=lots), f"sell 5 X lot {held}")) == {"": outcome}


# ------------------------------------------------------------------ waived up to a weight


@pytest.mark.parametrize(("quantity", "outcome"), [("20", "waived"), ("21", "breach active")])
def test_what_an_exception_takes_is_not_weighed_for_a_waiver(quantity: str, outcome: str) -> None:
    """X is 1,000 of 3,000; 20 more make 40%. Y, another 1,000, is the exception's."""
    text = 'define y as holdings where symbol is "Y"\n'
    text += rule("  forbid buying securities where asset_class is equity")
    text += 'rule E "exception"\n  exception to R\n  limit weight of y to at most 90%\n  because ips "§2"\n'
    text += 'waive R for account "A" up to 40% until 2026-12-31 approved by "CCO" because ips "§8"\n'
    assert told(gate(policy_of(text), book(), f"buy {quantity} X")) == {"": outcome}


# ------------------------------------------------------------------ groups, all of them told


def test_a_group_of_which_nothing_is_held_lacks_no_data() -> None:
    text = rule(
        "  for each issuer in holdings\n  limit weight to at most the greater of 90% and benchmark_weight"
    )
    given = book(securities=(security("X"), security("Y"), security("Z")), benchmarks={})
    assert "Z" not in told(gate(policy_of(text), given, "buy 5 X"))


def test_a_limit_that_the_list_moves_is_told_of_every_group() -> None:
    """Y stays at a third under 40% of equities, of which the list sells a part."""
    equities = "define equities as holdings where asset_class is equity\n"
    text = equities + rule("  for each issuer in holdings\n  limit weight to at most 90% of equities")
    answer = gate(policy_of(text), book(), "sell 10 X")
    (verdict,) = (row for row in answer.verdicts if row.rule == "R" and row.group[0][1] == "Y")
    assert verdict.outcome is Outcome.PASS
    assert verdict.high == 90 * Fraction(1900) / Fraction(3000)


# ------------------------------------------------------------------ risk of what is worth nothing


@pytest.mark.parametrize(
    ("side", "outcome"), [("at most 90000 bps", "breach active"), ("at least 0 bps", "pass")]
)
def test_any_risk_is_more_than_every_limit_where_nothing_is_worth_anything(side: str, outcome: str) -> None:
    """Of 3,000 the list sells 700 X that are worth 7,000 for 700: what is left is worth less than nothing."""
    model = RiskModel(
        factors=("market",),
        exposures={Symbol(name): {"market": Decimal(1)} for name in "XY"},
        covariance={("market", "market"): Decimal("0.04")},
        specific={Symbol(name): Decimal("0.1") for name in "XY"},
    )
    given = replace(book(), risk=model)
    policy = policy_of(rule(f"  limit volatility to {side}"))
    assert told(gate(policy, given, "sell 700 X at 1")) == {"": outcome}


# ------------------------------------------------------------------ old prices under two policies


@pytest.mark.parametrize("order", [("a.policy", "b.policy"), ("b.policy", "a.policy")])
def test_the_cash_of_an_account_follows_whichever_policy_has_a_rule_on_old_prices(
    order: tuple[str, str],
) -> None:
    """The price of X is seven days old: one policy takes it, the other says nothing of prices."""
    own, other = order
    takes = policy_of(rule("  require price_age is at most 8 days"), id=own)
    silent = policy_of(rule("  limit value of holdings to at least 1 USD"), id=other)
    given = book_of(
        accounts=(account(cash="1000"),),
        securities=(security("X"),),
        lots=(lot("X", "100"),),
        price_age=7,
    )
    opened = open_book(ground(compile_rulebook((takes, silent)), given))
    answer = judge(opened, trades_of("sell 5 X"), engine=ENGINE, explained=False)
    assert answer.fault is None, answer.fault


def test_a_waiver_up_to_a_weight_waives_nothing_where_the_list_trades_at_an_old_price() -> None:
    """X, which is banned, is half of what is invested; Z has no fresh price, so that nobody knows."""
    text = rule("  forbid buying or holding securities where tobacco_revenue is more than 5%")
    text += 'waive R for account "A" up to 60% until 2026-12-31 approved by "CCO" because ips "§8"\n'
    given = book(
        securities=(security("X", tobacco_revenue="88%"), security("Y"), security("Z", tobacco_revenue="0%"))
    )
    old = replace(given.prices[Symbol("Z")], date=TODAY - timedelta(days=12))
    given = replace(given, prices={**given.prices, Symbol("Z"): old})
    answer = gate(policy_of(text), given, "buy 5 Z")
    found = {v.outcome.value for v in answer.verdicts if v.rule == "R" and v.before}
    assert found == {"breach"}


def test_what_is_owed_is_none_of_the_largest() -> None:
    """X 1,000 of 3,000, Y sold short: the two largest issuers are X alone."""
    text = rule("  limit weight of the 2 largest issuers in holdings to at most 50%")
    short = (lot("X", "100"), lot("Y", "-50"))
    answer = gate(policy_of(text), book(lots=short), "buy 5 X")
    (verdict,) = (row for row in answer.verdicts if row.rule == "R")
    assert verdict.after == 100 * Decimal(1050) / Decimal(1500)


# ------------------------------------------------------------------ a share of what is not known


@pytest.mark.parametrize(("age", "outcome"), [(0, "pass"), (12, "missing_data")])
@pytest.mark.parametrize("trades", [(), ("buy 5 X",)])
def test_a_required_weight_of_nothing_is_not_known_where_the_base_is_not(
    age: int, outcome: str, trades: tuple[str, ...]
) -> None:
    text = "define named as holdings where asset_class is equity\n"
    text += rule("  require named_weight is at most 80%")
    own = book(
        securities=(security("X", asset_class="equity"), security("B", asset_class="fixed_income")),
        lots=(lot("B", "100", name="L1"),),
    )
    old = replace(own.prices[Symbol("B")], date=TODAY - timedelta(days=age))
    answer = gate(policy_of(text), replace(own, prices={**own.prices, Symbol("B"): old}), *trades)
    assert [v.outcome.value for v in answer.verdicts if v.rule == "R"] == [outcome]
