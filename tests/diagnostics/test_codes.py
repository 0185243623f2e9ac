"""Every code has a page; its failing mandate gives exactly that code, its mended one does not."""

import re
from pathlib import Path

import pytest

from dsl.diagnostics import Severity
from engine.gate.witnesses import CODE as ONE_WITNESS
from optimizer.lint.finding import CODES as LINT_CODES
from tests.diagnostics.pages import CODES, read

PAGES = sorted(path for path in CODES.glob("*.md") if path.stem not in {*LINT_CODES, ONE_WITNESS})


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_failing_mandate_gives_exactly_its_code(path: Path) -> None:
    page = read(path)
    assert page.code == path.stem
    found = page.findings(page.fails)
    codes = {d.code for d in found if d.severity is not Severity.INFO or d.code == page.code}
    assert codes == {page.code}, [(d.code, d.message) for d in found]
    assert len([d for d in found if d.code in codes]) == 1, "one mistake gives one diagnostic"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_mended_mandate_is_clean(path: Path) -> None:
    page = read(path)
    found = page.findings(page.mended, schema=page.columns)
    assert [(d.code, d.message) for d in found if d.severity is not Severity.INFO] == []
    assert page.code not in {d.code for d in found}


def test_every_code_in_the_program_has_a_page_and_the_other_way_round() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in CODES.parent.rglob("*.py"))
    assert set(re.findall(r'"([EWI]0\d{3})"', sources)) == {path.stem for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_messages_are_worded_as_the_style_asks(path: Path) -> None:
    page = read(path)
    for finding in page.findings(page.fails):
        assert not finding.message.endswith("."), finding.message
        assert finding.message[0].islower() or not finding.message[0].isalpha(), finding.message
        assert "invalid" not in finding.message
        assert not re.search(r"\bNone\b|Literal|Unit\.", finding.message), finding.message
