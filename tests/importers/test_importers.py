"""Layouts without a real sample, overlaps, levels of detail, and rows that stop themselves alone."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.failure import InputError
from engine.facts.transactions import Transaction
from engine.shell.files.book import read_records
from engine.shell.importers import importer
from engine.shell.importers.merging import Choice
from engine.shell.importers.statement import Statement
from engine.shell.importing import Imported, run
from tests.shared import shared

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCHWAB = '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'


def parse(format: str, path: Path, text: str) -> Statement:
    path.write_text(text, encoding="utf-8")
    reader = importer(format).parse
    assert reader is not None
    return reader(path)


def bring(format: str, path: Path, book: Path, **more: Path) -> Imported:
    choice = Choice(account="A-1", kind="taxable")
    return run(importer(format), path, book=str(book), choice=choice, now=NOW, **more)  # type: ignore[arg-type]


def transactions(book: Path) -> tuple[Transaction, ...]:
    told = read_records(book).transactions
    assert told is not None
    return told


BUY = '"06/13/2024","Buy","AVGO","BROADCOM INC","1","$1680.00","","-$1680.00"\n'
FEE = '"04/21/2023","Advisor Fee","","TO ADVISOR","","","","-$26.58"\n'
SALE = '"07/01/2024","Sell","AVGO","BROADCOM INC","1","$1700.00","$0.05","$1699.95"\n'


def test_files_that_overlap_double_nothing_and_lose_nothing(tmp_path: Path) -> None:
    early, late = tmp_path / "early.csv", tmp_path / "late.csv"
    early.write_text(SCHWAB + BUY + FEE)
    late.write_text(SCHWAB + SALE + BUY + FEE + FEE)
    bring("schwab", early, tmp_path / "book")
    second = bring("schwab", late, tmp_path / "book")
    assert (len(second.merged.new), second.merged.unchanged) == (2, 2)  # the sale, and the second fee
    assert len(transactions(tmp_path / "book")) == 4
    assert not bring("schwab", early, tmp_path / "book").merged.changes


def test_a_reversal_in_a_later_file_changes_the_dividend_and_the_earlier_file_does_not_undo_it(
    tmp_path: Path,
) -> None:
    paid = '"01/05/2024","Cash Dividend","KO","COCA COLA","","","","$4.60"\n'
    back = '"01/08/2024","Cash Dividend","KO","COCA COLA","","","","-$4.60"\n'
    early, late = tmp_path / "early.csv", tmp_path / "late.csv"
    early.write_text(SCHWAB + paid)
    late.write_text(SCHWAB + back + paid)
    bring("schwab", early, tmp_path / "book")
    second = bring("schwab", late, tmp_path / "book")
    assert (len(second.merged.new), len(second.merged.changed)) == (1, 1)
    for path in (early, late):
        assert not bring("schwab", path, tmp_path / "book").merged.changes
    assert sorted(row.type.value for row in transactions(tmp_path / "book")) == [
        "transfer_in",
        "transfer_out",
    ]


def test_a_free_text_action_stops_its_row_with_place_and_cure_and_no_other(tmp_path: Path) -> None:
    odd = '"06/14/2024","Moon Dividend","AVGO","BROADCOM INC","","","","$5.00"\n'
    bad = '"06/15/2024","Sell","AVGO","BROADCOM INC","one","$1700.00","","$1700.00"\n'
    said = parse("schwab", tmp_path / "a.csv", SCHWAB + BUY + odd + bad + FEE)
    assert len(said.drafts) == 2
    assert [(row.line, row.reason) for row in said.unread] == [
        (3, "the action `Moon Dividend` is not known"),
        (4, "`one` is not an amount"),
    ]
    assert all(row.cure for row in said.unread)


def test_a_row_without_a_rate_is_named_and_comes_in_when_the_rate_is_there(tmp_path: Path) -> None:
    path, book = tmp_path / "flex.csv", tmp_path / "book"
    path.write_text(
        "Buy/Sell,TradeDate,ISIN,Quantity,TradePrice,TradeMoney,CurrencyPrimary,IBCommission\n"
        "BUY,20230522,US9220427424,95,93.78,8909.1,USD,-1\nBUY,20230522,CH0111762537,7,282.7,1978.9,CHF,-5\n"
    )
    (tmp_path / "first.csv").write_text(SCHWAB + FEE)
    bring("schwab", tmp_path / "first.csv", book)
    (stopped,) = bring("ibkr-flex-csv", path, book).merged.unread
    assert stopped.reason.startswith("the row is in CHF, the account in USD")
    (book / "fx.csv").write_text("date,currency,rate\n2023-05-19,CHF,1.11\n")
    again = bring("ibkr-flex-csv", path, book).merged
    assert [(row.amount, row.fees) for row in again.new] == [(Decimal("2196.579"), Decimal("5.55"))]


def test_an_account_is_never_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SCHWAB + BUY)
    with pytest.raises(InputError, match="does not name its account"):
        run(importer("schwab"), tmp_path / "a.csv", book=str(tmp_path / "b"), choice=Choice(), now=NOW)
    with pytest.raises(InputError, match="the book has no account `TAX-1`"):
        run(
            importer("schwab"),
            tmp_path / "a.csv",
            book=str(tmp_path / "b"),
            choice=Choice(account="TAX-1"),
            now=NOW,
        )
    assert not (tmp_path / "b").exists()


def test_a_book_that_cannot_take_a_file_stays_as_it_was(tmp_path: Path) -> None:
    book = tmp_path / "book"
    (tmp_path / "a.csv").write_text(SCHWAB + BUY)
    bring("schwab", tmp_path / "a.csv", book)
    (book / "lots.csv").write_text("lot,account\n")
    before = {path.name: path.read_bytes() for path in book.iterdir()}
    (tmp_path / "b.csv").write_text(SCHWAB + SALE)
    with pytest.raises(Exception, match="missing"):
        bring("schwab", tmp_path / "b.csv", book)
    assert {path.name: path.read_bytes() for path in book.iterdir()} == before


FLEX = """<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1">
<AccountInformation accountId="U1" currency="USD"/><Trades>
<Order accountId="U1" symbol="KO" quantity="300" levelOfDetail="ORDER" tradeDate="20240105"/>
{order}
<Trade accountId="U1" assetCategory="STK" symbol="KO" buySell="BUY" quantity="100" proceeds="-6000"
 ibCommission="-1" currency="USD" tradeDate="20240105" ibOrderID="7" levelOfDetail="EXECUTION"/>
