"""Walking a syntax tree, the parser's tables, and the pages of the codes."""

from pathlib import Path

import pytest

from dsl import codes as pages_of
from dsl import syntax as s
from dsl import tables
from dsl.build import Builder
from dsl.parse import parse
from dsl.syntax.base import Node
from dsl.walk import below, nodes_of
from tests.dsl.helpers import FILES, HEADER

TEXT = (
    HEADER
    + """
define a as holdings where asset_class is equity and not (country is "US" or sector is in ("x", "y"))
rule A-1 "t"
  limit weight of a to at most the smaller of 5% and 10%
  because ips "§4.1"
  because ips "§4.2"
"""
)


def test_every_node_is_met_once_with_its_holder_in_the_order_of_the_text() -> None:
    tree = parse(TEXT, file="x").tree
    held = list(below(tree))
    assert (held[0].node, held[0].holder, held[0].field) == (tree, None, "")
    for one in held[1:]:
        assert one.holder is not None
        value = getattr(one.holder, one.field)
        assert value is one.node or one.node in value
    assert [node.clause.text for node in nodes_of(tree, s.Because)] == ["§4.1", "§4.2"]
    assert [node.path.text for node in nodes_of(tree, s.Test)] == ["asset_class", "country", "sector"]
    assert [node.number for node in nodes_of(tree, s.Literal)] == ["5", "10"]
    rule = next(nodes_of(tree, s.Rule))
    assert len(list(nodes_of(rule, s.Define))) == 0


def test_no_depth_is_too_deep() -> None:
    node: Node = next(nodes_of(parse(TEXT, file="x").tree, s.Negation))
    for _ in range(5_000):
        node = s.Negation(span=node.span, part=node)  # type: ignore[arg-type]
    assert sum(1 for _ in nodes_of(node, s.Negation)) == 5_001


def test_the_tables_written_anew_are_the_tables_that_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = tmp_path / "tables.json.gz"
    written.write_bytes(tables.dump())
    monkeypatch.setattr(tables, "TABLES", written)
    assert tables.is_current()
    text = (FILES / "everything.mandate").read_text(encoding="utf-8")
    assert tables.load(Builder()).parse(text, start="start") == parse(text, file="x").tree


@pytest.mark.parametrize("grammar", ["absent tables", "another grammar"])
def test_without_tables_of_this_grammar_the_parser_is_built_anew(
    grammar: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if grammar == "absent tables":
        monkeypatch.setattr(tables, "TABLES", tmp_path / "none.json.gz")
        assert tables.made_with() is None
    else:
        monkeypatch.setattr(tables, "_made_from", lambda: ["of another grammar", "0.0"])
    assert not tables.is_current()
    assert tables.load(Builder()).parse(TEXT, start="start") == parse(TEXT, file="x").tree


def test_every_page_of_a_code_is_headed_by_it() -> None:
    codes = pages_of.pages()
    assert {"E0101", "W0501", "I0601"} <= codes
    for code in codes:
        assert (pages_of.page(code) or "").startswith(f"# {code}: ")
    assert pages_of.page("E9999") is None
