"""What diff says of pairs of versions that an officer can read."""

from collections.abc import Iterator

import pytest

from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.diff.answer import diff_answer, diff_text
from optimizer.diff.compare import compare
from optimizer.diff.difference import Difference
from optimizer.portfolios.meaning import meanings
from tests.rulebooks.tiny import TODAY, policy_of, rule

HEADER = """policy "Growth mandate"
  id firm.growth
  version 1.0.0
  source ips = "Statement"
  currency USD
  weights of net_assets

define tech as holdings where sector is "technology"

"""
BASE = (
    rule("limit weight of tech to at most 20%", name="TECH")
    + rule("for each issuer in holdings\n  limit weight to at most 5%", name="ONE")
    + rule('forbid buying securities where rating is worse than "BBB-"', name="JUNK")
)


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def between(old: str, new: str, engine: InferenceEngine) -> Difference:
    before = policy_of(old, header=HEADER)
    after = policy_of(new, header=HEADER.replace("1.0.0", "1.1.0"))
    return compare(before, after, engine=engine, today=TODAY)


def changes(difference: Difference) -> dict[str, str]:
    return {row.rule: row.change for row in difference.rules}


def test_one_loosened_bound_gives_exactly_that_rule_and_a_portfolio(engine: InferenceEngine) -> None:
    found = between(BASE, BASE.replace("at most 20%", "at most 25%"), engine)
    assert changes(found) == {"TECH": "loosened"}
    (witness,) = found.rules[0].witnesses
    assert (witness.old, witness.new) == ("block", "pass")
    assert witness.told.rule == "TECH"
    assert witness.told.limit == 20
    assert witness.told.after is not None
    assert 20 < witness.told.after <= 25
    assert witness.trades
    assert found.without_effect == ()
    assert "LOOSENED  TECH" in diff_text(found)


def test_the_reverse_is_a_tightening(engine: InferenceEngine) -> None:
    found = between(BASE.replace("at most 20%", "at most 25%"), BASE, engine)
    assert changes(found) == {"TECH": "tightened"}
    assert (found.rules[0].witnesses[0].old, found.rules[0].witnesses[0].new) == ("pass", "block")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("at most 5%", "at most 5.01%", {"ONE": "loosened"}),
        ("at most 5%", "at most 4.99%", {"ONE": "tightened"}),
        ('"BBB-"', '"BBB"', {"JUNK": "tightened"}),
        ('"BBB-"', '"BB+"', {"JUNK": "loosened"}),
        ("for each issuer in holdings", "for each issuer in tech", {"ONE": "loosened"}),
        ("at most 20%", "between 10% and 30%", {"TECH": "both"}),
        ("at most 20%", "at most 20%\n  on breach warn", {"TECH": "loosened"}),
    ],
)  # fmt: skip
def test_what_a_change_does(old: str, new: str, expected: dict[str, str], engine: InferenceEngine) -> None:
    assert changes(between(BASE, BASE.replace(old, new), engine)) == expected


def test_rules_added_and_removed(engine: InferenceEngine) -> None:
    more = rule("limit weight of the 3 largest issuers in holdings to at most 12%", name="TOP")
    assert changes(between(BASE, BASE + more, engine)) == {"TOP": "tightened"}
    assert changes(between(BASE + more, BASE, engine)) == {"TOP": "loosened"}


def test_a_rule_that_others_cover_is_without_effect(engine: InferenceEngine) -> None:
    more = rule("for each issuer in tech\n  limit weight to at most 10%", name="TEN")
    found = between(BASE, BASE + more, engine)
    assert changes(found) == {}
    assert [(row.rule, row.decided) for row in found.without_effect] == [("TEN", True)]


TEN = rule("for each issuer in tech\n  limit weight to at most 10%", name="TEN")


def test_what_others_cover_is_not_settled_where_not_every_kind_was_made_up(engine: InferenceEngine) -> None:
    """A count of 600 calls for more securities than are made up; one of 20 does not."""
    for count, decided in (("20", True), ("600", False)):
        base = BASE + rule(f"limit count of holdings to at most {count}", name="COUNT")
        found = between(base, base + TEN, engine)
        assert (changes(found), found.complete) == ({}, decided)
        assert [(row.rule, row.decided) for row in found.without_effect] == [("TEN", decided)]
    assert "not every kind of security was tried" in found.without_effect[0].why


@pytest.mark.parametrize(("facts", "decided"), [(5, True), (6, False)])
def test_what_others_cover_is_not_settled_where_not_every_account_was_tried(
    facts: int, decided: bool, engine: InferenceEngine
) -> None:
    """Five facts of an account are 32 kinds of account, as many as are tried; six are 64."""
    base = BASE + "".join(
        rule(f'when account.fact_{n} is "yes"\n  limit weight of tech to at most 19%', name=f"FACT-{n}")
        for n in range(facts)
    )
    (row,) = between(base, base + TEN, engine).without_effect
    assert (row.rule, row.decided) == ("TEN", decided)
    assert ("not every kind of account and day was tried" in row.why) is not decided


