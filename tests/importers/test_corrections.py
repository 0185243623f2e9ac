"""What a custodian tells otherwise in a later file: told, taken over where asked for, never there twice."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.shell.importers import importer
from engine.shell.importers.corrections import Corrections
from engine.shell.importers.merging import Choice
from engine.shell.importing import Imported, run
from tests.importers.test_importers import NOW, SCHWAB, transactions
from tests.shell.cli import run as guardband

OPENING = '"03/02/2026","Buy","PEP","PEPSICO","10","$100.00","","-$1000.00"\n'
CLOSING = '"03/09/2026","Buy","PEP","PEPSICO","5","$100.00","","-$500.00"\n'


def bought(size: int, price: str, *, day: str = "03/04/2026", fee: str = "") -> str:
    amount = size * Decimal(price) + Decimal(fee or 0)
    return f'"{day}","Buy","KO","COCA COLA","{size}","${price}","{fee and "$" + fee}","-${amount:.2f}"\n'


def schwab(path: Path, *rows: str) -> Path:
    path.write_text(SCHWAB + CLOSING + "".join(rows) + OPENING)
    return path


def bring(path: Path, book: Path | str, corrections: Corrections = Corrections.TELL) -> Imported:
    choice = Choice(account="A-1", kind="taxable", corrections=corrections)
    return run(importer("schwab"), path, book=str(book), choice=choice, now=NOW)


def coca_cola(book: Path) -> list[tuple[object, object, object]]:
    return [(row.quantity, row.total, row.fees) for row in transactions(book) if row.symbol == "KO"]


def test_a_price_that_was_corrected_is_told_and_no_second_purchase(tmp_path: Path) -> None:
    book = tmp_path / "book"
    bring(schwab(tmp_path / "monday.csv", bought(100, "40.10")), book)
    before = {path.name: path.read_bytes() for path in book.iterdir()}
    told = bring(schwab(tmp_path / "friday.csv", bought(100, "40.08")), book)
    (row,) = told.merged.unread
    assert "the book has it otherwise: 2026-03-04 buy 100 KO for 4,010.00" in row.reason
    assert "--corrections apply" in row.cure
    assert {path.name: path.read_bytes() for path in book.iterdir()} == before


def test_a_correction_taken_over_keeps_the_name_of_the_lot_and_no_file_undoes_it(tmp_path: Path) -> None:
    book = tmp_path / "book"
    monday = schwab(tmp_path / "monday.csv", bought(100, "40.10"))
    friday = schwab(tmp_path / "friday.csv", bought(100, "40.08"))
    bring(monday, book)
    (name,) = [row.id for row in transactions(book) if row.symbol == "KO"]
    assert len(bring(friday, book, Corrections.APPLY).merged.changed) == 1
    assert coca_cola(book) == [(100, Decimal("4008.00"), 0)]
    assert [row.id for row in transactions(book) if row.symbol == "KO"] == [name]
    for path in (monday, friday, monday):
        again = bring(path, book, Corrections.APPLY)
        assert not again.merged.changes
        assert not again.merged.unread
    assert coca_cola(book) == [(100, Decimal("4008.00"), 0)]


def test_other_shares_take_the_place_of_the_first_ones_and_both_hold_where_the_person_says_so(
    tmp_path: Path,
) -> None:
    files = schwab(tmp_path / "a.csv", bought(100, "40.10")), schwab(tmp_path / "b.csv", bought(90, "40.10"))
    for corrections, sizes in ((Corrections.APPLY, [90]), (Corrections.ADD, [100, 90])):
        book = tmp_path / corrections
        bring(files[0], book)
        bring(files[1], book, corrections)
        assert [size for size, _, _ in coca_cola(book)] == sizes


def test_an_order_of_ours_and_the_custodians_fills_of_it_are_one_purchase(tmp_path: Path) -> None:
    """GB7-1 bought 100 for 4,010.60: 40 at 40.10 and 60 at 40.11."""
    book = tmp_path / "book"
    paid = '"02/02/2026","Cash Dividend","KO","COCA COLA","","","","$4.60"\n'
    bring(schwab(tmp_path / "before.csv", paid), book)
    ours = "GB7-1.A-1.20260304,2026-03-04,A-1,buy,KO,100,,4010.60\n"
    columns = "id,date,account,type,symbol,quantity,price,amount"
    header, _, rest = (book / "transactions.csv").read_text().partition("\n")
    assert header.startswith(columns)
    (book / "transactions.csv").write_text(f"{header}\n{rest}{ours.strip()}{',' * (header.count(',') - 7)}\n")
    fills = schwab(tmp_path / "fills.csv", bought(40, "40.10"), bought(60, "40.11"))
    done = bring(fills, book)
    assert (len(done.merged.new), done.merged.unread) == (0, ())
    assert [size for size, _, _ in coca_cola(book)] == [None, 100]
    # with a fee that our order did not know the money differs: told, and taken over with the order's name
    dear = schwab(tmp_path / "dear.csv", bought(40, "40.10", fee="0.02"), bought(60, "40.11", fee="0.03"))
    assert len(bring(dear, book).merged.unread) == 2
    bring(dear, book, Corrections.APPLY)
    assert coca_cola(book)[1:] == [(100, Decimal("4010.60"), Decimal("0.05"))]
    assert not bring(dear, book).merged.changes


@pytest.mark.parametrize("day", ["03/04/2026", "03/02/2026", "03/09/2026"])
def test_a_row_that_is_gone_is_told_inside_the_days_that_the_file_covers(tmp_path: Path, day: str) -> None:
    """The first and the last day of a file may be there in part: 2 and 9 March are not told."""
    book = tmp_path / "book"
    bring(schwab(tmp_path / "monday.csv", bought(100, "40.10", day=day)), book)
    done = bring(schwab(tmp_path / "friday.csv"), book)
    assert len(done.merged.gone) == int(day == "03/04/2026")
    assert not done.merged.changes


def test_a_cancelled_purchase_ends_and_the_earlier_file_does_not_bring_it_back(tmp_path: Path) -> None:
    book = tmp_path / "book"
    monday = schwab(tmp_path / "monday.csv", bought(100, "40.10"))
    bring(monday, book)
    bring(schwab(tmp_path / "friday.csv"), book, Corrections.APPLY)
    assert coca_cola(book) == []
    (row,) = [row for row in transactions(book) if (row.note or "").startswith("cancelled")]
    assert (row.type.value, row.total) == ("fee", Decimal(0))
    again = bring(monday, book)
    assert not again.merged.changes
    assert coca_cola(book) == []


def test_a_file_of_dividends_says_nothing_of_trades(tmp_path: Path) -> None:
    book = tmp_path / "book"
    bring(schwab(tmp_path / "monday.csv", bought(100, "40.10")), book)
    paid = ('"03/01/2026","Cash Dividend","KO","COCA COLA","","","","$4.60"\n'
            '"03/10/2026","Cash Dividend","PEP","PEPSICO","","","","$4.60"\n')  # fmt: skip
    (tmp_path / "dividends.csv").write_text(SCHWAB + paid)
    assert bring(tmp_path / "dividends.csv", book).merged.gone == ()


def test_the_command_tells_and_a_database_is_corrected_as_a_folder_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = f"sqlite:///{tmp_path}/firm.db"
    early = schwab(tmp_path / "monday.csv", bought(100, "40.10"), bought(7, "40.00", day="03/05/2026"))
    late = schwab(tmp_path / "friday.csv", bought(100, "40.08"))
    to = ("--book", book, "--account", "A-1")
    assert guardband(capsys, monkeypatch, "import", "schwab", early, *to, "--new", "taxable").status == 0
    told = guardband(capsys, monkeypatch, "import", "schwab", late, *to)
    assert told.status == 1
    assert "the book has it otherwise: 2026-03-04 buy 100 KO for 4,010.00" in told.out
    assert "1 row of days that the file covers is not in it any more" in told.out
    assert guardband(capsys, monkeypatch, "import", "schwab", late, *to, "--corrections", "apply").status == 0
    lots = guardband(capsys, monkeypatch, "lots", "--book", book, "--format", "json").answer["open_lots"]
    assert [(row["quantity"], row["basis"]) for row in lots if row["symbol"] == "KO"] == [("100", "4008")]
    again = guardband(capsys, monkeypatch, "import", "schwab", early, *to, "--format", "json")
    assert (again.status, again.answer["changed"]) == (0, False)
