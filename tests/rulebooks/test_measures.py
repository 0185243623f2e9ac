"""Every measure by hand arithmetic on a tiny book."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from dsl.words import shipped
from engine.facts.book import RiskModel
from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.transactions import Transaction, TransactionType
from rulebooks.catalogue import MEASURES, catalogue
from rulebooks.forms import Term, TermKind
from tests.rulebooks.tiny import account_of, lay, lot_of, rule, share, tiny

A = AccountId("A")


def term(kind: TermKind, symbol: str | None = None, account: str = "A") -> Term:
    return Term(kind, AccountId(account), None if symbol is None else Symbol(symbol))


def test_every_word_of_the_language_has_a_measure() -> None:
    assert set(MEASURES) == set(shipped().measures)
    assert catalogue() == shipped()


def test_weight_adds_up_the_lines_of_an_issuer() -> None:
    """4,500 + 400 of net assets 100,000."""
    book = tiny(
        {"ACME": (45, 100), "ACME.PR": (4, 100), "BETA": (100, 500)},
        cash=45100,
        about={"ACME": {"issuer": "Acme Corp"}, "ACME.PR": {"issuer": "Acme Corp"}},
    )
    laid = lay(rule("for each issuer in equities limit weight to at most 5%"), book)
    assert laid.told("Acme Corp") == share("4.9%")
    assert laid.headroom("Acme Corp") == 100  # 5,000 - 4,900
    assert laid.limit("Acme Corp").members == ((A, "ACME"), (A, "ACME.PR"))


def test_cash_counts_in_net_assets_and_as_a_holding() -> None:
    book = tiny({"ACME": (10, 100)}, cash=3000)
    laid = lay(rule("limit weight of holdings where asset_class is cash to at most 80%"), book)
    assert laid.told() == share("75%")
    assert laid.limit().members == ((A, "USD"),)


def test_cash_has_no_issuer_and_is_no_security() -> None:
    book = tiny({"ACME": (10, 100)}, cash=3000)
    for attribute in ("issuer", "security"):
        laid = lay(rule(f"for each {attribute} in holdings limit weight to at most 5%"), book)
        assert [limit.group for limit in laid.ground.limits] == [(attribute, "ACME")]


def test_value_is_money() -> None:
    laid = lay(rule("limit value of equities to at most 900 USD"), tiny({"ACME": (10, 100)}, cash=3000))
    assert laid.told() == 1000
    assert laid.headroom() == -100
    assert laid.limit().rule.unit == "USD"


def test_weight_at_cost_values_both_sides_at_cost() -> None:
    """Cost 600 of 600 + 1,000 cost + 400 cash = 2,000: 30%, while at market it is 1,000 of 2,400."""
    book = tiny(
        cash=400,
        more={"ACME": 100, "BETA": 100},
        lots=[lot_of("ACME", 10, 600), lot_of("BETA", 10, 1000)],
    )
    laid = lay(rule("for each issuer in equities limit weight to at most 5% valued at cost"), book)
    assert laid.told("ACME") == share("30%")


def test_weight_at_par() -> None:
    """10 bonds of par 1,000 (market 900) and 10,000 cash: 50%."""
    book = tiny({"B": (10, 900)}, cash=10000, about={"B": {"asset_class": "fixed_income", "par": "1000"}})
    laid = lay(rule("limit weight of bonds to at most 50% valued at par"), book)
    assert laid.told() == share("50%")
    assert laid.headroom() == 0


def test_notional_of_an_option_is_its_underlying() -> None:
    """2 contracts on 100 shares at 50: 10,000 notional."""
    about = {"CALL": {"asset_class": "option", "multiplier": "100", "underlying": "ACME"}}
    book = tiny({"CALL": (2, 3)}, cash=9400, about=about, more={"ACME": 50})
    options = "holdings where asset_class is option"
    at_notional = lay(rule(f"limit value of {options} to at most 1 USD valued at notional"), book)
    assert at_notional.told() == 10000
    at_market = lay(rule(f"limit value of {options} to at most 1 USD"), book)
    assert at_market.told() == 600


def test_quantity_counts_shares() -> None:
    laid = lay(
        rule("limit quantity of equities to at most 15 shares"), tiny({"ACME": (10, 1), "BETA": (7, 1)})
    )
    assert laid.told() == 17
    assert laid.limit().rule.unit == "shares"


def test_active_weight_is_the_difference_from_the_benchmark() -> None:
    """Energy 55% of the account, 40% of the benchmark."""
    about = {"OIL": {"sector": "Energy"}, "GAS": {"sector": "Energy"}, "SOFT": {"sector": "Tech"}}
    book = tiny(
        {"OIL": (30, 1), "GAS": (25, 1), "SOFT": (45, 1)},
        about=about,
        benchmarks={"B": {Symbol("OIL"): Decimal("0.4"), Symbol("SOFT"): Decimal("0.6")}},
    )
    laid = lay(rule("for each sector in holdings limit active_weight to between -150 bps and 150 bps"), book)
    assert laid.told("Energy") == share("15%")
    assert laid.told("Tech") == share("-15%")
    assert laid.headroom("Energy") == Fraction("1.5") - 15


def test_capped_weight_counts_five_per_cent_of_each_and_nothing_above_ten_of_its_votes() -> None:
    """8% counts 5%, 3% counts 3%, 4% with 12% of the votes counts 0."""
    votes = "voting_shares_outstanding"
    about = {"BIG": {votes: "1000"}, "SMALL": {votes: "1000"}, "CTRL": {votes: "300"}}
    book = tiny({"BIG": (80, 10), "SMALL": (30, 10), "CTRL": (36, 10)}, cash=8540, about=about)
    laid = lay(rule("limit capped_weight of equities to at least 75%"), book)
    assert laid.told() == share("8%")


def test_borrowing_is_negative_cash_account_by_account() -> None:
    book = tiny({"ACME": (10, 100)}, cash=-200)
    laid = lay(rule("limit borrowing to at most 10%"), book)
    assert laid.told() == Fraction(200, 800)
    accounts = [account_of("A", cash=-300), account_of("B", cash=1300)]
    across = lay(rule("across household limit borrowing to at most 10%"), tiny(accounts=accounts))
    assert across.told(account=None) == Fraction(300, 1000)


def test_total_assets_add_borrowing_back() -> None:
    book = tiny({"ACME": (10, 100)}, cash=-200)
    laid = lay(
        rule("limit portfolio_value to at least 1 USD")
        + rule("limit total_assets to at least 1 USD", name="R-2"),
        book,
    )
    assert laid.told() == 800
    assert laid.told(name="R-2") == 1000


def test_cash_as_an_amount() -> None:
    laid = lay(rule("limit cash to at least 500 USD"), tiny(cash=400))
    assert (laid.told(), laid.headroom()) == (400, -100)


def test_gross_and_net_exposure_leave_cash_out() -> None:
    """Long 900, short 150 of net assets 1,000: 105% and 75%."""
    sold = Transaction(
        id=TransactionId("t1"),
        date=date(2026, 3, 2),
        account=A,
        type=TransactionType.SHORT_SELL,
        symbol=Symbol("BETA"),
        quantity=Decimal(15),
        price=Decimal(10),
    )
    book = tiny({"ACME": (90, 10)}, cash=250, more={"BETA": 10}, transactions=(sold,))
    rules = rule("limit gross_exposure to at most 100%") + rule(
        "limit net_exposure to at most 100%", name="R-2"
    )
    laid = lay(rules, book)
    assert laid.told() == share("105%")
    assert laid.told(name="R-2") == share("75%")


@pytest.mark.parametrize(
    ("measure", "a", "b", "expected"),
    [
        ("duration", "4", "7", Fraction("5.2")),
        ("maturity", "4", "7", Fraction("5.2")),
        ("beta", "0.5", "1", Fraction("0.7")),
        ("yield", "4%", "0.05", share("4.4%")),
        ("expense_ratio", "0.1%", "20 bps", share("0.14%")),
        ("esg_score", "50", "70", Fraction(58)),
        ("carbon_intensity", "100", "200", Fraction(140)),
        ("rating", "AAA", "BBB-", Fraction(22 * 60 + 13 * 40, 100)),
    ],
)
def test_averages_weigh_by_value_within_the_subject(measure: str, a: str, b: str, expected: Fraction) -> None:
    """600 and 400 of value; cash has no such attribute and does not dilute."""
    bounds = {
        "duration": "1 years",
        "maturity": "1 years",
        "yield": "1%",
        "expense_ratio": "1%",
        "rating": '"A"',
    }
    book = tiny({"A": (60, 10), "B": (40, 10)}, cash=5000, about={"A": {measure: a}, "B": {measure: b}})
    laid = lay(rule(f"limit {measure} of holdings to at least {bounds.get(measure, '1')}"), book)
    assert laid.told() == expected


def test_an_average_of_an_unknown_attribute_is_unknown() -> None:
    book = tiny({"A": (60, 10), "B": (40, 10)}, about={"A": {"duration": "4"}})
    laid = lay(rule("limit duration of equities to at most 5 years"), book)
    assert laid.limit().unknown == ((A, "B"),)


def test_maturity_dates_count_in_years() -> None:
    book = tiny({"A": (1, 10)}, about={"A": {"maturity": "2030-03-10"}})
    assert lay(rule("limit maturity of holdings to at most 5 years"), book).told() == 4


def test_ownership_is_shares_held_over_shares_that_exist() -> None:
    about = {
        "ACME": {"issuer": "Acme", "voting_shares_outstanding": "1000"},
        "ACME.B": {"issuer": "Acme", "voting_shares_outstanding": "1000"},
    }
    book = tiny({"ACME": (50, 1), "ACME.B": (10, 1)}, about=about)
    laid = lay(rule("for each issuer in equities limit voting_ownership to at most 5%"), book)
    assert laid.told("Acme") == share("6%")
    assert laid.limit("Acme").rule.unit == "percent"
    without = lay(rule("for each issuer in equities limit non_voting_ownership to at most 5%"), book)
    assert without.limit("Acme").unknown == ((A, "ACME"), (A, "ACME.B"))
    shares = {"ACME": {"shares_outstanding": "500"}}
    own = lay(rule("limit ownership of equities to at most 5%"), tiny({"ACME": (50, 1)}, about=shares))
    assert own.told() == share("10%")


def test_days_to_liquidate_is_the_slowest_holding() -> None:
    """50,000 / (20% of 25,000) = 10 days; 1,000 / (20% of 5,000) = 1 day."""
    book = tiny(
        {"SLOW": (50000, 1), "FAST": (1000, 1)},
        volumes={Symbol("SLOW"): Decimal(25000), Symbol("FAST"): Decimal(5000)},
    )
    laid = lay(rule("limit days_to_liquidate of equities to at most 5 days"), book)
    assert laid.told() == 10
    assert laid.limit().rule.unit == "days"


def test_otc_exposure_is_a_column_added_up() -> None:
    about = {"SWAP1": {"otc_exposure": "30000"}, "SWAP2": {"otc_exposure": "12000"}}
    book = tiny({"SWAP1": (1, 0), "SWAP2": (1, 0)}, cash=1000000, about=about)
    laid = lay(rule("limit otc_exposure of equities to at most 5%"), book)
    assert laid.told() == share("4.2%")
    assert laid.after({term(TermKind.QUANTITY, "SWAP2"): -1}) == share("3%")


def test_combined_exposure_adds_terms_over_one_base() -> None:
    about = {
        "BOND": {"issuer": "Bank", "instrument": "bond", "otc_exposure": "0"},
        "DEP": {"issuer": "Bank", "instrument": "deposit", "otc_exposure": "0"},
        "SWAP": {"issuer": "Bank", "instrument": "swap", "otc_exposure": "5"},
    }
    book = tiny({"BOND": (10, 1), "DEP": (4, 1), "SWAP": (1, 0)}, cash=86, about=about)
    paper = "define paper as holdings where instrument is bond\n"
    body = (
        "for each issuer in holdings limit paper_weight plus deposit_weight plus otc_exposure to at most 20%"
    )
    laid = lay(paper + rule(body), book)
    assert laid.told("Bank") == share("19%")


def test_drift_is_the_largest_distance_from_a_target() -> None:
    """Equities 45% of target 42%, bonds 31% of target 35%."""
    targets = 'targets mix because ips "§2"\n  equities 42% band 5 points\n  bonds 35% band 5 points\n'
    book = tiny({"E": (45, 1), "B": (31, 1)}, cash=24, about={"B": {"asset_class": "fixed_income"}})
    laid = lay(targets + rule("limit drift to at most 3 points"), book)
    assert laid.told() == share("4%")


MODEL = RiskModel(
    factors=("market",),
    exposures={Symbol("X"): {"market": Decimal(1)}, Symbol("Y"): {"market": Decimal(1)}},
    covariance={("market", "market"): Decimal("0.04")},
    specific={Symbol("X"): Decimal("0.24"), Symbol("Y"): Decimal("0.24")},
)


def test_tracking_error_is_the_risk_of_the_differences() -> None:
    """Active +1% and -1%, one common factor that cancels: sqrt(2) * 0.24 * 1% = 33.94 bp."""
    weights = {Symbol("X"): Decimal("0.5"), Symbol("Y"): Decimal("0.5")}
    book = tiny({"X": (51, 1), "Y": (49, 1)}, risk=MODEL, benchmarks={"B": weights})
    laid = lay(rule("limit tracking_error to at most 100 bps"), book)
    assert laid.told() == Fraction("0.003394")
    assert laid.headroom() == 100 * (Fraction("0.01") - Fraction("0.003394"))


def test_volatility_is_the_risk_of_everything() -> None:
    """Half in X, half in cash: 0.5 * sqrt(0.04 + 0.0576) = 15.6205%."""
    laid = lay(rule("limit volatility to at most 12%"), tiny({"X": (50, 1)}, cash=50, risk=MODEL))
    assert laid.told() == Fraction("0.156205")


def test_risk_without_a_model_or_benchmark_is_missing() -> None:
    text = rule("limit tracking_error to at most 100 bps")
    assert lay(text, tiny({"X": (1, 1)}, risk=MODEL)).limit().missing == "no benchmark"
    weights = {"B": {Symbol("X"): Decimal(1)}}
    assert lay(text, tiny({"X": (1, 1)}, benchmarks=weights)).limit().missing == "no risk model"
    book = tiny({"X": (1, 1)}, more={"Z": 1}, benchmarks=weights, risk=MODEL)
    assert lay(text, book).limit().unknown == ((A, "Z"),)


def test_count_is_of_distinct_securities() -> None:
    accounts = [account_of("A", cash=5), account_of("B")]
    lots = [lot_of("X", 1, 1), lot_of("X", 1, 1, account="B"), lot_of("Y", 1, 1)]
    book = tiny(accounts=accounts, lots=lots, more={"X": 1, "Y": 1, "Z": 1})
    laid = lay(rule("across household limit count of holdings to between 1 and 2"), book)
    assert laid.told(account=None) == 2
    assert laid.after({term(TermKind.QUANTITY, "Z"): 1}, account=None) == 3
    assert laid.limit(account=None).rule.unit == "count"


def test_count_of_issuers_and_of_trades() -> None:
    about = {"X": {"issuer": "One"}, "Y": {"issuer": "One"}, "Z": {"issuer": "Two"}}
    book = tiny({"X": (1, 1), "Y": (1, 1), "Z": (1, 1)}, more={"W": 1}, about=about)
    rules = rule("limit count of issuers in equities to at most 9") + rule(
        "limit count of trades to at most 9", name="R-2"
    )
    laid = lay(rules, book)
    assert laid.told() == 2
    assert laid.after({term(TermKind.TRADES): 4}, name="R-2") == 4


def test_derived_set_counts_issuers_over_the_threshold_in_full() -> None:
    """7 + 6 count, exactly 5 does not."""
    book = tiny({"A": (7, 1), "B": (6, 1), "C": (5, 1)}, cash=82)
    laid = lay(rule("limit weight of issuers in equities whose weight is more than 5% to at most 40%"), book)
    assert laid.told() == share("13%")
    assert laid.after({term(TermKind.VALUE, "C"): 1}) == share("19%")


def test_largest_groups() -> None:
    book = tiny({"A": (7, 1), "B": (6, 1), "C": (5, 1)}, cash=82)
    laid = lay(rule("limit weight of the 2 largest issuers in equities to at most 40%"), book)
    assert laid.told() == share("13%")
    assert laid.after({term(TermKind.VALUE, "C"): 5}) == share("17%")


def test_looking_through_funds() -> None:
    """Acme 10 direct, and 60% of a fund of 20: 22 of 100; the fund itself keeps the 10% it does not list."""
    about = {
        "ACME": {"issuer": "Acme"},
        "FUND": {"issuer": "Fund House", "instrument": "etf"},
        "BETA": {"issuer": "Beta"},
    }
    book = tiny(
        {"ACME": (10, 1), "FUND": (20, 1)},
        cash=70,
        about=about,
        more={"BETA": 1},
        fund_holdings={Symbol("FUND"): {Symbol("ACME"): Decimal("0.6"), Symbol("BETA"): Decimal("0.3")}},
    )
    laid = lay(rule("for each issuer in equities limit weight to at most 5% looking through funds"), book)
    assert laid.told("Acme") == share("22%")
    assert laid.told("Beta") == share("6%")
    assert laid.told("Fund House") == share("2%")
    plainly = lay(rule("for each issuer in equities limit weight to at most 5%"), book)
    assert plainly.told("Acme") == share("10%")


def test_foreign_currencies_and_short_positions() -> None:
    """10 shares at 50 EUR, 1.10 USD each: 550."""
    book = tiny({"SAP": (10, 50)}, about={"SAP": {"currency": "EUR"}}, fx={"EUR": Decimal("1.1")}, cash=450)
    assert lay(rule("limit weight of equities to at most 5%"), book).told() == share("55%")
    no_rate = lay(rule("limit weight of equities to at most 5%"), replace(book, fx={}))
    assert no_rate.limit().unknown == ((A, "SAP"),)
