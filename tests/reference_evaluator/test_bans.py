"""Trades that may not happen: forbid, allow only, holding, lots, shorts, exceptions and waivers of bans."""

from datetime import date

import pytest

from tests.reference_evaluator.small import account, book_of, lot, policy_of, said, security

TOBACCO = security("MO", issuer="Altria", tobacco_revenue="88%")
CLEAN = security("CLN", issuer="Clean", tobacco_revenue="5%")
UNKNOWN = security("UNK", issuer="Unk", tobacco_revenue="")
BOND = security(
    "BND", asset_class="fixed_income", instrument="bond", issuer="Gov", rating="BBB-", tobacco_revenue="0%"
)
JUNK = security(
    "JNK", asset_class="fixed_income", instrument="bond", issuer="Junk", rating="BB+", tobacco_revenue="0%"
)
BOOK = book_of(
    accounts=(account(cash="99000"),),
    securities=(TOBACCO, CLEAN, UNKNOWN, BOND, JUNK),
    lots=(lot("MO", "50"), lot("CLN", "50", acquired=date(2026, 2, 9), name="L2")),
)


def rule(obligation: str, more: str = "") -> str:
    return f'rule R "ban"\n  {obligation}\n{more}  because ips "§1"\n'


def test_buying_is_stopped_selling_is_free_and_unknown_is_missing() -> None:
    policy = policy_of(rule("forbid buying securities where tobacco_revenue is more than 5%"))
    assert said(policy, BOOK, "buy 1 MO", "sell 1 MO", "buy 1 CLN") == ["R breach active block by 1"]
    assert said(policy, BOOK, "sell 1 MO") == ["R pass pass"]
    assert said(policy, BOOK, "buy 1 UNK", "buy 1 MO") == [
        "R missing_data block by 1",
        "R breach active block by 2",
    ]


def test_holding_is_passive_until_something_is_added() -> None:
    policy = policy_of(rule("forbid holding securities where tobacco_revenue is more than 5%"))
    assert said(policy, BOOK) == ["R breach passive pass 500 -> 500"]
    assert said(policy, BOOK, "sell 10 MO") == ["R breach passive pass 500 -> 400"]
    assert said(policy, BOOK, "sell 50 MO") == ["R pass pass 500 -> 0"]
    assert said(policy, BOOK, "buy 1 MO") == ["R breach active block worsened by 1 500 -> 510"]


def test_buying_or_holding_is_both() -> None:
    policy = policy_of(
        rule(
            "forbid buying or holding securities where tobacco_revenue is more than 5%", "  on breach warn\n"
        )
    )
    assert said(policy, BOOK, "buy 1 MO") == [
        "R breach active warn by 1",
        "R breach active warn worsened by 1 500 -> 510",
    ]


def test_allow_only_stops_what_is_outside() -> None:
    policy = policy_of(
        rule(
            'allow only buying securities where asset_class is not fixed_income or rating is not worse than "BBB-"'  # noqa: E501
        )
    )
    assert said(policy, BOOK, "buy 1 JNK", "buy 1 BND", "buy 1 MO") == ["R breach active block by 1"]
    assert said(policy, BOOK, "sell 1 MO", "buy 1 BND") == ["R pass pass"]


def test_shorting_is_about_short_sales_and_not_about_sales() -> None:
    policy = policy_of(rule("forbid shorting securities"))
    assert said(policy, BOOK, "sell 1 MO", "short_sell 1 CLN") == ["R breach active block by 2"]


def test_increasing_is_a_purchase_by_which_the_position_grows() -> None:
    policy = policy_of(rule('forbid increasing securities where symbol is "MO"'))
    assert said(policy, BOOK, "buy 10 MO", "sell 10 MO")[0] == "R pass pass"
    assert said(policy, BOOK, "buy 11 MO", "sell 10 MO")[0] == "R breach active block by 1"


@pytest.mark.parametrize(("days", "words"), [("29", "R pass pass"), ("30", "R breach active block by 1")])
def test_lots_by_their_age(days: str, words: str) -> None:
    # the lot of 9 February is 29 days old on 10 March
    policy = policy_of(rule(f"forbid selling lots where holding_days is less than {days}"))
    assert said(policy, BOOK, "sell 1 CLN") == [words]


def test_lots_near_their_long_term_day() -> None:
    # bought 11 March 2025: long-term from 12 March 2026, in two days
    book = book_of(
        accounts=(account(cash="99000"),),
        securities=(CLEAN,),
        lots=(lot("CLN", "10", basis="50", acquired=date(2025, 3, 11)),),
    )
    for low, words in (("2", "R breach active block by 1"), ("3", "R pass pass")):
        policy = policy_of(
            rule(
                f"forbid selling lots where gain is more than 0 USD and days_to_long_term is between {low} and 45"  # noqa: E501
            )
        )
        assert said(policy, book, "sell 1 CLN") == [words]


def test_lots_named_by_their_loss_and_cost() -> None:
    book = book_of(
        securities=(CLEAN,), accounts=(account(cash="9000"),), lots=(lot("CLN", "100", basis="1053"),)
    )
    for share, words in (("5%", "R breach active block by 1"), ("5.1%", "R pass pass")):
        policy = policy_of(rule(f"forbid selling lots where loss is at least {share} of cost"))
        assert said(policy, book, "sell 1 CLN") == [words]


def test_a_ban_across_the_household_stops_only_governed_accounts() -> None:
    book = book_of(accounts=(account("A", cash="500"), account("B", cash="500")), securities=(TOBACCO,))
    policy = policy_of(
        'rule R "ban"\n  across household\n  forbid buying securities\n  because ips "§1"\n',
        applies='applies to account "A"',
    )
    assert said(policy, book, "A: buy 1 MO", "B: buy 1 MO") == ["R breach active block by 1"]


def test_an_exception_leaves_the_rest_under_the_ban() -> None:
    text = rule("forbid buying securities where tobacco_revenue is at least 5%") + (
        'rule X "small ones"\n  exception to R\n  limit weight of holdings where issuer is "Clean" to at most 1%\n  because ips "§2"\n'  # noqa: E501
    )
    assert said(policy_of(text), BOOK, "buy 1 CLN") == ["R pass pass", "X pass pass 0.005 -> 0.0051"]
    assert said(policy_of(text), BOOK, "buy 1 CLN", "buy 1 MO")[0] == "R breach active block by 2"


@pytest.mark.parametrize(
    ("shares", "words"), [("50", "R waived pass by 1"), ("51", "R breach active block by 1")]
)
def test_a_waiver_of_a_ban_goes_up_to_the_weight_of_the_subject(shares: str, words: str) -> None:
    text = rule("forbid buying securities where tobacco_revenue is more than 5%") + (
        'waive R for account "A" up to 1% until 2026-03-10 approved by "CCO" because ips "§8"\n'
    )
    assert said(policy_of(text), BOOK, f"buy {shares} MO") == [words]


def test_a_waiver_of_holding_goes_up_to_a_weight_too() -> None:
    text = rule("forbid holding securities where tobacco_revenue is more than 5%") + (
        'waive R for account "A" up to 1% until 2026-03-10 approved by "CCO" because ips "§8"\n'
    )
    assert said(policy_of(text), BOOK, "buy 50 MO") == ["R waived pass by 1 500 -> 1000"]
    assert said(policy_of(text), BOOK, "buy 51 MO") == ["R breach active block worsened by 1 500 -> 1010"]
