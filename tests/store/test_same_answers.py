"""A command tells the same bytes from a folder and from a database it was imported into."""

from datetime import date
from pathlib import Path

import pytest

from engine.shell.demo import demo_folder
from engine.shell.store.connect import open_store
from tests.shell.cli import Ran, run
from tests.store.books import FILES, at, book, differences, load_folder, of_folder, stored

TRADES = """account,side,symbol,quantity
ALD-TAX-1,buy,AAPL,50
ALD-TAX-2,sell,XOM,5
"""
QUICK = (
    ("drift", "--format", "json"),
    ("gate", "--trades", "TRADES", "--fail-on", "never", "--format", "json"),
    ("lots", "--format", "json"),
    ("tax", "--year", "2017", "--all"),
)
SLOW = (
    ("lots", "--as-of", "2017-03-01", "--policy", "alder.direct_index"),
    ("tax", "--year", "2016", "--format", "csv"),
    ("rebalance", "--format", "json"),
    ("harvest", "--format", "json"),
    ("gate", "--trades", "TRADES", "--groups", "all", "--format", "json", "--as-of", "2017-06-01"),
    ("impact", "alder.direct_index", "--format", "json", "--days", "30"),
)
FROM_FOLDER: dict[tuple[str, ...], Ran] = {}
"""What each command told of the folder: asked once, compared on both databases."""


def same(
    words: tuple[tuple[str, ...], ...],
    address: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = demo_folder()
    (tmp_path / "trades.csv").write_text(TRADES, encoding="utf-8")
    with open_store(address) as store:
        load_folder(store, folder)
        assert differences(stored(store), of_folder(folder)) == []
    for asked in words:
        command, *rest = [str(tmp_path / "trades.csv") if word == "TRADES" else word for word in asked]
        if asked not in FROM_FOLDER:
            FROM_FOLDER[asked] = run(capsys, monkeypatch, command, "--book", folder, *rest)
        told = run(capsys, monkeypatch, command, "--book", address, *rest)
        assert told.out, f"{command} told nothing: {told.err}"
        assert (told.status, told.out) == (FROM_FOLDER[asked].status, FROM_FOLDER[asked].out), command


def test_the_demonstration_tells_the_same_bytes(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    same(QUICK, address, tmp_path, capsys, monkeypatch)


@pytest.mark.long
def test_proposals_for_the_demonstration_are_the_same_bytes(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    same(SLOW, address, tmp_path, capsys, monkeypatch)


def test_a_small_book_is_rebalanced_alike(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = book(tmp_path / "book", fund_holdings=None)
    with open_store(address) as store:
        load_folder(store, folder)
    told = [
        run(capsys, monkeypatch, "rebalance", "--book", book_, "--format", "json")
        for book_ in (folder, address)
    ]
    assert told[0].out, told[0].err
    assert (told[0].status, told[0].out) == (told[1].status, told[1].out)  # one is recorded beside it


def test_known_asks_for_what_was_known_then(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = book(tmp_path / "old")
    corrected = FILES["transactions.csv"].replace(
        "T4,2025-12-20,IRA-1,buy,KO,10", "T4,2025-12-20,IRA-1,buy,KO,15"
    )
    new = book(tmp_path / "new", transactions=corrected)
    with open_store(address) as store:
        load_folder(store, old)
        load_folder(store, new, day=2)

    def lots(source: object, *words: str) -> str:
        told = run(capsys, monkeypatch, "lots", "--book", source, "--format", "json", *words)
        return told.out or told.err

    assert lots(address) == lots(new)
    assert lots(address, "--known", "2026-03-01") == lots(old)  # the end of that day
    assert lots(address, "--known", "2026-03-03T11:59:59") == lots(old)
    assert lots(address, "--known", "2026-03-03T12:00:00") == lots(new)
    assert "the database knew of no account" in lots(address, "--known", "2026-02-27")
    assert "a folder does not tell what was known when" in lots(old, "--known", "2026-03-01")


def test_the_version_of_a_policy_is_that_of_the_day(address: str, tmp_path: Path) -> None:
    from engine.shell.store.mandates import shelf_of

    second = FILES["adams.mandate"].replace("1.0.0", "1.10.0").replace("2025-01-01\n", "2026-01-01\n", 1)
    third = second.replace("1.10.0", "1.9.0")
    folder = book(tmp_path / "book", second__mandate=second, third__mandate=third)
    with open_store(address) as store:
        load_folder(store, folder)
        with store.reading() as session:

            def version(day: date) -> list[str]:
                return [row.version for row in shelf_of(session, as_of=day, known=at(0)).in_force]

            assert version(date(2024, 12, 31)) == []
            assert version(date(2025, 1, 1)) == ["1.0.0"]
            assert version(date(2025, 12, 31)) == ["1.0.0"]
            assert version(date(2026, 1, 1)) == ["1.10.0"]  # of two that begin on one day the higher counts
