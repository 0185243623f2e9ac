"""What a checked rule holds: gaps filled, names replaced, responses of both kinds."""

from decimal import Decimal

import pytest

from dsl import policy as p
from tests.dsl.helpers import HEADER, codes, policy_of, rule_of

ONE = 'rule A-1 "t"\n  for each issuer in holdings\n  limit weight to at most 5%\n  {}\n  because ips "§1"\n'
BLOCK, REPORT, WORSEN = p.BLOCK, p.REPORT, p.DO_NOT_WORSEN
WARN = p.Response(kind="warn")
APPROVAL = p.Response(kind="approval", role="CIO")
CURE = p.Response(kind="cure", within=p.Duration(count=30, unit="days"))


@pytest.mark.parametrize(
    ("clauses", "active", "passive"),
    [
        ("", (BLOCK,), (REPORT, WORSEN)),
        ("on breach warn", (WARN,), (WARN,)),
        ("on breach block", (BLOCK,), (REPORT,)),
        ('on breach require approval of "CIO", cure within 30 days', (APPROVAL, CURE), (REPORT, CURE)),
        ("on active breach warn", (WARN,), (REPORT, WORSEN)),
        ("on passive breach warn, cure within 30 days", (BLOCK,), (WARN, CURE)),
        ("on active breach warn on passive breach do not worsen", (WARN,), (WORSEN,)),
    ],
)
def test_responses_to_both_kinds_of_breach(clauses: str, active: object, passive: object) -> None:
    rule = rule_of(ONE.format(clauses))
    assert (rule.on_active, rule.on_passive) == (active, passive)


def test_gaps_are_filled_from_the_header_and_the_defaults() -> None:
    rule = rule_of(ONE.format(""))
    assert (rule.base, rule.missing, rule.scope, rule.tested, rule.period) == (
        "net_assets",
        BLOCK,
        "account",
        "at_all_times",
        None,
    )
    assert (rule.valued_at, rule.look_through, rule.warn_from, rule.when) == ("market", False, None, None)
    header = HEADER.rstrip() + "\n  weights of total_assets\n  missing data warn\n"
    other = policy_of(header + ONE.format("")).rules[0]
    assert (other.base, other.missing) == ("total_assets", WARN)


def test_shares_points_and_basis_points_are_fractions_of_one() -> None:
    def bound(text: str) -> p.Amount:
        rule = rule_of(f'rule A-1 "t" limit active_weight of holdings to at most {text} because ips "1"')
        assert isinstance(rule.obligation, p.Limit)
        assert isinstance(rule.obligation.high, p.Amount)
        return rule.obligation.high

    assert (bound("1.5 points").value, bound("1.5 points").unit) == (Decimal("0.015"), p.Unit.POINTS)
    assert (bound("150 bps").value, bound("150 bps").unit) == (Decimal("0.015"), p.Unit.BPS)
    assert bound("-150 bps").value == Decimal("-0.015")


def test_a_parameter_is_replaced_by_its_value_and_remembered() -> None:
    rule = rule_of(
        'parameter cap = 5% between 1% and 10%\nset cap = 4% because ips "1"\n'
        + ONE.format("").replace("5%", "cap")
    )
    assert isinstance(rule.obligation, p.Limit)
    assert rule.obligation.high == p.Amount(
        value=Decimal("0.04"), unit=p.Unit.SHARE, written="4%", parameter="cap"
    )


def test_definitions_are_replaced_by_what_they_stand_for() -> None:
    rule = rule_of(
        "define paper as holdings where instrument is bond\n"
        'define state as paper where issuer.kind is sovereign and country is "DE"\n'
        'rule A-1 "t" limit weight of state to at most 5% because ips "1"'
    )
    assert isinstance(rule.obligation, p.Limit)
    of = rule.obligation.measure.terms[0].of
    assert isinstance(of, p.Subject)
    assert isinstance(of.where, p.And)
    assert [c.path for c in of.where.parts if isinstance(c, p.Comparison)] == [
        "instrument",
        "issuer.kind",
        "country",
    ]
    assert of.name == "state"


def test_except_leaves_the_groups() -> None:
    rule = rule_of(ONE.format("").replace("in holdings", 'in holdings except holdings where country is "US"'))
    assert rule.each is not None
    assert isinstance(rule.each.within.where, p.Not)


def test_name_weight_is_the_weight_of_a_definition() -> None:
    rule = rule_of(
        "define paper as holdings where instrument is bond\n"
        'rule A-1 "t" limit paper_weight plus deposit_weight to at most 20% because ips "1"'
    )
    assert isinstance(rule.obligation, p.Limit)
    first, second = rule.obligation.measure.terms
    assert (first.measure, second.measure) == ("weight", "weight")
    assert isinstance(first.of, p.Subject)
    assert isinstance(second.of, p.Subject)
    assert (first.of.name, second.of.name) == ("paper", "deposit")


def test_bounds_of_other_things() -> None:
    def high(text: str, measure: str = "weight of holdings") -> p.AnyAmount | None:
        rule = rule_of(
            "define core as holdings where asset_class is equity\n"
            f'rule A-1 "t" limit {measure} to at most {text} because ips "1"'
        )
        assert isinstance(rule.obligation, p.Limit)
        return rule.obligation.high

    core = high("5% of core")
    assert isinstance(core, p.PercentOf)
    assert (core.share, core.name, core.subject and core.subject.name) == (Decimal("0.05"), None, "core")
    base = high("15% of net_assets")
    assert isinstance(base, p.PercentOf)
    assert (base.name, base.subject) == ("net_assets", None)
    assert high("2 times benchmark_weight") == p.Times(
        factor=Decimal(2), of=p.DataRef(name="benchmark_weight")
    )
    assert isinstance(high("the smaller of 5% and benchmark_weight"), p.Smaller)


