"""Books: what is known on a day, lots from either source, and what the two say differently."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.facts.book import Event, FundHolding, FxRate, Records, Weight
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.lots import Lot
from engine.facts.readings import TaxReading
from engine.facts.securities import Price
from engine.ledger.book import (
    default_as_of,
    disposals_since,
    ledger_of_records,
    open_book,
    reconcile,
)
from tests.ledger.books import records

TODAY = date(2024, 6, 3)
X = Symbol("X")
D = Decimal
HISTORY = (
    "2023-08-01 A buy 100 X at 20 as old",
    "2024-05-10 A sell 30 X at 12 as s",
    "2024-05-20 A buy 40 X at 12 as new",
    "2024-06-04 A buy 1 X at 12 as tomorrow",
)


def _records(**changes: object) -> Records:
    return replace(records(*HISTORY, prices={"X": "10"}, as_of=TODAY), **changes)  # type: ignore[arg-type]


def _lot(**changes: object) -> Lot:
    lot = Lot(
        lot=LotId("old"),
        account=AccountId("A"),
        symbol=X,
        quantity=D(70),
        basis=D(1400),
        acquired=date(2023, 8, 1),
        adjusted_acquired=date(2023, 8, 1),
        original_basis=D(1400),
    )
    return replace(lot, **changes)  # type: ignore[arg-type]


def test_rows_dated_later_are_not_known() -> None:
    book = open_book(_records(), as_of=TODAY, reading=TaxReading())
    assert [lot.lot for lot in book.lots] == ["old", "new", "new"]
    assert [row.lot for row in book.acquisitions] == ["old", "new"]
    assert book.transactions is not None
    assert len(book.transactions) == 3
    assert book.coverage is not None
    assert (book.coverage.since, book.coverage.until) == (date(2023, 8, 1), TODAY)
    assert book.disposals is not None
    assert book.disposals[0].disallowed == 240


def test_a_book_without_explanations_has_the_same_figures() -> None:
    full = open_book(_records(), as_of=TODAY, reading=TaxReading())
    bare = open_book(_records(), as_of=TODAY, reading=TaxReading(), explained=False)
    assert full.disposals is not None
    assert bare.disposals is not None
    assert full.disposals[0].because
    assert not bare.disposals[0].because
    plain = replace(full.disposals[0], because=(), broker_disallowed=D(0))
    assert replace(bare.disposals[0], broker_disallowed=D(0)) == plain
    assert full.lots == bare.lots


def test_the_day_of_the_last_price() -> None:
    assert default_as_of(_records()) == TODAY
    assert default_as_of(_records(prices=())) == date(2024, 6, 4)  # of the transactions
    assert default_as_of(_records(prices=(), transactions=None, lots=(_lot(),))) == date(2023, 8, 1)
    with pytest.raises(InputError, match="no date to open the book on"):
        default_as_of(_records(prices=(), transactions=None, lots=None))


def test_latest_price_and_mean_volume() -> None:
    prices = tuple(
        Price(symbol=X, date=TODAY - timedelta(days=21 - n), price=D(n), volume=D(100 * n))
        for n in range(1, 23)
    )
    book = open_book(_records(prices=prices), as_of=TODAY, reading=TaxReading())
    assert book.prices[X].price == 21  # the row of tomorrow is not known
    assert book.volumes[X] == D(100) * sum(range(2, 22)) / 20


def test_weights_rates_and_holdings_of_the_latest_day() -> None:
    early, late = date(2024, 1, 31), date(2024, 6, 30)
    book = open_book(
        _records(
            models=(Weight(name="m", key="equity", weight=D("0.6")),),
            benchmarks=(
                Weight(name="b", key="X", weight=D("0.5"), day=early),
                Weight(name="b", key="X", weight=D("0.9"), day=late),
            ),
            fund_holdings=(
                FundHolding(date=early, fund=Symbol("F"), symbol=X, weight=D("0.2")),
                FundHolding(date=late, fund=Symbol("F"), symbol=X, weight=D("0.3")),
            ),
            fx=(
                FxRate(date=early, currency="EUR", rate=D("1.1")),
                FxRate(date=date(2024, 2, 1), currency="EUR", rate=D("1.2")),
                FxRate(date=late, currency="EUR", rate=D("1.3")),
            ),
            events=(Event(date=late, event="earnings", symbol=X),),
        ),
        as_of=TODAY,
        reading=TaxReading(),
    )
    assert book.models == {"m": {"equity": D("0.6")}}
    assert book.benchmarks == {"b": {"X": D("0.5")}}
    assert book.fund_holdings == {"F": {"X": D("0.2")}}
    assert book.fx == {"EUR": D("1.2")}
    assert [event.date for event in book.events] == [late]  # announced, so known


def test_lots_alone() -> None:
    given = (_lot(basis=D(1500), adjusted_acquired=date(2023, 7, 1)), _lot(acquired=date(2025, 1, 1)))
    book = open_book(_records(lots=given, transactions=None), as_of=TODAY, reading=TaxReading())
    assert [(lot.lot, lot.deferred, lot.replaces) for lot in book.lots] == [("old", D(100), True)]
    assert (book.transactions, book.disposals, book.coverage) == (None, None, None)


def test_lots_and_transactions_that_agree() -> None:
    derived = open_book(_records(), as_of=TODAY, reading=TaxReading()).lots
    both = _records(lots=derived)
    ledger = ledger_of_records(both, as_of=TODAY, reading=TaxReading())
    assert ledger is not None
    assert reconcile(derived, ledger) == ()


@pytest.mark.parametrize(
    ("changes", "column", "given", "derived"),
    [
        ({"quantity": D(71)}, "quantity", "71", "70"),
        ({"basis": D("1400.01")}, "basis", "1400.01", "1400"),
        ({"acquired": date(2023, 8, 2)}, "acquired", "2023-08-02", "2023-08-01"),
        ({"lot": LotId("other")}, "lot", "", "70 shares, basis 1400, held since 2023-08-01"),
    ],
)
def test_every_difference_is_told(changes: dict[str, object], column: str, given: str, derived: str) -> None:
    lots = (_lot(**changes), *open_book(_records(), as_of=TODAY, reading=TaxReading()).lots[1:])
    ledger = ledger_of_records(_records(lots=lots), as_of=TODAY, reading=TaxReading())
    assert ledger is not None
    found = reconcile(lots, ledger)
    assert (found[0].column, found[0].given, found[0].derived) == (column, given, derived)
    assert len(found) == (2 if column == "lot" else 1)


def test_a_history_that_starts_late_is_told_where_lots_are_given() -> None:
    rows = records("2024-05-10 A sell 30 X at 12 as s", prices={"X": "10"}, as_of=TODAY)
    with pytest.raises(InputError, match="30 shares of `X` are sold"):
        open_book(rows, as_of=TODAY, reading=TaxReading())
    both = replace(rows, lots=(_lot(),))
    book = open_book(both, as_of=TODAY, reading=TaxReading())
    assert [lot.lot for lot in book.lots] == ["old"]
    ledger = ledger_of_records(both, as_of=TODAY, reading=TaxReading())
    assert ledger is not None
    assert [row.derived for row in reconcile(book.lots, ledger)] == [
        "",
        "`s` gives up 30 shares that the transactions do not hold",
    ]


def test_disposals_since_a_day_come_latest_first() -> None:
    rows = records(
        "2023-08-01 A buy 100 X at 20 as old",
        "2024-05-10 A sell 30 X at 12 as s1",
        "2024-05-11 A sell 30 X at 12 as s2",
        "2024-05-12 A sell 30 X at 12 as s3",
        prices={"X": "10"},
        as_of=TODAY,
    )
    book = open_book(rows, as_of=TODAY, reading=TaxReading())
    assert [row.sale for row in disposals_since(book, date(2024, 5, 11))] == ["s3", "s2"]
