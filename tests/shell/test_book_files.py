"""Reading a book: what is accepted, which files there must be, and what their text must be."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.failure import InputErrors
from engine.facts.transactions import TransactionType
from engine.shell.files.book import read_records
from tests.shell.small_book import BOOK, book, only_problem, problems

# ------------------------------------------------------------------ what is accepted


def test_small_book_is_read(tmp_path: Path) -> None:
    records = read_records(book(tmp_path))
    assert records.accounts["TAX-1"].cash == Decimal("12345.60")  # type: ignore[index]
    assert [(p.symbol, p.date.isoformat()) for p in records.prices] == [
        ("KO", "2017-03-07"),
        ("KO", "2018-02-08"),
    ]
    assert records.lots is None
    assert records.transactions is not None
    assert records.transactions[0].row == 2
    assert records.source == str(tmp_path)


def test_unknown_columns_are_kept_and_blank_cells_are_unknown(tmp_path: Path) -> None:
    records = read_records(book(tmp_path))
    coke, fund = records.securities["KO"], records.securities["VTI"]  # type: ignore[index]
    assert dict(coke.attributes) == {
        "symbol": "KO",
        "asset_class": "equity",
        "instrument": "common_stock",
        "issuer": "Coca-Cola",
        "sector": "Consumer Staples",
    }
    assert fund.issuer is None
    assert fund.attributes["esg_score"] == "7.5"


def test_byte_order_mark_windows_lines_and_empty_lines_are_tolerated(tmp_path: Path) -> None:
    folder = book(tmp_path)
    text = "\ufeff" + BOOK["securities.csv"].replace("\n", "\r\n") + "\r\n,,,,,\r\n"
    (folder / "securities.csv").write_bytes(text.encode("utf-8"))
    assert sorted(read_records(folder).securities) == ["KO", "VTI"]


@pytest.mark.parametrize("written", ["5%", "0.05", "5.0%"])
def test_shares_are_percent_or_fraction(tmp_path: Path, written: str) -> None:
    text = f"model,symbol,weight\ngrowth,KO,{written}\n"
    assert read_records(book(tmp_path, models=text)).models[0].weight == Decimal("0.05")


def test_a_full_transaction_row(tmp_path: Path) -> None:
    text = (
        "id,date,account,type,symbol,quantity,price,amount,fees,order,lots,time,ex_date,from_symbol,basis,"
        "acquired,basis_share,note\n"
        'S1,2018-02-08,TAX-1,sell,KO,15,43.10,"1,000.25",4.95,O-7,T1:10;T2:5,14:30:05,,,,,,two lots\n'
        "S2,2018-02-08,,split,KO,2,,,,,,,,,,,,\n"
    )
    first, second = read_records(book(tmp_path, transactions=text)).transactions or ()
    assert first.type is TransactionType.SELL
    assert first.total == Decimal("1000.25")
    assert first.fees == Decimal("4.95")
    assert first.lots == (("T1", Decimal(10)), ("T2", Decimal(5)))
    assert first.time == time(14, 30, 5)
    assert first.order == "O-7"
    assert second.account == ""
    assert second.quantity == Decimal(2)


def test_lots_with_a_disallowed_loss_in_them(tmp_path: Path) -> None:
    text = (
        "lot,account,symbol,quantity,basis,acquired,adjusted_acquired,original_basis\n"
        "L7,TAX-1,KO,60,2520,2016-07-08,2016-06-10,2400\n"
        "L7,TAX-1,KO,40,1600,2016-07-08,,\n"
    )
    adjusted, plain = read_records(book(tmp_path, lots=text)).lots or ()
    assert (adjusted.deferred, adjusted.adjusted_acquired) == (Decimal(120), date(2016, 6, 10))
    assert (plain.deferred, plain.adjusted_acquired) == (Decimal(0), date(2016, 7, 8))
    assert plain.original_basis == Decimal(1600)


def test_every_other_table(tmp_path: Path) -> None:
    records = read_records(
        book(
            tmp_path,
            accounts=BOOK["accounts.csv"]
            .replace("cash\n", "cash,model,benchmark\n")
            .replace('60"', '60",m,b')
            .replace("USD,0\n", "USD,0,,\n"),
            models="model,class,weight\nm,equity,60%\n",
            benchmark="benchmark,date,symbol,weight\nb,2018-02-08,KO,1\n",
            fund_holdings="date,fund,symbol,weight\n2018-02-08,VTI,XYZ,0.4%\n",
            fx="date,currency,rate\n2018-02-08,EUR,1.2246\n",
            open_orders="order,account,side,symbol,quantity,filled\nO1,TAX-1,buy,KO,10,4\n",
            events="date,event,symbol,account\n2018-02-16,earnings,KO,\n",
            risk_exposures="symbol,market,value\nKO,0.6,0.2\nVTI,1,0\n",
            risk_covariance="factor,market,value\nmarket,0.02,0.001\nvalue,0.001,0.01\n",
            risk_specific="symbol,specific\nKO,15%\nVTI,0.01\n",
        )
    )
    assert records.accounts["TAX-1"].model == "m"  # type: ignore[index]
    assert records.models[0].key == "equity"
    assert records.benchmarks[0].day == date(2018, 2, 8)
    assert records.fund_holdings[0].weight == Decimal("0.004")
    assert records.fx[0].rate == Decimal("1.2246")
    assert records.open_orders[0].filled == Decimal(4)
    assert records.events[0].account is None
    assert records.risk is not None
    assert records.risk.covariance["value", "market"] == Decimal("0.001")
    assert records.risk.specific["KO"] == Decimal("0.15")  # type: ignore[index]


# ------------------------------------------------------------------ the folder


def test_no_folder(tmp_path: Path) -> None:
    assert only_problem(tmp_path / "none").splitlines()[1] == (
        "  cure: check the path; `guardband init DIR` writes a small book to begin with"
    )
    assert only_problem(tmp_path / "none").startswith("BOOK: there is no such folder")


def test_empty_folder(tmp_path: Path) -> None:
    assert only_problem(tmp_path) == (
        "BOOK: the folder holds no CSV file\n  cure: `guardband init DIR` writes a small book to begin with"
    )


def test_file_instead_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account\n", encoding="utf-8")
    assert only_problem(path) == (
        "BOOK: a book is a folder, this is a file\n  cure: name the folder that holds accounts.csv"
    )


def test_database_is_not_read_as_a_folder() -> None:
    with pytest.raises(InputErrors, match="a database is not read as a folder"):
        read_records(Path("sqlite:///books.db"))


def test_missing_accounts(tmp_path: Path) -> None:
    assert only_problem(book(tmp_path, **{"accounts": None})) == (
        "BOOK: accounts.csv is missing\n"
        "  cure: add it; `guardband init DIR` writes a small book to begin with"
    )


def test_neither_lots_nor_transactions(tmp_path: Path) -> None:
    assert only_problem(book(tmp_path, transactions=None)) == (
        "BOOK: neither lots.csv nor transactions.csv is there\n"
        "  cure: add one of them; a header alone will do"
    )


def test_nearly_right_file_names(tmp_path: Path) -> None:
    (tmp_path / "benchmarks.csv").write_text("benchmark,date,symbol,weight\n", encoding="utf-8")
    (tmp_path / "transaction.csv").write_text(BOOK["transactions.csv"], encoding="utf-8")
    assert problems(book(tmp_path, transactions=None)) == [
        "BOOK: neither lots.csv nor transactions.csv is there\n"
        "  cure: rename transaction.csv to transactions.csv",
        "BOOK: benchmarks.csv is not a table of a book\n"
        "  cure: rename it to benchmark.csv, or move it out of the folder",
    ]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "trades.csv").write_text("what,ever\n", encoding="utf-8")
    (tmp_path / "restricted.csv").write_text("symbol\nKO\n", encoding="utf-8")
    assert len(read_records(book(tmp_path)).securities) == 2


# ------------------------------------------------------------------ the text of a file


def test_not_utf_8(tmp_path: Path) -> None:
    folder = book(tmp_path)
    (folder / "securities.csv").write_bytes(
        "symbol,asset_class,instrument,issuer\nN,equity,adr,Nestl\xe9".encode("latin-1")
    )
    assert only_problem(folder) == (
        "securities.csv: the file is not UTF-8 text (byte 56)\n"
        "  cure: save it again as CSV with the encoding UTF-8"
    )


def test_row_with_too_few_cells(tmp_path: Path) -> None:
    assert only_problem(book(tmp_path, prices="date,symbol,price\n2018-02-08,KO\n")) == (
        "prices.csv row 2: the row has 2 cells, the header has 3\n"
        "  cure: give every row one cell for each column; put quotes round a text that contains a comma"
    )


def test_unclosed_quote(tmp_path: Path) -> None:
    found = only_problem(book(tmp_path, prices='date,symbol,price\n2018-02-08,"KO,43\n'))
    assert found.startswith("prices.csv row 2: the row is not CSV (")
    assert "cure: check the quotes" in found


def test_empty_file_and_header_mistakes(tmp_path: Path) -> None:
    assert problems(book(tmp_path, prices="", models="model,symbol,weight,weight\n", fx="date,,rate\n")) == [
        "prices.csv: the file is empty\n  cure: begin it with a line of column names",
        "models.csv row 1: two columns are called `weight`\n  cure: rename or delete one of them",
        "fx.csv row 1: column 2 has no name\n  cure: name it, or delete the column",
    ]


def test_semicolons_for_commas(tmp_path: Path) -> None:
    assert only_problem(book(tmp_path, prices="date;symbol;price\n2018-02-08;KO;43,10\n")) == (
        "prices.csv row 1: the cells are separated by semicolons\n  cure: separate them by commas"
    )


def test_missing_column(tmp_path: Path) -> None:
    assert only_problem(book(tmp_path, prices="date,symbol,prices\n2018-02-08,KO,43\n")) == (
        "prices.csv row 1: the column `price` is missing\n  cure: rename `prices` to `price`"
    )
    assert only_problem(book(tmp_path, prices="date,symbol\n2018-02-08,KO\n")) == (
        "prices.csv row 1: the column `price` is missing\n  cure: add a column `price`"
    )
