"""Prices that nothing explains: each measure of doubt on both sides, and the events found by hand."""

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.facts.book import Event
from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.securities import Price, Security
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.doubts import doubts_of, every_doubt
from tests.shared import shared

ACME = Symbol("ACME")


def security(instrument: str = "common_stock") -> dict[Symbol, Security]:
    row = Security(symbol=ACME, asset_class="equity", instrument=instrument, issuer=None, attributes={})
    return {ACME: row}


def price(day: str, amount: str, **more: str) -> Price:
    told = {name: Decimal(text) for name, text in more.items()}
    return Price(symbol=ACME, date=date.fromisoformat(day), price=Decimal(amount), **told)


def doubts(
    *prices: Price, as_of: str = "2019-03-05", rows: tuple[Transaction, ...] = ()
) -> dict[Symbol, str]:
    day = date.fromisoformat(as_of)
    return dict(doubts_of(prices, securities=security(), transactions=rows, as_of=day))


@pytest.mark.parametrize(
    ("last", "found"),
    [
        (price("2019-03-05", "96", dividend="4.00"), None),
        (price("2019-03-05", "96", dividend="4.01"), "the dividend of 4.01 on 2019-03-05 is 4.0%"),
        (price("2019-03-05", "48", dividend="2.00", split="2"), None),
        (price("2019-03-05", "48", dividend="2.01", split="2"), "the dividend of 2.01"),
        (price("2019-03-05", "115"), None),
        (price("2019-03-05", "115.01"), "the price rose by 15.0%"),
        (price("2019-03-05", "85"), None),
        (price("2019-03-05", "84.99"), "the price fell by 15.0%"),
        (price("2019-03-05", "33.40", split="3"), None),
        (price("2019-03-05", "300", split="0.333333"), None),
        (price("2019-03-05", "98.9", split="1.011"), "the split of 1.011"),
        (price("2019-03-05", "66.7", split="1.5"), None),
    ],
)
def test_each_side_of_a_doubt(last: Price, found: str | None) -> None:
    told = doubts(price("2019-03-04", "100"), last)
    assert told.get(ACME, "").startswith(found) if found else not told, told


def test_prices_far_apart_tell_no_jump() -> None:
    assert doubts(price("2019-02-28", "100"), price("2019-03-05", "50"))
    assert not doubts(price("2019-02-27", "100"), price("2019-03-05", "50"))


def test_a_doubt_lasts_thirty_days() -> None:
    rows = (price("2019-03-04", "100"), price("2019-03-05", "50"), price("2019-03-06", "50"))
    assert doubts(*rows, as_of="2019-04-04")
    assert not doubts(*rows, as_of="2019-04-05")
    assert not doubts(*rows, as_of="2019-03-04")


def test_a_transaction_of_that_week_explains() -> None:
    rows = (price("2019-03-04", "100"), price("2019-03-05", "50"))

    def told(kind: TransactionType, day: str) -> dict[Symbol, str]:
        row = Transaction(
            id=TransactionId("T"),
            date=date.fromisoformat(day),
            account=AccountId("A"),
            type=kind,
            symbol=Symbol("NEW"),
            from_symbol=ACME,
        )
        return doubts(*rows, as_of="2019-03-20", rows=(row,))

    assert not told(TransactionType.SPIN_OFF, "2019-03-12")
    assert told(TransactionType.SPIN_OFF, "2019-03-13")
    assert told(TransactionType.BUY, "2019-03-05")


def test_somebody_who_looked_ends_it() -> None:
    rows = (price("2019-03-04", "100"), price("2019-03-05", "50"))

    def told(day: str, symbol: str | None) -> bool:
        event = Event(
            date=date.fromisoformat(day), event="data_reviewed", symbol=Symbol(symbol) if symbol else None
        )
        found = doubts_of(rows, securities=security(), events=(event,), as_of=date(2019, 3, 6))
        return bool(found)

    assert not told("2019-03-05", "ACME")
    assert not told("2019-03-06", None)
    assert told("2019-03-04", "ACME")
    assert told("2019-03-07", "ACME")
    assert told("2019-03-05", "BETA")


def test_options_jump_as_they_like() -> None:
    rows = (price("2019-03-04", "1"), price("2019-03-05", "3"))
    assert not doubts_of(rows, securities=security("option"), as_of=date(2019, 3, 5))


