"""The past as lists: the book as it stood before each day's trades, and those trades as one list.

    2026-03-02  sell 120 VXUS, buy 120 IXUS      one list, against lots, prices and cash of that morning

Cash is what accounts.csv says today, less what has flowed since. Attributes of securities, benchmarks'
members and the accounts themselves are today's: the files keep one state of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from engine.facts.book import Book, Records
from engine.facts.failure import GuardbandError
from engine.facts.ids import AccountId
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.book import open_book

_SIDES = {
    TransactionType.BUY: Side.BUY,
    TransactionType.SELL: Side.SELL,
    TransactionType.SHORT_SELL: Side.SHORT_SELL,
    TransactionType.BUY_TO_COVER: Side.BUY_TO_COVER,
}
_PAYS = frozenset(
    {
        TransactionType.BUY, TransactionType.BUY_TO_COVER, TransactionType.OPTION_BUY,
        TransactionType.FEE, TransactionType.WITHDRAWAL, TransactionType.EXERCISE,
    }
)  # fmt: skip
_BRINGS = frozenset(
    {
        TransactionType.SELL, TransactionType.SHORT_SELL, TransactionType.OPTION_WRITE,
        TransactionType.DIVIDEND, TransactionType.INTEREST, TransactionType.DEPOSIT,
        TransactionType.RETURN_OF_CAPITAL, TransactionType.MERGER, TransactionType.ASSIGNMENT,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDay:
    """One day's trades against the book before them; `problem` where that book cannot be made."""

    day: date
    book: Book | None
    trades: tuple[Trade, ...]
    ids: tuple[str, ...]  # of the transactions, in list order
    problem: str | None = None


def past_days(records: Records, *, until: date, days: int, reading: TaxReading) -> Iterator[PastDay]:
    """Yield each day with trades among the last `days` calendar days, the earliest first."""
    history = records.transactions or ()
    first = until - timedelta(days=days)
    traded = sorted({row.date for row in history if row.type in _SIDES and first < row.date <= until})
    for day in traded:
        rows = [row for row in history if row.date == day and row.type in _SIDES and _is_whole(row)]
        if not rows:
            continue
        trades = tuple(_trade(number, row) for number, row in enumerate(rows, start=1))
        ids = tuple(str(row.id) for row in rows)
        try:
            book = _before(records, day, until, reading)
        except GuardbandError as problem:
            yield PastDay(day=day, book=None, trades=trades, ids=ids, problem=str(problem))
        else:
            yield PastDay(day=day, book=book, trades=trades, ids=ids)


def _is_whole(row: Transaction) -> bool:
    return row.symbol is not None and row.quantity is not None and row.quantity > 0


def _trade(number: int, row: Transaction) -> Trade:
    assert row.symbol is not None
    assert row.quantity is not None
    single = row.lots[0][0] if len(row.lots) == 1 else None
    return Trade(
        number=number,
        account=row.account,
        side=_SIDES[row.type],
        symbol=row.symbol,
        quantity=row.quantity,
        price=row.price,
        lot=single if row.type is TransactionType.SELL else None,
        reason=str(row.id),
    )


def _before(records: Records, day: date, until: date, reading: TaxReading) -> Book:
    """Return the book of a morning: what happened that day or later has not happened."""
    history = records.transactions or ()
    past = replace(
        records,
        transactions=tuple(row for row in history if row.date < day),
        lots=None,
        accounts={
            name: replace(row, cash=row.cash - _flowed(history, name, day, until))
            for name, row in records.accounts.items()
        },
    )
    return open_book(past, as_of=day, reading=reading)


def _flowed(history: tuple[Transaction, ...], account: AccountId, day: date, until: date) -> Decimal:
    """Return what came into an account, net, from the morning of a day until the book's own day."""
    total = Decimal(0)
    for row in history:
        if row.account != account or not day <= row.date <= until:
            continue
        if row.type in _PAYS:
            total -= row.total + (row.fees if row.type is not TransactionType.FEE else Decimal(0))
        elif row.type in _BRINGS:
            total += row.total - row.fees
    return total
