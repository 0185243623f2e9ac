"""The grammar is LALR(1) without conflicts or colliding terminals, and reads every construct."""

import lark
import pytest

from dsl import syntax as s
from dsl.build import Builder
from dsl.parse import decode, parse
from dsl.tables import TABLES, build, dump, is_current, made_with
from tests.dsl.helpers import FILES, HEADER, checked, codes, errors, reader, shipped_library


def test_the_grammar_builds_strictly() -> None:
    pytest.importorskip("interegular", reason="strict mode compares terminals with interegular")
    build(None, strict=True)


def test_the_kept_tables_are_those_of_the_grammar(pytestconfig: pytest.Config) -> None:
    if not is_current() and pytestconfig.getoption("--rewrite-golden"):
        TABLES.write_bytes(dump())
    if not is_current() and made_with() != lark.__version__:
        pytest.skip("the tables were made with another version of Lark: the parser is built from the grammar")
    assert is_current(), "run pytest --rewrite-golden after a change of the grammar"


def test_the_kept_tables_read_as_the_grammar_does() -> None:
    text = (FILES / "everything.mandate").read_text(encoding="utf-8")
    assert build(Builder()).parse(text, start="start") == parse(text, file="x").tree


def test_a_mandate_with_every_construct_is_read_and_checked() -> None:
    text = (FILES / "everything.mandate").read_text(encoding="utf-8")
    result = checked(text, library=shipped_library(), files=reader(FILES))
    assert errors(result) == []
    kinds = {type(node) for node in parse(text, file="x").tree.statements}
    assert kinds == set(s.Statement.__args__)
    clauses = {
        type(c) for n in parse(text, file="x").tree.statements if isinstance(n, s.Rule) for c in n.clauses
    }
    assert clauses == set(s.RuleClause.__args__)


def test_white_space_and_order_of_clauses_are_free() -> None:
    spread = HEADER + 'rule A-1 "t"\n  limit weight of holdings\n to at most\n\n 5% because ips "§1"'
    tight = HEADER + 'rule A-1 "t" limit weight of holdings to at most 5% because ips "§1"'
    assert parse(spread, file="a").tree == parse(tight, file="b").tree


def test_spans_are_exact() -> None:
    text = (
        HEADER
        + '\nrule A-1 "t"\n  for each issuer in holdings\n  limit weight to at most 5%\n  because ips "§1"\n'
    )
    tree = parse(text, file="f.mandate").tree
    rule = tree.statements[0]
    assert isinstance(rule, s.Rule)
    limit = rule.clauses[1]
    place = (limit.span.line, limit.span.column, limit.span.end_line, limit.span.end_column)
    assert place == (8, 3, 8, 29)
    assert (rule.span.line, rule.span.end_line) == (6, 9)
    assert limit.span.file == "f.mandate"


@pytest.mark.parametrize(
    "name", ["cash", "value", "limit", "weight", "target", "rule", "policy", "date", "within", "pass"]
)
def test_words_of_the_language_may_also_be_names(name: str) -> None:
    text = (
        f'define {name} as holdings where sector is "x"\n'
        f'rule A-1 "t" limit weight of {name} to at most 5% because ips "1"'
    )
    assert codes(text) == []


def test_bytes_are_decoded_with_or_without_a_byte_order_mark() -> None:
    assert decode(HEADER.encode("utf-8-sig"), file="x") == HEADER
    found = decode("# § ".encode("latin-1"), file="x")
    assert not isinstance(found, str)
    assert (found.code, found.span.line, found.span.column) == ("E0107", 1, 3)


def test_windows_line_ends_are_read() -> None:
    text = HEADER + 'rule A-1 "t"\n  limit weight of holdings to at most 5%\n  because ips "§1"\n'
    assert parse(text.replace("\n", "\r\n"), file="x").tree == parse(text, file="x").tree
