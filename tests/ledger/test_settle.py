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
from engine.facts.readings import TaxReading, WashReadings
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


def test_a_loss_inside_an_ira_waits_for_no_purchase() -> None:
    held = book(
        "2023-01-03 I buy 40 X at 20 as old",
        "2024-05-20 I sell 40 X at 15 as s",
        prices={"X": "14"},
        as_of=TODAY,
    )
    done = settle(held, (_trade(1, "A", Side.BUY, "X", "40"),), reading=TaxReading())
    assert done.restated == ()
    assert [lot.basis for lot in done.book_lots(held)] == [560]


CANADA = TaxReading(country="canada")
UK = TaxReading(country="uk")


def _abroad(reading: TaxReading, *lines: str) -> Book:
    return book(*lines, prices={"X": "6"}, as_of=TODAY, reading=reading)


def test_canada_denies_the_loss_for_the_shares_still_held() -> None:
    """Least of 100 sold, 40 bought in the period, 40 held at its end. Source: Income Tax Act 54."""
    held = _abroad(CANADA, "2023-01-10 A buy 100 X at 10 as old")
    trades = (_trade(1, "A", Side.BUY, "X", "40"), _trade(2, "A", Side.SELL, "X", "100"))
    done = settle(held, trades, reading=CANADA)
    (row,) = done.of_trade(2)
    # 140 shares cost 1,240: 100 of them 885.71, a loss of 285.71, of which 40/100 are denied
    assert [row.gain, row.disallowed] == [Fraction("-285.71"), Fraction("114.29")]
    assert (row.recognized, row.symbol) == (Fraction("-171.42"), "X")
    assert [(part.lot, part.account, part.symbol, part.acquired) for part in row.replacements] == [
        ("trade 1", "A", "X", TODAY)
    ]
    (pool,) = done.lots
    assert (pool.quantity, pool.basis) == (Decimal(40), Decimal("468.57"))
    assert done.book_lots(held) == done.lots


def test_what_was_bought_abroad_is_told_as_bought_and_what_was_sold_is_not() -> None:
    held = _abroad(UK, "2023-01-10 A buy 100 X at 10 as old", "2024-05-10 A sell 50 X at 6 as s")
    assert [(one.lot, one.quantity, one.kind) for one in held.acquisitions] == [("old", Decimal(100), "buy")]


def test_canada_denies_nothing_where_nothing_is_held_any_more() -> None:
    held = _abroad(CANADA, "2023-01-10 A buy 100 X at 10 as old")
    trades = (_trade(1, "A", Side.BUY, "X", "40"), _trade(2, "A", Side.SELL, "X", "140"))
    assert settle(held, trades, reading=CANADA).of_trade(2)[0].disallowed == 0


def test_canada_a_purchase_of_the_list_denies_an_earlier_loss() -> None:
    held = _abroad(CANADA, "2023-01-10 A buy 100 X at 10 as old", "2024-05-10 A sell 50 X at 6 as s")
    (earlier,) = settle(held, (_trade(1, "S", Side.BUY, "X", "20"),), reading=CANADA).restated
    assert [earlier.sale, earlier.gain, earlier.disallowed] == ["s", 0, 80]
    assert [part.lot for part in earlier.replacements] == ["trade 1"]
    (plan,) = settle(held, (_trade(1, "I", Side.BUY, "X", "20"),), reading=CANADA).restated
    assert plan.permanently_disallowed == 80


def test_canada_the_thirty_first_day_is_outside() -> None:
    held = _abroad(CANADA, "2023-01-10 A buy 100 X at 10 as old", "2024-05-03 A sell 50 X at 6 as s")
    assert settle(held, (_trade(1, "A", Side.BUY, "X", "20"),), reading=CANADA).restated == ()
    held = _abroad(CANADA, "2023-01-10 A buy 100 X at 10 as old", "2024-05-04 A sell 50 X at 6 as s")
    assert settle(held, (_trade(1, "A", Side.BUY, "X", "20"),), reading=CANADA).restated[0].disallowed == 80


def test_uk_matches_the_same_day_first() -> None:
    """40 of the 60 cost what was paid today, 20 the pool's 10. Source: TCGA 1992, ss. 104, 105."""
    held = _abroad(UK, "2023-01-10 A buy 100 X at 10 as old")
    trades = (_trade(1, "A", Side.BUY, "X", "40"), _trade(2, "A", Side.SELL, "X", "60"))
    rows = settle(held, trades, reading=UK).of_trade(2)
    assert [[row.quantity, row.basis, row.gain] for row in rows] == [_exact(40, 240, 0), _exact(20, 200, -80)]
    assert [row.disallowed for row in rows] == [0, 0]


def test_uk_a_purchase_within_thirty_days_changes_the_gain_of_a_closed_sale() -> None:
    held = _abroad(UK, "2023-01-10 A buy 100 X at 10 as old", "2024-05-10 A sell 60 X at 8 as s")
    (earlier,) = settle(held, (_trade(1, "A", Side.BUY, "X", "40"),), reading=UK).restated
    assert [earlier.sale, earlier.gain, earlier.disallowed] == ["s", 160, 0]  # 40 cost 6 and no longer 10


def test_rules_abroad_that_are_not_modelled_leave_the_trade_unsettled() -> None:
    held = _abroad(CANADA, "2023-01-10 A buy 100 X at 10 as old")
    trades = (_trade(1, "A", Side.SHORT_SELL, "X", "10"), _trade(2, "A", Side.BUY, "Y", "10"))
    assert settle(held, trades, reading=CANADA).unsettled == (1, 2)


