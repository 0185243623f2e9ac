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


def test_what_a_file_says_against_itself_is_not_told_again_between_files(engine: InferenceEngine) -> None:
    assert told_between(CONTRADICTION, rule("limit weight of tech to at most 90%", name="X"), engine) == ()
