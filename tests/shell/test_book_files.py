"""Reading a book: what is accepted, and for each kind of mistake the place, the reason and the cure."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.failure import InputErrors
from engine.facts.transactions import TransactionType
from engine.shell.files.book import read_records
from engine.shell.files.trades import read_trades

BOOK = {
    "accounts.csv": """account,household,owner,kind,currency,cash
TAX-1,ADAMS,self,taxable,USD,"12,345.60"
IRA-1,ADAMS,self,ira,USD,0
""",
    "securities.csv": """symbol,asset_class,instrument,issuer,sector,esg_score
KO,equity,common_stock,Coca-Cola,Consumer Staples,
VTI,equity,etf,,,7.5
""",
    "prices.csv": """date,symbol,price
2018-02-08,KO,43.10
2017-03-07,KO,41.99
""",
    "transactions.csv": """id,date,account,type,symbol,quantity,price
T1,2017-03-07,TAX-1,buy,KO,100,41.99
""",
}


def book(folder: Path, **changes: str | None) -> Path:
    """Write the small book above with some files changed, or left out (None)."""
    folder.mkdir(exist_ok=True)
    files: dict[str, str | None] = {**BOOK}
    files.update({f"{name}.csv": text for name, text in changes.items()})
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    """Return the messages of a book that cannot be read, the folder's own path as `BOOK`."""
    with pytest.raises(InputErrors) as caught:
        read_records(folder)
    return [str(problem).replace(str(folder), "BOOK") for problem in caught.value.problems]


def only_problem(folder: Path) -> str:
    found = problems(folder)
    assert len(found) == 1, found
    return found[0]


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


# ------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "12x",
            "`12x` is not a number\n"
            "  cure: write a plain decimal such as 1234.50; thousands commas are allowed",
        ),
        (
            "1,23",
            "`1,23` is not a number\n"
            "  cure: write a plain decimal such as 1234.50; thousands commas are allowed",
        ),
        (
            "1e3",
            "`1e3` is not a number\n"
            "  cure: write a plain decimal such as 1234.50; thousands commas are allowed",
        ),
        (
            "nan",
            "`nan` is not a number\n"
            "  cure: write a plain decimal such as 1234.50; thousands commas are allowed",
        ),
        ("-43", "`-43` is negative\n  cure: write the size without a sign"),
        ("0", "`0` is zero\n  cure: write an amount of more than 0, or delete the row"),
        ("", "the cell is empty\n  cure: fill in `price`; this table cannot do without it"),
    ],
)
def test_bad_price(tmp_path: Path, cell: str, message: str) -> None:
    found = only_problem(book(tmp_path, prices=f'date,symbol,price\n2018-02-08,KO,"{cell}"\n'))
    assert found == f"prices.csv row 2, column price: {message}"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("2018-2-8", "`2018-2-8` is not a date\n  cure: write it as YYYY-MM-DD, for example 2018-02-08"),
        ("02/08/2018", "`02/08/2018` is not a date\n  cure: write it as YYYY-MM-DD, for example 2018-02-08"),
        ("20180208", "`20180208` is not a date\n  cure: write it as YYYY-MM-DD, for example 2018-02-08"),
        ("2018-02-29", "there is no day `2018-02-29`\n  cure: correct the month or the day"),
    ],
)
def test_bad_date(tmp_path: Path, cell: str, message: str) -> None:
    found = only_problem(book(tmp_path, prices=f"date,symbol,price\n{cell},KO,43\n"))
    assert found == f"prices.csv row 2, column date: {message}"


def test_plain_number_where_a_share_is_due(tmp_path: Path) -> None:
    found = only_problem(book(tmp_path, models="model,symbol,weight\ngrowth,KO,5\n"))
    assert found == (
        "models.csv row 2, column weight: `5` reads as 500%\n"
        "  cure: write 5% if that is meant, or a fraction of one such as 0.05; "
        "write 500% if it is really that much"
    )


@pytest.mark.parametrize(
    ("owner", "cure"),
    [("Self", "write self"), ("spuose", "write spouse"), ("me", "write one of self, spouse, entity")],
)
def test_wrong_enumeration_value(tmp_path: Path, owner: str, cure: str) -> None:
    text = BOOK["accounts.csv"].replace("ADAMS,self,taxable", f"ADAMS,{owner},taxable")
    assert only_problem(book(tmp_path, accounts=text)) == (
        f"accounts.csv row 2, column owner: `{owner}` is not known here\n  cure: {cure}"
    )


def test_bad_time_and_lot_pairs(tmp_path: Path) -> None:
    text = "id,date,account,type,symbol,quantity,price,time,lots\nT1,2017-03-07,TAX-1,sell,KO,9,42,25:00,L1\n"
    assert problems(book(tmp_path, transactions=text)) == [
        "transactions.csv row 2, column time: `25:00` is not a time of day\n"
        "  cure: write it as HH:MM or HH:MM:SS",
        "transactions.csv row 2, column lots: `L1` names no lot and quantity\n"
        "  cure: write pairs such as L1:10;L2:5",
    ]


# ------------------------------------------------------------------ rows


