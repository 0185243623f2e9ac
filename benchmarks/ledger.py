"""How fast the ledger is, and that its time per transaction stays flat as the history grows.

    python -m benchmarks.ledger                     1,000 to 1,000,000 transactions
    python -m benchmarks.ledger 1000 10000          sizes of one's own
    python -m benchmarks.ledger wide                the second history, 1,000 to 100,000
    python -m benchmarks.ledger settle              lists of 1, 10 and 100 trades, over 500 and 5,000 lots

Each size is run in one process: the ledger (household of three accounts, wash sales), a plain FIFO pass over
the same rows without wash sales in the standard library's rationals (the yardstick), and the ledger extended
by the next day's rows, which is checked to equal the replay of all. Times are of the processor.

Both histories are random with a fixed seed, and prices wander. The first is one household that goes on as it
began: ten securities, a transaction every second day, purchases and sales around a size it wants to hold; a
history of a thousand times the length is a thousand times the years, so time per row tells what history
costs. In the second 400 securities are bought and sold 40 times a day and positions fill over the first
30,000 rows: a sale then takes more lots, each told as a row of its own, so time is also told for each row
read or written.

A proposed list is settled over a book that the wide history leaves. The first list of a book looks all its
lots through once; the time told is that of the lists after it, the median of 15.
"""

import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from random import Random
from typing import TypeVar

from engine.facts.accounts import Account
from engine.facts.book import Book
from engine.facts.ids import AccountId, HouseholdId, Symbol, TransactionId
from engine.facts.readings import TaxReading
from engine.facts.securities import Price
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.ledger import Ledger
from engine.ledger.replay import extend, replay
from engine.ledger.settle import settle

SEED = 20260310
READING = TaxReading()
SIZES = (1_000, 10_000, 100_000, 1_000_000)
KINDS = {"A": ("self", "taxable"), "S": ("spouse", "taxable"), "I": ("self", "ira")}
ACCOUNTS = {
    AccountId(name): Account(
        account=AccountId(name),
        household=HouseholdId("H"),
        owner=owner,
        kind=kind,
        currency="USD",
        cash=Decimal(0),
    )
    for name, (owner, kind) in KINDS.items()
}

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """How a history is drawn."""

    securities: int
    rows: int
    days: int  # in which so many rows fall
    wanted: int | None  # shares that a position is traded around; None: half of the rows sell


STEADY = Pattern(securities=10, rows=1, days=2, wanted=100)
WIDE = Pattern(securities=400, rows=40, days=1, wanted=None)


