"""What lint proves, and what it leaves untold because too few securities are made up to be sure."""

from collections.abc import Iterator

import pytest

from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.lint.answer import lint_text, portfolio_text
from optimizer.lint.lint import lint
from tests.lint.test_lint import BOTH, CONTRADICTION, HEADER, codes, found
from tests.rulebooks.tiny import TODAY, policy_of, rule


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def at_least(share: str, name: str = "FLOOR") -> str:
    return rule(f"limit weight of tech to at least {share}", name=name)


TINY = rule("for each issuer in holdings\n  limit weight to at most 0.5%", name="TINY")


def test_two_hundred_small_issuers_fill_a_floor_that_fewer_cannot(engine: InferenceEngine) -> None:
    """Of 0.5% each 140 fill 70%; not as many are made up, and nothing is proven by those that are."""
    assert codes(found(TINY + at_least("70%"), engine)) == []


def test_a_floor_that_no_number_of_issuers_can_fill_is_told(engine: InferenceEngine) -> None:
    few = rule("limit count of holdings to at most 7", name="FEW")
    cap = rule("for each issuer in holdings\n  limit weight to at most 10%", name="CAP")
    (row,) = found(few + cap + at_least("80%"), engine)
    assert (row.diagnostic.code, set(row.rules)) == ("E0312", {"FEW", "CAP", "FLOOR"})
    assert row.witness is not None
    assert len(row.witness.held) > 6
    assert "% in " in portfolio_text(row.witness), "the smallest holdings are counted together"


def test_a_count_beyond_what_is_made_up_hides_no_contradiction(engine: InferenceEngine) -> None:
    """130 securities are more than are made up of one kind; the other two rules need two."""
    many = rule("limit count of holdings to at least 130", name="MANY")
    assert codes(found(many, engine)) == []
    assert codes(found(many + CONTRADICTION, engine)) == ["E0312"]


def test_facts_that_other_rules_tell_apart_hide_no_targets_that_cannot_be_met(
    engine: InferenceEngine,
) -> None:
    """Nine yes-and-no facts are 512 kinds; the targets and X tell three apart."""
    facts = "".join(
        rule(f'limit weight of holdings where fact_{n} is "a" to at most {20 + n}%', name=f"F-{n}")
        for n in range(9)
    )
    targets = BOTH + "  equities 60% band 5 points\n  bonds 40% band 5 points\n"
    rows = found(facts + targets + rule("limit weight of equities to at most 58%", name="X"), engine)
    assert [row.diagnostic.message for row in rows if row.diagnostic.code == "E0702"] == [
        "the targets of `strategic` cannot be met: equities 60% under `X`"
    ]


def test_borrowing_lets_holdings_come_to_more_than_all(engine: InferenceEngine) -> None:
    """At least 110% is no contradiction where a fifth may be borrowed, and is one with at most 105%."""
    borrowing = rule("limit borrowing to at most 20%", name="LOAN")
    assert codes(found(borrowing + at_least("110%"), engine)) == []
    cap = rule("limit weight of tech to at most 105%", name="CAP")
    rows = found(borrowing + at_least("110%") + cap, engine)
    assert [set(row.rules) for row in rows] == [{"FLOOR", "CAP"}]


def test_a_rule_that_can_never_pass_is_shown_with_nothing_that_it_would_keep(engine: InferenceEngine) -> None:
    findings = found(at_least("120%", name="A"), engine)
    told = lint_text(findings, {"test.mandate": HEADER + "\n" + at_least("120%", name="A")})
    assert "= witness: 100% " in told
    assert "keeps `" not in told


WAIVED = 'waive MAX-TECH for account "{}" until 2099-06-30 approved by "CCO" because ips "§9"\n'


@pytest.mark.parametrize("account", ["A", "X-1"])
def test_a_waiver_for_one_account_ends_no_contradiction_of_the_others(
    account: str, engine: InferenceEngine
) -> None:
    assert codes(found(CONTRADICTION + WAIVED.format(account), engine)) == ["E0312"]


def test_a_limit_binds_where_the_tighter_one_is_waived(engine: InferenceEngine) -> None:
    rules = rule("limit weight of tech to at most 10%", name="MAX-TECH") + rule(
        "limit weight of tech to at most 15%", name="LOOSE"
    )
    assert [row.rules for row in found(rules, engine)] == [("LOOSE", "MAX-TECH")]
    assert found(rules + WAIVED.format("X-1"), engine) == ()


def test_a_set_that_nothing_of_the_book_is_in_is_told(engine: InferenceEngine) -> None:
    text = rule("limit weight of tech to at most 20%", name="MAX")
    listed = {"ACME": {"symbol": "ACME", "asset_class": "equity", "sector": "energy"}}
    rows = lint(
        policy_of(text, header=HEADER),
        HEADER + text,
        engine=engine,
        today=TODAY,
        securities=listed,
        examples=False,
    )
    assert [(row.diagnostic.code, row.diagnostic.label) for row in rows] == [
        ("W0710", "no security of the book meets this condition")
    ]


def test_an_exception_that_hangs_on_what_is_held_is_not_compared_with_its_rule(
    engine: InferenceEngine,
) -> None:
    one = rule("for each issuer in tech\n  limit weight to at most 5%", name="ONE")
    other = rule(
        "exception to ONE\n  for each issuer in holdings where price is more than 5 USD\n"
        "  limit weight to at most 10%",
        name="EX",
    )
    assert codes(found(one + other, engine)) == []
