"""Requirements, tickets, bands, the book's own rules, exceptions, waivers, who is governed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.ids import Symbol
from tests.reference_evaluator.small import account, book_of, lot, policy_of, said, security, verdicts

ACME = security("ACME", issuer="Acme Corp", issuer__kind="corporate")
GOV = security("GOV", issuer="Treasury", issuer__kind="us_government")
BOOK = book_of(
    accounts=(account(cash="80000"),), securities=(ACME, GOV), lots=(lot("ACME", "1000"), lot("GOV", "1000"))
)


def cap(more: str = "") -> str:
    return f'rule R "cap"\n  for each issuer in holdings\n  limit weight to at most 5%\n{more}  because ips "§1"\n'  # noqa: E501


# ------------------------------------------------------------------ requirements and tickets


def test_a_fact_of_the_account_stops_every_trade_in_it() -> None:
    policy = policy_of('rule R "k"\n  require account.kind is not "ira"\n  because ips "§1"\n')
    ira = book_of(accounts=(account(cash="80000", kind="ira"),), securities=(ACME,))
    assert said(policy, BOOK, "buy 1 ACME") == ["R pass pass"]
    assert said(policy, ira, "buy 1 ACME", "buy 2 ACME") == ["R breach active block by 1,2"]
    assert said(policy, ira) == ["R breach passive pass"]


def test_each_account_of_a_household_answers_for_its_own_trades() -> None:
    text = 'rule R "k"\n  across household\n  require account.kind is not "ira"\n  because ips "§1"\n'
    both = book_of(
        accounts=(account("A", cash="500"), account("B", cash="500", kind="ira")), securities=(ACME,)
    )
    assert said(policy_of(text), both, "A: buy 1 ACME", "B: buy 1 ACME") == ["R breach active block by 2"]


@pytest.mark.parametrize(
    ("shares", "words"),
    [("100", "R [1] pass pass - -> 1000"), ("99", "R [1] breach active block by 1 - -> 990")],
)
def test_smallest_ticket(shares: str, words: str) -> None:
    policy = policy_of(
        'rule R "t"\n  for each trade\n  limit trade_value to at least 1,000 USD\n  because ips "§8"\n'
    )
    assert said(policy, BOOK, f"buy {shares} ACME at 12") == [words]


def test_a_trade_that_closes_the_position_is_exempt_where_it_is_written() -> None:
    policy = policy_of(
        'rule R "t"\n  for each trade except trades where closes_position is yes\n  limit trade_value to at least 20,000 USD\n  because ips "§8"\n'  # noqa: E501
    )
    assert said(policy, BOOK, "sell 1000 ACME", "sell 999 GOV") == [
        "R [2] breach active block by 2 - -> 9990"
    ]


def test_a_part_of_daily_volume() -> None:
    policy = policy_of(
        'rule R "v"\n  for each trade\n  limit trade_shares to at most 20% of average_daily_volume\n  because ips "§8"\n'  # noqa: E501
    )
    book = replace(BOOK, volumes={Symbol("ACME"): Decimal(500)})
    assert said(policy, book, "buy 100 ACME", "buy 101 ACME", "buy 1 GOV") == [
        "R [1] pass pass - -> 100",
        "R [2] breach active block by 2 - -> 101",
        "R [3] missing_data block by 3",
    ]


def test_a_part_of_net_assets_is_read_after_the_list() -> None:
    policy = policy_of(
        'rule R "p"\n  for each trade\n  limit trade_value to at most 5% of net_assets\n  because ips "§8"\n'
    )
    assert said(policy, BOOK, "buy 500 ACME")[0] == "R [1] pass pass - -> 5000"
    assert said(policy, BOOK, "buy 500 ACME at 11")[0] == "R [1] breach active block by 1 - -> 5000"


# ------------------------------------------------------------------ bands and the book's own rules

TARGETS = (
    "define equities as holdings where asset_class is equity\n"
    'targets plan\n  because ips "§3"\n{breach}  equities 20% band 5 points\n'
)


@pytest.mark.parametrize(
    ("breach", "shares", "words"),
    [
        ("", "500", "plan equities pass pass 0.2 -> 0.25"),
        ("", "501", "plan equities breach active block by 1 0.2 -> 0.2501"),
        ("  on breach warn\n", "501", "plan equities breach active warn by 1 0.2 -> 0.2501"),
    ],
)
def test_bands_of_targets(breach: str, shares: str, words: str) -> None:
    assert said(policy_of(TARGETS.format(breach=breach)), BOOK, f"buy {shares} ACME") == [words]


def test_a_class_outside_its_band_may_come_back_but_not_go_further() -> None:
    out = book_of(accounts=(account(cash="70000"),), securities=(ACME,), lots=(lot("ACME", "3000"),))
    policy = policy_of(TARGETS.format(breach=""))
    assert said(policy, out, "sell 100 ACME") == ["plan equities breach passive pass 0.3 -> 0.29"]
    assert said(policy, out, "buy 1 ACME") == [
        "plan equities breach active block worsened by 1 0.3 -> 0.3001"
    ]


def test_cash_is_at_least_zero_unless_borrowing_is_limited() -> None:
    plain = policy_of(cap("  on breach report\n"))
    assert "BOOK-CASH breach active block by 1 80000 -> -10" in said(plain, BOOK, "buy 8001 GOV")
    assert not [w for w in said(plain, BOOK, "buy 8000 GOV") if w.startswith("BOOK")]
    borrowing = policy_of('rule R "b"\n  limit borrowing to at most 10%\n  because ips "§1"\n')
    assert said(borrowing, BOOK, "buy 9000 GOV") == ["R pass pass 0 -> 0.1"]


def test_a_sale_takes_no_more_than_is_held_and_no_more_than_its_lot_holds() -> None:
    policy = policy_of(cap("  on breach report\n"))
    two = replace(BOOK, lots=(lot("ACME", "60", name="L1"), lot("ACME", "40", name="L2")))
    shorts = lambda *trades: [w for w in said(policy, two, *trades) if w.startswith("BOOK-SHORT")]  # noqa: E731
    assert shorts("sell 60 ACME", "sell 40 ACME") == []
    assert shorts("sell 60 ACME", "sell 41 ACME") == ["BOOK-SHORT breach active block by 1,2"]
    assert shorts("sell 40 ACME lot L2") == []
    assert shorts("sell 41 ACME lot L2") == ["BOOK-SHORT breach active block by 1"]
    assert shorts("short_sell 5 ACME") == []


def test_a_part_of_a_lot_is_found_by_its_day_whatever_signs_the_lots_name_has() -> None:
    policy = policy_of(cap("  on breach report\n"))
    named = replace(BOOK, lots=(lot("ACME", "60", name="cb@1"),))
    part = "lot cb@1@2024-01-02"
    assert not [w for w in said(policy, named, f"sell 60 ACME {part}") if w.startswith("BOOK-SHORT")]
    assert "BOOK-SHORT breach active block by 1" in said(policy, named, f"sell 61 ACME {part}")


# ------------------------------------------------------------------ exceptions and waivers

EXCEPTION = (
    'rule X "government"\n  exception to R\n  for each issuer in holdings where issuer.kind is us_government\n'  # noqa: E501
    '  limit weight to at most 35%\n  because ips "§2"\n'
)


def test_what_an_exception_selects_leaves_the_rule_and_has_its_own_verdict() -> None:
    assert said(policy_of(cap() + EXCEPTION), BOOK, "buy 1 GOV") == [
        "R [Acme Corp] breach passive pass 0.1 -> 0.1",
        "R [Treasury] excepted pass",
        "X [Treasury] pass pass 0.1 -> 0.1001",
    ]


def test_an_exception_that_is_not_in_force_selects_nothing() -> None:
    later = EXCEPTION.replace('"government"', '"government"\n  effective from 2026-03-11')
    words = said(policy_of(cap() + later), BOOK)
    assert "R [Treasury] breach passive pass 0.1 -> 0.1" in words
    assert "X [Treasury] not_applicable pass 0.1 -> 0.1" in words


WAIVER = 'waive R for {whom} {up_to}until {until} approved by "CCO" because ips "§8"\n'


@pytest.mark.parametrize(
    ("whom", "up_to", "until", "words"),
    [
        ('account "A"', "up to 12% ", "2026-03-10", "R [Acme Corp] waived pass by 1 0.1 -> 0.12"),
        (
            'account "A"',
            "up to 11.99% ",
            "2026-03-10",
            "R [Acme Corp] breach active block worsened by 1 0.1 -> 0.12",
        ),
        ('account "A"', "", "2026-03-10", "R [Acme Corp] waived pass by 1 0.1 -> 0.12"),
        ('account "A"', "", "2026-03-09", "R [Acme Corp] breach active block worsened by 1 0.1 -> 0.12"),
        ('household "H"', "", "2026-03-10", "R [Acme Corp] waived pass by 1 0.1 -> 0.12"),
        ('account "B"', "", "2026-03-10", "R [Acme Corp] breach active block worsened by 1 0.1 -> 0.12"),
    ],
)
def test_waivers_reach_up_to_their_bound_until_their_day(
    whom: str, up_to: str, until: str, words: str
) -> None:
    text = cap() + WAIVER.format(whom=whom, up_to=up_to, until=until)
    assert words in said(policy_of(text), BOOK, "buy 200 ACME")


# ------------------------------------------------------------------ who is judged


def test_policies_govern_the_accounts_they_name() -> None:
    book = book_of(
        accounts=(
            account("A", cash="100"),
            account("B", cash="100", kind="ira"),
            account("C", cash="1", household="K"),
        ),
        securities=(ACME,),
    )
    text = 'rule R "cash"\n  limit cash to at least 1 USD\n  because ips "§1"\n'

    def judged(applies: str) -> list[str]:
        return [str(row.account) for row in verdicts(policy_of(text, applies=applies), book)]

    assert judged("") == ["A", "B", "C"]
    assert judged('applies to account "B"') == ["B"]
    assert judged('applies to household "H"') == ["A", "B"]
    assert judged("applies to every account where kind is ira") == ["B"]


def test_all_rules_of_several_policies_count_and_the_books_own_once() -> None:
    first = policy_of(cap(), id="one.policy")
    second = policy_of(cap().replace("5%", "20%"), id="two.policy", applies='applies to account "A"')
    rows = verdicts((first, second), BOOK, "sell 2000 ACME")
    assert {(row.policy, row.outcome.value) for row in rows if row.group == ("issuer", "Acme Corp")} == {
        ("one.policy", "pass"),
        ("two.policy", "pass"),
    }
    assert [row.rule for row in rows if row.policy is None] == ["BOOK-SHORT"]
