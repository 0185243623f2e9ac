"""Rules laid out over books: who is judged, groups, bounds, exceptions, waivers, days, bans, facts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.ids import AccountId, Symbol
from rulebooks.compile import compile_rulebook
from rulebooks.evaluate import headroom, told, value
from rulebooks.forms import TermKind
from rulebooks.grounding import ground, ground_state
from tests.rulebooks.tiny import HEADER, Laid, account_of, lay, lot_of, policy_of, price_of, rule, share, tiny

A, B = AccountId("A"), AccountId("B")
ISSUER_CAP = rule("for each issuer in equities limit weight to at most 5%")


def header(line: str) -> str:
    return HEADER.replace("  currency USD\n", f"  {line}\n  currency USD\n")


HOUSE = tiny(
    accounts=[
        account_of("A", cash=900),
        account_of("B", cash=50, kind="ira"),
        account_of("C", cash=0, household="OTHER"),
    ],
    lots=[lot_of("X", 10, 100), lot_of("X", 5, 50, account="B")],
    more={"X": 10},
)


# ------------------------------------------------------------------ who is judged


@pytest.mark.parametrize(
    ("applies", "accounts"),
    [
        ("", ["A", "B", "C"]),
        ('applies to account "B"', ["B"]),
        ('applies to portfolio "A"', ["A"]),
        ('applies to fund "C"', ["C"]),
        ('applies to household "H"', ["A", "B"]),
        ("applies to every account where account.kind is taxable", ["A", "C"]),
        ('applies to account "NONE"', []),
    ],
)
def test_a_policy_governs_the_accounts_it_names(applies: str, accounts: list[str]) -> None:
    laid = lay(ISSUER_CAP, HOUSE, header=header(applies))
    assert list(laid.ground.accounts) == accounts
    assert sorted({limit.scope.account for limit in laid.ground.limits}) == accounts


def test_across_household_adds_every_account_and_stops_the_governed() -> None:
    """X is 150 of 1,100 in the household; only A is governed."""
    text = rule("across household for each issuer in equities limit weight to at most 5%")
    laid = lay(text, HOUSE, header=header('applies to account "A"'))
    limit = laid.limit("X", account=None)
    assert (limit.scope.holds, limit.scope.stops) == (("A", "B"), ("A",))
    assert laid.told("X", account=None) == Fraction(150, 1100)


def test_grounding_can_be_kept_to_some_accounts() -> None:
    laid = lay(ISSUER_CAP, HOUSE, accounts=("B",))
    assert laid.ground.accounts == ("B",)
    assert laid.told("X", account="B") == share("50%")


def test_for_each_account_of_a_household() -> None:
    laid = lay(rule("across household for each account in equities limit value to at most 60 USD"), HOUSE)
    assert laid.told("A", account=None) == 100
    assert laid.told("B", account=None) == 50


# ------------------------------------------------------------------ groups and unknown data


def test_a_holding_of_unknown_group_forms_the_group_null_and_is_not_added_up() -> None:
    book = tiny({"X": (5, 1), "Y": (5, 1)}, cash=90, about={"Y": {"issuer": ""}})
    laid = lay(ISSUER_CAP, book)
    null = laid.limit(None)
    assert null.unknown == ((A, "Y"),)
    assert laid.told(None) == 0
    assert laid.limit("X").unknown == ()


def test_a_holding_of_unknown_membership_is_unknown_in_its_own_group_only() -> None:
    book = tiny({"X": (5, 1), "Y": (5, 1)}, about={"Y": {"asset_class": ""}})
    laid = lay(ISSUER_CAP, book)
    assert laid.limit("Y").unknown == ((A, "Y"),)
    assert laid.limit("X").unknown == ()


def test_securities_not_held_are_laid_out_too() -> None:
    laid = lay(ISSUER_CAP, tiny({"X": (5, 1)}, more={"Z": 3}))
    assert laid.told("Z") == 0
    assert laid.limit("Z").members == ((A, "Z"),)


def test_a_held_position_without_price_makes_figures_over_the_base_unknown() -> None:
    book = tiny(
        {"X": (5, 1)},
        about={"OLD": {}},
        prices={"X": price_of("X", 1)},
        lots=[lot_of("X", 5, 5), lot_of("OLD", 1, 1)],
    )
    laid = lay(ISSUER_CAP + rule("limit value of equities to at most 9 USD", name="R-2"), book)
    assert laid.limit("X").unknown == ((A, "OLD"),)
    assert laid.limit(name="R-2").unknown == ((A, "OLD"),)


def test_gaps_of_the_base_wait_beside_a_group_of_which_nothing_is_held() -> None:
    lots = [lot_of("X", 5, 5), lot_of("OLD", 1, 1)]
    book = tiny(about={"X": {}, "OLD": {}, "NEW": {}}, prices={"X": price_of("X", 1)}, lots=lots)
    new = lay(ISSUER_CAP, book).limit("NEW")
    assert new.gaps == ((A, "OLD"),)
    assert new.unknown == ((A, "NEW"),), "it has no price either, should it be bought"
    at_cost = lay(ISSUER_CAP.replace("at most 5%", "at most 5% valued at cost"), book)
    assert at_cost.limit("X").gaps == ()


def test_a_bound_of_unknown_membership_is_a_gap() -> None:
    book = tiny({"X": (5, 1), "Y": (5, 1)}, about={"Y": {"asset_class": "", "issuer": "X"}})
    laid = lay(rule("for each issuer in holdings limit weight to at most 5% of bonds"), book)
    assert laid.limit("X").gaps == ((A, "Y"),)
    assert laid.limit("X").unknown == ((A, "Y"),)


def test_a_policy_with_its_own_rule_on_price_age_accepts_older_prices() -> None:
    prices = {"X": price_of("X", 1, on=date(2026, 2, 1))}
    book = tiny(prices=prices, about={"X": {}}, lots=[lot_of("X", 5, 5)])
    assert lay(ISSUER_CAP, book).limit("X").unknown == ((A, "X"),)
    text = ISSUER_CAP + rule("require price_age is at most 90 days", name="R-2")
    assert lay(text, book).limit("X").unknown == ()


def test_no_value_is_in_no_group_and_the_rest_matches_no_subject() -> None:
    """In an example the account's cash stands for the rest of the portfolio."""
    book = tiny({"X": (5, 1), "Y": (5, 1)}, cash=90, about={"Y": {"issuer": ""}}, absent="no_value")
    laid = lay(ISSUER_CAP + rule("limit weight of holdings to at most 50%", name="R-2"), book)
    assert {limit.group for limit in laid.ground.limits} == {("issuer", "X"), None}
    assert laid.told(name="R-2") == share("10%")


