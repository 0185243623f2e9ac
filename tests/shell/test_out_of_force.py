"""A policy that is not in force on the day says so by itself: its silence is no approval."""

from pathlib import Path

import pytest

from engine.shell.init import lay_out
from tests.shell.cli import run


@pytest.mark.parametrize(("first", "is_told"), [("2026-03-10", False), ("2026-03-11", True)])
def test_a_policy_from_tomorrow_is_told_to_judge_nothing(
    first: str,
    is_told: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book = tmp_path / "book"
    lay_out(book)
    mandate = book / "start.mandate"
    text = mandate.read_text(encoding="utf-8")
    mandate.write_text(text.replace("effective from 2025-01-01", f"effective from {first}"), encoding="utf-8")
    told = run(capsys, monkeypatch, "gate", "--book", book, "--trades", book / "trades.csv")
    line = f"adams.start 0.1.0 is in force from {first}; none of its rules was judged on 2026-03-10"
    assert (line in " ".join(told.out.split())) is is_told
    assert told.status == (0 if is_told else 1)


def test_wash_sales_of_2016_are_judged_by_the_shipped_policy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(__file__).parent.parent / "data" / "list_2016"
    words = ("--policy", "us.wash_sales", "--as-of", "2016-07-08", "--trades", data / "trades.csv")
    told = run(capsys, monkeypatch, "gate", "--book", data / "book", *words)
    assert "rule WASH-1" in told.out
    assert "none of its rules" not in told.out
