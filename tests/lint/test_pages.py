"""Every code of lint has a page; its failing mandate gives exactly that code, its mended one does not."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import optimizer.lint
from dsl.check import check
from dsl.diagnostics import Severity
from dsl.library import library_of
from dsl.parse import parse
from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.lint.finding import CODES, Finding
from optimizer.lint.lint import lint
from rulebooks.catalogue import catalogue
from tests.diagnostics import pages

EXAMPLES = "W0707"
SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING}


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def findings(page: pages.Page, data: bytes, engine: InferenceEngine) -> tuple[Finding, ...]:
    text = data.decode()
    checked = check(
        parse(text, file="page.mandate"),
        catalogue=catalogue(),
        library=library_of(()),
        files=page.files.get,
        schema=None,
        today=pages.TODAY,
    )
    assert checked.policy is not None, checked.diagnostics
    names = {source.name: source.clauses_from or "" for source in checked.policy.sources}
    documents = {name: page.files[path].decode() for name, path in names.items() if path in page.files}
    return lint(
        checked.policy,
        text,
        engine=engine,
        today=pages.TODAY,
        documents=documents,
        examples=page.code == EXAMPLES,
    )


def page_of(code: str) -> pages.Page:
    return pages.read(pages.CODES / f"{code}.md")


@pytest.mark.parametrize("code", CODES)
def test_the_failing_mandate_gives_exactly_its_code(code: str, engine: InferenceEngine) -> None:
    page = page_of(code)
    assert page.code == code
    found = findings(page, page.fails, engine)
    assert [row.diagnostic.code for row in found] == [code], [row.diagnostic.message for row in found]
    assert found[0].diagnostic.severity is SEVERITIES[code[0]]
    assert found[0].diagnostic.help


@pytest.mark.parametrize("code", CODES)
def test_the_mended_mandate_is_clean(code: str, engine: InferenceEngine) -> None:
    page = page_of(code)
    assert [row.diagnostic.message for row in findings(page, page.mended, engine)] == []


@pytest.mark.parametrize("code", CODES)
def test_messages_are_worded_as_the_style_asks(code: str, engine: InferenceEngine) -> None:
    page = page_of(code)
    for row in findings(page, page.fails, engine):
        message = row.diagnostic.message
        assert not message.endswith(".")
        assert message[0].islower() or not message[0].isalpha()
        assert "invalid" not in message
        assert "None" not in message


def test_every_code_of_lint_has_a_page_and_the_other_way_round() -> None:
    sources = "".join(path.read_text() for path in Path(optimizer.lint.__file__).parent.glob("*.py"))
    assert set(re.findall(r'"([EWI]0\d{3})"', sources)) == set(CODES)
    pages_of_lint = {p.stem for p in pages.CODES.glob("*.md") if "Found by `guardband lint`" in p.read_text()}
    assert pages_of_lint == set(CODES)
