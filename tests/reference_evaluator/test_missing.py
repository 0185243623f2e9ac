"""Missing data: empty cells, old prices, figures and benchmarks that nobody gave."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.book import RiskModel
from engine.facts.ids import Symbol
from tests.reference_evaluator.small import account, book_of, lot, policy_of, said, security

ACME = security("ACME", issuer="Acme Corp")
NOBODY = security("NOB", issuer="")
UNCLEAR = security("UNC", asset_class="", issuer="Unclear Ltd")
BOOK = book_of(
    accounts=(account(cash="80000"),),
    securities=(ACME, NOBODY, UNCLEAR),
    lots=(lot("ACME", "1000"), lot("NOB", "500"), lot("UNC", "500")),
)
CAP = (
    "define equities as holdings where asset_class is equity\n"
    'rule R "cap"\n  for each issuer in equities\n  limit weight to at most 5%\n{more}  because ips "§1"\n'
)


def test_an_unknown_group_is_the_group_null_and_missing() -> None:
    assert said(policy_of(CAP.format(more="")), BOOK) == [
        "R [Acme Corp] breach passive pass 0.1 -> 0.1",
        "R [None] missing_data pass",
        "R [Unclear Ltd] missing_data pass",
    ]


def test_the_response_stops_trades_in_exactly_the_unknown_securities() -> None:
    policy = policy_of(CAP.format(more=""))
    assert said(policy, BOOK, "buy 1 NOB", "sell 1 UNC", "sell 1 ACME") == [
        "R [Acme Corp] breach passive pass 0.1 -> 0.0999",
        "R [None] missing_data block by 1",
        "R [Unclear Ltd] missing_data block by 2",
        "BOOK-DATA missing_data block by 2",
    ]


@pytest.mark.parametrize(
    ("words", "decision"),
    [("warn", "warn"), ("report", "pass"), ("block", "block"), ('require approval of "CIO"', "approval")],
)
def test_a_rule_says_what_missing_data_do(words: str, decision: str) -> None:
    policy = policy_of(CAP.format(more=f"  if data is missing {words}\n"))
    assert f"R [None] missing_data {decision} by 1" in said(policy, BOOK, "buy 1 NOB")


def test_an_upper_limit_breached_by_the_known_alone_is_told_beside() -> None:
    policy = policy_of(
        'rule R "e"\n  limit weight of holdings where asset_class is equity to at most 15%\n  because ips "§1"\n'  # noqa: E501
    )
    assert said(policy, BOOK, "buy 1 ACME") == [
        "R missing_data pass",
        "R breach active block by 1 0.15 -> 0.1501",
    ]
    assert said(policy, BOOK) == ["R missing_data pass"]


def test_a_floor_is_not_judged_by_the_known_alone() -> None:
    policy = policy_of(
        'rule R "e"\n  limit weight of holdings where asset_class is equity to at least 50%\n  because ips "§1"\n'  # noqa: E501
    )
    assert said(policy, BOOK, "sell 1 ACME") == ["R missing_data pass"]


def test_a_price_of_five_days_counts_one_of_six_is_missing() -> None:
    policy = policy_of(
        'rule R "a"\n  limit weight of holdings where symbol is "ACME" to at most 50%\n  because ips "§1"\n'
    )
    lots, securities = (lot("ACME", "1000"),), (ACME,)
    fresh = book_of(accounts=(account(cash="0"),), securities=securities, lots=lots, price_age=5)
    stale = book_of(accounts=(account(cash="0"),), securities=securities, lots=lots, price_age=6)
    assert said(policy, fresh) == ["R breach passive pass 1 -> 1"]
    assert said(policy, stale)[0] == "R missing_data pass"
    assert said(policy, stale, "sell 1 ACME at 10")[0] == "R missing_data block by 1"


def test_a_rule_of_the_policy_on_the_age_of_prices_replaces_the_five_days() -> None:
    text = (
        'rule R "a"\n  limit weight of holdings where symbol is "ACME" to at most 50%\n  because ips "§1"\n'
        'rule P "fresh"\n  require price_age is at most 7 days\n  because ips "§1"\n'
    )
    book = book_of(
        accounts=(account(cash="90000"),), securities=(ACME,), lots=(lot("ACME", "1000"),), price_age=7
    )
    assert said(policy_of(text), book, "sell 1 ACME") == ["R pass pass 0.1 -> 0.0999", "P pass pass"]
    older = book_of(
        accounts=(account(cash="90000"),), securities=(ACME,), lots=(lot("ACME", "1000"),), price_age=8
    )
    assert "P breach active block by 1" in said(policy_of(text), older, "sell 1 ACME")


def test_an_attribute_missing_of_one_member_leaves_an_average_unknown() -> None:
    rated = security("RAT", esg_score="40")
    book = book_of(
        accounts=(account(cash="0"),), securities=(ACME, rated), lots=(lot("ACME", "1"), lot("RAT", "1"))
    )
    policy = policy_of('rule R "s"\n  limit esg_score of holdings to at least 50\n  because ips "§1"\n')
    assert said(policy, book, "buy 1 RAT at 0.01")[0] == "R missing_data pass"
    assert said(policy, book, "sell 1 ACME")[0] == "R missing_data block by 1"


def test_no_benchmark_and_no_risk_model_stop_the_whole_subject() -> None:
    active = policy_of(
        'rule R "a"\n  for each issuer in holdings\n  limit active_weight to at most 5 points\n  because ips "§1"\n'  # noqa: E501
    )
    assert "R [Acme Corp] missing_data block by 1" in said(active, BOOK, "buy 1 ACME")
    risk = policy_of('rule R "t"\n  limit volatility to at most 100 bps\n  because ips "§1"\n')
    assert said(risk, BOOK, "buy 1 ACME", "buy 1 NOB") == ["R missing_data block by 1,2"]
    model = RiskModel(
        factors=("m",),
        exposures={Symbol("ACME"): {"m": Decimal(1)}},
        covariance={("m", "m"): Decimal("0.04")},
        specific={Symbol("ACME"): Decimal(0)},
    )
    partly = said(risk, replace(BOOK, risk=model), "buy 1 ACME", "buy 1 NOB")
    assert partly[0] == "R missing_data block by 2"


def test_in_an_example_what_is_not_given_has_no_value_and_cash_is_the_rest() -> None:
    policy = policy_of(CAP.format(more=""))
    assert said(policy, replace(BOOK, absent="no_value")) == ["R [Acme Corp] breach passive pass 0.1 -> 0.1"]
    everything = policy_of('rule R "all"\n  limit weight of holdings to at most 50%\n  because ips "§1"\n')
    assert said(everything, replace(BOOK, absent="no_value")) == ["R pass pass 0.2 -> 0.2"]
    assert said(everything, BOOK) == ["R breach passive pass 1 -> 1"]


def test_cash_is_never_missing_data() -> None:
    policy = policy_of(
        'rule R "esg"\n  limit weight of holdings where esg_rating is not "CCC" to at most 100%\n  because ips "§1"\n'  # noqa: E501
    )
    rich = book_of(accounts=(account(cash="100"),), securities=())
    assert said(policy, rich) == ["R pass pass 1 -> 1"]
