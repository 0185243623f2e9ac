"""Many accounts: the same bytes whatever the workers, taken up again, one failure never another's."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.facts.failure import InputError
from engine.shell import work
from engine.shell.batch import file_name, run_batch
from engine.shell.demo import lay_out
from engine.shell.log.chain import Author, entries
from engine.shell.publishing.halts import Halt, Scope, halt, halted_proposal, lift
from engine.shell.publishing.people import NotAllowed, add_user
from engine.shell.recorded import Keeping
from engine.shell.requests import Request, Setup
from engine.shell.store.connect import open_store
from optimizer import compiled
from optimizer.settings import Intent
from tests.shell.cli import run

ASK = Request(raising="3000")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch") / "demo"
    lay_out(folder)
    return folder


def setup(demo: Path, request: Request = ASK) -> Setup:
    return Setup(policy=None, book=str(demo), as_of=None, known=None, request=request)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_answers_are_taken_up_again_and_a_failure_is_its_own(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = work.Desk.propose
    asked: list[object] = []

    def failing(desk: work.Desk, **said: Any) -> object:
        asked.append(said["accounts"])
        if said["accounts"] == ("ALD-TAX-2",) and len(asked) < 4:
            raise RuntimeError("the disk is full")
        return solve(desk, **said)

    monkeypatch.setattr(work.Desk, "propose", failing)
    out = tmp_path / "answers"
    summary, status = run_batch(setup(demo), (), folder=out, workers=1)
    assert (status, summary["counts"]) == (1, {"failed": 1, "nothing_to_do": 1, "optimal": 1})
    rows = {row["account"]: row for row in summary["accounts"]}  # type: ignore[attr-defined]
    assert "the disk is full" in rows["ALD-TAX-2"]["reason"]
    assert len(asked) == 3
    summary, status = run_batch(setup(demo), (), folder=out, workers=1)
    assert (status, summary["counts"]) == (0, {"nothing_to_do": 2, "optimal": 1})
    assert asked[3:] == [("ALD-TAX-2",)]
    with pytest.raises(InputError, match="another request"):
        run_batch(setup(demo, Request(raising="4000")), (), folder=out, workers=1)


def test_one_answer_is_what_the_account_alone_is_answered(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "answers"
    ran = run(
        capsys, monkeypatch, "rebalance", "--book", demo, "--accounts", "ALD-TAX-2", "--raise", "3000",
        "--out", out, "--format", "json",
    )  # fmt: skip
    assert ran.answer["schema"] == "guardband/rebalance-batch/1"
    assert [row["account"] for row in ran.answer["accounts"]] == ["ALD-TAX-2"]
    alone = run(
        capsys, monkeypatch, "rebalance", "--book", demo, "-a", "ALD-TAX-2", "--raise", "3000",
        "--format", "json",
    )  # fmt: skip
    assert json.loads((out / "ALD-TAX-2.json").read_text()) == alone.answer
    assert Decimal(alone.answer["asked"][0]["reached"]) >= 3000


def test_account_names_become_safe_file_names() -> None:
    assert file_name("A/1") == "A%2F1.json"
    assert file_name("..") == "...json"


@pytest.mark.long
@pytest.mark.parametrize("dask", [False, True])
def test_the_same_bytes_whatever_the_workers(demo: Path, tmp_path: Path, dask: bool) -> None:
    """Two processes of joblib, and a real local Dask cluster of two processes, against none."""
    folders = {1: tmp_path / "one", 2: tmp_path / "two"}
    for workers, folder in folders.items():
        shutil.rmtree(folder, ignore_errors=True)
        run_batch(setup(demo), (), folder=folder, workers=workers, dask=dask and workers > 1)
    assert contents(folders[1]) == contents(folders[2])
    assert len(contents(folders[1])) == 4


def test_a_halt_stops_what_it_concerns_and_every_answer_is_recorded(demo: Path, tmp_path: Path) -> None:
    log, out = tmp_path / "log.db", tmp_path / "answers"
    keeping = Keeping(by="P. Lane", log=log)
    officer = Author(person="R. Okafor", now=datetime(2026, 3, 10, 9, 0, tzinfo=UTC))

    def states() -> dict[str, str]:
        summary, _ = run_batch(setup(demo), (), folder=out, workers=1, keeping=keeping)
        return {row["account"]: row["status"] for row in summary["accounts"]}  # type: ignore[attr-defined]

    def recorded() -> list[str]:
        with open_store(f"sqlite:///{log}") as store, store.reading() as session:
            return [row.person for row in entries(session, "rebalance")]

    freely = states()
    assert recorded() == ["P. Lane"] * 3
    trading, quiet, other = sorted(freely, key=lambda name: freely[name] != "optimal")
    assert (freely[trading], freely[quiet], freely[other]) == ("optimal", "nothing_to_do", "nothing_to_do")
    traded = json.loads((out / f"{trading}.json").read_text())["trades"][0]["symbol"]
    scopes = (Scope(kind="account", name=quiet), Scope(kind="security", name=traded))
    with open_store(f"sqlite:///{log}") as store:
        with store.writing() as session:
            numbers = [halt(session, officer, scope=scope, reason="a bid").seq for scope in scopes]
        assert states() == {**freely, quiet: "infeasible", trading: "infeasible"}
        stopped = json.loads((out / f"{trading}.json").read_text())
        assert (stopped["trades"], stopped["gate"]["decision"]) == ([], "block")
        assert len(recorded()) == 5
        with store.writing() as session:
            for number in numbers:
                lift(session, replace(officer, person="N. Vance"), number=number, reason="withdrawn")
    assert states() == freely
    assert len(recorded()) == 7


def test_a_halt_of_a_security_is_none_of_an_account_of_that_name(demo: Path) -> None:
    with work.opened(None, demo, None) as desk:
        found = desk.propose(accounts=("ALD-TAX-2",), intent=Intent(kind="raise", amount=Decimal(20000)))
    row = Halt(
        number=1,
        scope=Scope(kind="security", name="ALD-TAX-2"),
        person="R. Okafor",
        reason="a bid",
        since=date(2026, 3, 10),
    )
    assert found.trades
    assert halted_proposal(found, (row,), accounts=("ALD-TAX-2",)) is found


def test_who_may_not_propose_is_told_before_anything_is_solved(demo: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.db"
    author = Author(person="Ada", now=datetime(2026, 3, 10, 9, 0, tzinfo=UTC))
    with open_store(f"sqlite:///{log}", create=True) as store, store.writing() as session:
        add_user(session, author, name="Ada", role="administrator")
    with pytest.raises(NotAllowed, match="may not propose"):
        run_batch(setup(demo), (), folder=None, workers=1, keeping=Keeping(by="Ada", log=log))


def test_compiled_loops_are_asked_for_by_the_environment(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched: list[bool] = []
    monkeypatch.setattr(compiled, "switch_on", lambda: not switched.append(True))  # type: ignore[func-returns-value]
    run_batch(setup(demo), ("ALD-TAX-1",), folder=None, workers=1)
    assert not switched
    monkeypatch.setenv("GUARDBAND_COMPILED", "1")
    run_batch(setup(demo), ("ALD-TAX-1",), folder=None, workers=1)
    assert len(switched) == 2  # where the batch is dealt out, and at the bench that answers


def test_compiled_loops_without_numba_are_an_input_error(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "switch_on", lambda: False)
    monkeypatch.setenv("GUARDBAND_COMPILED", "1")
    with pytest.raises(InputError, match="compiled loops need numba") as failed:
        run_batch(setup(demo), ("ALD-TAX-1",), folder=None, workers=1)
    assert failed.value.cure == "pip install 'guardband[fast]'"
