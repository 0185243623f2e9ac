"""Questions about rules, in the language of the mandates."""

import pytest

from rulebooks.compile import compile_rulebook
from rulebooks.query import query, query_answer, query_text
from tests.rulebooks.tiny import policy_of, rule

RULES = (
    rule('limit weight of holdings where sector is "tech" to at most 20%', name="TECH")
    + rule("for each issuer in holdings\n  limit weight to at most 4%", name="ONE")
    + rule("limit cash to at least 4 USD", name="CASH")
    + rule("limit duration of bonds to between 4 years and 7 years", name="DUR")
    + rule('forbid buying securities where rating is "D"\n  on breach require approval of "CIO"', name="JUNK")
)
MORE = (
    rule("limit weight of bonds to at most the smaller of 10% and 12%", name="BOTH")
    + rule("limit count of holdings to at most 25\n  effective from 2026-02-01", name="MANY")
    + "targets strategic\n  equities 60% band 5 points\n  bonds 40% band 5 points\n"
    '  because ips "§3"\n'
)
FURTHER = (compile_rulebook((policy_of(MORE),)),)
BOOK = (compile_rulebook((policy_of(RULES),)),)


def names(question: str) -> list[str]:
    answer = query(question, BOOK)
    assert answer.problems == ()
    return [row.cells["rule"] for row in answer.rows]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("rules where measure is weight and limit is less than 5%", ["ONE"]),
        ("measure is weight and limit is less than 5%", ["ONE"]),
        ("rules where limit is at most 4%", ["ONE"]),
        ("rules where limit is less than 4%", []),
        ("rules where limit is less than 5 USD", ["CASH"]),
        ("rules where limit is more than 5 years", ["DUR"]),
        ("rules where low is between 3 years and 4 years", ["DUR"]),
        ("rules where limit is less than 2000 bps", ["ONE"]),
        ("rules where kind is forbid", ["JUNK"]),
        ("rules where active is approval", ["JUNK"]),
        ('rules where active is in ("block")', ["CASH", "DUR", "ONE", "TECH"]),
        ("rules where for_each is known and not (limit is more than 10%)", ["ONE"]),
        ('rules where clause is "§1" and (kind is forbid or measure is duration)', ["DUR", "JUNK"]),
        ("rules", ["CASH", "DUR", "JUNK", "ONE", "TECH"]),
    ],
)
def test_which_rules_a_question_selects(question: str, expected: list[str]) -> None:
    assert names(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("rules where limit is 12%", ["BOTH"]),  # either of the two
        ("rules where limit is not 12% and measure is weight and kind is limit", []),
        ("rules where limit is more than 24", ["MANY"]),
        ("rules where limit is 25", ["MANY"]),
        ("rules where limit is more than 25", []),
        ("rules where limit is sesame", []),
        ("rules where effective_from is before 2026-02-02", ["MANY"]),
        ("rules where effective_from is after 2026-02-01", []),
        ("rules where effective_from is 2026-02-01", ["MANY"]),
        ("rules where for_each is 5%", []),
        ("rules where high is 12% or high is unknown", ["BOTH"]),
        ("rules where kind is target", ["strategic", "strategic"]),
    ],
)
def test_amounts_days_and_targets(question: str, expected: list[str]) -> None:
    answer = query(question, FURTHER)
    assert answer.problems == ()
    assert [row.cells["rule"] for row in answer.rows] == expected


def test_the_table_names_targets_bounds_and_what_is_forbidden() -> None:
    lines = query_text(query("rules", FURTHER).rows, 4).splitlines()
    assert lines[0].split("  ")[0] == "rule"
    assert any(line.startswith("BOTH") and "the smaller of 10% and 12%" in line for line in lines), lines
    assert any(line.startswith("strategic.") for line in lines), lines
    (ban,) = (line for line in query_text(query("rules", BOOK).rows, 5).splitlines() if "JUNK" in line)
    assert "forbid" in ban
    assert query_text((), 4) == "0 of 4 rules"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("rules whose limit is more than 5%", "this is not a question about rules"),
        ('limit is in ("4%", "5%")', "`limit` is an amount: it cannot stand with `is in`"),
        ("title is more than 5%", "`title` is a text: it has no size to compare"),
        ("not (mesure is weight)", "rules have no `mesure`"),
        ("xyzzy is weight", "rules have no `xyzzy`"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(question: str, message: str) -> None:
    answer = query(question, BOOK)
    assert [(row.message, bool(row.help)) for row in answer.problems] == [(message, True)]


@pytest.mark.parametrize(
    ("question", "code", "column", "cure"),
    [
        ("rules where mesure is weight", "E0203", 13, "did you mean `measure`?"),
        ("mesure is weight", "E0203", 1, "did you mean `measure`?"),
        ("rules where title is more than 5%", "E0303", 13, None),
        ("rules where limit is in (4, 5)", None, None, None),
        ("rules where", None, None, None),
        ("holdings where measure is weight", None, None, None),
        ("", None, None, None),
    ],
)
def test_what_is_wrong_with_a_question_is_told_at_its_place(
    question: str, code: str | None, column: int | None, cure: str | None
) -> None:
    answer = query(question, BOOK)
    assert answer.rows == ()
    assert answer.problems
    if code is not None:
        assert (answer.problems[0].code, answer.problems[0].span.column) == (code, column)
    if cure is not None:
        assert answer.problems[0].help == cure


def test_the_table_and_the_json_tell_the_same_rules() -> None:
    answer = query("measure is weight", BOOK)
    text = query_text(answer.rows, 5)
    assert text.splitlines()[-1] == "2 of 5 rules"
    data = query_answer("measure is weight", BOOK, answer.rows)
    assert data["schema"] == "guardband/query/1"
    rows = data["rules"]
    assert isinstance(rows, list)
    assert [(row["rule"], row["limit"]) for row in rows] == [("ONE", "4%"), ("TECH", "20%")]
    assert "at most 4%" in text
