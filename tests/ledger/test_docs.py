"""The page on the law names switches and cases that exist."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from engine.facts.readings import WashReadings
from tests.ledger.cases import load
from tests.ledger.law_table import END, POINTS, RULES, START, files_of, table

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
CASES = ROOT / "tests" / "cases" / "ledger"
READINGS: dict[str, set[object]] = {
    name: {True, False} if hint is bool else set(get_args(hint))
    for name, hint in get_type_hints(WashReadings).items()
    if name != "country"
}


def test_every_switch_is_explained() -> None:
    for switch in fields(WashReadings):
        assert f"| `{switch.name} " in PAGE, switch.name


def test_every_case_named_exists() -> None:
    names = re.findall(r"`([ar]\d\d[a-z0-9*-]*)`", PAGE)
    assert len(names) > 20
    for name in names:
        assert list(CASES.glob(f"{name.rstrip('*')}*")), name


def test_the_table_of_cases_is_current() -> None:
    told = PAGE.partition(START)[2].partition(END)[0].strip()
    assert told == table(), "write it anew: python -m tests.ledger.law_table"


def test_every_number_has_cases() -> None:
    assert (len(RULES), len(POINTS)) == (37, 13)
    for number in range(1, 38):
        assert files_of(f"r{number:02d}"), number


@pytest.mark.parametrize("number", range(1, 14))
def test_every_open_point_has_a_case_under_each_reading(number: int) -> None:
    switch = POINTS[number - 1]
    told = {
        getattr(expectation.reading.wash, switch)
        for path in files_of(f"a{number:02d}")
        for expectation in load(path).expectations
    }
    assert told == READINGS[switch]


def test_the_readings_are_those_of_the_language() -> None:
    assert set(READINGS) == {field.name for field in fields(WashReadings)} - {"country"}
