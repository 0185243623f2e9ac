"""`fmt`: one usual form, the same tree, every comment kept."""

import re

import pytest

from dsl.format import formatted
from dsl.parse import parse
from tests.dsl.helpers import FILES, HEADER

MESSY = """

# top one
# top two

# top three
policy   "T" # behind the title
# about id
  id a.b   # the id
  version 1.0.0
  source ips = "x" # one
  source ipsxx = "y"
  # last of header
# before define
define a as holdings # def a
define bbbb as holdings where sector is "x" or # inside
   sector is "y" # behind
# between


# glued to rule
rule A-1 "t" limit weight of a to # odd
    at most 5% # five
  # in rule
  because ips "1"
  # tail of rule
rule A-2 "t" # head two
  limit weight of bbbb to at most 5% because ips "2" # same line
#end
"""
NEAT = """# top one
# top two

# top three
policy "T"  # behind the title
  # about id
  id a.b  # the id
  version 1.0.0
  source ips   = "x"  # one
  source ipsxx = "y"
  # last of header

# before define
define a as holdings  # def a
# inside
define bbbb as holdings where sector is "x" or sector is "y"  # behind

# between


# glued to rule
rule A-1 "t"
  # odd
  limit weight of a to at most 5%  # five
  # in rule
  because ips "1"
  # tail of rule

rule A-2 "t"  # head two
  limit weight of bbbb to at most 5%
  because ips "2"  # same line

# end
"""


def fmt(text: str) -> str:
    parsed = parse(text, file="x")
    assert parsed.ok, parsed.diagnostics
    return formatted(parsed)


def test_a_messy_file_becomes_neat() -> None:
    assert fmt(MESSY) == NEAT.replace("\n\n\n", "\n\n").replace("# end", "#end")


@pytest.mark.parametrize("text", [MESSY, (FILES / "everything.mandate").read_text(encoding="utf-8"), HEADER])
def test_the_usual_form_is_stable_and_means_the_same(text: str) -> None:
    once = fmt(text)
    assert fmt(once) == once
    assert parse(once, file="x").tree == parse(text, file="x").tree
    strings = r'"[^"\n]*"'
    assert sorted(re.findall(r"#[^\n]*", re.sub(strings, "", once))) == sorted(
        comment.rstrip() for comment in re.findall(r"#[^\n]*", re.sub(strings, "", text))
    )


def test_neighbours_line_up_and_strangers_do_not() -> None:
    text = HEADER + "define a as holdings\ndefine bbb as holdings\n\ndefine ccccc as holdings\n"
    assert fmt(text).splitlines()[-4:] == [
        "define a   as holdings",
        "define bbb as holdings",
        "",
        "define ccccc as holdings",
    ]


def test_brackets_that_mean_something_stay_and_others_go() -> None:
    text = HEADER + "define a as holdings where ((x is y) and (z is q or (z is r))) and not ((x is w))\n"
    assert (
        fmt(text).splitlines()[-1]
        == "define a as holdings where (x is y and (z is q or z is r)) and not (x is w)"
    )


def test_short_statements_keep_their_citation_on_the_line_and_long_ones_do_not() -> None:
    short = 'set cap = 5% because ips "1"'
    assert fmt(HEADER + short).splitlines()[-1] == short
    two = 'set cap = 5% because ips "1" because ips "2"'
    assert fmt(HEADER + two).splitlines()[-3:] == ["set cap = 5%", '  because ips "1"', '  because ips "2"']


def test_a_source_too_long_for_a_line_stands_on_two() -> None:
    digest = "9f" * 32
    long = f'source ips = "Investment policy statement of the family" dated 2026-01-01 sha256 "{digest}"'
    text = f'policy "P"\n  id firm.p\n  version 1.0.0\n  {long} clauses from "ips.txt"\n  source law = "L"\n'
    assert fmt(text).split("\n")[3:6] == [
        '  source ips = "Investment policy statement of the family" dated 2026-01-01',
        f'    sha256 "{digest}" clauses from "ips.txt"',
        '  source law = "L"',
    ]
    assert fmt(fmt(text)) == fmt(text)
