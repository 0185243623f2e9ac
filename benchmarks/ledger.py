"""How fast the ledger is, and that its time per transaction stays flat as the history grows.

    python -m benchmarks.ledger                     1,000, 10,000 and 100,000 transactions
    python -m benchmarks.ledger 1000000             one size

Each size is run three ways in one process: the ledger (household of three accounts, wash sales), a plain
FIFO pass over the same rows without wash sales (the yardstick), and the ledger extended by one more day.
Times are of the processor. As lots are divided by ever more sales, a sale takes more of them: so time is
also told for each row read or disposal told, which is what stays flat.
The history is random with a fixed seed: 60% purchases, 40% sales, 400 securities, prices that wander.
"""

import sys
import time
from collections import deque
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from engine.facts.accounts import Account
from engine.facts.ids import AccountId, HouseholdId, Symbol, TransactionId
from engine.facts.readings import TaxReading
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.replay import extend, replay

SEED = 20260310
SECURITIES = 400
ROWS_PER_DAY = 40
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


def history(rows: int) -> list[Transaction]:
    """Return a history that never sells what is not held."""
    random = Random(SEED)
    held: dict[tuple[AccountId, Symbol], int] = {}
    prices = {Symbol(f"S{i}"): random.randint(1000, 20000) for i in range(SECURITIES)}
    symbols = list(prices)
    accounts = [AccountId(name) for name in "AAASI"]
    made: list[Transaction] = []
    for number in range(rows):
        account, symbol = random.choice(accounts), random.choice(symbols)
        prices[symbol] = max(100, prices[symbol] + random.randint(-150, 150))
        have = held.get((account, symbol), 0)
        quantity = random.randint(1, 100)
        sells = have > 0 and random.random() < 0.5
        quantity = min(quantity, have) if sells else quantity
        held[(account, symbol)] = have - quantity if sells else have + quantity
        made.append(
            Transaction(
                id=TransactionId(f"t{number}"),
                date=date(1990, 1, 1) + timedelta(days=number // ROWS_PER_DAY),
                account=account,
                type=TransactionType.SELL if sells else TransactionType.BUY,
                symbol=symbol,
                quantity=Decimal(quantity),
                price=Decimal(prices[symbol]).scaleb(-2),
            )
        )
    return made


def plain_fifo(rows: list[Transaction]) -> Fraction:
    """Return the gain of a FIFO pass without wash sales, in the same exact numbers."""
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


def measure(size: int) -> None:
    """Print the figures of one size."""
    rows = history(size + ROWS_PER_DAY)
    before, last_day = rows[:size], rows[size:]
    last = before[-1].date
    fresh = [row for row in last_day if row.date > last]
    start = time.process_time()
    ledger = replay(before, accounts=ACCOUNTS, securities={}, reading=TaxReading(), until=last)
    replayed = time.process_time() - start
    start = time.process_time()
    plain_fifo(before)
    plain = time.process_time() - start
    start = time.process_time()
    extend(ledger, fresh, until=last + timedelta(days=1))
    extended = time.process_time() - start
    washed = sum(1 for row in ledger.disposals if row.disallowed)
    sold = max(1, len(ledger.disposals))
    print(
        f"{size:>9,} rows  {replayed:8.2f} s  {size / replayed:9,.0f} rows/s  "
        f"{1e6 * replayed / size:5.0f} us a row  {1e6 * replayed / (size + sold):5.0f} us a row or disposal  "
        f"plain FIFO {plain:7.2f} s  ratio {replayed / plain:4.1f}  "
        f"one day more {extended * 1000:7.1f} ms  "
        f"{len(ledger.open_lots):,} lots open, {len(ledger.disposals):,} disposals, {washed:,} washed"
    )


if __name__ == "__main__":
    for text in sys.argv[1:] or ["1000", "10000", "100000"]:
        measure(int(text.replace(",", "")))
