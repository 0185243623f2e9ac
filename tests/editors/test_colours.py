"""Colours come from the grammar: the file for VS Code and the lexer for Pygments agree with it."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from dsl.highlight import keywords, openers, sorts
from dsl.lexer import MandateLexer
from dsl.tables import GRAMMAR
from dsl.words import shipped
from editors import make_textmate
from engine.shell.demo import demo_folder
from tests.shared import ROOT, shared

token = pytest.importorskip("pygments.token")

MANDATES = (
    demo_folder() / "household.mandate",
    ROOT / "tests" / "dsl" / "files" / "everything.mandate",
    *sorted((ROOT / "rulebooks" / "library").glob("*.mandate")),
)
SAMPLES = (
    "1_ips_6040",
    "2_tlh_direct_index",
    "3_ucits",
    "4_household_restricted_esg",
    "5_ric",
    "6_cash_turnover_tax",
)


def test_the_file_for_vs_code_is_what_the_script_makes() -> None:
    assert make_textmate.FILE.read_text(encoding="utf-8") == make_textmate.text(), (
        "run: python -m editors.make_textmate"
    )


def test_every_keyword_of_the_grammar_is_coloured_or_a_word_of_the_data() -> None:
    written = set(re.findall(r'"([a-z_][a-z0-9_]*)"', re.sub(r"//[^\n]*", "", GRAMMAR.read_text("utf-8"))))
    data = shipped()
    words = {*data.measures, *data.attributes, *data.figures, *data.bases}
    assert written - set(keywords()) - set(openers()) <= words
    assert {"because", "limit", "forbid", "whose", "quoting", "worsen"} <= set(keywords())
    assert {"policy", "rule", "example", "wash_sales"} <= set(openers())


def coloured(line: str) -> list[tuple[str, str]]:
    """Return the words of a line with their scopes, as an editor that tries the patterns in order."""
    patterns = [
        (row["name"], re.compile(row["match"], re.MULTILINE)) for row in make_textmate.grammar()["patterns"]
    ]
    place, found = 0, []
    while place < len(line):
        hits = [
            (scope, match)
            for scope, pattern in patterns
            if (match := pattern.match(line, place)) and match[0]
        ]
        if hits:
            scope, match = hits[0]
            found.append((scope.split(".")[0], match[0]))
            place = match.end()
        else:
            place += 1
    return found


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('rule IPS-4.1 "One rule"', [("storage", "rule"), ("entity", "IPS-4.1"), ("string", '"One rule"')]),
        (
            "  limit weight to at most 2.5%  # five",
            [
                ("keyword", "limit"),
                ("variable", "weight"),
                ("keyword", "to"),
                ("keyword", "at"),
                ("keyword", "most"),
                ("constant", "2.5%"),
                ("comment", "# five"),
            ],
        ),
        (
            "  forbid buying or selling lots where rule_count is -1,250 USD",
            [
                ("keyword", "forbid"),
                ("support", "buying"),
                ("keyword", "or"),
                ("support", "selling"),
                ("keyword", "lots"),
                ("keyword", "where"),
                ("variable", "rule_count"),
                ("keyword", "is"),
                ("constant", "-1,250"),
                ("keyword", "USD"),
            ],
        ),
        (
            "  effective from 2026-01-01 until 2.10.3",
            [
                ("keyword", "effective"),
                ("keyword", "from"),
                ("constant", "2026-01-01"),
                ("keyword", "until"),
                ("constant", "2.10.3"),
            ],
        ),
    ],
)
def test_lines_are_coloured_word_by_word(line: str, words: list[tuple[str, str]]) -> None:
    assert coloured(line) == words


def test_patterns_are_such_as_the_editor_knows() -> None:
    for sort in sorts():
        assert not re.search(r"\(\?P|\(\?\(|\\A|\\Z", sort.pattern), sort


# ------------------------------------------------------------------ pygments


def errors_in(text: str) -> list[str]:
    return [value for kind, value in MandateLexer().get_tokens(text) if kind is token.Error]


@pytest.mark.parametrize("path", MANDATES, ids=lambda path: path.stem)
def test_no_part_of_a_mandate_is_an_error(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert errors_in(text) == []
    tokens = MandateLexer(stripnl=False, ensurenl=False).get_tokens(text)
    assert "".join(value for _, value in tokens) == text


@pytest.mark.parametrize("name", SAMPLES)
def test_no_part_of_a_sample_is_an_error(name: str) -> None:
    assert errors_in(shared(f"language/samples/{name}.mandate").read_text(encoding="utf-8")) == []


def test_words_have_the_kinds_that_they_are_of() -> None:
    found = [
        (str(kind), value) for kind, value in MandateLexer().get_tokens('rule A-1 "t"\n  on breach block')
    ]
    assert [row for row in found if not row[0].endswith("Whitespace")] == [
        ("Token.Keyword.Declaration", "rule"),
        ("Token.Name.Class", "A-1"),
        ("Token.Literal.String.Double", '"t"'),
        ("Token.Keyword", "on"),
        ("Token.Keyword", "breach"),
        ("Token.Keyword", "block"),
    ]


def test_what_is_no_mandate_has_error_tokens_and_an_end() -> None:
    assert errors_in('rule { "open') == ["{", '"']


def test_pygments_is_told_of_the_lexer() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pygments.lexers"] == {"mandate": "dsl.lexer:MandateLexer"}
    assert project["optional-dependencies"]["lsp"] == ["pygls>=2"]


# ------------------------------------------------------------------ the folder for VS Code

VSCODE = ROOT / "editors" / "vscode"


def load(name: str) -> dict[str, object]:
    found = json.loads((VSCODE / name).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_every_file_that_the_extension_names_is_there() -> None:
    package = (VSCODE / "package.json").read_text(encoding="utf-8")
    for path in re.findall(r'"(\./[^"]+)"', package):
        assert (VSCODE / path).is_file(), path
    assert load("language-configuration.json")["comments"] == {"lineComment": "#"}


def expanded(body: list[str]) -> str:
    """Return a snippet as it stands when every stop is left as offered."""
    text = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", "\n".join(body))
    return text.replace("$0", "")


def test_the_snippets_make_a_mandate_without_errors(tmp_path: Path) -> None:
    from dsl.diagnostics import has_errors
    from engine.shell.policies import check_file

    snippets = load("snippets/mandate.json")
    assert {row["prefix"] for row in snippets.values()} == {  # type: ignore[index]
        "policy", "rule", "forbid", "targets", "example", "waive",
    }  # fmt: skip
    path = tmp_path / "made.mandate"
    bodies = (row["body"] for row in snippets.values())  # type: ignore[index]
    path.write_text("\n".join(expanded(body) for body in bodies), encoding="utf-8")
    checked = check_file(path)
    assert not has_errors(checked.diagnostics), checked.diagnostics
    assert checked.policy is not None
    assert len(checked.policy.rules) == 2


def test_the_snippet_of_an_example_passes(tmp_path: Path) -> None:
    from engine.gate.examples import run_examples
    from engine.shell import policies, work

    snippets = load("snippets/mandate.json")
    path = tmp_path / "made.mandate"
    chosen = ("Header", "Limit for each", "Example")
    bodies = [snippets[name]["body"] for name in chosen]  # type: ignore[index]
    path.write_text("\n".join(expanded(body) for body in bodies), encoding="utf-8")
    (policy,) = policies.load((str(path),))
    with work.engine() as inference:
        (result,) = run_examples(policy, engine=inference)
    assert result.passed, result
