"""Settling a list: what it foresees is what the ledger says once the trades are recorded."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from engine.facts.book import Book
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Lot
from engine.facts.readings import TaxReading
from engine.facts.securities import Price
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.book import open_book
from engine.ledger.ledger import Ledger
from engine.ledger.replay import replay
from engine.ledger.settle import LIST, settle
from tests.ledger.books import book, records
from tests.ledger.histories import ACCOUNTS, SYMBOLS, history

TODAY = date(2024, 6, 3)


def _trade(number: int, account: str, side: Side, symbol: str, quantity: str, **more: str) -> Trade:
    return Trade(
        number=number,
        account=AccountId(account),
        side=side,
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        price=Decimal(more["price"]) if "price" in more else None,
        lot=LotId(more["lot"]) if "lot" in more else None,
    )


def _exact(*amounts: int) -> list[Fraction]:
    return [Fraction(amount) for amount in amounts]


def _held() -> Book:
    return book(
        "2023-08-01 A buy 100 X at 20 as old",
        "2024-05-10 A sell 20 X at 12 as before",
        prices={"X": "10", "Y": "5"},
        as_of=TODAY,
    )


def test_a_sale_and_the_purchase_of_the_list_that_meets_it() -> None:
    trades = (_trade(1, "A", Side.SELL, "X", "50"), _trade(2, "S", Side.BUY, "X", "60"))
    held = _held()
    done = settle(held, trades, reading=TaxReading())
    (row,) = done.of_trade(1)
    assert (row.lot, row.term) == ("old", "short")
    assert [row.proceeds, row.basis, row.gain] == _exact(500, 1000, -500)
    assert row.disallowed == 400  # 20 of the 60 go to the earlier sale, 40 to this one
    assert row.recognized == -100
    (earlier,) = done.restated
    assert earlier.sale == "before"
    assert [earlier.disallowed, earlier.permanently_disallowed] == _exact(160, 0)
    assert [(lot.lot, lot.quantity, lot.basis) for lot in done.opened] == [
        ("trade 2", Decimal(20), Decimal("360.00")),
        ("trade 2", Decimal(40), Decimal("800.00")),
    ]
    assert sum(lot.quantity for lot in done.book_lots(held)) == 30 + 60


def test_the_iras_purchase_ends_the_loss() -> None:
    trades = (_trade(1, "A", Side.SELL, "X", "50"), _trade(2, "I", Side.BUY, "X", "60"))
    done = settle(_held(), trades, reading=TaxReading())
    assert done.of_trade(1)[0].permanently_disallowed == 400
    assert done.restated[0].permanently_disallowed == 160


def test_other_securities_and_households_do_not_meet() -> None:
    trades = (_trade(1, "A", Side.SELL, "X", "50"), _trade(2, "A", Side.BUY, "Y", "60"))
    done = settle(_held(), trades, reading=TaxReading())
    assert done.of_trade(1)[0].disallowed == 0
    assert done.restated == ()


def test_more_than_held_is_told_not_raised() -> None:
    done = settle(_held(), (_trade(1, "A", Side.SELL, "X", "81"),), reading=TaxReading())
    (short,) = done.shortfalls
    assert short.transaction == "trade 1"
    assert short.quantity == 1
    assert done.of_trade(1)[0].quantity == 80


def test_a_named_lot_and_an_unknown_one() -> None:
    done = settle(_held(), (_trade(1, "A", Side.SELL, "X", "5", lot="none"),), reading=TaxReading())
    assert [short.lot for short in done.shortfalls] == ["none"]
    done = settle(_held(), (_trade(1, "A", Side.SELL, "X", "5", lot="old"),), reading=TaxReading())
    assert done.of_trade(1)[0].basis == 100


def test_a_trade_without_a_price_is_not_settled() -> None:
    done = settle(_held(), (_trade(3, "A", Side.BUY, "Z", "5"),), reading=TaxReading())
    assert done.unsettled == (3,)


def test_a_price_given_moves_the_gain() -> None:
    done = settle(_held(), (_trade(1, "A", Side.SELL, "X", "1", price="10.005"),), reading=TaxReading())
    assert done.of_trade(1)[0].gain == Fraction("-9.995")


def test_specific_relief_needs_a_name() -> None:
    with pytest.raises(InputError, match="names no lot"):
        settle(_held(), (_trade(1, "A", Side.SELL, "X", "1"),), reading=TaxReading(relief="specific"))


def test_lots_of_one_list_are_one_order() -> None:
    held = book(
        "2024-05-10 A buy 10 X at 20 as a",
        "2024-05-20 A buy 10 X at 19 as b",
        prices={"X": "10"},
        as_of=TODAY,
    )
    both = (_trade(1, "A", Side.SELL, "X", "10", lot="a"), _trade(2, "A", Side.SELL, "X", "10", lot="b"))
    assert [row.disallowed for row in settle(held, both, reading=TaxReading()).taken] == [0, 0]
    assert settle(held, both[:1], reading=TaxReading()).taken[0].disallowed == 100


def test_lots_alone_tell_recent_purchases() -> None:
    """A book of lots.csv only: what was bought recently is known from the lots' dates."""
    held = _held()
    alone = open_book(
        records(prices={"X": "10"}, as_of=TODAY, lots=held.lots, history=False),
        as_of=TODAY,
        reading=TaxReading(),
    )
    assert alone.disposals is None
    assert [(row.lot, row.kind, row.date) for row in alone.acquisitions] == [("old", "buy", date(2023, 8, 1))]
    trades = (_trade(1, "A", Side.SELL, "X", "50"), _trade(2, "S", Side.BUY, "X", "60"))
    assert settle(alone, trades, reading=TaxReading()).of_trade(1)[0].disallowed == 500