@pytest.mark.parametrize(
    ("asset_class", "is_told"), [("equity", True), ("crypto", False), ("option", False), ("cash", False)]
)
def test_what_is_no_stock_jumps_as_it_likes(asset_class: str, is_told: bool) -> None:
    row = replace(security()[ACME], asset_class=asset_class)
    found = doubts_of(
        (price("2019-03-04", "100"), price("2019-03-05", "50")),
        securities={ACME: row},
        as_of=date(2019, 3, 5),
    )
    assert bool(found) is is_told


def test_a_whole_series_tells_every_day_that_nothing_explains() -> None:
    rows = (
        price("2019-03-04", "100"),
        price("2019-03-05", "50"),
        price("2019-03-06", "49"),
        price("2019-03-07", "70"),
    )
    days = [date(2019, 3, 5), date(2019, 3, 7)]
    told = tuple(every_doubt(rows, securities=security()))
    assert [(symbol, day) for symbol, day, _ in told] == [(ACME, day) for day in days]
    assert "the price fell by 50.0% on 2019-03-05" in told[0][2]
    assert "the price rose by 42.9% on 2019-03-07" in told[1][2]
    looked = (Event(date=date(2019, 3, 6), event="data_reviewed", symbol=ACME),)
    assert [day for _, day, _ in every_doubt(rows, securities=security(), events=looked)] == days[1:]
    split = Transaction(
        id=TransactionId("T"),
        date=date(2019, 3, 4),
        account=AccountId("A"),
        type=TransactionType.SPLIT,
        symbol=ACME,
        quantity=Decimal(2),
    )
    assert list(every_doubt(rows, securities=security(), transactions=(split,))) == []


def test_a_whole_series_takes_what_is_not_described_for_a_stock_and_leaves_options_out() -> None:
    rows = (price("2019-03-04", "1"), price("2019-03-05", "3"))
    assert [day for _, day, _ in every_doubt(rows, securities={})] == [date(2019, 3, 5)]
    assert not list(every_doubt(rows, securities=security("option")))


def test_each_security_begins_its_own_series() -> None:
    other = replace(price("2019-03-05", "300"), symbol=Symbol("BETA"))
    assert not list(every_doubt((price("2019-03-04", "100"), other), securities={}))


def test_a_split_so_small_that_it_is_nothing_is_in_doubt() -> None:
    told = doubts(price("2019-03-04", "100"), price("2019-03-05", "100", split="0.0001"))
    assert told[ACME].startswith("the split of 0.0001 on 2019-03-05 is no plain ratio")


UNSEEN = {
    ("COST", "2015-02-05"),  # true special dividends below the measure
    ("COST", "2017-05-08"),
    ("UAA", "2016-04-08"),  # reads as a plain split
    ("HWM", "2016-10-06"),  # is a plain split
    ("WRK", "2016-05-16"),  # no row, and a move of seven or eight per cent
    ("JCI", "2016-10-31"),
    ("BKR", "2017-07-05"),  # the first price of a new company
    ("GE", "2019-02-26"),  # a dividend of 3.9%
}
"""Events that prices, dividends and splits alone do not give away."""


def test_the_events_found_by_hand() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="reading the price panel needs pyarrow")
    notes = shared("data/equities/corporate_action_notes.csv")
    with notes.open(encoding="utf-8") as file:
        events = {(row["symbol"], row["date"]) for row in csv.DictReader(file)}
    names = sorted({symbol for symbol, _ in events})
    table = parquet.read_table(
        shared("data/equities/sp500_daily_2015_2019.parquet"),
        columns=["symbol", "date", "close", "dividend", "split"],
        filters=[("symbol", "in", names)],
    ).to_pylist()
    prices = [
        Price(
            symbol=Symbol(str(row["symbol"])),
            date=date.fromisoformat(str(row["date"])[:10]),
            price=Decimal(str(round(row["close"], 4))),
            dividend=Decimal(str(round(row["dividend"], 4))) if row["dividend"] else None,
            split=Decimal(str(round(row["split"], 6))) if row["split"] and row["split"] != 1 else None,
        )
        for row in table
    ]
    prices.sort(key=lambda p: (p.symbol, p.date))
    place = {(p.symbol, p.date.isoformat()): n for n, p in enumerate(prices)}
    seen = set()
    for symbol, day in events:
        at = place[(Symbol(symbol), day)]
        around = prices[max(0, at - 1) : at + 1]
        rows = {
            Symbol(symbol): Security(
                symbol=Symbol(symbol),
                asset_class="equity",
                instrument="common_stock",
                issuer=None,
                attributes={},
            )
        }
        if doubts_of(around, securities=rows, as_of=date.fromisoformat(day)):
            seen.add((symbol, day))
    assert events - seen == UNSEEN
