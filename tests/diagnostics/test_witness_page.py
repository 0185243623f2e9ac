"""The page on measures that one evaluator knows: what `check` says of its two mandates."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from dsl.diagnostics import Severity
from dsl.parse import parse
from engine.gate.witnesses import CODE
from engine.shell.policies import check_parsed
from rulebooks import catalogue
from tests.diagnostics.pages import CODES, TODAY, read

PAGE = read(CODES / f"{CODE}.md")
MEASURES = catalogue.MEASURES
WITH_GREEN = {**MEASURES, "green_weight": replace(MEASURES["weight"], name="green_weight")}
"""The measures with one that has no twin in the reference."""


@pytest.mark.parametrize(("data", "told"), [(PAGE.fails, [CODE]), (PAGE.mended, [])], ids=["fails", "mended"])
def test_the_failing_mandate_has_one_witness_and_the_mended_two(
    data: bytes, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "MEASURES", MappingProxyType(WITH_GREEN))
    checked = check_parsed(parse(data.decode(), file="page.mandate"), folder=None, today=TODAY)
    assert [row.code for row in checked.diagnostics] == told
    assert all(row.severity is Severity.INFO and row.help for row in checked.diagnostics)
