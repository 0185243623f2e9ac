"""One editing session: what the server answers about a mandate, and that no mistake ends it."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from engine.shell.demo import demo_folder
from tests.lsp.client import Editor, applied, find

BODY = """policy "Growth"
  id test.growth
  version 1.0.0
  extends firm.base version 7.0.0
  source ips = "Statement" clauses from "ips.txt"

parameter company_cap = 5% between 1% and 10%

define equities as holdings where asset_class is equity
define bonds as holdings where asset_class is fixed_income

rule CAP "One company"
  for each issuer in equities
  limit weight to at most company_cap
  because ips "§1" quoting "five per cent"

rule MIX "Shares and bonds"
  limit equities_weight plus bonds_weight to at most 95%
  because ips "§2"

waive CAP for account "A" up to 6% until 2999-12-31 approved by "CCO" because ips "§1"

example "at the limit"
  given holding "X" weight 4% with issuer "X Corp", asset_class equity
  trade buy 10,000 USD of "X"
  expect pass

example "above it"
  given holding "X" weight 4% with issuer "X Corp", asset_class equity
  trade buy 20,000 USD of "X"
  expect block by CAP

example "wrongly expected"
  given holding "X" weight 4% with issuer "X Corp", asset_class equity
  trade buy 20,000 USD of "X"
  expect CAP measured 7%