# ------------------------------------------------------------------ bounds

BONDS = tiny(
    {"X": (40, 1), "Y": (20, 1), "E": (40, 1)},
    about={s: {"asset_class": "fixed_income", "duration": "4"} for s in ("X", "Y")},
    benchmarks={"B": {Symbol("X"): Decimal("0.03"), Symbol("E"): Decimal("0.97")}},
)


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ("5%", "5%"),
        ("5% of bonds", "3%"),
        ("15% of net_assets", "15%"),
        ("benchmark_weight", "3%"),
        ("2 times benchmark_weight", "6%"),
        ("the greater of 5% and benchmark_weight", "5%"),
        ("the smaller of 2 times benchmark_weight and 40% of bonds", "6%"),
        ("the smaller of 40% and 50% of bonds", "30%"),
    ],
)
def test_what_a_bound_comes_to(bound: str, expected: str) -> None:
    laid = lay(rule(f"for each issuer in bonds limit weight to at most {bound}"), BONDS)
    limit = laid.limit("X")
    assert limit.bound.high is not None
    assert limit.base is not None
    assert value(limit.bound.high, laid.state) / value(limit.base, laid.state) == share(expected)


def test_five_per_cent_of_a_subject_moves_with_it_and_a_share_of_the_base_is_one_row() -> None:
    laid = lay(rule("for each issuer in bonds limit weight to at most 5% of bonds"), BONDS)
    high = laid.limit("X").bound.high
    assert high is not None
    terms = {(term.kind, term.symbol): factor for term, factor in high.terms}  # type: ignore[union-attr]
    assert terms == {(TermKind.VALUE, "X"): share("5%"), (TermKind.VALUE, "Y"): share("5%")}
    plain = lay(ISSUER_CAP, BONDS)
    assert plain.limit("E").bound.high is plain.limit("E").bound.high


def test_a_figure_of_the_account_is_a_bound() -> None:
    book = replace(BONDS, accounts={A: account_of("A", liability_duration="6.5")})
    laid = lay(rule("limit duration of bonds to at most liability_duration"), book)
    assert (laid.told(), laid.headroom()) == (4, Fraction("2.5") * 60)


