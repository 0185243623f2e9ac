"""Securities that are made up to stand for all that a policy can tell apart, and worlds with few of them."""

from fractions import Fraction

import pytest

from engine.gate.engine.faults import EngineFault, FaultKind
from engine.gate.engine.inline import Inline
from engine.gate.engine.program import Fact, Program
from optimizer.diff.compare import compare
from optimizer.lint.finding import Finding
from optimizer.lint.lint import lint
from optimizer.portfolios.choices import choices, security_tests
from optimizer.portfolios.kinds import MOST_KINDS, Made, made_up
from optimizer.portfolios.worths import worths
from rulebooks.predicates import Setting
from tests.lint.test_lint import HEADER
from tests.rulebooks.tiny import TODAY, policy_of, rule

SETTING = Setting(today=TODAY, calendar=None)
SCORE = rule("limit esg_score of holdings where asset_class is equity to at least 50", name="SCORE")
POOR = rule("forbid buying securities where esg_score is less than 10", name="POOR")


def made(text: str) -> Made:
    return made_up(policy_of(text).rules, SETTING)


def values(found: Made, name: str) -> set[str]:
    return {row[name] for row in found.securities.values() if name in row}


def changes(old: str, new: str) -> dict[str, str]:
    before, after = (policy_of(text, header=HEADER) for text in (old, new))
    found = compare(before, after, engine=Inline(), today=TODAY)
    return {row.rule: row.change for row in found.rules}


def findings(text: str, *, universe: dict[str, dict[str, str]] | None = None) -> tuple[Finding, ...]:
    policy = policy_of(text, header=HEADER)
    return lint(policy, HEADER + text, engine=Inline(), today=TODAY, examples=False, universe=universe)


def test_scores_lie_on_both_sides_of_an_average_that_another_rule_tests_too() -> None:
    """Of scores of 5 and 10 alone no holding could have an average of 50."""
    scores = {Fraction(score) for score in values(made(SCORE + POOR), "esg_score")}
    assert {Fraction(5), Fraction(10), Fraction(50)} <= scores
    assert min(scores) < 10 < 50 < max(scores)


@pytest.mark.parametrize(("new", "change"), [("60", "tightened"), ("40", "loosened")])
def test_a_change_of_an_average_that_another_rule_tests_too_is_found(new: str, change: str) -> None:
    other = SCORE.replace("at least 50", f"at least {new}")
    assert changes(SCORE + POOR, other + POOR) == {"SCORE": change}


def test_a_share_of_net_assets_calls_for_as_many_issuers_as_a_percentage() -> None:
    shares = [
        len(made(rule(f"for each issuer in holdings\n  limit {limit}")).securities)
        for limit in ("weight to at most 5%", "value to at most 5% of net_assets")
    ]
    assert shares == [22, 22], "twenty of 5% each, and two more"


def many(count: int) -> str:
    """Return rules on `count` attributes of their own, and an average."""
    bans = (rule(f'forbid buying securities where flag_{n} is "yes"', name=f"BAN-{n}") for n in range(count))
    return SCORE + "".join(bans)


@pytest.mark.parametrize(("flags", "complete"), [(1, True), (16, False)])
def test_more_kinds_than_are_made_up_leave_the_answer_open(flags: int, complete: bool) -> None:
    """Sixteen flags are 65,536 combinations, for each score."""
    found = made(many(flags))
    assert found.complete == complete
    assert len(set(found.kind_of.values())) <= MOST_KINDS


def test_where_each_flag_is_seen_once_scores_still_lie_on_both_sides() -> None:
    """Seven flags and the scores about 50 are more than 96 combinations, but few are treated unlike."""
    scores = {Fraction(score) for score in values(made(many(7)), "esg_score")}
    assert min(scores) < 50 < max(scores)


@pytest.mark.parametrize(("test", "told"), [
    ("maturity_date is before 2027-01-01", ("2027-01-01", "2026-12-31")),
    ("maturity is at most 2 years", ("2", "4")),
])  # fmt: skip
def test_one_value_stands_for_each_answer_of_a_test(test: str, told: tuple[str, ...]) -> None:
    (only,) = policy_of(rule(f"forbid buying securities where {test}")).rules
    tests = security_tests(only)
    assert choices(tests[0].path, tests, SETTING) == told


def test_a_condition_on_the_size_of_an_account_is_tried_at_that_size() -> None:
    text = rule("when portfolio_value is at least 15,000 USD\n  limit weight of tech to at most 5%")
    rules = policy_of(text, header=HEADER).rules
    sizes = worths(rules, rules)
    assert 15_000 in sizes
    assert min(sizes) < 15_000 < max(sizes)


def test_a_change_of_the_size_from_which_a_rule_holds_is_found() -> None:
    text = rule(
        "when portfolio_value is at least 15,000 USD\n  limit weight of tech to at most 5%", name="BIG"
    )
    assert changes(text, text.replace("15,000", "20,000")) == {"BIG": "loosened"}


def test_a_limit_on_the_sum_of_two_sets_is_compared() -> None:
    bonds = "holdings where asset_class is fixed_income"
    text = rule(f"limit value of tech plus value of {bonds} to at most 100,000 USD", name="SUM")
    assert changes(text, text.replace("100,000", "90,000")) == {"SUM": "tightened"}


APART = rule("limit weight of tech to at most 20%", name="MAX-TECH") + rule(
    "limit weight of tech to at least 25%", name="MIN-TECH"
)


def test_with_no_securities_to_buy_a_floor_can_never_pass() -> None:
    """The rules exclude each other where there is technology; where there is none, the floor fails."""
    (row,) = findings(APART)
    assert (row.diagnostic.code, row.rules) == ("E0312", ("MAX-TECH", "MIN-TECH"))
    found = findings(APART, universe={})
    assert [(row.diagnostic.code, row.rules[0]) for row in found] == [
        ("W0703", "MAX-TECH"),
        ("E0701", "MIN-TECH"),
    ]


def test_with_no_securities_there_is_no_index_to_stray_from() -> None:
    assert findings(rule("limit active_weight of tech to at most 5%"), universe={}) == ()


def test_a_floor_for_each_of_two_sectors_is_shown_by_one_security_of_each() -> None:
    """Of 60% and 60% the second cannot be kept; of 50% and 50% both can."""
    text = rule(
        'for each sector in holdings where sector is in ("tech", "energy")\n  limit weight to at least 60%',
        name="EACH",
    )
    (row,) = findings(text)
    assert (row.diagnostic.code, row.rules) == ("E0701", ("EACH",))
    assert row.witness is not None
    assert "50.00%" in row.witness.reason
    assert findings(text.replace("60%", "50%")) == ()


class Mute:
    """A rules engine that never answers."""

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> EngineFault:
        return EngineFault(kind=FaultKind.TIMEOUT, reason="no answer in time", bundle="{}")

    def close(self) -> None:
        """Nothing is held."""


def test_a_contradiction_that_the_gate_cannot_be_asked_about_is_told_without_a_portfolio() -> None:
    policy = policy_of(APART, header=HEADER)
    (row,) = lint(policy, HEADER + APART, engine=Mute(), today=TODAY, examples=False)
    assert row.diagnostic.message == "limits of `MAX-TECH` and `MIN-TECH` exclude each other"
    assert row.witness is None


def test_a_change_that_the_gate_cannot_be_asked_about_is_not_settled() -> None:
    before, after = (policy_of(text, header=HEADER) for text in (SCORE, SCORE.replace("50", "60")))
    found = compare(before, after, engine=Mute(), today=TODAY)
    assert found.rules == ()
    assert not any(row.decided for row in found.without_effect)
