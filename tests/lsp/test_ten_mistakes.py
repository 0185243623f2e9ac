"""A file with ten different mistakes: ten findings, each at its place with a cure, in print and live."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lsp.client import Editor
from tests.shell.cli import Ran, run

FILE = Path(__file__).with_name("ten_mistakes.mandate")
FOUND = [
    ("E0216", 6, 14, "net_asset", "there is no weight base `net_asset`", "did you mean `net_assets`?"),
    (
        "E0306",
        9,
        25,
        "12%",
        "12% lies outside the range of `company_cap`",
        "choose a value in the range, or have the range changed where it is declared",
    ),
    ("E0203", 11, 35, "asset_calss", "there is no attribute `asset_calss`", "did you mean `asset_class`?"),
    ("E0101", 15, 3, "limmit", "`limmit` cannot stand here", "did you mean `limit`?"),
    ("E0301", 19, 36, "5 points", "`5 points` does not fit `weight`", "write 5% if a share is meant"),
    (
        "E0302",
        23,
        35,
        "250,000",
        "`250,000` is a bare number where an amount of money is due",
        "write 250,000 USD",
    ),
    ("E0202", 27, 9, "turnovr", "there is no measure `turnovr`", "did you mean `turnover`?"),
    ("E0206", 32, 11, "isp", "there is no source `isp`", "did you mean `ips`?"),
    ("E0314", 34, 6, "IPS-6", "rule `IPS-6` cites no source", 'end it with `because SOURCE "clause"`'),
    ("E0211", 37, 6, "IPS-6", "rule `IPS-6` is defined twice", "give one of them another id"),
]
Guardband = Callable[..., Ran]


@pytest.fixture
def guardband(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Guardband:
    return lambda *words: run(capsys, monkeypatch, *words)


def test_the_ten_are_of_ten_kinds_and_stand_where_they_are_said_to() -> None:
    assert len({code for code, *_ in FOUND}) == 10
    lines = FILE.read_text(encoding="utf-8").split("\n")
    for _, line, column, words, _, _ in FOUND:
        assert lines[line - 1][column - 1 :].startswith(words)


def test_text_shows_each_at_its_place_with_its_cure(guardband: Guardband) -> None:
    told = guardband("check", FILE)
    assert told.status == 1
    for code, line, column, _, message, cure in FOUND:
        assert f"error[{code}]: {message}\n" in told.out
        assert f"--> ten_mistakes.mandate:{line}:{column}\n" in told.out
        assert f"= help: {cure}\n" in told.out
    assert told.out.rstrip().endswith("10 errors")


def test_json_holds_the_ten(guardband: Guardband) -> None:
    findings = guardband("check", FILE, "--format", "json").answer["findings"]
    assert [
        (
            row["code"],
            row["where"]["line"],
            row["where"]["column"],
            row["where"]["end_column"],
            row["message"],
            row["help"],
        )
        for row in findings
    ] == [
        (code, line, column, column + len(words), message, cure)
        for code, line, column, words, message, cure in FOUND
    ]


def test_sarif_holds_the_same_ten(guardband: Guardband) -> None:
    log = json.loads(guardband("check", FILE, "--format", "sarif").out)
    (ran,) = log["runs"]
    found = [(row["ruleId"], row["locations"][0]["physicalLocation"]["region"]) for row in ran["results"]]
    assert [(code, region["startLine"], region["startColumn"]) for code, region in found] == [
        (code, line, column) for code, line, column, *_ in FOUND
    ]
    assert [row["message"]["text"] for row in ran["results"]] == [
        f"{message}; {cure}" for *_, message, cure in FOUND
    ]


def test_workflow_annotations_hold_the_same_ten(guardband: Guardband) -> None:
    lines = guardband("check", FILE, "--format", "github").out.splitlines()
    for told, (code, line, column, words, message, cure) in zip(lines, FOUND, strict=True):
        end = column + len(words)
        place = f"line={line},col={column},endLine={line},endColumn={end},title={code}"
        assert told == (f"::error file=ten_mistakes.mandate,{place}::{message}; {cure}".replace("%", "%25"))


def test_an_editor_is_told_the_same_ten() -> None:
    with Editor() as editor:
        found = editor.findings(editor.open(FILE))
        assert [
            (
                row["code"],
                row["range"]["start"]["line"] + 1,
                row["range"]["start"]["character"] + 1,
                row["range"]["end"]["character"] + 1,
                row["message"].split("\n")[0],
                row["message"].split("\nhelp: ")[1],
            )
            for row in found
        ] == [
            (code, line, column, column + len(words), message, cure)
            for code, line, column, words, message, cure in FOUND
        ]
        assert {row["severity"] for row in found} == {1}
        assert {row["source"] for row in found} == {"guardband"}
        (twice,) = [row for row in found if row["code"] == "E0211"]
        (first,) = twice["relatedInformation"]
        assert first["message"] == "defined here first"
        assert first["location"]["range"]["start"] == {"line": 33, "character": 5}
