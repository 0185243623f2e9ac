"""Clauses of a document that no rule encodes: headings and empty clauses ask for nothing."""

from optimizer.lint.sources import uncovered
from tests.lint.test_lint import HEADER
from tests.rulebooks.tiny import policy_of, rule

DOCUMENT = """§1 Limits

§1.1 No more than a fifth of the account is held in technology.

§1.2

§1.3 At least two percent of the account are held in cash at all times.
"""


def test_only_a_clause_with_words_of_its_own_is_missed() -> None:
    """§1 is a heading, §1.2 is empty; §1.1 and §1.3 ask for something, and no rule cites them."""
    body = rule("limit weight of tech to at most 20%").replace("§1", "§2")
    rows = uncovered(policy_of(body, header=HEADER), HEADER + body, {"ips": DOCUMENT})
    told = [row.diagnostic.message for row in rows]
    assert told == ["nothing covers clause §1.1 of `ips`", "nothing covers clause §1.3 of `ips`"]


def test_who_cites_a_clause_cites_what_stands_below_it() -> None:
    body = rule("limit weight of tech to at most 20%")
    assert list(uncovered(policy_of(body, header=HEADER), HEADER + body, {"ips": DOCUMENT})) == []