def test_the_same_id_twice(tmp_path: Path) -> None:
    text = BOOK["transactions.csv"] + "T1,2017-03-07,TAX-1,buy,KO,1,41.99\n"
    assert only_problem(book(tmp_path, transactions=text)) == (
        "transactions.csv row 3: id `T1` stands here a second time; the first is row 2\n"
        "  cure: delete one of the two rows, or give it its own name"
    )


def test_two_prices_of_one_day(tmp_path: Path) -> None:
    text = BOOK["prices.csv"] + "2018-02-08,KO,43.11\n"
    assert only_problem(book(tmp_path, prices=text)).startswith(
        "prices.csv row 4: symbol `KO`, date `2018-02-08` stands here a second time; the first is row 2\n"
    )


def test_a_lot_twice(tmp_path: Path) -> None:
    text = (
        "lot,account,symbol,quantity,basis,acquired\n"
        "L7,TAX-1,KO,60,2400,2016-07-08\n"
        "L7,TAX-1,KO,40,1600,2016-07-08\n"
    )
    assert only_problem(book(tmp_path, lots=text)) == (
        "lots.csv row 3: lot `L7` of account `TAX-1` stands here a second time; the first is row 2\n"
        "  cure: delete one of the two rows, or give it its own name"
    )


def test_lot_dates_and_bases_that_contradict_each_other(tmp_path: Path) -> None:
    text = (
        "lot,account,symbol,quantity,basis,acquired,adjusted_acquired,original_basis\n"
        "L1,TAX-1,KO,60,2400,2016-07-08,2016-07-09,\n"
        "L2,TAX-1,KO,60,2400,2016-07-08,,2500\n"
    )
    assert problems(book(tmp_path, lots=text)) == [
        "lots.csv row 2, column adjusted_acquired: the adjusted date 2016-07-09 is after the acquisition on "
        "2016-07-08\n"
        "  cure: a washed sale moves the date back: write an earlier date, or leave the cell empty",
        "lots.csv row 3, column original_basis: the original basis 2500 is more than the basis 2400\n"
        "  cure: disallowed losses raise the basis: write the basis before they were added",
    ]


def test_unknown_account_security_model_and_benchmark(tmp_path: Path) -> None:
    found = problems(
        book(
            tmp_path,
            accounts=BOOK["accounts.csv"]
            .replace("cash\n", "cash,model,benchmark\n")
            .replace('60"', '60",growth,')
            .replace("USD,0\n", "USD,0,,world\n"),
            lots="lot,account,symbol,quantity,basis,acquired\nL1,TAX-2,KOX,60,2400,2016-07-08\n",
            transactions=BOOK["transactions.csv"] + "T2,2017-03-07,OLD,buy,ZZZZ,1,2\n",
            benchmark="benchmark,date,symbol,weight\nus,2018-02-08,QQQQ,1\n",
        )
    )
    assert found == [
        "accounts.csv row 2, column model: there is no model `growth`\n"
        "  cure: correct the name, or add a row for it to models.csv",
        "accounts.csv row 3, column benchmark: there is no benchmark `world`\n"
        "  cure: correct the name, or add a row for it to benchmark.csv",
        "lots.csv row 2, column account: there is no account `TAX-2`\n"
        "  cure: write `TAX-1` if that is meant, or add a row for it to accounts.csv",
        "lots.csv row 2, column symbol: there is no security `KOX`\n"
        "  cure: write `KO` if that is meant, or add a row for it to securities.csv",
        "transactions.csv row 3, column account: there is no account `OLD`\n"
        "  cure: correct the name, or add a row for it to accounts.csv",
        "transactions.csv row 3, column symbol: there is no security `ZZZZ`\n"
        "  cure: correct the name, or add a row for it to securities.csv",
        "benchmark.csv row 2, column symbol: there is no security `QQQQ`\n"
        "  cure: correct the name, or add a row for it to securities.csv",
    ]


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    """An account whose row is wrong is still an account: its lots are not reported as well."""
    text = BOOK["accounts.csv"].replace('"12,345.60"', "lots")
    assert only_problem(book(tmp_path, accounts=text)).startswith("accounts.csv row 2, column cash: `lots`")
    text = BOOK["securities.csv"].replace("instrument", "kind_of_paper")
    assert only_problem(book(tmp_path, securities=text)).startswith(
        "securities.csv row 1: the column `instrument` is missing"
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "buy,KO,100,",
            "column price: a row of type `buy` needs price or amount\n  cure: fill in one of them",
        ),
        ("buy,,100,5", "column symbol: a row of type `buy` needs symbol\n  cure: fill it in"),
        ("sell,KO,-5,5", "column quantity: `-5` is negative\n  cure: write the size without a sign"),
        (
            "sell,KO,0,5",
            "column quantity: a row of type `sell` has a quantity of zero\n"
            "  cure: write the size, or delete it",
        ),
        ("deposit,,,", "column amount: a row of type `deposit` needs amount\n  cure: fill it in"),
        (
            "bought,KO,1,5",
            "column type: `bought` is not known here\n  cure: write one of buy, sell, reinvest, award,",
        ),
        ("Buy,KO,1,5", "column type: `Buy` is not known here\n  cure: write buy"),
        (
            "split,KO,2,5",
            "column price: a split has no price\n"
            "  cure: leave `price` empty; `quantity` is the number of new shares for each old one",
        ),
    ],
)
def test_row_that_does_not_fit_its_type(tmp_path: Path, row: str, message: str) -> None:
    text = f"id,date,account,type,symbol,quantity,price\nT9,2017-03-07,TAX-1,{row}\n"
    assert only_problem(book(tmp_path, transactions=text)).startswith(f"transactions.csv row 2, {message}")


