"""A fault leaves a folder with the book, the policy and the list, and the one command that repeats it."""

import json
import shlex
import shutil
from pathlib import Path

import pytest

from engine.gate import judge as gate
from engine.gate.reference.answer import ReferenceVerdict
from engine.gate.verdict import Outcome
from tests.shell.cli import run

START = Path(__file__).resolve().parents[2] / "engine" / "shell" / "demo" / "start"


def let_the_evaluators_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = vars(gate)["reference_judge"]

    def wrong(*args: object) -> tuple[object, ...]:
        rows: tuple[ReferenceVerdict, ...] = tuple(asked(*args))
        return tuple(row._replace(outcome=Outcome.WAIVED) if row.policy else row for row in rows)

    monkeypatch.setattr(gate, "reference_judge", wrong)


def test_the_fault_is_reached_again_by_the_command_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_evaluators_differ(monkeypatch)
    monkeypatch.chdir(tmp_path)
    words = ("gate", "--book", START, "--policy", START / "start.mandate", "--trades", START / "trades.csv")
    first = run(capsys, monkeypatch, *words, "--format", "json")
    assert first.status == 1
    assert "fault" in first.answer
    (folder,) = tmp_path.glob("guardband-fault-*")
    assert "again.txt has the command" in first.err
    assert (folder / "book" / "accounts.csv").read_bytes() == (START / "accounts.csv").read_bytes()
    assert json.loads((folder / "fault.json").read_text("utf-8"))["reason"] == first.answer["fault"]["reason"]
    monkeypatch.chdir(folder)
    again = shlex.split((folder / "again.txt").read_text("utf-8"))
    second = run(capsys, monkeypatch, *again[1:], "--format", "json")
    assert second.answer["fault"]["reason"] == first.answer["fault"]["reason"]
    assert second.answer["facts_hash"] == first.answer["facts_hash"]


def test_a_fault_in_the_books_own_folder_keeps_the_book_and_no_fault_before_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_evaluators_differ(monkeypatch)
    shutil.copytree(START, tmp_path / "book")
    monkeypatch.chdir(tmp_path / "book")
    words = ("gate", "--book", ".", "--policy", "start.mandate", "--trades", "trades.csv")
    for _ in range(2):
        assert "again.txt has the command" in run(capsys, monkeypatch, *words).err
    (folder,) = Path.cwd().glob("guardband-fault-*")
    kept = {path.name for path in (folder / "book").iterdir()}
    assert kept == {path.name for path in START.iterdir()}


def test_an_answer_without_a_fault_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(
        capsys,
        monkeypatch,
        *("gate", "--book", START, "--policy", START / "start.mandate", "--trades", START / "trades.csv"),
        "--brief",
    )
    assert ran.out.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
