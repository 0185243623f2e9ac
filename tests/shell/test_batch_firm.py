"""A firm of many households under one mandate: each account's answer is its own, whoever else is in the book.

GUARDBAND_BATCH=10000 pytest tests/shell/test_batch_firm.py --long -s     two runs, 1 and 2 workers
"""

import json
import os
from pathlib import Path

import pytest

from benchmarks.batch import measured
from benchmarks.firm import write_firm
from engine.shell import work
from engine.shell.batch import run_batch
from engine.shell.log.asked import Asked, reach
from engine.shell.requests import Request, Setup
from optimizer.settings import Intent, Settings

SEED = 7


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firm") / "book"
    write_firm(folder, accounts=5, names=(6, 10), seed=SEED)
    return folder


def ask(book: Path) -> Setup:
    return Setup(policy=None, book=str(book), as_of=None, known=None, request=Request())


def test_an_answer_is_the_same_in_a_batch_and_alone(firm: Path, tmp_path: Path) -> None:
    run_batch(ask(firm), ("A000000", "A000003"), folder=tmp_path, workers=1)
    with work.opened(None, firm, None) as desk:
        households = {row.household for row in desk.ground.book.accounts.values()}
        assert len(households) > 1
        asked = Asked(command="rebalance", accounts=("A000003",), intent=Intent(), settings=Settings())
        alone = reach(desk, asked).bytes
    assert (tmp_path / "A000003.json").read_bytes() == alone
    answer = json.loads(alone)
    assert answer["trades"]
    assert "A000000" not in json.dumps(answer["gate"])


def test_equal_seeds_give_equal_firms(tmp_path: Path, firm: Path) -> None:
    write_firm(tmp_path, accounts=5, names=(6, 10), seed=SEED)
    again = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert again == {file.name: file.read_bytes() for file in firm.iterdir()}


def test_an_account_that_cannot_be_solved_is_its_own_failure(
    firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = work.Desk.propose

    def failing(desk: work.Desk, **said: object) -> object:
        if said["accounts"] == ("A000001",):
            raise MemoryError
        return whole(desk, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(work.Desk, "propose", failing)
    summary, status = run_batch(ask(firm), ("A000000", "A000001"), folder=None, workers=1)
    states = {row["account"]: row["status"] for row in summary["accounts"]}  # type: ignore[attr-defined]
    assert status == 1
    assert states["A000001"] == "failed"
    assert states["A000000"] in ("optimal", "feasible", "nothing_to_do")


@pytest.mark.long
def test_many_accounts_give_the_same_bytes_whatever_the_workers(tmp_path: Path) -> None:
    count = int(os.environ.get("GUARDBAND_BATCH", "24"))
    book = tmp_path / "book"
    write_firm(book, accounts=count, names=(20, 60), seed=SEED)
    runs = [measured(book, tmp_path / f"answers-{workers}", workers) for workers in (1, 2)]
    print()
    for run in runs:
        took = f"{run.seconds:.0f} s, {run.processor:.0f} s of processor, {run.memory:.0f} MB"
        print(f"{run.workers} workers: {took}")
        print(", ".join(f"{number} {status}" for status, number in sorted(run.counts.items())))
    assert sum(runs[0].counts.values()) == count
    assert runs[0].counts["failed"] == 0
    assert runs[0].digest == runs[1].digest
