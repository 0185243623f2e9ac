"""Every case file of the ledger, each expectation a test."""

from pathlib import Path

import pytest

from tests.ledger.cases import Case, Expectation, failures, load

FOLDER = Path(__file__).resolve().parent.parent / "cases" / "ledger"
FILES = sorted(FOLDER.rglob("*.case"))


def _all() -> list[object]:
    return [
        pytest.param(case, expectation, id=f"{path.stem}-{expectation.title.replace(' ', '-')}")
        for path in FILES
        for case in [load(path)]
        for expectation in case.expectations
    ]


def test_there_are_cases() -> None:
    assert len(FILES) >= 50


def test_every_rule_has_its_cases() -> None:
    told = {path.relative_to(FOLDER).parts[0][:3] for path in FILES}
    assert [rule for number in range(1, 38) if (rule := f"r{number:02d}") not in told] == []


@pytest.mark.parametrize(("case", "expectation"), _all())
def test_case(case: Case, expectation: Expectation) -> None:
    assert failures(case, expectation) == []
