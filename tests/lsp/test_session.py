"""One editing session: what the server answers about a mandate, and that no mistake ends it."""

from pathlib import Path

import pytest

from engine.shell.demo import demo_folder
from tests.lsp.client import Editor, applied, find, hovered
from tests.lsp.mandate import BODY


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
