"""A folder goes in whole or not at all, comes back as it was, and a second time changes nothing."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine.facts.accounts import Account
from engine.facts.book import Event, FundHolding, FxRate, OpenOrder, Records, RiskModel, Weight
from engine.facts.failure import InputError, InputErrors
from engine.facts.forms import BrokerForm
from engine.facts.lots import Lot
from engine.facts.securities import Price, Security
from engine.facts.transactions import Transaction
from engine.shell.policies import MandateErrors
from engine.shell.store.book_rows import ACCOUNT_COLUMNS, SECURITY_COLUMNS, TAX_COLUMNS
from engine.shell.store.connect import Store, open_store
from engine.shell.store.load import Loaded
from engine.shell.store.recording import table_of
from engine.shell.store.schema import METADATA, lots, market
from engine.shell.store.schema.two_times import TwoTimes
from tests.shell.cli import run
from tests.store.books import FILES, at, differences, load_folder, of_folder, stored
from tests.store.books import book as whole_book


def book(folder: Path, **changes: str | None) -> Path:
    """Write the book without its mandate, which takes longer to check than all the rest to import."""
    return whole_book(folder, **{"adams__mandate": None, **changes})


def columns(model: type[TwoTimes], **renamed: str) -> set[str]:
    return {renamed.get(column.name, column.name) for column in table_of(model).columns}


def rows(store: Store) -> dict[str, int]:
    with store.reading() as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
        }


def changes(loaded: Loaded) -> dict[str, tuple[int, int, int]]:
    counts = (*loaded.counts, *loaded.derived)
    return {row.family: (row.new, row.superseded, row.withdrawn) for row in counts if row.changes}


def test_every_file_of_a_book_comes_back_as_it_went_in(address: str, tmp_path: Path) -> None:
    folder = whole_book(tmp_path / "book")
    with open_store(address) as store:
        loaded = load_folder(store, folder)
        assert loaded.changed
        assert differences(stored(store), of_folder(folder)) == []
    assert {row.name for row in loaded.delivery.files} == set(FILES)


@pytest.mark.parametrize("lots", ["lot,account,symbol,quantity,basis,acquired\n", None])
def test_no_file_differs_from_an_empty_one(address: str, tmp_path: Path, lots: str | None) -> None:
    folder = book(tmp_path / "book", lots=lots, risk_specific=None, risk_exposures=None, risk_covariance=None)
    with open_store(address) as store:
        load_folder(store, folder)
        found = stored(store)
    assert found.lots == (None if lots is None else ())
    assert found.risk is None
    assert differences(found, of_folder(folder)) == []


def test_parts_of_one_lot_keep_their_order(address: str, tmp_path: Path) -> None:
    lots = """lot,account,symbol,quantity,basis,acquired,adjusted_acquired,original_basis