def test_money_of_policies_in_two_currencies_is_told_in_the_first() -> None:
    """200 USD at 1.25 USD for a euro: 160 EUR."""
    limit = rule("limit value of equities to at most 200 USD")
    euros = HEADER.replace("currency USD", "currency EUR").replace("test.policy", "other.policy")
    book = tiny({"X": (40, 10)}, fx={"EUR": Decimal("1.25")})
    rulebook = compile_rulebook((policy_of(limit), policy_of(ISSUER_CAP, header=euros)))
    grounded = ground(rulebook, book)
    laid = Laid(ground=grounded, state=ground_state(grounded))
    only = next(row for row in grounded.limits if row.base is None)
    assert (only.rule.unit, laid.state.currency) == ("EUR", "EUR")
    assert told(only, laid.state) == 320
    assert headroom(only, laid.state) == 160 - 320


def test_a_bound_that_the_data_do_not_tell_is_missing() -> None:
    limit = lay(
        rule("for each issuer in equities limit weight to at most benchmark_weight"), tiny({"X": (1, 1)})
    ).limit("X")
    assert (limit.missing, limit.bound.high) == ("no benchmark", None)


def test_a_benchmark_average_is_taken_within_the_subject() -> None:
    about = {"X": {"esg_score": "60"}, "Y": {"esg_score": "40"}, "T": {"asset_class": "fixed_income"}}
    weights = {Symbol("X"): Decimal("0.3"), Symbol("Y"): Decimal("0.3"), Symbol("T"): Decimal("0.4")}
    book = tiny({"X": (1, 1), "Y": (1, 1), "T": (1, 1)}, about=about, benchmarks={"B": weights})
    laid = lay(rule("limit esg_score of equities to at least benchmark_esg_score"), book)
    assert (laid.told(), laid.headroom()) == (50, 0)


def test_between_and_exactly_have_two_sides() -> None:
    book = tiny({"X": (3, 1)}, cash=97)
    laid = lay(
        rule("limit weight of equities to between 2% and 6%")
        + rule("limit weight of equities to exactly 3%", name="R-2"),
        book,
    )
    assert (laid.headroom(), laid.headroom(name="R-2")) == (1, 0)


def test_early_warning_is_on_the_side_it_is_near() -> None:
    book = tiny({"X": (3, 1)}, cash=97)
    both = "limit weight of equities to between 2% and 6%"
    upper = lay(rule(f"{both} warn from 5.5%"), book).limit().warn
    lower = lay(rule(f"{both} warn from 2.5%"), book).limit().warn
    assert upper is not None
    assert (upper.low, upper.high is None) == (None, False)
    assert lower is not None
    assert (lower.high, lower.low is None) == (None, False)


# ------------------------------------------------------------------ exceptions and waivers

PAPER = tiny(
    {"GOV": (20, 1), "CORP": (8, 1), "MIX.G": (5, 1), "MIX.C": (6, 1)},
    cash=61,
    about={
        "GOV": {"issuer": "State", "issuer.kind": "sovereign"},
        "CORP": {"issuer": "Corp", "issuer.kind": "corporate"},
        "MIX.G": {"issuer": "Mix", "issuer.kind": "sovereign"},
        "MIX.C": {"issuer": "Mix", "issuer.kind": "corporate"},
    },
)
EXCEPTION = rule(
    "exception to R-1 for each issuer in holdings where issuer.kind is sovereign limit weight to at most 35%",
    name="R-2",
)


def test_what_an_exception_selects_leaves_the_base_rule() -> None:
    laid = lay(rule("for each issuer in holdings limit weight to at most 10%") + EXCEPTION, PAPER)
    state = laid.limit("State")
    assert (state.standing, state.why_not) == ("excepted", "an exception governs all of it")
    assert state.excepted == ((A, "GOV"),)
    assert laid.told("Mix") == share("6%")
    assert laid.limit("Mix").excepted == ((A, "MIX.G"),)
    assert laid.told("State", name="R-2") == share("20%")
    assert {
        limit.group[1] for limit in laid.ground.limits if limit.rule.rule.id == "R-2" and limit.group
    } == {"State", "Mix"}


