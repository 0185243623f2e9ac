"""Each measure by hand on a tiny book, at its limit and one step beyond."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal
from engine.facts.transactions import Transaction, TransactionType
from tests.reference_evaluator.small import (
    TODAY,
    account,
    book_of,
    lot,
    policy_of,
    said,
    security,
    verdicts,
)

S0 = security(
    "S0", issuer="Acme", sector="tech", esg_score="40", beta="1.5", voting_shares_outstanding="1000"
)
S1 = security(
    "S1", issuer="Beta", sector="health", esg_score="60", beta="0.5", voting_shares_outstanding="2000"
)
B0 = security("B0", asset_class="fixed_income", instrument="bond", issuer="Cato", duration="4", rating="A")
B1 = security("B1", asset_class="fixed_income", instrument="bond", issuer="Dora", duration="8", rating="BBB")
LOTS = (lot("S0", "100"), lot("S1", "200", basis="1500"), lot("B0", "100"), lot("B1", "100"))
BOOK = book_of(accounts=(account(cash="5000"),), securities=(S0, S1, B0, B1), lots=LOTS)  # worth 10,000

DEFINITIONS = (
    "define equities as holdings where asset_class is equity\n"
    "define bonds as holdings where asset_class is fixed_income\n"
)


def rule(limit: str, more: str = "") -> str:
    return DEFINITIONS + f'rule R "one"\n{more}  limit {limit}\n  because ips "§1"\n'


def told(limit: str, *trades: str, book: Book = BOOK, more: str = "") -> str:
    """Return the one verdict on a limit, in words."""
    [words] = [w for w in said(policy_of(rule(limit, more)), book, *trades) if w.startswith("R")]
    return words


def figures(limit: str, *trades: str, book: Book = BOOK) -> tuple[Fraction | None, Fraction | None]:
    """Return before and after of the one verdict on a limit."""
    [row] = [r for r in verdicts(policy_of(rule(limit)), book, *trades) if r.rule == "R"]
    return row.before, row.after


@pytest.mark.parametrize(
    ("limit", "trades", "before", "after"),
    [
        ("weight of equities to at most 50%", ("buy 10 S0",), "3/10", "31/100"),
        ("value of equities to at most 9,000 USD", ("buy 10 S0",), "3000", "3100"),
        ("quantity of equities to at most 900 shares", ("buy 10 S0",), "300", "310"),
        ("cash to at least 1,000 USD", ("buy 10 S0 at 9",), "5000", "4910"),
        ("borrowing to at most 10%", ("buy 600 S0",), "0", "1/10"),
        ("gross_exposure to at most 100%", ("short_sell 50 S1", "sell 200 S1"), "1/2", "35/100"),
        ("net_exposure to at most 100%", ("short_sell 50 S1", "sell 200 S1"), "1/2", "25/100"),
        ("unrealized_gains of equities to at most 1,000 USD", ("sell 100 S1",), "500", "250"),
        ("duration of bonds to at most 9 years", ("buy 100 B0",), "6", "16/3"),
        ("esg_score of equities to at least 10", ("sell 100 S0",), "160/3", "60"),
        ("beta of equities to at most 2", ("buy 100 S0",), "5/6", "1"),
        ("count of holdings to at most 9", ("sell 100 S0", "sell 1 S1"), "4", "3"),
        ("count of equities to at most 9", ("sell 100 S0",), "2", "1"),
        ("weight of the 2 largest issuers in holdings to at most 90%", ("buy 50 S0",), "3/10", "35/100"),
        ("weight of issuers in holdings whose weight is more than 10% to at most 90%", (), "2/10", "2/10"),
        ("weight of issuers in holdings whose weight is at least 10% to at most 90%", (), "1/2", "1/2"),
        (
            "count of issuers in holdings whose weight is at least 10% to at most 90",
            ("buy 1 S0", "sell 1 B0"),
            "4",
            "3",
        ),
        ("portfolio_value to at least 1 USD", ("buy 100 S0 at 11",), "10000", "9900"),
        ("total_assets to at least 1 USD", ("buy 600 S0",), "10000", "11000"),
    ],
)
def test_figures_before_and_after(limit: str, trades: tuple[str, ...], before: str, after: str) -> None:
    assert figures(limit, *trades) == (Fraction(before), Fraction(after))


@pytest.mark.parametrize(
    ("limit", "within", "beyond"),
    [
        ("weight of equities to at most 40%", ("buy 100 S0",), ("buy 101 S0",)),
        ("value of equities to at most 4,000 USD", ("buy 100 S0",), ("buy 101 S0",)),
        ("quantity of equities to at most 400 shares", ("buy 100 S0",), ("buy 101 S0",)),
        ("cash to at least 4,000 USD", ("buy 100 S0",), ("buy 100 S0 at 10.01",)),
        ("borrowing to at most 10%", ("buy 600 S0",), ("buy 601 S0",)),
        ("gross_exposure to at most 60%", ("buy 100 S0",), ("buy 101 S0",)),
        ("net_exposure to at most 60%", ("buy 100 S0",), ("buy 101 S0",)),
        ("duration of bonds to at most 7 years", ("buy 200 B1",), ("buy 201 B1",)),
        ("esg_score of equities to at least 50", ("buy 100 S0",), ("buy 101 S0",)),
        ("beta of equities to at most 1", ("buy 100 S0",), ("buy 101 S0",)),
        ("weight of the 2 largest issuers in holdings to at most 40%", ("buy 100 S0",), ("buy 101 S1",)),
        (
            "weight of issuers in holdings whose weight is more than 15% to at most 20%",
            ("buy 50 S0",),
            ("buy 51 S0",),
        ),
        ("total_assets to at most 10,000 USD", ("buy 500 S0",), ("buy 501 S0",)),
        ("unrealized_gains of holdings to at least 250 USD", ("sell 100 S1",), ("sell 101 S1",)),
    ],
)
def test_boundary_pairs(limit: str, within: tuple[str, ...], beyond: tuple[str, ...]) -> None:
    assert told(limit, *within).startswith("R pass")
    assert told(limit, *beyond).startswith("R breach active block")


def test_ownership_is_shares_over_shares_outstanding() -> None:
    text = (
        DEFINITIONS
        + 'rule R "o"\n  for each issuer in equities\n  limit voting_ownership to at most 10%\n  because ips "§1"\n'  # noqa: E501
    )
    words = said(policy_of(text), BOOK, "buy 1 S0")
    assert "R [Acme] breach active block by 1 0.1 -> 0.101" in words
    assert "R [Beta] pass pass 0.1 -> 0.1" in words


def test_capped_weight_counts_five_percent_of_each_and_nothing_of_the_controlled() -> None:
    # Acme 10% counts 5%, Beta 20% counts 5%; one share of Acme more is over 10% of its votes: it counts nothing  # noqa: E501
    assert figures("capped_weight of equities to at least 1%", "buy 1 S0") == (
        Fraction(1, 10),
        Fraction(5, 100),
    )


def test_average_rating_in_notches() -> None:
    # A is 17, BBB is 14; half and half 15.5
    assert told('rating of bonds to at least "BBB+"').startswith("R pass pass 15.5")
    assert told('rating of bonds to at least "BBB+"', "buy 200 B1").startswith("R breach active")
    assert told('rating of bonds to at least "BBB+"', "buy 100 B1").startswith("R pass")


def test_active_weight_and_benchmark_weight() -> None:
    index = {"INDEX": {Symbol("S0"): Decimal("0.06"), Symbol("S1"): Decimal("0.15")}}
    book = replace(BOOK, benchmarks=index)
    text = (
        DEFINITIONS
        + 'rule R "a"\n  for each sector in equities\n  limit active_weight to between -500 bps and 500 bps\n  because ips "§1"\n'  # noqa: E501
    )
    assert said(policy_of(text), book, "buy 11 S0") == [
        "R [tech] breach active block by 1 0.04 -> 0.051",
        "R [health] pass pass 0.05 -> 0.05",
    ]
    cap = (
        DEFINITIONS
        + 'rule R "c"\n  for each issuer in equities\n  limit weight to at most the greater of 11% and benchmark_weight\n  because ips "§1"\n'  # noqa: E501
    )
    assert said(policy_of(cap), book, "sell 50 S1", "buy 10 S0") == [
        "R [Acme] pass pass 0.1 -> 0.11",
        "R [Beta] pass pass 0.2 -> 0.15",
    ]
    assert "R [Acme] breach active block by 1 0.1 -> 0.111" in said(policy_of(cap), book, "buy 11 S0")


def test_look_through_adds_the_parts_of_a_fund() -> None:
    fund = security("FUND", instrument="etf", issuer="House", sector="")
    book = replace(
        book_of(
            accounts=(account(cash="5000"),),
            securities=(S0, S1, fund),
            lots=(lot("S0", "100"), lot("FUND", "400")),
        ),
        fund_holdings={Symbol("FUND"): {Symbol("S0"): Decimal("0.25"), Symbol("S1"): Decimal("0.75")}},
    )
    text = (
        DEFINITIONS
        + 'rule R "l"\n  for each issuer in equities\n  limit weight to at most 20%\n  looking through funds\n  because ips "§1"\n'  # noqa: E501
    )
    assert said(policy_of(text), book) == [
        "R [Acme] pass pass 0.2 -> 0.2",
        "R [Beta] breach passive pass 0.3 -> 0.3",
    ]
    assert "R [Acme] breach active block by 1 0.2 -> 0.20025" in said(policy_of(text), book, "buy 1 FUND")


def test_valued_at_cost_takes_basis_on_both_sides() -> None:
    text = (
        DEFINITIONS
        + 'rule R "c"\n  limit weight of equities to at most 30%\n  valued at cost\n  because ips "§1"\n'
    )
    # cost: S0 1,000, S1 1,500, bonds 2,000, cash 5,000; a purchase at 12 costs 12
    [row] = verdicts(policy_of(text), BOOK, "buy 10 S0 at 12")
    assert (row.before, row.after) == (Fraction(2_500, 9_500), Fraction(2_620, 9_500))
    [row] = verdicts(policy_of(text), BOOK, "sell 100 S1")
    assert row.after == Fraction(2_500 - 750, 9_500 - 750 + 1_000)


def test_turnover_is_half_of_purchases_plus_sales_over_the_base_before() -> None:
    past = (
        _transaction("T1", TransactionType.BUY, date(2025, 3, 10), "S0", "100", "10"),
        _transaction("T2", TransactionType.SELL, date(2025, 3, 9), "S0", "100", "10"),
        _transaction("T3", TransactionType.TRANSFER_IN, date(2026, 1, 5), "S0", "500", "10"),
    )
    book = replace(BOOK, transactions=past)
    limit = "turnover over the last 12 months to at most 15%"
    assert figures(limit, "buy 100 S0", "sell 100 S1", book=book) == (Fraction(5, 100), Fraction(15, 100))
    assert told(limit, "buy 100 S0", "sell 101 S1", book=book).startswith("R breach active block by 1,2")
    assert told("turnover this year to at most 15%", book=book) == "R pass pass 0 -> 0"


def test_turnover_without_history_is_missing_unless_stated() -> None:
    bare = replace(BOOK, transactions=None, disposals=None)
    assert told("turnover this year to at most 15%", "buy 1 S0", book=bare) == "R missing_data block by 1"
    stated = replace(
        bare, accounts={AccountId("A"): replace(bare.accounts[AccountId("A")], turnover=Decimal("0.04"))}
    )
    assert figures("turnover this year to at most 15%", "buy 20 S0", book=stated) == (
        Fraction(4, 100),
        Fraction(5, 100),
    )


def test_realized_gains_of_the_year_and_the_list() -> None:
    book = replace(
        BOOK, disposals=(_disposal("D1", date(2026, 1, 1), "300"), _disposal("D2", date(2025, 12, 31), "900"))
    )
    # the list sells 100 of S1 at 10 with a basis of 7.50: a long-term gain of 250
    limit = "net_realized_gains this tax_year to at most 550 USD"
    assert figures(limit, "sell 100 S1", book=book) == (300, 550)
    assert told(limit, "sell 100 S1 at 10.01", book=book).startswith("R breach active block by 1")
    assert figures("realized_short_term_gains this tax_year to at most 0 USD", "sell 100 S1", book=book) == (
        300,
        300,
    )
    assert figures("realized_long_term_gains this tax_year to at most 0 USD", "sell 100 S1", book=book) == (
        0,
        250,
    )


def test_a_loss_that_the_list_replaces_is_not_recognized() -> None:
    # S0 has a basis of 10; sold at 8 and bought again: the loss of 200 is disallowed by the purchase
    limit = "net_realized_gains to at most -100 USD"
    assert figures(limit, "sell 100 S0 at 8") == (0, -200)
    [row] = [
        r for r in verdicts(policy_of(rule(limit)), BOOK, "sell 100 S0 at 8", "buy 100 S0") if r.rule == "R"
    ]
    assert (row.after, row.trades) == (0, frozenset({2}))
    assert figures("disallowed_loss to at most 100 USD", "sell 100 S0 at 8", "buy 100 S0") == (0, 200)


def test_tax_cost_at_the_accounts_own_rates() -> None:
    taxed = account(cash="5000", short_term_rate=Decimal("0.4"), long_term_rate=Decimal("0.2"))
    book = replace(BOOK, accounts={taxed.account: taxed})
    assert figures("tax_cost to at most 10 USD", "sell 100 S1", book=book) == (0, 50)


def test_days_to_liquidate_at_a_fifth_of_daily_volume() -> None:
    book = replace(BOOK, volumes={row: Decimal(100) for row in BOOK.securities})
    assert figures("days_to_liquidate of equities to at most 9 days", "sell 100 S1", book=book) == (10, 5)


def test_drift_is_the_largest_distance_from_a_target() -> None:
    text = (
        DEFINITIONS
        + 'targets plan\n  because ips "§3"\n  equities 25% from 0% to 100%\n  bonds 25% from 0% to 100%\n'
        + 'rule R "d"\n  limit drift to at most 500 bps\n  because ips "§1"\n'
    )
    words = said(policy_of(text), BOOK, "buy 1 S0")
    assert "R breach active block by 1 0.05 -> 0.051" in words


def test_stated_figures_of_an_example_come_before_the_list() -> None:
    book = replace(BOOK, stated={"net_realized_gains": "21,000 USD"}, absent="no_value")
    assert figures("net_realized_gains this tax_year to at most 25,000 USD", "sell 100 S1", book=book) == (
        21_000,
        21_250,
    )


def test_an_unknown_measure_is_said_to_have_no_witness() -> None:
    from dsl.policy import CheckedPolicy

    policy = policy_of(rule("weight of equities to at most 50%"))
    [limit] = policy.rules
    measure = replace(
        limit.obligation.measure, terms=(replace(limit.obligation.measure.terms[0], measure="mood"),)
    )  # type: ignore[union-attr]
    odd: CheckedPolicy = replace(
        policy, rules=(replace(limit, obligation=replace(limit.obligation, measure=measure)),)
    )  # type: ignore[call-arg]
    [row] = verdicts(odd, BOOK)
    assert not row.witnessed


def _transaction(
    name: str, kind: TransactionType, day: date, symbol: str, quantity: str, price: str
) -> Transaction:
    return Transaction(
        id=TransactionId(name),
        date=day,
        account=AccountId("A"),
        type=kind,
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        price=Decimal(price),
    )


def _disposal(name: str, sold: date, gain: str) -> Disposal:
    zero = Decimal(0)
    return Disposal(
        sale=TransactionId(name),
        lot=LotId(name),
        account=AccountId("A"),
        symbol=Symbol("S0"),
        quantity=Decimal(1),
        proceeds=Decimal(gain),
        basis=zero,
        gain=Decimal(gain),
        disallowed=zero,
        permanently_disallowed=zero,
        recognized=Decimal(gain),
        broker_disallowed=zero,
        term="short",
        acquired=sold,
        adjusted_acquired=sold,
        sold=sold,
    )


def test_the_day_of_the_book_is_the_day_of_the_tests() -> None:
    assert BOOK.as_of == TODAY


def test_at_cost_a_disallowed_loss_is_in_the_basis_of_what_replaced_it() -> None:
    text = (
        DEFINITIONS
        + 'rule R "c"\n  limit value of equities to at most 9,000 USD\n  valued at cost\n  because ips "§1"\n'
    )
    # 100 of S0 with a basis of 10 sold at 8, and bought again at 10: 1,000 + 200, beside S1 at 1,500
    [row] = verdicts(policy_of(text), BOOK, "sell 100 S0 at 8", "buy 100 S0 at 10")
    assert (row.before, row.after) == (2_500, 2_700)