def test_shorts_of_a_list() -> None:
    held = book(
        "2024-05-01 A short_sell 10 X at 12 as s",
        prices={"X": "15"},
        as_of=TODAY,
    )
    trades = (
        _trade(1, "A", Side.BUY_TO_COVER, "X", "10"),
        _trade(2, "A", Side.SHORT_SELL, "X", "4"),
    )
    done = settle(held, trades, reading=TaxReading())
    assert [done.of_trade(1)[0].gain, done.of_trade(1)[0].disallowed] == _exact(-30, 12)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_foreseen_is_what_is_recorded(seed: int) -> None:
    """Random list against a random history: the settlement is the difference of two replays, to the cent."""
    random = Random(seed)
    rows = history(seed, rows=20, most_splits=0)
    today = rows[-1].date
    before = _ledger(rows, today)
    held = Book(
        as_of=today,
        accounts=ACCOUNTS,
        securities={},
        prices={symbol: Price(symbol=symbol, date=today, price=Decimal("7.31")) for symbol in SYMBOLS},
        lots=before.open_lots,
        transactions=tuple(rows),
        disposals=before.disposals,
        acquisitions=before.acquisitions,
    )
    trades = _list(random, held)
    done = settle(held, trades, reading=TaxReading())
    after = _ledger([*rows, *(_recorded(trade, today) for trade in trades)], today)
    foreseen = sum((row.recognized for row in done.taken), Fraction(0)) + sum(
        (row.disallowed for row in done.restated), Fraction(0)
    )
    recorded = _recognized(after) - _recognized(before)
    assert abs(foreseen - recorded) <= Fraction(len(done.taken) + len(done.restated), 100)
    assert _shares(done.book_lots(held)) == _shares(after.open_lots)


def _shares(lots: tuple[Lot, ...]) -> Counter[tuple[str, str, date]]:
    """Return shares by account, lot and tacked date: rows are grouped by cents, which replays need not."""
    shares: Counter[tuple[str, str, date]] = Counter()
    for lot in lots:
        shares[(lot.account, lot.lot, lot.adjusted_acquired)] += lot.quantity  # type: ignore[assignment]
    return shares


def _ledger(rows: list[Transaction], today: date) -> Ledger:
    return replay(rows, accounts=ACCOUNTS, securities={}, reading=TaxReading(), until=today)


def _list(random: Random, held: Book) -> tuple[Trade, ...]:
    places = sorted({(lot.account, lot.symbol) for lot in held.lots})
    trades: list[Trade] = []
    for account, symbol in places:
        lots = held.lots_of(account, symbol)
        if random.random() < 0.6:
            part = sum((lot.quantity for lot in lots), Decimal(0)) / random.choice((1, 2))
            trades.append(_trade(len(trades) + 1, account, Side.SELL, symbol, str(part)))
        if random.random() < 0.5:
            trades.append(_trade(len(trades) + 1, account, Side.BUY, symbol, "3"))
    return tuple(trades)


def _recorded(trade: Trade, today: date) -> Transaction:
    return Transaction(
        id=TransactionId(f"trade {trade.number}"),
        date=today,
        account=trade.account,
        type=TransactionType(trade.side.value),
        symbol=trade.symbol,
        quantity=trade.quantity,
        price=Decimal("7.31"),
        order=LIST,
    )


def _recognized(ledger: Ledger) -> Fraction:
    return sum((Fraction(row.recognized) for row in ledger.disposals), Fraction(0))
