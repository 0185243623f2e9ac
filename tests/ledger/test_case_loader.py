"""The loader of case files tells what does not hold: a case that cannot fail proves nothing."""

from pathlib import Path

import pytest

from tests.ledger.cases import failures, load

STORY = """
happened
  2023-01-10 A buy 100 X for 1000 as old
  2024-06-03 A sell 100 X for 700 as s
  2024-07-03 A buy 100 X for 800 as new
expect
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sale s of old: disallowed 299", "disallowed is 300, expected 299"),
        ("sale s of new: disallowed 300", "missing: sale s of new"),
        ("open old: quantity 100", "missing: open old"),
        ("totals: recognized 1", "recognized is 0, expected 1"),
        ("year 2024: long 5", "long is 0, expected 5"),
        ("refused: anything", "but it was computed"),
        ("nonsense: 1", "not understood"),
        ("tax 2024: net_long 1", "net_long is 0, expected 1"),
        ("form 2024 s of old: code X", "code is W, expected X"),
        ("form 2024 s of none: code W", "missing: form 2024 s of none"),
    ],
)
def test_what_does_not_hold_is_told(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "wrong.case"
    path.write_text(f"{STORY}  {line}\n", encoding="utf-8")
    case = load(path)
    assert any(told in problem for problem in failures(case, case.expectations[0]))


def test_rows_not_expected_are_told(tmp_path: Path) -> None:
    path = tmp_path / "more.case"
    path.write_text(
        STORY.replace("expect", "  2024-07-04 A sell 50 X for 450 as t\nexpect")
        + "  sale s of old: gain -300\n",
        encoding="utf-8",
    )
    case = load(path)
    assert any("not expected" in problem for problem in failures(case, case.expectations[0]))
