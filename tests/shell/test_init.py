"""`guardband init`: the book that it writes works, and nothing that exists is overwritten."""

from decimal import Decimal
from pathlib import Path

import pytest

from dsl.check import Checked, check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.words import shipped
from engine.facts.failure import InputErrors
from engine.facts.trades import Side
from engine.gate.answer import gate_answer
from engine.gate.engine.durable import available
from engine.gate.examples import run_examples
from engine.shell import work
from engine.shell.files.book import read_records
from engine.shell.files.trades import read_trades
from engine.shell.init import lay_out

NAMES = [
    "README.md",
    "accounts.csv",
    "prices.csv",
    "securities.csv",
    "start.mandate",
    "trades.csv",
    "transactions.csv",
]


def test_book_that_is_written_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "book"
    assert [path.name for path in lay_out(folder)] == NAMES
    records = read_records(folder)
    trades = read_trades(folder / "trades.csv", records)
    assert [(trade.side, trade.quantity) for trade in trades] == [
        (Side.BUY, Decimal(110)),
        (Side.BUY, Decimal(20)),
        (Side.BUY, Decimal(15)),
    ]
    signs = {"deposit": 1, "buy": -1, "sell": 1}
    cash = sum(signs[row.type] * row.total for row in records.transactions or ())
    assert [account.cash for account in records.accounts.values()] == [cash]


def checked(folder: Path) -> Checked:
    text = (folder / "start.mandate").read_text(encoding="utf-8")
    return check(
        parse(text, file="start.mandate"),
        catalogue=shipped(),
        library=library_of(()),
        files=no_files,
        schema=None,
        today=None,
    )


def test_its_mandate_has_no_findings(tmp_path: Path) -> None:
    lay_out(tmp_path)
    found = checked(tmp_path)
    assert found.diagnostics == ()
    assert found.policy is not None
    assert [account.policy for account in read_records(tmp_path).accounts.values()] == [found.policy.id]


@pytest.mark.skipif(
    available() is not None, reason="one of the gate's two evaluators cannot be installed here"
)
def test_its_examples_hold_and_its_list_is_judged_as_its_reasons_say(tmp_path: Path) -> None:
    lay_out(tmp_path)
    with work.opened(None, tmp_path, None) as desk:
        policy = checked(tmp_path).policy
        assert desk.inference is not None
        assert policy is not None
        results = run_examples(policy, engine=desk.inference)
        trades = read_trades(tmp_path / "trades.csv", desk.records)
        answer = gate_answer(desk.judge(trades))
    assert [row.title for row in results if not row.passed] == []
    assert [(row["decision"], row["rules"], row["max_quantity"]) for row in answer["trades"]] == [
        ("block", ["CAP"], "104"),
        ("block", ["WASH"], "0"),
        ("pass", [], answer["trades"][2]["max_quantity"]),
    ]


def test_every_file_is_told_in_the_readme(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if name != "README.md" and f"`{name}`" not in text] == []


def test_nothing_is_overwritten_and_nothing_is_written_beside(tmp_path: Path) -> None:
    (tmp_path / "trades.csv").write_text("mine\n", encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        lay_out(tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{tmp_path / 'trades.csv'}: the file exists and is not overwritten\n"
        "  cure: name a folder that does not exist yet, or move the file away"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["trades.csv"]
    assert (tmp_path / "trades.csv").read_text(encoding="utf-8") == "mine\n"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "book"
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputErrors, match="this is a file, not a folder"):
        lay_out(path)