def test_an_exception_loosens_the_rule_it_belongs_to(engine: InferenceEngine) -> None:
    more = rule(
        'exception to ONE\n  for each issuer in holdings where country is "FR"\n'
        "  limit weight to at most 15%",
        name="FR-15",
    )
    found = between(BASE, BASE + more, engine)
    assert changes(found) == {"ONE": "loosened"}
    assert found.rules[0].because == ("the exception FR-15 was added",)


def test_words_alone_are_without_effect(engine: InferenceEngine) -> None:
    reworded = BASE.replace('"Title"', '"Another title"').replace(
        "weight of tech", 'weight of holdings where sector is "technology"'
    )
    found = between(BASE, reworded, engine)
    assert found.same_rules
    assert not found.same_text
    assert found.rules == ()
    assert "mean the same" in diff_text(found)


def test_trades_and_windows_are_tried_by_lists(engine: InferenceEngine) -> None:
    rules = (
        rule("for each trade\n  limit trade_value to at least 500 USD", name="TICKET")
        + rule("limit turnover to at most 10%", name="TURN")
        + rule(
            "forbid buying securities within 30 days after a loss_sale of an identical security", name="WASH"
        )
    )
    loose = rules.replace("500 USD", "400 USD").replace("10%", "12%").replace("30 days", "25 days")
    found = between(rules, loose, engine)
    assert changes(found) == {"TICKET": "loosened", "TURN": "loosened", "WASH": "loosened"}
    by_rule = {row.rule: row.witnesses[0] for row in found.rules}
    assert by_rule["WASH"].history
    assert all(witness.old == "block" for witness in by_rule.values())


def test_json_has_the_witness_in_full(engine: InferenceEngine) -> None:
    answer = diff_answer(between(BASE, BASE.replace("at most 20%", "at most 25%"), engine))
    assert answer["schema"] == "guardband/diff/1"
    (row,) = answer["rules"]
    (witness,) = row["witnesses"]
    assert {"before", "after", "trades", "old", "new", "verdict", "securities"} <= set(witness)
    assert row["was_at"]["line"] == row["now_at"]["line"]


def test_a_value_that_reads_other_leaves_something_else_to_hold(engine: InferenceEngine) -> None:
    """The rule on `other` and energy binds at 75%; only what is neither can fill the rest."""
    rest = rule('limit weight of holdings where sector is in ("energy", "other") to at most 75%', name="REST")
    floor = rule("limit weight of holdings where asset_class is cash to at least 10%", name="CASH")
    assert changes(between(rest, rest + floor, engine)) == {"CASH": "tightened"}


CASH = "limit weight of holdings where asset_class is cash to between 1% and 8%"
FEES = "limit value of holdings where asset_class is cash to at least {} USD"


def test_a_bound_in_money_is_tried_where_shares_leave_room_for_it(engine: InferenceEngine) -> None:
    """2,000 is inside 1% to 8% of accounts from 25,000 to 200,000; in one of a million it never binds."""
    old, new = (rule(CASH, name="BAND") + rule(FEES.format(fee), name="FEES") for fee in ("2,000", "3,000"))
    found = between(old, new, engine)
    assert changes(found) == {"FEES": "tightened"}
    assert 25_000 < found.rules[0].witnesses[0].worth < 300_000


def test_a_bound_in_money_that_shows_nothing_is_not_settled(engine: InferenceEngine) -> None:
    more = rule(FEES.format("5,000"), name="MORE")
    old, new = (more + rule(FEES.format(fee), name="FEES") for fee in ("2,000", "3,000"))
    found = between(old, new, engine)
    assert changes(found) == {}
    assert [(row.rule, row.decided) for row in found.without_effect] == [("FEES", False)]


def test_a_longer_period_that_no_history_shows_is_not_settled(engine: InferenceEngine) -> None:
    turn = "limit turnover over the last {} months to at most 10%"
    old, new = (rule(turn.format(months), name="TURN") for months in (12, 18))
    found = between(old, new, engine)
    assert [(row.rule, row.decided) for row in found.without_effect] == [("TURN", False)]


def test_rules_that_mean_the_same_are_one_wherever_they_are_written() -> None:
    one, other = (policy_of(text, header=HEADER).rules for text in (BASE, "\n\n# moved\n" + BASE))
    assert set(one) != set(other)
    assert meanings((*one, *other)) == meanings(one)