def test_more_shares_named_than_sold(tmp_path: Path) -> None:
    text = "id,date,account,type,symbol,quantity,price,lots\nT9,2017-03-07,TAX-1,sell,KO,9,42,T1:8;T2:2\n"
    assert only_problem(book(tmp_path, transactions=text)) == (
        "transactions.csv row 2, column lots: the lots named hold 10 shares, the row is about 9\n"
        "  cure: name as many shares as the row is about, or fewer"
    )


def test_option_without_its_terms(tmp_path: Path) -> None:
    text = (
        "symbol,asset_class,instrument,issuer,underlying,right,strike,expiry,multiplier\n"
        "KO,equity,common_stock,Coca-Cola,,,,,\n"
        "KO180316C45,option,option,OCC,KO,call,45,2018-03-16,\n"
    )
    assert only_problem(book(tmp_path, securities=text)) == (
        "securities.csv row 3, column multiplier: an option needs its multiplier\n"
        "  cure: fill in `multiplier`; an option has underlying, right, strike, expiry, multiplier"
    )


def test_factor_model_with_a_file_missing_or_a_lopsided_matrix(tmp_path: Path) -> None:
    exposures = "symbol,market,value\nKO,0.6,0.2\n"
    assert only_problem(book(tmp_path, risk_exposures=exposures)).startswith(
        "risk_exposures.csv: risk_covariance.csv, risk_specific.csv is missing"
    )
    covariance = "factor,market,value\nmarket,0.02,0.001\nvalue,0.002,0.01\n"
    specific = "symbol,specific\nKO,15%\n"
    found = only_problem(
        book(tmp_path, risk_exposures=exposures, risk_covariance=covariance, risk_specific=specific)
    )
    assert found == (
        "risk_covariance.csv row 2, column value: the covariance of `market` and `value` is 0.001 here and "
        "0.002 the other way round\n  cure: write the same number in both cells"
    )


def test_all_problems_of_all_files_come_out_together(tmp_path: Path) -> None:
    found = problems(
        book(
            tmp_path,
            accounts=BOOK["accounts.csv"].replace("taxable", "taxible"),
            prices=BOOK["prices.csv"].replace("43.10", "free"),
            transactions=BOOK["transactions.csv"].replace("2017-03-07", "yesterday"),
        )
    )
    assert [text.splitlines()[0] for text in found] == [
        "accounts.csv row 2, column kind: `taxible` is not known here",
        "prices.csv row 2, column price: `free` is not a number",
        "transactions.csv row 2, column date: `yesterday` is not a date",
    ]


# ------------------------------------------------------------------ trade lists


def trades_problems(folder: Path, text: str) -> list[str]:
    records = read_records(book(folder))
    path = folder / "trades.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        read_trades(path, records)
    return [str(problem) for problem in caught.value.problems]


def test_trades_are_numbered_in_file_order(tmp_path: Path) -> None:
    records = read_records(book(tmp_path))
    path = tmp_path / "trades.csv"
    path.write_text(
        'account,side,symbol,quantity,price,lot,reason\nTAX-1,sell,KO,40,,T1,trim\nIRA-1,buy,VTI,"1,000",120.5,,\n',
        encoding="utf-8",
    )
    first, second = read_trades(path, records)
    assert (first.number, first.side, first.lot, first.price, first.reason) == (1, "sell", "T1", None, "trim")
    assert (second.number, second.quantity, second.price) == (2, Decimal(1000), Decimal("120.5"))


def test_trades_that_cannot_be_understood(tmp_path: Path) -> None:
    assert trades_problems(
        tmp_path,
        "account,side,symbol,quantity,lot\nTAX-1,buy,KO,0,\nTAX-9,by,KOO,5,\nTAX-1,buy,KO,5,T1\nX,buy,Y,1,\n",
    ) == [
        "trades.csv row 2, column quantity: `0` is zero\n"
        "  cure: write an amount of more than 0, or delete the row",
        "trades.csv row 3, column side: `by` is not known here\n  cure: write buy",
        "trades.csv row 4, column lot: a trade with the side `buy` takes no lot\n"
        "  cure: leave `lot` empty; only sales and covers name the lot that they deliver",
        "trades.csv row 5, column account: there is no account `X`\n"
        "  cure: correct the name, or add a row for it to accounts.csv",
        "trades.csv row 5, column symbol: there is no security `Y`\n"
        "  cure: correct the name, or add a row for it to securities.csv",
    ]


def test_no_trade_file(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="there is no such file"):
        read_trades(tmp_path / "none.csv", read_records(book(tmp_path)))
