"""Every mistake of a file at once, each at its place, none told twice."""

import pytest

from dsl.diagnostics import Severity
from dsl.parse import parse
from tests.dsl.helpers import HEADER, checked, codes

TEN = """policy "Ten mistakes"
  id test.ten
  version 1.0
  source ips = "Policy statement"

define equities as holdings where asset_clas is equity
define cash as holdings where asset_class is cash

rule A-1 "one"
  limt weight of equities to at most 5%
  because ips "1"

ruel A-2 "two"
  limit weight of cash to at most 5%
  because ips "2"

rule A-3 "three"
  limit weight of cash to at most 5 points
  because ips "3"

rule A-4 "four"
  limit wieght of cash to at most 5%
  on breach blok
  because isp "4"

rule A-5 "five
  limit weight of cash to at most 5%
  because ips "5"

rule A-6 "six"
  limit weight of cash to between 6% and 2%
  because ips "6"
"""


def test_ten_mistakes_give_ten_findings_in_order() -> None:
    found = [(d.code, d.span.line, d.span.column) for d in checked(TEN).diagnostics]
    assert found == [
        ("E0101", 3, 11),
        ("E0203", 6, 35),
        ("E0101", 10, 3),
        ("E0101", 13, 1),
        ("E0301", 18, 35),
        ("E0202", 22, 9),
        ("E0101", 23, 13),
        ("E0206", 24, 11),
        ("E0104", 26, 10),
        ("E0305", 31, 35),
    ]
    assert all(d.help for d in checked(TEN).diagnostics if d.code not in ("E0101",) or d.span.line != 3)


def test_a_broken_definition_is_not_told_again_where_it_is_used() -> None:
    text = (
        'define tech as holdings wher sector is "x"\n'
        'rule A-1 "t" limit weight of tech to at most 5% because ips "1"'
    )
    assert codes(text) == ["E0101"]


def test_a_broken_rule_is_not_told_again_in_its_example() -> None:
    text = """
rule A-1 "t"
  limit weight of holdings to at mots 5%
  because ips "1"

example "e"
  expect block by A-1
"""
    assert codes(text) == ["E0101"]


def test_a_rule_that_lost_its_obligation_to_a_slip_is_not_blamed_for_having_none() -> None:
    assert codes('rule A-1 "t"\n  limit weight to at most 5 %\n  because ips "1"') == ["E0101"]


@pytest.mark.parametrize(
    ("slip", "cure"),
    [
        ("limit weight of holdings <= 5%", "write `is at most`"),
        ("Limit weight of holdings to at most 5%", "did you mean `limit`?"),
        ("limit weight of holdings to atmost 5%", "did you mean `at most`?"),
        ("forbid buyng securities", "did you mean `buying`?"),
        ("on breach blocks", "did you mean `block`?"),
    ],
)
def test_slips_have_a_cure(slip: str, cure: str) -> None:
    parsed = parse(HEADER + f'rule A-1 "t"\n  {slip}\n  because ips "1"\n', file="x")
    assert len(parsed.diagnostics) == 1
    assert cure in (parsed.diagnostics[0].help or "")


@pytest.mark.parametrize(
    "text", ["", "   \n", "# only a comment\n", "rule", "policy", '"', "\x00", "(" * 1000, "policy " * 500]
)
def test_a_file_without_a_mandate_is_told_so(text: str) -> None:
    parsed = parse(text, file="x")
    assert parsed.diagnostics
    assert all(d.severity is Severity.ERROR for d in parsed.diagnostics)
    assert checked(text).policy is None
    assert len(checked(text).diagnostics) == len(parsed.diagnostics)
