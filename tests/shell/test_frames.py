"""Frames of a notebook become the facts that files of them would be; odd cells are told, not guessed."""

from datetime import date, datetime, time
from decimal import Decimal
from math import nan
from pathlib import Path
from typing import Any

import pytest

import guardband
from engine.facts.failure import InputErrors
from engine.shell.files.book import read_records, records_of
from engine.shell.files.frames import sheet_of_frame
from engine.shell.init import lay_out

TABLES = ("accounts", "securities", "prices", "transactions")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (nan, ""),
        (Decimal("NaN"), ""),
        (Decimal("10.50"), "10.5"),
        (Decimal("1E+3"), "1000"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (100, "100"),
        (True, "yes"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime.combine(date(2026, 3, 1), time()), "2026-03-01"),
        (" KO ", "KO"),
    ],
)
def test_a_cell_is_written_as_a_person_would(cell: Any, text: str) -> None:
    sheet = sheet_of_frame("prices", [{"symbol": "KO", "price": cell}])
    assert sheet.rows == ((1, ("KO", text)),)


def test_a_frame_of_pandas_is_the_book_that_its_files_are(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pip install pandas")
    lay_out(tmp_path / "book")
    sheets = {
        name: sheet_of_frame(name, pandas.read_csv(tmp_path / "book" / f"{name}.csv", dtype=str))
        for name in TABLES
    }
    told, read = records_of(sheets, source="frames"), read_records(tmp_path / "book")
    assert (told.accounts, told.securities, told.prices) == (read.accounts, read.securities, read.prices)
    assert told.transactions is not None
    assert read.transactions is not None
    assert [row.id for row in told.transactions] == [row.id for row in read.transactions]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ("accounts.csv", "a str is no table"),
        (7, "a int is no table"),
        ([{"": 1}], "its columns are not named"),
        ([{"cash": 1, " cash": 2}], "its columns are not named"),
    ],
)
def test_what_is_no_table_is_refused(frame: Any, words: str) -> None:
    with pytest.raises(InputErrors, match=words):
        sheet_of_frame("accounts", frame)


def test_a_problem_names_the_row_of_the_frame() -> None:
    rows = [{"symbol": "KO", "date": date(2026, 3, 1), "price": "much"}]
    with pytest.raises(InputErrors, match="prices row 1, column price"):
        records_of({"prices": sheet_of_frame("prices", rows)}, source="frames")


def test_the_package_tells_what_it_has() -> None:
    assert set(guardband.__all__) <= set(dir(guardband)) | {"trade_rows", "verdict_rows", "lot_rows"}
    assert callable(guardband.verdict_rows)
    with pytest.raises(AttributeError, match="no `verdicts`"):
        _ = guardband.verdicts
