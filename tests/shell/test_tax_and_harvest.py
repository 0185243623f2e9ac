"""The tax year and the harvest as their users meet them, on the demonstration's book."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from engine.shell.demo import demo_folder
from tests.shell.cli import Ran, run

Guardband = Callable[..., Ran]
BOOK = demo_folder()


@pytest.fixture
def guardband(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Guardband:
    return lambda *words: run(capsys, monkeypatch, *words)


def test_the_year_adds_up(guardband: Guardband) -> None:
    answer = guardband("tax", "--book", BOOK, "--year", 2016, "--format", "json").answer
    for part, net in (("I", "net_short"), ("II", "net_long")):
        rows = [row for row in answer["rows"] if row["part"] == part]
        assert sum(Decimal(row["gain"]) for row in rows) == Decimal(answer[net])
        for row in rows:
            told = Decimal(row["proceeds"]) - Decimal(row["basis"]) + Decimal(row["adjustment"])
            assert Decimal(row["gain"]) == told
            assert (row["code"] == "W") is (Decimal(row["adjustment"]) > 0)
    assert Decimal(answer["ordinary_deduction"]) == 3000
    carried = Decimal(answer["carryover_short"]) + Decimal(answer["carryover_long"])
    assert Decimal(answer["net_short"]) + Decimal(answer["net_long"]) == -3000 - carried


def test_every_print_of_the_year_has_the_same_rows(guardband: Guardband, tmp_path: Path) -> None:
    rows = guardband("tax", "--book", BOOK, "--year", 2016, "--format", "json").answer["rows"]
    printed = guardband("tax", "--book", BOOK, "--year", 2016, "--format", "csv").out
    sheet = list(csv.DictReader(io.StringIO(printed)))
    assert [Decimal(row["gain"]) for row in sheet] == [Decimal(row["gain"]) for row in rows]
    txf = guardband("tax", "--book", BOOK, "--year", 2016, "--format", "txf").out
    assert txf.count("\nTD") + txf.startswith("TD") == len(rows)
    page = tmp_path / "tax.html"
    assert guardband("tax", "--book", BOOK, "--year", 2016, "--format", "html", "--out", page).status == 0
    assert all(row["description"] in page.read_text() for row in rows)
    text = guardband("tax", "--book", BOOK, "--year", 2016).out
    assert all(row["description"] in text for row in rows)


def test_an_unknown_household_is_named(guardband: Guardband) -> None:
    told = guardband("tax", "--book", BOOK, "--year", 2016, "--household", "NOBODY")
    assert (told.status, told.out) == (2, "")
    assert "ALDER" in told.err


def test_a_harvest_sells_only_what_the_mandate_harvests(guardband: Guardband) -> None:
    answer = guardband("harvest", "--book", BOOK, "--account", "ALD-TAX-2", "--format", "json").answer
    assert answer["schema"] == "guardband/harvest/1"
    assert answer["gate"]["decision"] in ("pass", "warn")
    sold = [row for row in answer["trades"] if row["side"] == "sell"]
    assert sold
    assert all(Decimal(row["gain"]) < 0 for row in sold)
    assert Decimal(answer["objective"]["tax"]) < 0


def test_a_harvest_says_when_to_buy_again(guardband: Guardband) -> None:
    told = guardband("harvest", "--book", BOOK, "--account", "ALD-TAX-2")
    assert "bought again in the household before 2018-03-11" in told.out