<Trade accountId="U1" assetCategory="STK" symbol="KO" buySell="BUY" quantity="200" proceeds="-12000"
 ibCommission="-1" currency="USD" tradeDate="20240105" ibOrderID="7" levelOfDetail="EXECUTION"/>
<Lot accountId="U1" symbol="KO" quantity="100" levelOfDetail="CLOSED_LOT"/>
</Trades></FlexStatement></FlexStatements></FlexQueryResponse>"""
ORDER = (
    '<Trade accountId="U1" assetCategory="STK" symbol="KO" buySell="BUY" quantity="300" proceeds="-18000" '
    'ibCommission="-2" currency="USD" tradeDate="20240105" ibOrderID="7" levelOfDetail="ORDER"/>'
)


def test_a_trade_told_at_three_levels_is_read_once(tmp_path: Path) -> None:
    said = parse("ibkr-flex", tmp_path / "a.xml", FLEX.format(order=ORDER))
    assert [draft.quantity for draft in said.drafts] == [Decimal(100), Decimal(200)]
    assert {draft.order for draft in said.drafts} == {"7"}


def test_vanguards_two_tables(tmp_path: Path) -> None:
    said = parse(
        "vanguard",
        tmp_path / "a.csv",
        "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
        "111,VANGUARD TOTAL BOND,BND,10.5,72.00,756.00,\n\n\n"
        "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,Investment Name,"
        "Symbol,Shares,Share Price,Principal Amount,Commissions and Fees,Net Amount,Accrued Interest,"
        "Account Type,\n"
        "111,2024-01-05,2024-01-09,Buy,Buy,VANGUARD TOTAL BOND,BND,10,70.00,-700.00,1.00,-701.00,0.0,CASH,\n"
        "111,2024-02-01,2024-02-01,Dividend,Dividend Received,VANGUARD TOTAL BOND,BND,0,1.0,35,0,35,0,CASH,\n"
        "111,2024-02-01,2024-02-01,Reinvestment,Reinvest,VANGUARD TOTAL BOND,BND,0.5,70,-35,0,-35,0,CASH,\n"
        "111,2024-02-02,2024-02-02,Something else,?,,,0,0,1,0,1,0,CASH,\n",
    )
    assert [draft.type.value for draft in said.drafts] == ["buy", "dividend", "reinvest"]
    assert (said.drafts[0].amount, said.drafts[0].fees) == (Decimal("700.00"), Decimal("1.00"))
    assert [row.quantity for row in said.held] == [Decimal("10.5")]
    assert [row.line for row in said.unread] == [9]


def test_merrills_layout_as_it_is_described(tmp_path: Path) -> None:
    said = parse(
        "merrill",
        tmp_path / "a.csv",
        '"Trade Date","Settlement Date","Account #","Type","Description 1 ","Description 2",'
        '"Symbol/CUSIP #","Quantity","Price ($)","Amount ($)"\n'
        '"01/05/2024","01/09/2024","51X","Security Transactions","Purchase ","COCA COLA","KO","10","$60.00",'
        '"($600.00)"\n'
        '"02/05/2024","02/05/2024","51X","Dividend","","COCA COLA","KO","","","$4.60"\n'
        '"02/06/2024","02/06/2024","51X","Funds Received","ACH","","","","","$100.00"\n'
        '"02/07/2024","02/07/2024","51X","Riddle","","","","","","$1.00"\n',
    )
    assert [(d.type.value, d.symbol, d.amount) for d in said.drafts] == [
        ("buy", "KO", Decimal("600.00")),
        ("dividend", "KO", Decimal("4.60")),
        ("deposit", None, Decimal("100.00")),
    ]
    assert [row.line for row in said.unread] == [5]


def test_a_workbook_by_its_mapping(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Report of a custodian"])
    sheet.append(["Day", "What", "Ticker", "Units", "Money", "Costs"])
    sheet.append([date(2024, 1, 5), "Purchase", "KO", 10, 600.1, 1.5])
    sheet.append(["06.02.2024", "Income", "KO", None, "4.60", None])
    sheet.append(["07.02.2024", "Riddle", "KO", None, "4.60", None])
    sheet.append(["", "Total", "", None, "604.70", None])
    path = tmp_path / "a.xlsx"
    book.save(path)
    path.with_suffix(".toml").write_text(
        'header = 2\nday_format = "%d.%m.%Y"\ncurrency = "USD"\nleft_aside = ["Total"]\n'
        '[columns]\ndate = "Day"\ntype = "What"\nsymbol = "Ticker"\nquantity = "Units"\namount = "Money"\n'
        'fees = "Costs"\n[types]\n"Purchase" = "buy"\n"Income" = "dividend"\n'
    )
    reader = importer("xlsx").parse
    assert reader is not None
    said = reader(path)
    assert [(d.day, d.type.value, d.amount, d.fees) for d in said.drafts] == [
        (date(2024, 1, 5), "buy", Decimal("600.1"), Decimal("1.5")),
        (date(2024, 2, 6), "dividend", Decimal("4.60"), Decimal(0)),
    ]
    assert [row.line for row in said.unread] == [5]
    path.with_suffix(".toml").write_text('[columns]\ndate = "Day"\ntipe = "What"\n')
    with pytest.raises(InputError, match="no `tipe`"):
        reader(path)


def test_prices_of_the_book_come_in_and_a_spin_off_told_as_a_dividend_is_told(tmp_path: Path) -> None:
    book = tmp_path / "book"
    buy = '"01/05/2015","Buy","EBAY","EBAY INC","1","$56.00","","-$56.00"\n'
    (tmp_path / "a.csv").write_text(SCHWAB + buy)
    bring("schwab", tmp_path / "a.csv", book)
    (tmp_path / "p.csv").write_text(
        "date,symbol,close,volume,dividend,split\n2015-07-17,EBAY,66.29,1,,\n2015-07-20,EBAY,28.57,1,38.39,\n"
        "2015-07-20,XYZ,1,,,\n2015-07-21,EBAY,-1,,,\n"
    )
    done = bring("prices", tmp_path / "p.csv", book)
    assert [(row.symbol, row.price) for row in done.merged.prices] == [
        ("EBAY", Decimal("66.29")),
        ("EBAY", Decimal("28.57")),
    ]
    assert done.merged.left_out == 1
    assert [row.line for row in done.merged.unread] == [5]
    ((symbol, day, words),) = done.doubts
    assert (symbol, day) == ("EBAY", date(2015, 7, 20))
    assert "57.9% of the price before" in words
    assert not bring("prices", tmp_path / "p.csv", book).merged.changes


@pytest.mark.long
def test_the_traps_of_five_years_of_prices_are_told_at_import(tmp_path: Path) -> None:
    """Of 56 events found by hand, those that the data gate sees; the others moved the price by less."""
    pq = pytest.importorskip("pyarrow.parquet")
    path = shared("data/equities/sp500_daily_2015_2019.parquet")
    notes = list(csv.DictReader(shared("data/equities/corporate_action_notes.csv").read_text().splitlines()))
    columns = ["date", "symbol", "close", "dividend", "split"]
    names = sorted({note["symbol"] for note in notes})
    some = tmp_path / "some.parquet"
    pq.write_table(pq.read_table(path, columns=columns, filters=[("symbol", "in", names)]), some)
    (tmp_path / "book").mkdir()
    done = bring("prices", some, tmp_path / "book")
    told = {(symbol, day.isoformat()) for symbol, day, _ in done.doubts}
    seen = [note for note in notes if (note["symbol"], note["date"]) in told]
    assert len(notes) == 56
    assert len(seen) >= 48