"""
NUMBERS = count()
DOCUMENT = "§1 No company above five per cent.\n§2 Five per cent of cash.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("mandates")
    (made / "ips.txt").write_text(DOCUMENT, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with Editor() as one:
        yield one


@pytest.fixture
def uri(editor: Editor, folder: Path) -> Iterator[str]:
    path = folder / f"growth{next(NUMBERS)}.mandate"
    path.write_text(BODY, encoding="utf-8")
    opened = editor.open(path)
    assert editor.findings(opened, 1) == []
    yield opened
    editor.tell("textDocument/didClose", {"textDocument": {"uri": opened}})
    path.unlink()


def test_the_server_says_what_it_can_do(editor: Editor) -> None:
    able = editor.initialized["capabilities"]
    assert editor.initialized["serverInfo"]["name"] == "guardband"
    for provider in (
        "hoverProvider",
        "definitionProvider",
        "documentFormattingProvider",
        "documentSymbolProvider",
        "codeLensProvider",
    ):
        assert able[provider], provider
    assert able["renameProvider"]["prepareProvider"]
    assert able["executeCommandProvider"]["commands"] == ["guardband.runExamples"]


# ------------------------------------------------------------------ findings while typing


def test_findings_follow_the_typing_and_only_the_last_text_counts(editor: Editor, uri: str) -> None:
    for end in range(3, 7):
        editor.change(uri, BODY + "rule NEW"[:end])
    version = editor.change(uri, BODY.replace("in equities", "in equitys"))
    told = editor.heard("textDocument/publishDiagnostics")
    assert told["version"] == version
    (found,) = told["diagnostics"]
    assert found["code"] == "E0201"
    assert found["message"] == "there is no definition `equitys`\nhelp: did you mean `equities`?"
    line, character = find(BODY, "in equities", inside=3)
    assert found["range"]["start"] == {"line": line, "character": character}
    assert editor.findings(uri, editor.change(uri, BODY)) == []


def test_a_quote_is_checked_against_the_text_beside_the_file(editor: Editor, uri: str) -> None:
    (found,) = editor.findings(uri, editor.change(uri, BODY.replace("five per cent", "six per cent")))
    assert found["code"] == "E0405"


def test_signs_outside_the_basic_plane_count_as_the_editor_counts_them(editor: Editor, uri: str) -> None:
    text = BODY.replace('policy "Growth"', 'policy "Growth"  # 𝄞').replace(
        'because ips "§2"', 'because ips "𝄞" because isp "§2"'
    )
    found = editor.findings(uri, editor.change(uri, text))
    (row,) = [row for row in found if row["code"] == "E0206"]
    line, character = find(text, "isp")
    assert row["range"] == {
        "start": {"line": line, "character": character + 1},
        "end": {"line": line, "character": character + 4},
    }


# ------------------------------------------------------------------ hover


def hovered(editor: Editor, uri: str, words: str, *, nth: int = 0, inside: int = 0) -> str:
    told = editor.at("textDocument/hover", uri, find(BODY, words, nth=nth, inside=inside))
    assert told is not None
    value = told["contents"]["value"]
    assert isinstance(value, str)
    return value


def test_hover_tells_what_a_measure_means(editor: Editor, uri: str) -> None:
    told = hovered(editor, uri, "limit weight", inside=8)
    assert told.startswith("**weight**: ")
    assert "Measure, a share, such as 5%." in told


def test_hover_tells_what_an_attribute_means_and_its_words(editor: Editor, uri: str) -> None:
    told = hovered(editor, uri, "asset_class")
    assert told.startswith("**asset_class**: ")
    assert "fixed_income" in told


def test_hover_tells_the_value_of_a_parameter_and_its_range(editor: Editor, uri: str) -> None:
    assert hovered(editor, uri, "at most company_cap", inside=8) == (
        "**company_cap** is 5%\n\nMay be 1% to 10%."
    )


def test_hover_tells_the_value_that_is_set_for_an_inherited_parameter(editor: Editor, uri: str) -> None:
    text = BODY.replace("define equities", 'set turnover_cap = 25% because ips "§2"\n\ndefine equities', 1)
    editor.change(uri, text)
    told = editor.at("textDocument/hover", uri, find(text, "turnover_cap"))["contents"]["value"]
    assert told.startswith("**turnover_cap** is 25%, set here; ")
    assert told.endswith("From firm.base 7.0.0.")


def test_hover_tells_what_a_definition_stands_for(editor: Editor, uri: str) -> None:
    told = hovered(editor, uri, "in equities", inside=3)
    assert "define equities as holdings where asset_class is equity" in told
    assert hovered(editor, uri, "equities_weight") == told


def test_hover_tells_a_rule_in_plain_words(editor: Editor, uri: str) -> None:
    told = hovered(editor, uri, "waive CAP", inside=6)
    assert "- asks: each issuer in equities: weight at most company_cap (5%)" in told
    assert "approved by CCO" in told


def test_hover_tells_the_words_of_a_clause(editor: Editor, uri: str) -> None:
    assert hovered(editor, uri, 'ips "§2"', inside=6) == "**ips §2**\n\n> Five per cent of cash."


def test_hover_still_answers_while_the_file_has_errors(editor: Editor, uri: str) -> None:
    text = BODY + "rule BROKEN limit\n"
    editor.change(uri, text)
    told = editor.at("textDocument/hover", uri, find(text, "waive CAP", inside=6))["contents"]["value"]
    assert 'rule CAP "One company"' in told


def test_hover_over_nothing_answers_nothing(editor: Editor, uri: str) -> None:
    assert editor.at("textDocument/hover", uri, find(BODY, "\n\nparameter", inside=1)) is None
    assert editor.at("textDocument/hover", uri, (10_000, 10_000)) is None


# ------------------------------------------------------------------ completion


@pytest.mark.parametrize(
    ("line", "wanted", "unwanted"),
    [
        ("  limit ", {"weight", "turnover", "equities_weight"}, {"equities", "asset_class"}),
        ("  limit weight of equities to ", {"at most", "at least", "between", "exactly"}, {"at"}),
        ("  limit weight of ", {"equities", "holdings", "issuers"}, {"weight"}),
        ("  limit weight to at most ", {"company_cap", "benchmark_weight", "the smaller of"}, {"equities"}),
        ("  forbid buying securities where ", {"asset_class", "sector", "account.kind"}, {"company_cap"}),
        ("  forbid buying securities where asset_class is ", {"equity", "crypto", "not"}, {"asset_class"}),
        ("  on breach ", {"block", "do not worsen", "cure within", "require approval of"}, {"weight"}),
        ("  because ", {"ips"}, {"CAP", "company_cap"}),
        ("  exception to ", {"CAP", "MIX", "FIRM-1"}, {"NEW", "ips"}),
        ("  lim", {"limit"}, {"forbid", "define"}),
        ("", {"rule", "define", "example", "lots relieved by"}, {"limit"}),
        ('  limit weight to at most 5%  # a "remark ', set(), {"limit"}),
    ],
)
def test_completion_offers_what_fits(
    editor: Editor, uri: str, line: str, wanted: set[str], unwanted: set[str]
) -> None:
    text = BODY + '\nrule NEW "New"\n' + line
    editor.change(uri, text)
    place = (text.count("\n"), len(line))
    offered = editor.at("textDocument/completion", uri, place)["items"]
    labels = [item["label"] for item in offered]
    assert wanted <= set(labels)
    assert not unwanted & set(labels)
    assert len(labels) == len(set(labels))
    for item in offered[:1]:
        assert item["textEdit"]["range"]["end"] == {"line": place[0], "character": place[1]}


def test_completion_takes_the_place_of_what_is_typed(editor: Editor, uri: str) -> None:
    text = BODY + '\nrule NEW "New"\n  limit equities_w'
    editor.change(uri, text)
    offered = editor.at("textDocument/completion", uri, (text.count("\n"), 18))["items"]
    (item,) = [item for item in offered if item["label"] == "equities_weight"]
    assert applied(text, [item["textEdit"]]).endswith("limit equities_weight")


# ------------------------------------------------------------------ definition


@pytest.mark.parametrize(
    ("used", "inside", "defined"),
    [
        ("in equities", 3, "define equities as"),
        ("bonds_weight", 2, "define bonds as"),
        ("at most company_cap", 9, "parameter company_cap"),
        ("waive CAP", 7, "rule CAP"),
        ("by CAP", 4, "rule CAP"),
        ("because ips", 9, "source ips"),
    ],
)
def test_definition_leads_to_where_a_name_is_given(
    editor: Editor, uri: str, used: str, inside: int, defined: str
) -> None:
    told = editor.at("textDocument/definition", uri, find(BODY, used, inside=inside))
    line, character = find(BODY, defined, inside=defined.index(" ") + 1)
    assert told["uri"] == uri
    assert told["range"]["start"] == {"line": line, "character": character}


def test_definition_leads_into_the_policy_that_is_built_on(editor: Editor, uri: str) -> None:
    text = BODY + '\nset turnover_cap = 25% because ips "§2"\n'
    editor.change(uri, text)
    told = editor.at("textDocument/definition", uri, find(text, "turnover_cap"))
    assert told["uri"].endswith("/rulebooks/library/firm_base.mandate")
    told = editor.at("textDocument/definition", uri, find(text, "firm.base"))
    assert told["uri"].endswith("/rulebooks/library/firm_base.mandate")


def test_definition_of_a_clause_leads_to_its_line_in_the_document(editor: Editor, uri: str) -> None:
    told = editor.at("textDocument/definition", uri, find(BODY, 'ips "§2"', inside=5))
    assert told["uri"].endswith("/ips.txt")
    assert told["range"]["start"]["line"] == 1


# ------------------------------------------------------------------ rename


@pytest.mark.parametrize(
    ("used", "inside", "new", "places"),
    [
        ("in equities", 3, "stocks", 3),
        ("at most company_cap", 9, "one_company", 2),
        ("rule CAP", 5, "IPS-1", 4),
        ("because ips", 9, "statement", 4),
    ],
)
def test_rename_changes_a_name_everywhere_and_brings_no_error(
    editor: Editor, uri: str, used: str, inside: int, new: str, places: int
) -> None:
    place = find(BODY, used, inside=inside)
    edits = editor.at("textDocument/rename", uri, place, newName=new)["changes"][uri]
    assert len(edits) == places
    text = applied(BODY, edits)
    assert editor.findings(uri, editor.change(uri, text)) == []
    back = editor.at("textDocument/rename", uri, place, newName=used.split()[-1])["changes"][uri]
    assert applied(text, back) == BODY


def test_rename_keeps_the_weight_of_a_definition(editor: Editor, uri: str) -> None:
    edits = editor.at("textDocument/rename", uri, find(BODY, "define bonds", inside=8), newName="paper")
    assert "equities_weight plus paper_weight" in applied(BODY, edits["changes"][uri])


@pytest.mark.parametrize(
    ("used", "inside", "new", "reason"),
    [
        ("in equities", 3, "bonds", "there is already a definition `bonds`"),
        ("in equities", 3, "rule", "`rule` is a word of the language"),
        ("in equities", 3, "Big Shares", "`Big Shares` is no name"),
        ("in equities", 3, "holdings", "with the name `holdings` the file would have an error"),
        ("rule CAP", 5, "cap", "`cap` is no rule id"),
        ("limit weight", 6, "mass", "`weight` is a word of the language"),
        ("firm.base", 0, "other.base", "`firm.base` is a word of the language, not a name"),
    ],
)
def test_rename_is_refused_with_a_reason(
    editor: Editor, uri: str, used: str, inside: int, new: str, reason: str
) -> None:
    answer = editor.reply(
        "textDocument/rename", editor.place(uri, find(BODY, used, inside=inside)) | {"newName": new}
    )
    assert answer["error"]["message"].startswith(reason)


def test_rename_is_refused_while_some_uses_cannot_be_seen(editor: Editor, uri: str) -> None:
    editor.change(uri, BODY.replace("to at most 95%", "to atmost 95%"))
    answer = editor.reply(
        "textDocument/prepareRename", editor.place(uri, find(BODY, "define equities", inside=8))
    )
    assert answer["error"]["message"] == "the file has syntax errors: some uses of the name cannot be seen"


# ------------------------------------------------------------------ formatting and outline


def test_formatting_gives_the_usual_form(editor: Editor, uri: str) -> None:
    untidy = BODY.replace("define bonds as", "define   bonds   as").replace(
        "  limit weight", "     limit weight"
    )
    editor.change(uri, untidy)
    options = {"tabSize": 4, "insertSpaces": True}
    edits = editor.of_file("textDocument/formatting", uri, options=options)
    tidy = applied(untidy, edits)
    assert "define bonds    as holdings" in tidy
    editor.change(uri, tidy)
    assert editor.of_file("textDocument/formatting", uri, options=options) == []


def test_formatting_leaves_a_file_with_syntax_errors_alone(editor: Editor, uri: str) -> None:
    editor.change(uri, BODY + "rule\n")
    assert editor.of_file("textDocument/formatting", uri, options={"tabSize": 2, "insertSpaces": True}) == []


def test_the_outline_names_the_statements(editor: Editor, uri: str) -> None:
    symbols = editor.of_file("textDocument/documentSymbol", uri)
    assert [row["name"] for row in symbols] == [
        "company_cap",
        "equities",
        "bonds",
        "CAP",
        "MIX",
        "CAP",
        "at the limit",
        "above it",
        "wrongly expected",
    ]
    assert symbols[3]["detail"] == "One company"


# ------------------------------------------------------------------ examples


def test_a_line_above_each_example_runs_it_and_then_tells_how_it_came_out(editor: Editor, uri: str) -> None:
    lenses = editor.of_file("textDocument/codeLens", uri)
    assert [row["command"]["title"] for row in lenses] == ["run 3 examples", *["run example"] * 3]
    assert lenses[1]["range"]["start"]["line"] == find(BODY, 'example "at the limit"')[0]
    one = lenses[2]["command"]
    answer = editor.ask(
        "workspace/executeCommand", {"command": one["command"], "arguments": one["arguments"]}
    )
    assert answer["message"] == "pass: above it"
    assert editor.heard("window/showMessage") == {"type": 3, "message": "pass: above it"}
    editor.heard("workspace/codeLens/refresh")
    lenses = editor.of_file("textDocument/codeLens", uri)
    assert [row["command"]["title"] for row in lenses[1:]] == ["run example", "● pass", "run example"]


def test_all_examples_run_at_once_and_the_failing_one_is_named(editor: Editor, uri: str) -> None:
    command = editor.of_file("textDocument/codeLens", uri)[0]["command"]
    answer = editor.ask(
        "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
    )
    assert answer["message"] == "1 of 3 examples fail: wrongly expected"
    assert [row["passed"] for row in answer["examples"]] == [True, True, False]
    assert answer["examples"][2]["got"] == "CAP measured 6%"
    assert editor.heard("window/showMessage")["type"] == 2
    titles = [row["command"]["title"] for row in editor.of_file("textDocument/codeLens", uri)]
    assert titles == [
        "run 3 examples: 1 of 3 fail",
        "● pass",
        "● pass",
        "■ fails: got CAP measured 6%",
    ]
    editor.change(uri, BODY + "# changed\n")
    titles = [row["command"]["title"] for row in editor.of_file("textDocument/codeLens", uri)]
    assert titles == ["run 3 examples", *["run example"] * 3]


def test_examples_of_a_file_with_errors_are_not_run(editor: Editor, uri: str) -> None:
    editor.change(uri, BODY.replace("in equities", "in equitys"))
    answer = editor.ask(
        "workspace/executeCommand", {"command": "guardband.runExamples", "arguments": [uri, [0]]}
    )
    assert answer == {"message": "the mandate has errors: mend them first", "examples": []}
    editor.heard("window/showMessage")


# ------------------------------------------------------------------ nothing ends the server


HOSTILE = {
    "nothing": "",
    "one sign": "\0",
    "half a surrogate": "policy \ud800",
    "deep brackets": BODY + 'rule D "d"\n  when ' + "(" * 5_000,
    "an open quote": BODY + 'rule D "d',
    "other line ends": BODY.replace("\n", "\r") + "rule",
    "line ends that only some count": BODY.replace("One company", "One\x0bcom\x0cpany\u2028"),
    "not a mandate": "SELECT * FROM lots; -- é ü 𝄞\n" * 50,
    "every example at once": BODY + "example\n" * 200,
}


@pytest.mark.parametrize("what", HOSTILE, ids=list(HOSTILE))
def test_no_text_ends_the_server(editor: Editor, uri: str, what: str) -> None:
    text, troubles = HOSTILE[what], editor.troubles
    version = editor.change(uri, text)
    for place in ((0, 0), (0, 5), (11, 7), (999, 999)):
        for question in ("hover", "completion", "definition", "prepareRename"):
            editor.reply(f"textDocument/{question}", editor.place(uri, place))
    for question in ("documentSymbol", "codeLens"):
        editor.of_file(f"textDocument/{question}", uri)
    assert isinstance(editor.findings(uri, version), list)
    assert editor.troubles == troubles, "".join(editor.log)


def test_a_file_that_is_not_open_and_a_command_that_is_not_there(editor: Editor, uri: str) -> None:
    assert editor.at("textDocument/hover", "file:///nowhere/at/all.mandate", (0, 0)) is None
    assert "error" in editor.reply("workspace/executeCommand", {"command": "no.such", "arguments": []})
    assert "error" in editor.reply("textDocument/noSuchQuestion", {})
    gone = {"command": "guardband.runExamples", "arguments": ["file:///nowhere.mandate", [0]]}
    assert editor.ask("workspace/executeCommand", gone)["examples"] == []
    editor.heard("window/showMessage")
    assert hovered(editor, uri, "limit weight", inside=8).startswith("**weight**")


def test_bytes_that_are_no_message_do_not_end_the_server(editor: Editor, uri: str) -> None:
    editor.send_bytes(b"Content-Length: 9\r\n\r\n{not json")
    assert hovered(editor, uri, "limit weight", inside=8).startswith("**weight**")


def test_an_unsaved_file_is_checked_too(editor: Editor) -> None:
    item = {"uri": "untitled:Untitled-1", "languageId": "mandate", "version": 1, "text": "policy"}
    editor.tell("textDocument/didOpen", {"textDocument": item})
    (found,) = editor.findings("untitled:Untitled-1")
    assert found["severity"] == 1


def test_the_demonstration_has_no_findings_and_the_server_leaves_when_told() -> None:
    with Editor(encodings=("utf-32",)) as editor:
        assert editor.initialized["capabilities"]["positionEncoding"] == "utf-32"
        assert editor.findings(editor.open(demo_folder() / "household.mandate")) == []
        assert editor.leave() == 0


def test_closing_a_file_clears_its_findings(editor: Editor, folder: Path) -> None:
    uri = editor.open(folder / "other.mandate", "rule")
    assert len(editor.findings(uri)) == 1
    editor.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.findings(uri) == []


def test_saving_a_parent_checks_the_child_again(editor: Editor, tmp_path: Path) -> None:
    parent = tmp_path / "parent.mandate"
    parent.write_text(
        'policy "P"\n  id test.parent\n  version 1.0.0\n\ndefine top as holdings\n', encoding="utf-8"
    )
    child = tmp_path / "child.mandate"
    child.write_text(
        'policy "C"\n  id test.child\n  version 1.0.0\n  source s = "S"\n\nuse test.parent version 1.0.0\n\n'
        'rule R "r"\n  limit weight of top to at most 100%\n  because s "1"\n',
        encoding="utf-8",
    )
    uri = editor.open(child)
    assert [row["code"] for row in editor.findings(uri)] == []
    parent.write_text(parent.read_text(encoding="utf-8").replace("top", "peak"), encoding="utf-8")
    editor.tell("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert [row["code"] for row in editor.findings(uri)] == ["E0201"]