def _given_lots(as_of: date = TODAY) -> Book:
    lots = book(
        "2023-01-10 A buy 100 X at 10 as a",
        "2024-05-04 I buy 40 X at 6 as b",
        prices={"X": "6"},
        as_of=as_of,
    ).lots
    alone = records(prices={"X": "6"}, as_of=as_of, lots=lots, history=False)
    return open_book(alone, as_of=as_of, reading=CANADA)


def test_canada_out_of_given_lots() -> None:
    """100 sold at a loss of 400, 40 bought in the plan on day 30 and held: 160 are denied, and lost."""
    (row,) = settle(_given_lots(), (_trade(1, "A", Side.SELL, "X", "100"),), reading=CANADA).taken
    assert [row.lot, row.gain, row.disallowed] == ["a", -400, 160]
    assert [row.permanently_disallowed, row.recognized] == _exact(160, -240)
    assert [(part.lot, part.account, part.symbol) for part in row.replacements] == [("b", "I", "X")]
    late = settle(_given_lots(date(2024, 6, 4)), (_trade(1, "A", Side.SELL, "X", "100"),), reading=CANADA)
    assert late.taken[0].disallowed == 0  # day 31
    both = (_trade(1, "A", Side.SELL, "X", "100"), _trade(2, "I", Side.SELL, "X", "30"))
    assert settle(_given_lots(), both, reading=CANADA).taken[0].disallowed == 40  # 10 are still held


CLOSED = TaxReading(wash=WashReadings(sold_before_replacement=True))


def test_a_loss_of_the_list_goes_into_a_sale_closed_before_it() -> None:
    held = book(
        "2023-01-10 A buy 100 X at 13 as old",
        "2024-05-10 A buy 100 X at 8 as new",
        "2024-05-20 A sell 100 X at 9 as s lots new:100",
        prices={"X": "10"},
        as_of=TODAY,
        reading=CLOSED,
    )
    trade = (_trade(1, "A", Side.SELL, "X", "100", lot="old"),)
    done = settle(held, trade, reading=CLOSED)
    assert [done.taken[0].gain, done.taken[0].disallowed] == _exact(-300, 300)
    assert [part.absorbed for part in done.taken[0].replacements] == [0]  # no lot that is held
    gone, back = done.restated  # the short-term gain of 100 is a long-term loss of 200
    assert [gone.sale, back.sale] == ["s", "s"]
    assert [gone.term, back.term] == ["short", "long"]
    assert [gone.gain, back.gain] == _exact(-100, -200)
    plain = settle(held, trade, reading=TaxReading())
    assert plain.taken[0].disallowed == 0
    assert plain.restated == ()


def test_a_history_that_begins_late_is_looked_at_for_each_list() -> None:
    """The lots are given; of what was sold on 2 May the transactions do not tell the purchase."""
    told = book("2023-01-10 A buy 100 X at 13 as old", prices={"X": "10"}, as_of=TODAY, reading=CLOSED)
    late = records(
        "2024-05-02 A sell 5 X at 9 as before",
        "2024-05-10 A buy 100 X at 8 as new",
        "2024-05-20 A sell 100 X at 9 as s lots new:100",
        prices={"X": "10"},
        as_of=TODAY,
        lots=told.lots,
    )
    held = open_book(late, as_of=TODAY, reading=CLOSED)
    for shares, loss in (("100", 300), ("40", 120)):
        trade = (_trade(1, "A", Side.SELL, "X", shares, lot="old"),)
        done = settle(held, trade, reading=CLOSED)
        assert [done.taken[0].gain, done.taken[0].disallowed] == _exact(-loss, loss)
        assert {row.sale for row in done.restated} == {"s"}


@pytest.mark.parametrize("seed", range(40))
def test_closed_sales_are_restated_as_a_replay_restates_them(seed: int) -> None:
    _foreseen_is_recorded(seed, CLOSED)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_foreseen_is_what_is_recorded(seed: int) -> None:
    """Random list against a random history: the settlement is the difference of two replays, to the cent."""
    _foreseen_is_recorded(seed, TaxReading())


def _foreseen_is_recorded(seed: int, reading: TaxReading) -> None:
    random = Random(seed)
    rows = history(seed, rows=20, most_splits=0)
    today = rows[-1].date
    before = _ledger(rows, today, reading)
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
    done = settle(held, trades, reading=reading)
    after = _ledger([*rows, *(_recorded(trade, today) for trade in trades)], today, reading)
    foreseen = sum((row.recognized for row in done.taken), Fraction(0)) + sum(
        (row.gain + row.disallowed for row in done.restated), Fraction(0)
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


def _ledger(rows: list[Transaction], today: date, reading: TaxReading) -> Ledger:
    return replay(rows, accounts=ACCOUNTS, securities={}, reading=reading, until=today)


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


def test_average_cost_is_foreseen() -> None:
    """A list that names a lot sells the earliest shares at the average, as the ledger will tell it."""
    lines = ("2023-01-10 A buy 100 X at 10 as a", "2024-01-10 A buy 100 X at 20 as b")
    rows = records(*lines, prices={"X": "18"}, as_of=TODAY, accounts=("A self taxable average_cost X",))
    held = open_book(rows, as_of=TODAY, reading=TaxReading())
    assert [lot.basis for lot in held.lots] == [1500, 1500]
    done = settle(held, (_trade(1, "A", Side.SELL, "X", "150", lot="b"),), reading=TaxReading())
    assert [row.lot for row in done.taken] == ["a", "b"]
    assert [row.basis for row in done.taken] == [1500, 750]
    assert [row.term for row in done.taken] == ["long", "short"]
    assert [lot.basis for lot in done.lots] == [750]
