"""docs/evidence.md is what its script makes of the results: no list rejected, no rule broken by one."""

import json

import pytest

from benchmarks.evidence.page import MANDATES, PAGE, RESULTS, page


def test_the_page_is_made_from_the_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", MANDATES)
def test_no_run_has_a_rejection_a_breach_of_own_making_or_a_mismatch(name: str) -> None:
    told = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    assert [row["run"] for row in told["runs"]] == ["as written", "no wash-sale rule", "no harvesting"]
    for row in told["runs"]:
        assert row["proposals"] > 0
        assert (row["rejected"], row["active"], row["mismatches"]) == (0, 0, 0)


def test_harvesting_and_freedom_from_the_rule_are_worth_something_in_each_mandate() -> None:
    for name in MANDATES:
        told = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        written, free, off = (float(row["alpha"]) for row in told["runs"])
        assert off < written < free, name