def test_an_exception_out_of_force_takes_nothing() -> None:
    late = EXCEPTION.replace("exception to R-1", "effective from 2027-01-01 exception to R-1")
    laid = lay(rule("for each issuer in holdings limit weight to at most 10%") + late, PAPER)
    assert (laid.limit("State").standing, laid.told("State")) == ("applies", share("20%"))
    assert laid.limit("State", name="R-2").standing == "not_applicable"


def test_an_exception_whose_condition_is_unknown_makes_membership_unknown() -> None:
    perhaps = (
        EXCEPTION.replace("exception to R-1", "exception to R-1 when account.region is north")
        .replace("when account.region is north for each", "for each")
        .replace("limit weight", "when account.region is north limit weight")
    )
    laid = lay(rule("for each issuer in holdings limit weight to at most 10%") + perhaps, PAPER)
    assert laid.limit("State").unknown == ((A, "GOV"),)


def test_an_exception_frees_a_ban() -> None:
    text = rule("forbid buying securities where issuer.kind is sovereign") + rule(
        'exception to R-1 forbid buying securities where issuer is "State"', name="R-2"
    )
    first, second = lay(text, PAPER).ground.bans
    assert (set(first.securities), set(second.securities)) == ({(A, "MIX.G")}, {(A, "GOV")})


WAIVED = 'waive R-1 for account "A" up to 12% until {until} approved by "CCO" because ips "§9"\n'


@pytest.mark.parametrize(("until", "waived"), [("2026-03-10", True), ("2026-03-09", False)])
def test_a_waiver_counts_until_its_day(until: str, waived: bool) -> None:
    text = rule("for each issuer in holdings limit weight to at most 10%") + WAIVED.format(until=until)
    limit = lay(text, PAPER).limit("Corp")
    assert (limit.waiver is not None) is waived
    if limit.waived is not None:
        assert limit.waived.high is not None
        assert value(limit.waived.high, lay(text, PAPER).state) == 12


def test_a_waiver_is_for_the_account_or_household_it_names() -> None:
    text = rule("limit weight of equities to at most 10%")
    for noun, name, expected in (("account", "B", [B]), ("household", "H", [A, B]), ("account", "Z", [])):
        waiver = f'waive R-1 for {noun} "{name}" until 2026-12-31 approved by "CCO" because ips "§9"\n'
        laid = lay(text + waiver, HOUSE, header=header('applies to household "H"'))
        assert [limit.scope.account for limit in laid.ground.limits if limit.waiver is not None] == expected


def test_a_waiver_of_a_ban_allows_a_weight() -> None:
    text = rule("forbid buying or holding securities where issuer.kind is sovereign") + WAIVED.format(
        until="2026-12-31"
    )
    laid = lay(text, PAPER)
    (ban,) = laid.ground.bans
    assert ban.waived is not None
    assert value(ban.waived.measure, laid.state) == 25
    assert ban.waived.bound.high is not None
    assert value(ban.waived.bound.high, laid.state) == 12
    held = laid.limit()
    assert (laid.told(), laid.headroom()) == (25, -25)
    assert held.waived is not None
    assert held.waived.high is not None
    assert value(held.waived.high, laid.state) == 12


# ------------------------------------------------------------------ days


def test_dates_include_their_ends() -> None:
    for span, standing in (
        ("from 2026-03-10", "applies"),
        ("from 2026-03-11", "not_applicable"),
        ("from 2026-01-01 until 2026-03-10", "applies"),
        ("from 2026-01-01 until 2026-03-09", "not_applicable"),
    ):
        laid = lay(rule(f"effective {span} limit weight of equities to at most 5%"), tiny({"X": (1, 1)}))
        assert laid.limit().standing == standing
        assert laid.told() == 1, "figures stand all the same"


def test_a_quarter_end_is_the_last_business_day() -> None:
    text = rule("limit weight of equities to at most 5% tested at each quarter end")
    for day, standing in ((date(2026, 3, 31), "applies"), (date(2026, 3, 30), "not_applicable")):
        book = replace(tiny({"X": (1, 1)}), as_of=day)
        assert lay(text, book).limit().standing == standing
    assert lay(text, tiny({"X": (1, 1)})).limit().why_not == "tested at each quarter end, next on 2026-03-31"


def test_tested_at_purchase_is_told_to_the_gate() -> None:
    limit = lay(
        rule("limit weight of equities to at most 5% tested at purchase"), tiny({"X": (1, 1)})
    ).limit()
    assert limit.purchase_only
