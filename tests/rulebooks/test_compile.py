"""Rulebooks: classes, records, hashes that ignore order, readings of several policies together."""

import itertools

import pytest

from engine.facts.readings import TaxReading
from rulebooks.compile import compile_rulebook, merged_tax
from rulebooks.records import rows
from tests.rulebooks.tiny import HEADER, lay, policy_of, rule, tiny

CLASSES = [
    ("limit weight of equities to at most 5%", "linear"),
    ("limit weight of equities to at most 5% of bonds", "linear"),
    ("limit weight of equities to at most the smaller of 5% of bonds and 40%", "linear"),
    ("limit weight of equities to at most the greater of 5% of bonds and 40%", "integer"),
    ("limit weight of equities to at most the greater of 5% and benchmark_weight", "linear"),
    ("limit weight of equities to at least the smaller of 5% of bonds and 40%", "integer"),
    ("limit weight of the 5 largest issuers in equities to at most 40%", "linear with helpers"),
    ("limit weight of the 5 largest issuers in equities to at least 40%", "integer"),
    ("limit weight of issuers in equities whose weight is more than 5% to at most 40%", "integer"),
    ("limit capped_weight of equities to at least 75%", "linear with helpers"),
    ("limit count of equities to between 25 and 60", "integer"),
    ("limit tracking_error to at most 100 bps", "convex"),
    ("limit volatility to at least 5%", "gate only"),
    ("for each trade limit trade_value to at least 1,000 USD", "integer"),
    ("for each trade limit trade_value to at most 1,000,000 USD", "bounds"),
    ('forbid buying securities where issuer is "X"', "bounds"),
    ('forbid holding securities where issuer is "X"', "linear"),
    ("forbid buying securities within 30 days after a loss_sale of an identical security", "bounds"),
    ("require price_age is at most 3 days", "gate only"),
]


@pytest.mark.parametrize(("body", "expected"), CLASSES)
def test_class_of_a_rule(body: str, expected: str) -> None:
    (compiled,) = compile_rulebook((policy_of(rule(body)),)).rules
    assert compiled.form_class.value == expected


STATEMENTS = [
    rule("for each issuer in equities limit weight to at most 5%", name="R-1"),
    rule('forbid buying securities where sector is "A" or sector is "B"', name="R-2"),
    'targets mix because ips "§2"\n  equities 42% band 5 points\n  bonds 35% band 5 points\n',
    'identical pair are "X", "Y" because ips "§3"\n',
    'waive R-1 for account "A" up to 6% until 2026-12-31 approved by "CCO" because ips "§9"\n',
]


def hash_of(*statements: str) -> str:
    return compile_rulebook((policy_of("\n".join(statements)),)).hash


def test_the_order_of_statements_does_not_change_the_hash() -> None:
    orders = list(itertools.permutations(STATEMENTS))[::7]
    assert len({hash_of(*order) for order in orders}) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at most 5%", "at most 5.1%"),
        ('sector is "B"', 'sector is "C"'),
        ("42% band 5 points", "42% band 6 points"),
        ('"X", "Y"', '"X", "Z"'),
        ("up to 6%", "up to 7%"),
        ("until 2026-12-31", "until 2026-12-30"),
        ('because ips "§1"', 'because ips "§2"'),
    ],
)
def test_whatever_decides_changes_the_hash(old: str, new: str) -> None:
    text = "\n".join(STATEMENTS)
    assert old in text
    assert hash_of(text) != hash_of(text.replace(old, new))


def test_definitions_and_lists_count_by_what_they_mean() -> None:
    """A definition that nothing uses, or another name for the same thing, is no change of the rules."""
    text = STATEMENTS[0]
    assert hash_of(text) == hash_of(text, "define unused as holdings where asset_class is cash\n")
    plain = rule(
        "for each issuer in holdings where asset_class is equity limit weight to at most 5%", name="R-1"
    )
    assert hash_of(text) == hash_of(plain)
    wanted = 'forbid buying securities where sector is "B" or sector is "A"'
    assert hash_of(rule(wanted, name="R-2")) == hash_of(STATEMENTS[1])


def test_records_can_be_asked() -> None:
    book = compile_rulebook((policy_of("\n".join(STATEMENTS)),))
    first = next(row for row in rows(book) if row["rule"] == "R-1")
    expected = {
        "policy": "test.policy",
        "for_each": "issuer",
        "in": 'holdings where asset_class is "equity"',
        "measure": "weight",
        "bound": "at most 5%",
        "unit": "percent",
        "class": "linear",
        "active": "block",
        "passive": "do not worsen, report",
        "clause": "ips §1",
    }
    assert {key: first[key] for key in expected} == expected
    assert {row["target"] for row in rows(book) if row["rule"] == "mix"} == {"equities", "bonds"}


def second(**replacing: str) -> str:
    text = HEADER.replace("test.policy", "another.policy")
    for old, new in replacing.items():
        text = text.replace(old, new)
    return text


def test_several_policies_are_one_rulebook() -> None:
    one, two = policy_of(STATEMENTS[0]), policy_of(STATEMENTS[1], header=second())
    book = compile_rulebook((one, two))
    assert book.id == "another.policy+test.policy"
    assert book.hash == compile_rulebook((two, one)).hash
    assert [rule.governed_by for rule in book.rules] == ["another.policy", "test.policy"]


def test_identical_groups_of_several_policies_are_joined() -> None:
    first = TaxReading(identical={"SPY": "trackers", "IVV": "trackers", "GOOG": "alphabet"})  # type: ignore[dict-item]
    other = TaxReading(identical={"VOO": "index", "IVV": "index"}, relief="lifo")  # type: ignore[dict-item]
    merged = merged_tax((first, other))
    assert merged.identical == {"GOOG": "alphabet", "IVV": "index", "SPY": "index", "VOO": "index"}
    assert merged.relief == "lifo"


def test_rules_of_two_policies_are_each_grounded_where_their_own_policy_governs() -> None:
    text = HEADER.replace("  currency USD", '  applies to account "NONE"\n  currency USD')
    laid = lay(STATEMENTS[0], tiny({"X": (1, 1)}), header=text)
    assert laid.ground.limits == ()
