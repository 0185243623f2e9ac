"""The four prints of a diagnostic, in full."""

from dataclasses import replace

from dsl.diagnostics import Label, finding
from dsl.policy import Span
from dsl.render import all_text, github, records, sarif, summary, text

TEXT = """policy "Growth"
  id firm.growth

  limit weight of holdings where sector is "technology" to at least 25%
  limit weight of holdings where sector is "technology" to at most 20%
"""


def span(line: int, column: int, end: int) -> Span:
    return Span(file="growth.mandate", line=line, column=column, end_line=line, end_column=end)


CLASH = finding(
    "E0312",
    "limits of `MAX-TECH` and `MIN-TECH` exclude each other",
    span(5, 60, 71),
    label="this ceiling is below it",
    secondary=(Label(span=span(4, 60, 72), text="`MIN-TECH` sets the floor here"),),
    help="raise the ceiling to 25% or more, or waive `MIN-TECH` until a date",
)


def test_text_underlines_the_place_and_its_cause() -> None:
    assert all_text([CLASH], {"growth.mandate": TEXT}) == "\n".join(
        [
            "error[E0312]: limits of `MAX-TECH` and `MIN-TECH` exclude each other",
            " --> growth.mandate:5:60",
            "  |",
            '4 |   limit weight of holdings where sector is "technology" to at least 25%',
            "  |" + " " * 60 + "------------ `MIN-TECH` sets the floor here",
            '5 |   limit weight of holdings where sector is "technology" to at most 20%',
            "  |" + " " * 60 + "^^^^^^^^^^^ this ceiling is below it",
            "  = help: raise the ceiling to 25% or more, or waive `MIN-TECH` until a date",
        ]
    )


def test_text_without_the_file_still_names_the_place() -> None:
    assert all_text([CLASH], {}).splitlines()[1] == " --> growth.mandate:5:60"


def test_a_cause_in_another_file_is_named_by_its_place() -> None:
    house = Span(file="house.mandate", line=3, column=1, end_line=3, end_column=5)
    clash = replace(CLASH, secondary=(Label(span=house, text="the house says so here"),))
    told = text(clash, {"growth.mandate": TEXT}).splitlines()
    assert " = see: house.mandate:3: the house says so here" in told[-2]
    assert told[-1].startswith("  = help: ")


def test_records_have_the_keys_of_the_contract() -> None:
    (record,) = records([CLASH])
    assert {k: record[k] for k in ("code", "severity", "message", "help", "where")} == {
        "code": "E0312",
        "severity": "error",
        "message": "limits of `MAX-TECH` and `MIN-TECH` exclude each other",
        "help": "raise the ceiling to 25% or more, or waive `MIN-TECH` until a date",
        "where": {"file": "growth.mandate", "line": 5, "column": 60, "end_line": 5, "end_column": 71},
    }


def test_sarif_names_the_rule_the_level_and_the_region() -> None:
    log = sarif([CLASH], version="0.1.0")
    run = log["runs"][0]
    result = run["results"][0]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"] == [{"id": "E0312"}]
    assert (result["ruleId"], result["level"]) == ("E0312", "error")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "growth.mandate"},
        "region": {"startLine": 5, "startColumn": 60, "endLine": 5, "endColumn": 71},
    }


def test_github_escapes_what_would_end_the_command() -> None:
    odd = finding("W0502", "100%\nof it", span(1, 2, 3))
    assert github([odd]) == (
        "::warning file=growth.mandate,line=1,col=2,endLine=1,endColumn=3,title=W0502::100%25%0Aof it"
    )


def test_the_summary_counts() -> None:
    assert summary([CLASH, CLASH, finding("I0601", "x", span(1, 1, 2))]) == "2 errors, 1 note"
    assert summary([]) == "no findings"
