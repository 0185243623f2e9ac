"""The table of the kinds of rule says what the mandates and the gate say, and is complete."""

import importlib.util
import re
from types import ModuleType

import pytest

from tests.rule_kinds.cases import FILES, LETTERS, kinds
from tests.shared import ROOT, shared


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_rule_kinds", ROOT / "docs" / "make_rule_kinds.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
def test_the_page_is_current(maker: ModuleType) -> None:
    """Where this fails: python docs/make_rule_kinds.py"""
    assert maker.PAGE.read_text(encoding="utf-8") == maker.page()


def test_the_page_has_a_row_for_each_kind_that_leads_to_its_mandate(maker: ModuleType) -> None:
    text = maker.PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| \[[^\]]+\]\(([^)]+)\) \|(.*)\|$", text, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 67))
    for number, link, rest in rows:
        assert (maker.PAGE.parent / link).resolve() == FILES[int(number)]
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", rest)]
        assert len(cells) == 5
        assert all(cells)


def test_every_tag_of_a_source_is_listed(maker: ModuleType) -> None:
    listed = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^\| ([^|]+) \|", maker.SOURCES, re.MULTILINE))))
    tags = {tag for kind in kinds() for tag in re.findall(r"\[(\w[\w-]*)", kind.wording)}
    assert tags
    assert tags <= listed


def test_quotes_and_letters_are_those_of_the_list_of_kinds() -> None:
    """A quotation is a quotation, and the letters of the page are not made to fit."""
    text = shared("language/rule-kinds.md").read_text(encoding="utf-8")
    lines = {int(number): line for number, line in re.findall(r"^(\d+)\. (.*)$", text, re.MULTILINE)}
    assert lines.keys() == LETTERS.keys()
    for kind in kinds():
        for quote in re.findall(r'"([^"]*)"', kind.wording):
            assert quote in lines[kind.number]
        said = re.findall(r"\b[LAQIBG]\b", lines[kind.number].rpartition(" · ")[2])
        assert sorted(LETTERS[kind.number]) == sorted(said or "G")  # one says `trigger`