L7,TAX-1,KO,60,2520.50,2025-07-08,2025-06-10,2400
L7,TAX-1,KO,40,1600,2025-07-08,2025-07-08,1600
L2,IRA-1,VTI,1,100,2025-07-09,,
"""
    folder = book(tmp_path / "book", lots=lots, transactions=None, form_1099b=None)
    with open_store(address) as store:
        load_folder(store, folder)
        assert differences(stored(store), of_folder(folder)) == []


def test_a_second_import_changes_nothing(address: str, tmp_path: Path) -> None:
    folder = whole_book(tmp_path / "book")
    with open_store(address) as store:
        load_folder(store, folder)
        before = rows(store)
        again = load_folder(store, folder, day=1)
        assert not again.changed
        assert changes(again) == {}
        assert rows(store) == before


def test_a_file_written_anew_leaves_every_row_as_it_is(address: str, tmp_path: Path) -> None:
    with open_store(address) as store:
        load_folder(store, whole_book(tmp_path / "book"))
        before = rows(store)
        spaced = FILES["models.csv"].replace(",", " , ").replace("\n", "\r\n")
        again = load_folder(store, whole_book(tmp_path / "book", models=spaced), day=1)
        assert changes(again) == {}
        after = rows(store)
        assert after.pop("imports") == before.pop("imports") + 1  # the file itself is on record
        assert after.pop("imported_files") == before.pop("imported_files") + len(FILES)
        assert after == before


def test_a_changed_row_supersedes_and_what_was_known_is_still_told(address: str, tmp_path: Path) -> None:
    old = book(tmp_path / "old")
    new = book(tmp_path / "new", prices=FILES["prices.csv"].replace("43.10", "43.20"))
    with open_store(address) as store:
        load_folder(store, old)
        assert changes(load_folder(store, new, day=2)) == {"prices": (0, 1, 0)}
        assert differences(stored(store), of_folder(new)) == []
        assert differences(stored(store, known=at(1)), of_folder(old)) == []
        assert differences(stored(store, known=at(2)), of_folder(new)) == []
        assert stored(store, known=at(-1)).accounts == {}


def test_a_row_put_in_moves_no_other(address: str, tmp_path: Path) -> None:
    lines = FILES["transactions.csv"].splitlines(keepends=True)
    more = "".join([*lines[:3], "T9,2025-03-07,TAX-1,buy,PEP,1,100,,,\n", *lines[3:]])
    folder = book(tmp_path / "new", transactions=more)
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "old"))
        loaded = load_folder(store, folder, day=1)
        assert changes(loaded)["transactions"] == (1, 0, 0)
        assert [row.id for row in stored(store).transactions or ()] == ["T3", "T1", "T9", "T2", "S1", "T4"]


def test_rows_that_change_places_are_told_in_their_new_order(address: str, tmp_path: Path) -> None:
    lines = FILES["transactions.csv"].splitlines(keepends=True)
    folder = book(tmp_path / "new", transactions="".join([lines[0], *reversed(lines[1:])]))
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "old"))
        load_folder(store, folder, day=1)
        assert [row.id for row in stored(store).transactions or ()] == ["T4", "S1", "T2", "T1", "T3"]


def test_what_the_folder_no_longer_tells_is_withdrawn(address: str, tmp_path: Path) -> None:
    folder = book(
        tmp_path / "new",
        transactions="".join(FILES["transactions.csv"].splitlines(keepends=True)[:-1]),
        open_orders=None,
        form_1099b=None,
        events="date,event,symbol,account\n2026-03-20,earnings,KO,\n",
    )
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "old"))
        loaded = changes(load_folder(store, folder, day=1))
        assert loaded["transactions"] == (0, 0, 1)
        assert loaded["open orders"] == (0, 0, 1)
        assert loaded["events"] == (0, 0, 1)
        assert differences(stored(store), of_folder(folder)) == []
        assert stored(store).broker_forms is None


def test_from_a_day_on_leaves_the_days_before_as_they_were(address: str, tmp_path: Path) -> None:
    old = book(tmp_path / "old")
    new = book(tmp_path / "new", accounts=FILES["accounts.csv"].replace("12,345.60", "99"))
    with open_store(address) as store:
        load_folder(store, old)
        loaded = load_folder(store, new, day=1, since=date(2026, 3, 3))
        assert changes(loaded)["accounts"] == (0, 1, 0)
        cash = {
            day: str(stored(store, as_of=day).accounts["TAX-1"].cash)  # type: ignore[index]
            for day in (date(2020, 1, 1), date(2026, 3, 2), date(2026, 3, 3), date(2030, 1, 1))
        }
        assert list(cash.values()) == ["12345.60", "12345.60", "99", "99"]
        assert stored(store, as_of=date(2026, 3, 2)).accounts == of_folder(old).accounts
        assert stored(store, as_of=date(2026, 3, 3), known=at(0)).accounts == of_folder(old).accounts
        assert not load_folder(store, new, day=2, since=date(2026, 3, 3)).changed
        with pytest.raises(InputError, match="rows in force from 2026-03-03 are recorded already") as caught:
            load_folder(store, old, day=3, since=date(2026, 2, 1))
        assert caught.value.place == "--from"


def test_rows_dated_later_are_not_in_force(address: str, tmp_path: Path) -> None:
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "book"))
        found = stored(store, as_of=date(2025, 6, 1))
    assert [row.id for row in found.transactions or ()] == ["T1", "T2"]
    assert [row.date for row in found.prices] == [date(2025, 3, 7)]
    assert found.benchmarks == ()
    assert len(found.accounts) == 2


TRADED = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", "D", "E", "F"]),
        st.sampled_from(["2025-03-07", "2025-03-08"]),
        st.sampled_from(["TAX-1", "IRA-1"]),
        st.sampled_from(["1", "2.50"]),
    ),
    max_size=6,
    unique_by=lambda row: row[0],
)


def test_after_any_change_the_store_says_what_the_folder_says(address: str, tmp_path: Path) -> None:
    def folder(name: str, traded: list[tuple[str, str, str, str]]) -> Path:
        lines = [f"{id},{day},{account},buy,KO,{quantity},40" for id, day, account, quantity in traded]
        header = "id,date,account,type,symbol,quantity,price"
        history = "\n".join([header, *lines]) + "\n"
        return book(tmp_path / name, transactions=history, form_1099b=None, adams__mandate=None)

    with open_store(address) as store:
        clock = iter(range(1000))

        @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(TRADED)
        def change(traded: list[tuple[str, str, str, str]]) -> None:
            day = next(clock)
            before = stored(store)
            told = folder("new", traded)
            load_folder(store, told, day=day)
            assert differences(stored(store), of_folder(told)) == []
            if day:
                assert differences(stored(store, known=at(day - 1)), before) == []

        change()


def failing(name: str, text: str) -> dict[str, str]:
    return {name: text}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            failing("prices", FILES["prices.csv"].replace("43.10", "-43.10")),
            "prices.csv row 2, column price: `-43.10` is negative\n  cure: write the size without a sign",
        ),
        (
            failing(
                "transactions",
                FILES["transactions.csv"].replace("T4,2025-12-20,IRA-1", "T4,2025-12-20,IRA-9"),
            ),
            "transactions.csv row 6, column account: there is no account `IRA-9`",
        ),
        (
            failing(
                "transactions",
                FILES["transactions.csv"].replace("sell,KO,40", "sell,KO,400").replace("T1:40", "T1:400"),
            ),
            "transactions.csv",
        ),
    ],
)
def test_an_error_names_its_place_and_leaves_the_database_as_it_was(
    address: str, tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "old"))
        before = rows(store)
        with pytest.raises((InputErrors, InputError)) as caught:
            load_folder(store, book(tmp_path / "new", **changed), day=1)
        assert message in str(caught.value)
        assert rows(store) == before


def test_a_mandate_with_an_error_keeps_everything_out(address: str, tmp_path: Path) -> None:
    broken = FILES["adams.mandate"].replace("at most 60%", "at most 60 USD")
    with open_store(address) as store:
        with pytest.raises(MandateErrors, match=r"adams\.mandate"):
            load_folder(store, book(tmp_path / "book", adams__mandate=broken))
        assert rows(store)["accounts"] == 0


OTHER = {
    "accounts": "account,household,owner,kind,currency,cash\nTAX-2,BAKER,self,taxable,USD,0\n",
    "form_1099b": None,
    "open_orders": None,
    "adams__mandate": None,
}


def second(folder: Path, **changed: str | None) -> Path:
    history = "id,date,account,type,symbol,quantity,price\nU1,2025-03-07,TAX-2,buy,KO,1,40\n"
    return book(folder, **{**OTHER, "transactions": history, **changed})


def test_two_books_live_in_one_database(address: str, tmp_path: Path) -> None:
    first, other = book(tmp_path / "first"), second(tmp_path / "other")
    with open_store(address) as store:
        load_folder(store, first)
        assert "transactions" not in {k for k, v in changes(load_folder(store, other, day=1)).items() if v[2]}
        assert set(stored(store).accounts) == {"TAX-1", "IRA-1", "TAX-2"}
        assert len(stored(store).transactions or ()) == 6
        assert not load_folder(store, first, day=2).changed


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"transactions": "id,date,account,type,symbol,quantity,price\nT1,2025-03-07,TAX-2,buy,KO,1,40\n"},
            "transactions.csv row 2, column id: transaction `T1` is known already, in account `TAX-1`",
        ),
        (
            {"transactions": "id,date,account,type,symbol,quantity,price\nX,2025-06-02,,split,VTI,2,\n"},
            "the split of `VTI` on 2025-06-02 is known already as `S1`",
        ),
        (
            {"lots": "lot,account,symbol,quantity,basis,acquired\nL,TAX-2,KO,1,1,2025-03-07\n"},
            "this book has lots.csv, the database has no lots of other accounts",
        ),
        (
            {"transactions": None, "lots": "lot,account,symbol,quantity,basis,acquired\n"},
            "the database has transactions of other accounts, this book has no transactions.csv",
        ),
    ],
)
def test_books_that_contradict_each_other_are_refused(
    address: str, tmp_path: Path, changed: dict[str, str | None], message: str
) -> None:
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "first"))
        before = rows(store)
        with pytest.raises(InputErrors) as caught:
            load_folder(store, second(tmp_path / "other", **changed), day=1)
        assert message in str(caught.value)
        assert "cure: " in str(caught.value)
        assert rows(store) == before


HELD_BY: dict[type, set[str]] = {
    Account: {*ACCOUNT_COLUMNS, *TAX_COLUMNS, "attributes"},
    Security: {*SECURITY_COLUMNS, "attributes"},
    Price: columns(market.PriceRow, day="date"),
    FxRate: columns(market.FxRateRow, day="date"),
    FundHolding: columns(market.FundHoldingRow, day="date"),
    Event: columns(market.EventRow, day="date"),
    OpenOrder: columns(market.OpenOrderRow, order_name="order"),
    Weight: {"name", "key", "weight", "day"},
    RiskModel: {"factors", "exposures", "covariance", "specific"},
    Lot: {*columns(lots.LotRow, order_name="order"), "replaces", "sequence"},  # two that no file tells
    Transaction: columns(
        lots.TransactionRow, reference="id", day="date", order_name="order", time_of_day="time", line="row"
    ),
    BrokerForm: columns(lots.BrokerFormRow, line="row"),
    Records: {
        "accounts",
        "securities",
        "prices",
        "lots",
        "transactions",
        "models",
        "benchmarks",
        "fund_holdings",
        "fx",
        "open_orders",
        "events",
        "risk",
        "source",
        "broker_forms",
    },
}


@pytest.mark.parametrize("fact", HELD_BY, ids=lambda fact: fact.__name__)
def test_a_fact_with_a_new_field_needs_a_column(fact: type) -> None:
    names = {field.name for field in dataclasses.fields(fact)}
    assert names <= HELD_BY[fact], "add a column to engine/shell/store/schema and a migration"


def test_the_commands_say_what_came_in(
    empty_address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = whole_book(tmp_path / "book")
    made = run(capsys, monkeypatch, "db", "upgrade", "--book", empty_address)
    assert (made.status, "laid out" in made.out) == (0, True)
    again = run(capsys, monkeypatch, "db", "upgrade", "--book", empty_address)
    assert "nothing to do" in again.out
    told = run(capsys, monkeypatch, "import", "book", folder, "--book", empty_address)
    assert told.status == 0
    assert "transactions             5           0           0           0" in told.out
    answer = run(
        capsys, monkeypatch, "import", "book", folder, "--book", empty_address, "--format", "json"
    ).answer
    assert (answer["schema"], answer["changed"]) == ("guardband/import/1", False)
    assert {"records": "lots", "in": 0, "unchanged": 0, "superseded": 0, "withdrawn": 0} in answer["records"]
    assert len(answer["files"]) == len(FILES)
    wrong = run(capsys, monkeypatch, "import", "books", folder, "--book", empty_address)
    assert wrong.status == 2
    assert "there is no importer for `books`" in wrong.err


def test_import_lays_out_a_database_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"sqlite:///{tmp_path / 'new' / 'firm.db'}"
    told = run(capsys, monkeypatch, "import", "book", book(tmp_path / "book"), "--book", address)
    assert (told.status, told.err) == (0, "")
    assert "accounts" in told.out
    wrong = run(capsys, monkeypatch, "drift", "--book", f"sqlite:///{tmp_path / 'none.db'}")
    assert wrong.status == 2
    assert "there is no such database" in wrong.err
