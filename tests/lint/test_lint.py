"""What lint says of a few policies that an officer can read."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from dsl.diagnostics import Severity
from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.lint.answer import lint_answer, lint_text
from optimizer.lint.finding import Finding
from optimizer.lint.lint import lint
from optimizer.lint.together import between
from tests.rulebooks.tiny import TODAY, policy_of, rule

HEADER = """policy "Growth mandate"
  id firm.growth
  version 1.0.0
  source ips = "Statement"
  currency USD
  weights of net_assets

define tech as holdings where sector is "technology"
define cash as holdings where asset_class is cash

"""


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def found(text: str, engine: InferenceEngine, *, examples: bool = False) -> tuple[Finding, ...]:
    policy = policy_of(text, header=HEADER)
    return lint(policy, HEADER + "\n" + text, engine=engine, today=TODAY, examples=examples)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [row.diagnostic.code for row in findings]


CONTRADICTION = rule("limit weight of tech to at most 20%", name="MAX-TECH") + rule(
    "limit weight of tech to at least 25%", name="MIN-TECH"
)


def test_two_rules_that_exclude_each_other_are_named_with_a_portfolio(engine: InferenceEngine) -> None:
    (row,) = found(CONTRADICTION, engine)
    assert row.diagnostic.code == "E0312"
    assert row.diagnostic.severity is Severity.ERROR
    assert row.diagnostic.message == "limits of `MAX-TECH` and `MIN-TECH` exclude each other"
    assert set(row.rules) == {"MAX-TECH", "MIN-TECH"}
    assert row.diagnostic.secondary[0].span.line < row.diagnostic.span.line
    witness = row.witness
    assert witness is not None
    assert (witness.keeps, witness.breaks) == (("MAX-TECH",), "MIN-TECH")
    assert sum(witness.held.values()) == Decimal(200_000)
    assert "20.00%" in witness.reason


def test_bounds_that_touch_do_not_exclude_each_other(engine: InferenceEngine) -> None:
    touching = CONTRADICTION.replace("at least 25%", "at least 20%")
    assert codes(found(touching, engine)) == []


def test_one_bp_more_does(engine: InferenceEngine) -> None:
    apart = CONTRADICTION.replace("at least 25%", "at least 20.01%")
    assert codes(found(apart, engine)) == ["E0312"]


def test_three_rules_can_exclude_each_other_where_no_two_do(engine: InferenceEngine) -> None:
    text = (
        rule("limit weight of tech to at least 50%", name="A")
        + rule('limit weight of holdings where sector is "energy" to at least 40%', name="B")
        + rule(
            'limit weight of holdings where sector is in ("technology", "energy") to at most 80%', name="C"
        )
    )
    (row,) = found(text, engine)
    assert set(row.rules) == {"A", "B", "C"}
    assert "cannot all be kept" in row.diagnostic.message


def test_rules_that_meet_only_in_one_kind_of_account_are_told(engine: InferenceEngine) -> None:
    text = rule('when account.kind is "ira"\n  limit weight of tech to at most 20%', name="IRA-MAX") + rule(
        'when account.kind is "ira"\n  limit weight of tech to at least 25%', name="IRA-MIN"
    )
    (row,) = found(text, engine)
    assert row.diagnostic.code == "E0312"
    assert row.witness is not None
    assert dict(row.witness.facts) == {"account.kind": "ira"}
    first, second = text.split("rule IRA-MIN")
    elsewhere = f"{first}rule IRA-MIN{second.replace('ira', 'trust')}"
    assert codes(found(elsewhere, engine)) == []


def test_rules_that_are_never_in_force_together_do_not_contradict(engine: InferenceEngine) -> None:
    text = rule(
        "effective from 2026-01-01 until 2026-06-30\n  limit weight of tech to at most 20%", name="FIRST"
    ) + rule("effective from 2026-07-01\n  limit weight of tech to at least 25%", name="SECOND")
    assert codes(found(text, engine)) == []
    assert codes(found(text.replace("2026-07-01", "2026-06-30"), engine)) == ["E0312"]


def test_amounts_of_money_that_only_small_accounts_cannot_meet_are_no_contradiction(
    engine: InferenceEngine,
) -> None:
    text = rule("limit value of cash to at least 50,000 USD", name="RESERVE") + rule(
        "limit weight of cash to at most 5%", name="INVESTED"
    )
    assert codes(found(text, engine)) == []


def test_a_limit_that_a_tighter_one_covers_never_binds(engine: InferenceEngine) -> None:
    text = rule("for each issuer in holdings\n  limit weight to at most 5%", name="FIVE") + rule(
        "for each issuer in tech\n  limit weight to at most 10%", name="TEN"
    )
    (row,) = found(text, engine)
    assert (row.diagnostic.code, row.rules) == ("W0703", ("TEN", "FIVE"))


def test_a_tighter_limit_that_only_warns_covers_nothing(engine: InferenceEngine) -> None:
    text = rule(
        "for each issuer in holdings\n  limit weight to at most 5%\n  on breach warn", name="FIVE"
    ) + rule("for each issuer in tech\n  limit weight to at most 10%", name="TEN")
    assert codes(found(text, engine)) == []


def test_many_small_issuers_are_enough_for_a_high_floor(engine: InferenceEngine) -> None:
    text = rule("for each issuer in holdings\n  limit weight to at most 2%", name="TWO") + rule(
        "limit weight of tech to at least 95%", name="FLOOR"
    )
    assert codes(found(text, engine)) == []


def test_json_and_text_tell_the_portfolio(engine: InferenceEngine) -> None:
    findings = found(CONTRADICTION, engine)
    (record,) = lint_answer(findings)["findings"]
    assert lint_answer(findings)["schema"] == "guardband/lint/1"
    assert list(record)[:5] == ["code", "severity", "message", "help", "where"]
    assert record["witness"]["holdings"][0]["value"] == "200000"
    assert record["witness"]["breaks"] == "MIN-TECH"
    text = lint_text(findings, {"test.mandate": HEADER + "\n" + CONTRADICTION})
    assert "= witness: 20% " in text
    assert "keeps `MAX-TECH` and comes as near to `MIN-TECH` as can be" in text


def test_examples_on_one_side_only_are_told(engine: InferenceEngine) -> None:
    text = rule("limit weight of tech to at most 20%", name="MAX-TECH")
    one = """
