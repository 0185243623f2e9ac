"""Every real file: records in, facts out, unread rows; and importing everything twice changes nothing."""

import csv
import importlib.util
import io
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from engine.facts.failure import InputError
from engine.facts.ids import AccountId
from engine.facts.transactions import Transaction, TransactionType
from engine.shell.files.book import read_records
from engine.shell.importers import importer
from engine.shell.importers.merging import Choice
from engine.shell.importers.statement import Statement
from engine.shell.importing import Imported, run
from tests.importers.samples import SAMPLES, Sample
from tests.shared import shared
from tests.shell.cli import run as guardband

EVERYDAY = ("kapji_2023", "realized_gain")
"""Parts of names of samples that go into a database in the everyday run; the long one takes all."""

LARGEST_UNREAD_SHARE = Fraction(5, 100)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ids = [sample.name for sample in SAMPLES]


def statement(sample: Sample) -> Statement:
    parse = importer(sample.format).parse
    assert parse is not None
    return parse(sample.path)


def brought_in(sample: Sample, book: Path | str) -> Imported:
    return run(
        importer(sample.format),
        sample.path,
        book=str(book),
        choice=Choice(account="A-1", kind="taxable"),
        now=NOW,
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_every_record_is_a_fact_or_read_into_one_or_named(sample: Sample) -> None:
    said = statement(sample)
    assert said.records == sample.records
    assert said.facts == sample.facts
    assert tuple(row.line for row in said.unread) == sample.unread
    assert said.facts + said.joined + len(said.unread) == said.records
    assert Fraction(len(said.unread), said.records) <= LARGEST_UNREAD_SHARE
    assert all(row.reason and row.cure and row.words for row in said.unread)


def counted_apart(sample: Sample) -> int:
    """Count a file's records without its importer: rows that begin with a day, elements, list entries."""
    text = sample.path.read_text(encoding="utf-8-sig")
    if sample.format == "ibkr-flex":
        root = ElementTree.fromstring(text)
        names = ("Trade", "CashTransaction", "CorporateAction", "SalesTax", "OpenPosition")
        return sum(len(list(root.iter(name))) for name in names)
    if sample.format == "ofx":
        return len(re.findall(r"<(?:BUYMF|SELLMF|TRANSFER|REINVEST|INCOME|POSMF|INVBAL)>", text))
    if sample.format == "schwab-awards":
        return len(json.loads(text)["transactions"])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if sample.format == "ibkr-activity":
        return sum(row[:2] == ["Transaction History", "Data"] for row in rows) + 1
    if sample.format == "schwab-positions":
        return sum(len(row) > 10 and row[0] not in ("Symbol", "Positions Total") for row in rows)
    if sample.format in ("schwab-lots", "ibkr-flex-csv"):
        return sum(any(re.search(r"\d", cell) for cell in row) for row in rows) - ("lots" in sample.format)
    if sample.format == "trading212":
        return len(rows) - 1
    return sum(bool(row) and bool(re.match(r"\d\d[-/]\d\d[-/]\d{4}", row[0])) for row in rows)


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_no_record_is_overlooked(sample: Sample) -> None:
    assert counted_apart(sample) == sample.records


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_every_fact_remembers_file_and_line_and_no_float_comes_in(sample: Sample) -> None:
    for draft in statement(sample).drafts:
        assert draft.line > 1
        assert draft.words
        for value in (draft.quantity, draft.price, draft.amount, draft.fees):
            assert value is None or isinstance(value, Decimal)


def book_of_rates(folder: Path) -> Path:
    """Begin a folder with the rates that files in several currencies need."""
    folder.mkdir()
    (folder / "accounts.csv").write_text(
        "account,household,owner,kind,currency,cash\nA-1,A-1,self,taxable,USD,0\n"
    )
    (folder / "securities.csv").write_text("symbol,asset_class,instrument,issuer\n")
    (folder / "transactions.csv").write_text("id,date,account,type,symbol,quantity,price\n")
    rates = {"EUR": "1.1", "CHF": "1.05", "GBP": "1.3", "JPY": "0.0075", "CAD": "0.75"}
    said = [statement(sample) for sample in SAMPLES]
    pairs = {(draft.day, draft.currency or one.currency) for one in said for draft in one.drafts}
    lines = sorted(f"{day},{name},{rates[name]}" for day, name in pairs if name in rates)
    (folder / "fx.csv").write_text("\n".join(["date,currency,rate", *lines]) + "\n")
    return folder


def test_importing_everything_twice_into_a_folder_changes_nothing(tmp_path: Path) -> None:
    book = book_of_rates(tmp_path / "book")
    first = [brought_in(sample, book) for sample in SAMPLES]
    assert all(done.merged.changes for done in first)
    assert sum(len(done.merged.unread) for done in first) == 3
    before = {path.name: path.read_bytes() for path in book.iterdir()}
    told = read_records(book)
    assert told.transactions is not None
    assert len(told.transactions) == sum(len(done.merged.new) for done in first)
    for done in [brought_in(sample, book) for sample in reversed(SAMPLES)]:
        assert not done.merged.changes, done.merged.statement.source
        assert done.files == ()
    assert {path.name: path.read_bytes() for path in book.iterdir()} == before


def twice_into_a_database(folder: Path, address: str, samples: list[Sample]) -> None:
    """Import samples twice into a database whose book has lots.csv, so that a history may begin late."""
    from engine.shell.books import read_book
    from engine.shell.importers.book import read as read_folder
    from engine.shell.store.connect import open_store
    from engine.shell.store.load import load

    (book_of_rates(folder) / "lots.csv").write_text("lot,account,symbol,quantity,basis,acquired\n")
    with open_store(address, create=True) as store:
        load(store, read_folder(folder), now=NOW)
    first = [brought_in(sample, address) for sample in samples]
    assert all(done.merged.changes for done in first)
    told = read_book(address, as_of=date(2027, 1, 1)).records
    for done in [brought_in(sample, address) for sample in samples]:
        assert not done.merged.changes, done.merged.statement.source
    assert told.transactions is not None
    assert len(told.transactions) == sum(len(done.merged.new) for done in first)
    assert told.broker_forms is not None
    assert len(told.broker_forms) == 2
    assert told.lots == ()


def test_importing_twice_into_a_database_changes_nothing(tmp_path: Path) -> None:
    some = [sample for sample in SAMPLES if any(part in sample.name for part in EVERYDAY)]
    twice_into_a_database(tmp_path / "book", f"sqlite:///{tmp_path}/firm.db", some)


@pytest.mark.long
def test_importing_everything_twice_into_a_database_changes_nothing(tmp_path: Path) -> None:
    twice_into_a_database(tmp_path / "book", f"sqlite:///{tmp_path}/firm.db", list(SAMPLES))


def test_a_database_refuses_a_history_that_begins_late_and_says_what_to_add(tmp_path: Path) -> None:
    sample = next(row for row in SAMPLES if row.name.endswith("transactions_2023_reds.csv"))
    with pytest.raises(InputError) as refused:
        brought_in(sample, f"sqlite:///{tmp_path}/firm.db")
    assert "BND" in str(refused.value)
    assert refused.value.cure


def test_positions_stated_by_a_file_with_its_whole_history_are_those_of_its_transactions(
    tmp_path: Path,
) -> None:
    sample = next(row for row in SAMPLES if "brokerage" in row.name)
    (check,) = brought_in(sample, tmp_path / "book").merged.checks
    assert check.stated == Decimal("388.00")
    assert check.agrees


def test_positions_of_a_file_whose_history_begins_late_differ_by_what_was_held_before(tmp_path: Path) -> None:
    sample = next(row for row in SAMPLES if "401k" in row.name)
    book = tmp_path / "book"
    (check,) = brought_in(sample, book).merged.checks
    assert check.derived == Fraction("15.741031")
    opening = Decimal("113.718") - Decimal("15.741031")
    cells = f"T0,2022-12-30,A-1,buy,VGI007743,{opening},100,,,held before\n"
    (book / "transactions.csv").write_text((book / "transactions.csv").read_text() + cells)
    (again,) = brought_in(sample, book).merged.checks
    assert again.agrees


def rows_of(sample_name: str, book: Path) -> dict[int, Transaction]:
    sample = next(row for row in SAMPLES if sample_name in row.name)
    return {row.row: row for row in brought_in(sample, book).merged.new}


def test_two_fees_of_one_amount_and_day_are_two(tmp_path: Path) -> None:
    rows = rows_of("schwab/transactions_2023_ghostfolio", tmp_path / "book")
    same = [
        row for row in rows.values() if row.type is TransactionType.FEE and row.amount == Decimal("26.58")
    ]
    assert len(same) == 2
    assert {row.id.count("-") for row in same} == {2, 3}


def test_a_dividend_that_was_reversed_is_no_income_and_the_one_paid_again_is(tmp_path: Path) -> None:
    rows = rows_of("uk_cash_report", tmp_path / "book")
    assert [rows[line].type.value for line in (12, 13, 14)] == ["transfer_in", "transfer_out", "dividend"]
    assert [rows[line].type.value for line in (19, 20)] == ["transfer_out", "transfer_in"]


def test_an_assigned_put_takes_its_shares_with_it(tmp_path: Path) -> None:
    rows = rows_of("flex_pp_02", tmp_path / "book")
    assert rows[8].type is TransactionType.ASSIGNMENT
    assert rows[8].amount == Decimal("4185.05")  # 5,000 USD at 0.83701
    assert 6 not in rows  # the shares at the strike


def test_corporate_actions_of_two_rows_are_one_fact(tmp_path: Path) -> None:
    rows = rows_of("flex_pp_01", tmp_path / "book")
    assert (rows[40].type, rows[40].symbol, rows[40].quantity) == ("split", "GCM", Decimal("0.04"))
    assert (rows[39].type, rows[39].from_symbol, rows[39].quantity) == ("merger", "UUU", Decimal(12000))
    assert (rows[42].type, rows[42].from_symbol, rows[42].symbol) == ("merger", "UUU.TEN2", None)


def test_each_account_of_a_file_goes_to_its_own(tmp_path: Path) -> None:
    sample = next(row for row in SAMPLES if "flex_pp_05" in row.name)
    done = run(
        importer(sample.format),
        sample.path,
        book=str(tmp_path / "book"),
        choice=Choice(accounts={"U1234567": "ONE", "U2379850": "TWO"}, kind="ira", household="ADAMS"),
        now=NOW,
    )
    assert {row.account for row in done.merged.new} == {AccountId("ONE"), AccountId("TWO")}
    assert {(row.kind, row.household) for row in done.merged.accounts} == {("ira", "ADAMS")}


@pytest.fixture
def read_samples() -> ModuleType:
    path = Path(__file__).parents[2] / "docs" / "read_samples.py"
    spec = importlib.util.spec_from_file_location("read_samples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_of_the_page_are_those_that_the_files_give(read_samples: ModuleType) -> None:
    done = list(read_samples.read(shared("data/broker")))
    page = (Path(__file__).parents[2] / "docs" / "importers.md").read_text(encoding="utf-8")
    for line in read_samples.table(done):
        assert line in page, line
    for one in done:
        for row in one.first.merged.statement.unread:
            assert f"| {one.sample.name}, {row.line} |" in page
    (late, whole) = [line.split(" | ")[-2:] for line in read_samples.positions(done)[2:]]
    assert late == ["113.718", "15.741031 |"]
    assert whole == ["388", "388 |"]
    assert not any(one.second.merged.changes for one in done)


def test_a_dry_run_tells_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = SAMPLES[0]
    args = ("import", sample.format, str(sample.path), "--book", str(tmp_path / "book"), "--dry-run")
    done = guardband(capsys, monkeypatch, *args)
    assert done.status == 1
    assert "119 records, 113 facts, 4 read into another's, 2 unread" in done.out
    assert "cure: add the row to transactions.csv by hand" in done.out
    assert not (tmp_path / "book").exists()