def history(rows: int, pattern: Pattern = WIDE) -> list[Transaction]:
    """Return a history that never sells what is not held."""
    random = Random(SEED)
    held: dict[tuple[AccountId, Symbol], int] = {}
    prices = {Symbol(f"S{i}"): random.randint(1000, 20000) for i in range(pattern.securities)}
    symbols = list(prices)
    accounts = [AccountId(name) for name in "AAASI"]
    made: list[Transaction] = []
    for number in range(rows):
        account, symbol = random.choice(accounts), random.choice(symbols)
        prices[symbol] = max(100, prices[symbol] + random.randint(-150, 150))
        have = held.get((account, symbol), 0)
        quantity = random.randint(1, 100)
        chance = 0.5 if pattern.wanted is None else have / (2 * pattern.wanted)
        sells = have > 0 and random.random() < chance
        quantity = min(quantity, have) if sells else quantity
        held[(account, symbol)] = have - quantity if sells else have + quantity
        made.append(
            Transaction(
                id=TransactionId(f"t{number}"),
                date=date(1990, 1, 1) + timedelta(days=number // pattern.rows * pattern.days),
                account=account,
                type=TransactionType.SELL if sells else TransactionType.BUY,
                symbol=symbol,
                quantity=Decimal(quantity),
                price=Decimal(prices[symbol]).scaleb(-2),
            )
        )
    return made


def plain_fifo(rows: list[Transaction]) -> Fraction:
    """Return the gain of a FIFO pass without wash sales, in exact rationals."""
    lots: dict[tuple[AccountId, Symbol], deque[list[Fraction]]] = {}
    gain = Fraction(0)
    for row in rows:
        assert row.symbol is not None
        assert row.quantity is not None
        queue = lots.setdefault((row.account, row.symbol), deque())
        left, price = Fraction(row.quantity), Fraction(row.total) / Fraction(row.quantity)
        if row.type is TransactionType.BUY:
            queue.append([left, price])
            continue
        while left:
            lot = queue[0]
            part = min(left, lot[0])
            gain += part * (price - lot[1])
            lot[0] -= part
            left -= part
            if not lot[0]:
                queue.popleft()
    return gain


def measure(size: int, pattern: Pattern) -> float:
    """Print the figures of one size; return the seconds for a row."""
    rows = history(size + pattern.rows, pattern)
    last = rows[size - 1].date
    before, fresh = rows[:size], [row for row in rows[size:] if row.date > last]
    tomorrow = rows[-1].date
    ledger, took = timed(lambda: replayed(before, last))
    _, plain = timed(lambda: plain_fifo(before))
    longer, extended = timed(lambda: extend(ledger, fresh, until=tomorrow))
    if size <= 100_000:
        whole = replayed([*before, *fresh], tomorrow)
        assert (longer.open_lots, longer.disposals) == (whole.open_lots, whole.disposals)
    washed = sum(1 for row in ledger.disposals if row.disallowed)
    told = size + len(ledger.disposals)
    print(
        f"{size:>9,} rows {took:8.2f} s {size / took:8,.0f} rows/s "
        f"{1e6 * took / size:5.0f} us a row {1e6 * took / told:4.0f} us a row or disposal; "
        f"plain FIFO {plain:7.2f} s, ratio {took / plain:4.1f}; "
        f"one day more {extended * 1000:6.1f} ms, 1/{took / extended:,.0f} of it; "
        f"{len(ledger.open_lots):,} lots open, {len(ledger.disposals):,} disposals, {washed:,} washed",
        flush=True,
    )
    return took / size


def measure_lists(rows: int, lots: int) -> None:
    """Print the time of settling lists of 1, 10 and 100 trades, half of them sales of whole positions."""
    wide = Pattern(securities=lots // 18, rows=40, days=1, wanted=200)
    made = history(rows, wide)
    today = made[-1].date
    book = _book(replayed(made, today), made)
    positions = sorted({(lot.account, lot.symbol) for lot in book.lots})
    _, first = timed(lambda: settle(book, (), reading=READING))
    for size in (1, 10, 100):
        trades = tuple(
            Trade(
                number=number,
                account=account,
                side=Side.BUY if number % 2 == 0 else Side.SELL,
                symbol=symbol,
                quantity=sum((lot.quantity for lot in book.lots_of(account, symbol)), Decimal(0)),
            )
            for number, (account, symbol) in enumerate(positions[:size], start=1)
        )
        settled = partial(settle, book, trades, reading=READING)
        each = sorted(timed(settled)[1] for _ in range(15))
        done = settle(book, trades, reading=READING)
        print(
            f"{len(book.lots):>6,} lots, {size:>3} trades: settled in {each[7] * 1000:6.2f} ms, "
            f"{len(done.read)} lots read, {len(done.taken)} lots sold; the book looked through once in "
            f"{first * 1000:.1f} ms",
            flush=True,
        )


def _book(ledger: Ledger, rows: list[Transaction]) -> Book:
    symbols = {row.symbol for row in rows if row.symbol is not None}
    return Book(
        as_of=ledger.until,
        accounts=ACCOUNTS,
        securities={},
        prices={one: Price(symbol=one, date=ledger.until, price=Decimal("55.55")) for one in symbols},
        lots=ledger.open_lots,
        transactions=tuple(rows),
        disposals=ledger.disposals,
        acquisitions=ledger.acquisitions,
    )


def replayed(rows: list[Transaction], until: date) -> Ledger:
    """Return the ledger of a history as of a day."""
    return replay(rows, accounts=ACCOUNTS, securities={}, reading=TaxReading(), until=until)


def timed(work: Callable[[], Made]) -> tuple[Made, float]:
    """Return what was made, and the seconds of processor time that it took."""
    start = time.process_time()
    made = work()
    return made, time.process_time() - start


def main(words: list[str]) -> None:
    """Measure the sizes asked for, and print the growth from the first to the last."""
    if "settle" in words:
        measure_lists(1_500, 500)
        measure_lists(15_000, 5_000)
        return
    is_wide = "wide" in words
    sizes = [int(word.replace(",", "")) for word in words if word != "wide"]
    sizes = sizes or list(SIZES[:-1] if is_wide else SIZES)
    each = [measure(size, WIDE if is_wide else STEADY) for size in sizes]
    print(f"time per row grows {each[-1] / each[0]:.2f} times from {sizes[0]:,} to {sizes[-1]:,} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
