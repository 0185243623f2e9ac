"""What holds for any history: nothing is lost, order of days does not matter, a day more is no new replay."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts.failure import InputError
from engine.facts.ids import LotId, TransactionId
from engine.facts.money import cents_half_up
from engine.facts.readings import TaxReading, WashReadings
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.book import plain_ledger, reconcile
from engine.ledger.ledger import Ledger
from engine.ledger.replay import extend, replay
from engine.shell.files.book import read_records
from tests.ledger.folders import write_book
from tests.ledger.histories import ACCOUNTS, SYMBOLS, history

UNTIL = date(2099, 1, 1)
GROUPS = {SYMBOLS[0]: "one", SYMBOLS[1]: "one"}
READINGS = st.builds(
    WashReadings,
    same_order_replacement=st.booleans(),
    sold_before_replacement=st.booleans(),
    earlier_purchase_replacement=st.booleans(),
    same_day_purchases=st.sampled_from(("separate", "together")),
    overlapping_days=st.sampled_from(("both", "once", "old_date")),
    spouse_basis=st.sampled_from(("increased", "unchanged")),
    spouse_retirement=st.sampled_from(("permanent", "not_counted")),
    partly_adjusted=st.sampled_from(("adjusted_first", "highest_basis")),
    fifo_date=st.sampled_from(("actual", "tacked")),
    gain_shares_replace=st.booleans(),
)
RELIEF = st.sampled_from(("fifo", "lifo", "highest_cost", "minimum_tax"))


def _replay(rows: list[Transaction], reading: TaxReading, until: date = UNTIL) -> Ledger:
    return replay(rows, accounts=ACCOUNTS, securities={}, reading=reading, until=until, strict=False)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    wash=READINGS,
    relief=RELIEF,
    grouped=st.booleans(),
)
def test_no_loss_vanishes(seed: int, wash: WashReadings, relief: str, grouped: bool) -> None:
    """recognized = economic result + permanently disallowed + still deferred, to the cent, by any reading.

    Source: 26 U.S.C. 1091(d).
    """
    rows = history(seed, rows=18)
    reading = TaxReading(wash=wash, relief=relief, identical=GROUPS if grouped else {})  # type: ignore[arg-type]
    ledger = _replay(rows, reading)
    bought = [row for row in rows if row.type in (TransactionType.BUY, TransactionType.REINVEST)]
    paid = sum((cents_half_up(row.total + row.fees) for row in bought), Decimal(0))
    still = sum((lot.original_basis for lot in ledger.open_lots), Decimal(0))
    economic = sum((row.proceeds for row in ledger.disposals), Decimal(0)) - (paid - still)
    recognized = sum((row.recognized for row in ledger.disposals), Decimal(0))
    sheltered = sum((row.gain for row in ledger.disposals if row.term is None), Decimal(0))
    permanent = sum((row.permanently_disallowed for row in ledger.disposals), Decimal(0))
    assert recognized + sheltered == economic + permanent + ledger.deferred
    for row in ledger.disposals:
        assert 0 <= row.permanently_disallowed <= row.disallowed <= max(Decimal(0), -row.gain)
        absorbed = sum((part.absorbed for part in row.replacements), Decimal(0))
        assert absorbed == row.disallowed - row.permanently_disallowed


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), wash=READINGS, grouped=st.booleans())
def test_no_replacement_share_is_used_twice(seed: int, wash: WashReadings, grouped: bool) -> None:
    """Of no lot is more used than was bought, counted in the shares of its day, splits or not.

    Source: 26 CFR 1.1091-1(e).
    """
    rows = history(seed, rows=18, most_splits=0 if wash.sold_before_replacement else 2)
    ledger = _replay(rows, TaxReading(wash=wash, identical=GROUPS if grouped else {}))
    used: dict[str, Fraction] = {}
    for row in ledger.disposals:
        for part in row.replacements:
            since_bought = _shares_for_one(rows, part.symbol, part.acquired, max(row.sold, part.acquired))
            shares = Fraction(part.quantity) / since_bought
            used[part.lot] = used.get(part.lot, Fraction(0)) + shares
    assert used.keys() <= {bought.lot for bought in ledger.acquisitions}
    for bought in ledger.acquisitions:
        assert used.get(bought.lot, 0) <= Fraction(bought.quantity)


def _shares_for_one(rows: list[Transaction], symbol: str, since: date, until: date) -> Fraction:
    """Return what one share became by the splits after a day, up to another."""
    ratio = Fraction(1)
    for row in rows:
        if row.type is TransactionType.SPLIT and row.symbol == symbol and since < row.date <= until:
            ratio *= Fraction(row.quantity or 1)
    return ratio


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9), wash=READINGS, relief=RELIEF)
def test_no_more_is_replaced_than_was_sold(seed: int, wash: WashReadings, relief: str) -> None:
    """Exactly, as rationals: disallowed is between nothing and the loss, and adds up by replacement."""
    rows = history(seed, rows=18)
    ledger = _replay(rows, TaxReading(wash=wash, relief=relief))  # type: ignore[arg-type]
    for pool in ledger.state.pools.values():
        for sold in pool.sold:
            assert 0 <= sold.disallowed <= sold.loss
            assert 0 <= sold.replaced <= sold.shares
            assert sum(match.disallowed for match in sold.matches) == sold.disallowed
            assert all(match.disallowed >= 0 and match.quantity > 0 for match in sold.matches)
            assert sold.is_judged or not sold.matches


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), wash=READINGS)
def test_rows_may_stand_in_any_order_of_dates(seed: int, wash: WashReadings) -> None:
    rows = history(seed, rows=18)
    days = sorted({row.date for row in rows})
    Random(seed).shuffle(days)
    _same_ledger(rows, [row for day in days for row in rows if row.date == day], TaxReading(wash=wash))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), wash=READINGS)
def test_rows_with_a_time_may_stand_in_any_order(seed: int, wash: WashReadings) -> None:
    rows = [
        replace(row, time=time(9, place // 60, place % 60))
        for place, row in enumerate(history(seed, rows=18))
    ]
    shuffled = list(rows)
    Random(seed).shuffle(shuffled)
    _same_ledger(rows, shuffled, TaxReading(wash=wash))


def _same_ledger(rows: list[Transaction], others: list[Transaction], reading: TaxReading) -> None:
    told, again = _replay(rows, reading), _replay(others, reading)
    assert told.disposals == again.disposals
    assert told.open_lots == again.open_lots
    assert told.acquisitions == again.acquisitions


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_what_was_written_is_read_again_the_same(seed: int) -> None:
    """Through the files and back: the same ledger, and its lots reconcile to the share and the cent."""
    rows = history(seed, rows=18)
    last = rows[-1].date
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_book(folder, rows, _replay(rows, TaxReading(), until=last))
        records = read_records(folder)
    told = _replay(rows, TaxReading(), until=last)
    again = plain_ledger(records, as_of=last, reading=TaxReading())
    assert again is not None
    assert again.disposals == told.disposals
    assert again.open_lots == told.open_lots
    assert reconcile(records.lots or (), again) == ()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9), place=st.integers(0, 17))
def test_a_row_imported_twice_is_refused(seed: int, place: int) -> None:
    rows = history(seed, rows=18)
    with pytest.raises(InputError, match="stands twice"):
        _replay([*rows, rows[place]], TaxReading())
    with pytest.raises(InputError, match="stands twice"):
        _replay([*rows, replace(rows[place])], TaxReading())


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), wash=READINGS)
def test_days_added_are_the_replay_of_all(seed: int, wash: WashReadings) -> None:
    """Extended day by day, or replayed at once: the same ledger; and the shorter one stays as it was."""
    rows = history(seed, rows=18)
    reading = TaxReading(wash=wash)
    ledger = _replay([], reading, until=rows[0].date - timedelta(days=1))
    kept: list[tuple[Ledger, Ledger]] = []
    for day in sorted({row.date for row in rows}):
        known = [row for row in rows if row.date <= day]
        fresh = [row for row in rows if row.date == day]
        ledger = extend(ledger, fresh, until=day)
        kept.append((ledger, _replay(known, reading, until=day)))
    for extended, replayed in kept:
        assert extended.disposals == replayed.disposals
        assert extended.open_lots == replayed.open_lots
        assert extended.acquisitions == replayed.acquisitions


def test_a_day_more_does_not_replay_the_days_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 400 rows only the last day's happen again, and the pools of other securities are the same ones."""
    rows = history(11, rows=400)
    last = rows[-1].date
    stem = _replay([row for row in rows if row.date < last], TaxReading(), until=last - timedelta(days=1))
    fresh = [row for row in rows if row.date == last]
    happened: list[TransactionId] = []

    def note(_: object, row: Transaction) -> None:
        happened.append(row.id)

    monkeypatch.setattr("engine.ledger.replay.refuse_unmodelled", note)
    longer = extend(stem, fresh, until=last)
    assert happened == [row.id for row in fresh]
    touched = {row.symbol for row in fresh}
    assert len(touched) == 1
    kept = [pool is longer.state.pools[key] for key, pool in stem.state.pools.items()]
    assert sorted(kept) == [False, True]
    assert all(old is new for old, new in zip(stem.disposals[:100], longer.disposals[:100], strict=True))