def test_a_condition_on_a_measure_of_the_account_keeps_the_measure() -> None:
    rule = rule_of(
        "define cash as holdings where asset_class is cash\n"
        'rule A-1 "t" when cash_weight is less than 2% limit weight of cash to at least 1% because ips "1"'
    )
    assert isinstance(rule.when, p.Comparison)
    assert rule.when.measure is not None
    assert (rule.when.path, rule.when.measure.measure) == ("cash_weight", "weight")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("limit weight to at most 5 USD", "E0301"),
        ("limit weight to at most 5", "E0302"),
        ("limit weight to at most 30 days", "E0301"),
        ("limit value to at most 5%", "E0301"),
        ("limit value to at most 5,000 EUR", "E0304"),
        ("limit value to at most 5% of net_assets", None),
        ("limit count to at most 25", None),
        ("limit count to at most 25%", "E0301"),
        ("limit weight to at most 500 bps", "E0301"),
        ("limit expense_ratio to at most 50 bps", None),
        ("limit duration to at most 5 years", None),
        ("limit duration to at most 5", "E0302"),
        ("limit active_weight to at most 2 points", None),
        ("limit active_weight to at most 2%", "W0502"),
        ("limit weight to at most 5% of sector", "E0301"),
        ("limit weight to at most the smaller of 5% and 3 points", "E0301"),
        ('limit rating to at least "A-"', None),
        ('limit weight to at least "A-"', "E0301"),
    ],
)
def test_units_do_not_mix(text: str, code: str | None) -> None:
    assert codes(f'rule A-1 "t" for each issuer in holdings {text} because ips "1"') == (
        [code] if code else []
    )


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("sector is at most 5%", "E0303"),
        ('tobacco_revenue is "high"', "E0303"),
        ("tobacco_revenue is more than 5", "E0302"),
        ("tobacco_revenue is more than 5%", None),
        ("market_cap is at least 100,000,000 USD", None),
        ('rating is at least "A-"', "E0303"),
        ('rating is worse than "A-"', None),
        ('sector is worse than "A-"', None),
        ('beta is worse than "A-"', "E0303"),
        ("maturity is before 2026-01-01", "E0303"),
        ("maturity_date is before 2026-01-01", None),
        ("maturity_date is at most 2026", "E0303"),
        ("gain is less than 0 USD", "E0217"),
        ("side is buy", "E0217"),
        ("listed is maybe", "E0220"),
        ("asset_class is equities", None),
        ("asset_class is equit", "W0507"),
        ("my_own_column is high", None),
        ("account.kind is ira", None),
    ],
)
def test_conditions_fit_their_attribute(condition: str, code: str | None) -> None:
    text = f"define x as holdings where {condition}"
    assert codes(text) == ([code] if code else [])


def test_rules_may_build_on_each_other_only_by_exception() -> None:
    text = (
        ONE.format("")
        + """
rule A-2 "u"
  exception to A-1
  for each issuer in holdings where instrument is etf
  limit weight to at most 20%
  because ips "§2"
"""
    )
    assert policy_of(text).rules[1].exception_to == "A-1"
    assert codes(text.replace("exception to A-1", "exception to A-9")) == ["E0207"]


def test_windows() -> None:
    def window(text: str) -> p.Window | None:
        rule = rule_of(f'rule A-1 "t" forbid buying securities {text} because ips "1"')
        assert isinstance(rule.obligation, p.Forbid)
        return rule.obligation.window

    both = window("within 30 days before or after a loss_sale of an identical security")
    assert both == p.Window(
        duration=p.Duration(count=30, unit="days"),
        before=True,
        after=True,
        event="loss_sale",
        relation="identical",
    )
    after = window("within 5 business_days after an earnings of the same security")
    assert after is not None
    assert (after.before, after.after, after.duration.unit, after.relation) == (
        False,
        True,
        "business_days",
        "same",
    )


def test_where_points_at_the_first_word_of_the_obligation() -> None:
    rule = rule_of(ONE.format(""))
    assert (rule.where.line, rule.where.column) == (7, 3)
    assert (rule.span.line, rule.span.end_line) == (5, 9)


BASE = ONE.format("")
EXCEPTION = """
rule A-{n} "u"
  exception to A-1
  for each issuer in holdings where {where}
  limit weight to at most {limit}
  because ips "{n}"
"""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("instrument is etf", "20%"), ("instrument is etf", "25%"), ["E0317"]),
        (("instrument is etf", "20%"), ("instrument is etf", "20%"), []),
        (("instrument is etf", "20%"), ('instrument is etf and country is "US"', "25%"), ["E0317"]),
        (("instrument is etf", "20%"), ('country is "US" and instrument is etf', "25%"), ["E0317"]),
        (("instrument is etf", "20%"), ("issuer.kind is sovereign", "35%"), []),
        (("instrument is etf", "20%"), ("instrument is bond", "35%"), []),
    ],
)
def test_exceptions_that_surely_overlap_may_not_disagree(
    first: tuple[str, str], second: tuple[str, str], expected: list[str]
) -> None:
    rules = [EXCEPTION.format(n=n, where=w, limit=x) for n, (w, x) in enumerate((first, second), start=2)]
    assert codes(BASE + "".join(rules)) == expected
