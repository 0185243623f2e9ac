"""Readiness of a good book and of bad ones: the figures differ as they should."""

from html import unescape
from pathlib import Path

import pytest

from engine.shell.demo import demo_folder
from engine.shell.readiness.measure import readiness
from reports.readiness import NEEDS, Figure, Readiness, readiness_answer, readiness_html, readiness_text
from tests.shell.cli import run
from tests.store.books import book

LOTS = """lot,account,symbol,quantity,basis,acquired
L1,TAX-1,KO,60,2519.40,2025-03-07
L2,TAX-1,VTI,20,2000,2025-03-07
L3,IRA-1,KO,10,420,2025-12-20
"""


def figure(told: Readiness, name: str) -> Figure:
    return next(one for one in told.figures if one.name == name)


def counts(told: Readiness, name: str) -> tuple[int, int]:
    one = figure(told, name)
    return one.have, one.of


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return book(tmp_path / "book", transactions=None, lots=LOTS, form_1099b=None)


def bad(folder: Path) -> Path:
    """Return the book with a missing basis, an unlinked position and a mandate that forgets a clause."""
    lots = LOTS.replace("2519.40", "").replace("IRA-1,KO", "IRA-9,KO") + "L4,TAX-1,ZZZ,5,100,2025-03-07\n"
    (folder / "lots.csv").write_text(lots)
    return folder


def test_the_demonstration_is_ready() -> None:
    told = readiness(str(demo_folder()))
    assert told.steps == ()
    assert [told.score(need) for need in NEEDS] == [100] * 6
    assert counts(told, "clauses with a rule or a reader") == (22, 22)
    assert counts(told, "positions that rest on whole lots") == (272, 272)
    assert figure(told, "orders that came back").share is None


def test_missing_bases_and_unlinked_positions_are_counted_with_their_rows(good: Path) -> None:
    before, after = readiness(str(good)), readiness(str(bad(good)))
    assert before.score("capture") == 100
    assert counts(after, "lots with a basis") == (3, 4)
    assert figure(after, "lots with a basis").lacking == ("TAX-1 L1",)
    assert figure(after, "lots of a known account and security").lacking == ("IRA-9 L3", "TAX-1 L4")
    assert figure(after, "positions that rest on whole lots").lacking == ("IRA-9 KO", "TAX-1 KO", "TAX-1 ZZZ")
    assert after.score("capture") == 62  # (3/4 + 4/4 + 2/4 + 1/4) of 4, rounded down
    assert counts(after, "a book that opens") == (0, 1)
    assert figure(after, "rows that can be read").lacking[0].startswith("lots.csv row 2")


def test_a_clause_that_nothing_encodes_is_named(good: Path) -> None:
    told = readiness(str(good))
    clauses = figure(told, "clauses with a rule or a reader")
    assert (clauses.have, clauses.of, clauses.lacking) == (3, 4, ("adams.ips ips §3",))
    text = (good / "adams.mandate").read_text()
    (good / "adams.mandate").write_text(
        text + 'manual ips "§3" "The family is met" reviewed each year by "Adviser"\n'
    )
    assert counts(readiness(str(good)), "clauses with a rule or a reader") == (4, 4)


def test_rules_come_before_data_and_data_before_what_is_built_on_them(good: Path) -> None:
    needs = [step.need for step in readiness(str(bad(good))).steps]
    assert needs == sorted(needs, key=list(NEEDS).index)
    assert needs[0] == "formality"


def test_a_mandate_with_an_error_is_counted_and_not_refused(good: Path) -> None:
    text = (good / "adams.mandate").read_text().replace("limit weight to at most 60%", "limit nonsense")
    (good / "adams.mandate").write_text(text)
    told = readiness(str(good))
    assert counts(told, "policies without errors") == (0, 1)
    assert counts(told, "accounts with a policy") == (0, 2)


def test_a_score_of_a_hundred_means_that_nothing_is_lacking() -> None:
    from datetime import date

    almost = Figure(need="capture", name="lots", have=999, of=1000, lacking=("L1",), do="mend it")
    told = Readiness(as_of=date(2026, 3, 10), book="b", figures=(almost,))
    assert told.score("capture") == 99
    assert told.score("formality") is None


def test_text_html_and_json_tell_the_same(good: Path) -> None:
    told = readiness(str(bad(good)))
    text, page, answer = readiness_text(told), unescape(readiness_html(told)), readiness_answer(told)
    for step in answer["next"]:
        assert step["do"] in text
        assert step["figure"] in page
    assert "TAX-1 L1" in text
    assert "TAX-1 L1" in page
    assert [need["need"] for need in answer["needs"]] == list(NEEDS)


def test_the_command_exits_with_1_where_something_is_lacking(
    good: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, monkeypatch, "readiness", "--book", demo_folder()).status == 0
    ran = run(capsys, monkeypatch, "readiness", "--book", bad(good), "--format", "json")
    assert (ran.status, ran.answer["schema"]) == (1, "guardband/readiness/1")
    assert run(capsys, monkeypatch, "readiness", "--book", good / "none").status == 2