example "a fifth passes"
  given holding "ACME" weight 19% with sector "technology"
  trade buy 10,000 USD of "ACME"
  expect pass
"""
    both = (
        one
        + """
example "more is blocked"
  given holding "ACME" weight 19% with sector "technology"
  trade buy 10,001 USD of "ACME"
  expect block by MAX-TECH
"""
    )
    assert [r.diagnostic.message for r in found(text + one, engine, examples=True)] == [
        "no example breaks `MAX-TECH`"
    ]
    assert found(text + both, engine, examples=True) == ()


BOTH = """define equities as holdings where asset_class is equity
define bonds as holdings where asset_class is fixed_income
targets strategic
  because ips "§3"
"""


def test_what_no_portfolio_keeps_can_never_pass(engine: InferenceEngine) -> None:
    (row,) = found(rule("limit weight of tech to at least 120%", name="A"), engine)
    assert (row.diagnostic.code, row.diagnostic.message, row.rules) == (
        "E0701",
        "`A` can never pass: no portfolio keeps it",
        ("A",),
    )


def test_what_nothing_can_exceed_never_binds(engine: InferenceEngine) -> None:
    (row,) = found(rule("limit weight of tech to at most 101%", name="A"), engine)
    assert (row.diagnostic.code, row.rules) == ("W0703", ("A",))
    assert row.diagnostic.message == "`A` can never bind: nothing can exceed it"


@pytest.mark.parametrize(
    ("bands", "more", "message"),
    [
        (
            "  equities from 70% to 80%\n  bonds from 40% to 50%\n",
            "",
            "the bands of `strategic` cannot all be kept at once",
        ),
        ("  equities from 50% to 60%\n  bonds from 40% to 50%\n", "", None),
        (
            "  equities 60% band 5 points\n  bonds 40% band 5 points\n",
            rule("limit weight of equities to at most 58%", name="X"),
            "the targets of `strategic` cannot be met: equities 60% under `X`",
        ),
        (
            "  equities 60% band 5 points\n  bonds 40% band 5 points\n",
            rule("limit weight of equities to at most 60%", name="X"),
            None,
        ),
    ],
)
def test_targets_that_cannot_be_met_are_told(
    bands: str, more: str, message: str | None, engine: InferenceEngine
) -> None:
    rows = [row.diagnostic for row in found(BOTH + bands + more, engine) if row.diagnostic.code != "W0703"]
    expected = [] if message is None else [("E0702", message)]
    assert [(row.code, row.message) for row in rows] == expected


@pytest.mark.parametrize(
    ("text", "message", "cure"),
    [
        (
            BOTH + "  equities 95% band 2 points\n  bonds 5% band 5% of target\n",
            "a band of `5% of target` on 5% is 0.25% wide",
            "write 5 points, or a wider share of the target",
        ),
        (
            BOTH + "  equities 95% band 2 points\n  bonds 5% band 5 points\n",
            "a band of `5 points` on a target of 5% reaches down to nothing",
            "write 5% of target, or `from 0% to 10%`",
        ),
        (
            rule("limit active_weight of holdings to at most 2 points\n  warn from 1%"),
            "`active_weight` is a difference of shares, `1%` a share",
            "write 1 points",
        ),
    ],
)
def test_shares_and_points_that_are_likely_confused(
    text: str, message: str, cure: str, engine: InferenceEngine
) -> None:
    rows = [row.diagnostic for row in found(text, engine) if row.diagnostic.code == "W0705"]
    assert [(row.message, row.help) for row in rows] == [(message, cure)]


EXCEPTION = "exception to ONE\n  for each issuer in {}\n  limit weight to at most 10%"


@pytest.mark.parametrize(
    ("excepted", "message"),
    [
        ("tech", "the exception `EX` leaves nothing to `ONE`"),
        ('holdings where sector is "energy"', "the exception `EX` is wider than `ONE`"),
        ('tech where country is "US"', None),
    ],
)
def test_exceptions_that_do_not_lie_inside_their_rule(
    excepted: str, message: str | None, engine: InferenceEngine
) -> None:
    one = "for each issuer in tech\n  limit weight to at most 5%"
    text = rule(one, name="ONE") + rule(EXCEPTION.format(excepted), name="EX")
    rows = [row.diagnostic for row in found(text, engine) if row.diagnostic.code == "W0704"]
    assert [row.message for row in rows] == ([] if message is None else [message])


def test_a_set_that_matches_nothing_is_told(engine: InferenceEngine) -> None:
    text = rule('limit weight of holdings where sector is "a" and sector is "b" to at most 5%', name="A")
    rows = [row.diagnostic for row in found(text, engine) if row.diagnostic.code == "W0710"]
    assert [(row.message, row.help) for row in rows] == [
        ("the set of `A` matches nothing", "check the values, and whether `and` should be `or`")
    ]


def test_a_file_without_rules_has_only_sources_to_tell(engine: InferenceEngine) -> None:
    (row,) = found("", engine)
    assert (row.diagnostic.code, row.diagnostic.message) == ("W0706", "nothing cites the source `ips`")


@pytest.mark.long
def test_more_kinds_than_are_made_up_hide_no_contradiction(engine: InferenceEngine) -> None:
    many = rule("limit count of holdings to at least 700", name="MANY")
    assert "E0312" in codes(found(many + CONTRADICTION, engine))


HOUSE = rule("limit weight of tech to at most 20%", name="CAP")
CLIENT = rule("limit weight of tech to at least 25%", name="CAP")


def told_between(one: str, other: str, engine: InferenceEngine) -> tuple[Finding, ...]:
    second = HEADER.replace("firm.growth", "client.ips")
    policies = (policy_of(one, header=HEADER), policy_of(other, header=second))
    return tuple(between(policies, engine=engine, today=TODAY))


def test_rules_of_two_files_that_exclude_each_other_are_told(engine: InferenceEngine) -> None:
    (row,) = told_between(HOUSE, CLIENT, engine)
    assert (row.diagnostic.code, set(row.rules)) == ("E0312", {"CAP", "client.ips:CAP"})
    assert row.witness is not None
    assert told_between(HOUSE, CLIENT.replace("25%", "20%"), engine) == ()


@pytest.mark.parametrize(
    ("was", "now"),
    [("weights of net_assets", "weights of total_assets"), ("id client.ips", "id firm.growth")],
)
def test_files_that_never_meet_are_not_held_against_each_other(
    was: str, now: str, engine: InferenceEngine
) -> None:
    second = HEADER.replace("firm.growth", "client.ips").replace(was, now)
    policies = (policy_of(HOUSE, header=HEADER), policy_of(CLIENT, header=second))
    assert tuple(between(policies, engine=engine, today=TODAY)) == ()


def test_what_a_file_says_against_itself_is_not_told_again_between_files(engine: InferenceEngine) -> None:
    assert told_between(CONTRADICTION, rule("limit weight of tech to at most 90%", name="X"), engine) == ()
