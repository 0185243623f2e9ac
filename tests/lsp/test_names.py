"""What the server tells about the names of a mandate: hover, completion, definition, rename."""

import pytest

from tests.lsp.client import Editor, applied, find, hovered
from tests.lsp.mandate import BODY

# ------------------------------------------------------------------ hover


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