def test_two_ledgers_may_grow_from_one() -> None:
    rows = history(7, rows=18)
    middle = rows[9].date
    stem = _replay([row for row in rows if row.date <= middle], TaxReading(), until=middle)
    rest = [row for row in rows if row.date > middle]
    first = extend(stem, rest, until=UNTIL)
    second = extend(stem, rest, until=UNTIL)
    assert first.disposals == second.disposals == _replay(rows, TaxReading()).disposals
    assert first.open_lots == second.open_lots


def test_a_row_that_comes_late_asks_for_a_replay() -> None:
    rows = history(7, rows=18)
    ledger = _replay(rows, TaxReading(), until=rows[-1].date)
    with pytest.raises(InputError, match="comes late"):
        extend(ledger, rows[-1:], until=UNTIL)


def test_lots_taken_from_the_middle_are_forgotten() -> None:
    """Many lots sold by name out of the middle of a position leave the others in their order."""
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(200)]
    account, symbol = next(iter(ACCOUNTS)), SYMBOLS[0]

    def row(n: int, kind: TransactionType, **more: object) -> Transaction:
        return Transaction(
            id=TransactionId(f"{kind.value}{n}"),
            date=days[n] if kind is TransactionType.BUY else date(2022, 1, 1),
            account=account,
            type=kind,
            symbol=symbol,
            quantity=Decimal(1),
            price=Decimal(10),
            **more,  # type: ignore[arg-type]
        )

    bought = [row(n, TransactionType.BUY) for n in range(200)]
    named = [
        row(n, TransactionType.SELL, lots=((LotId(f"buy{n}"), Decimal(1)),))
        for n in [*range(20, 120), *range(150, 200)]
    ]
    rest = [row(n, TransactionType.SELL) for n in range(200, 240)]
    days += days[:40]
    ledger = _replay([*bought, *named, *rest], TaxReading(relief="lifo"))
    assert [lot.lot for lot in ledger.open_lots] == [f"buy{n}" for n in range(10)]
