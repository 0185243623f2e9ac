"""The order in which transactions happened.

By date; splits first, for they are in force from the start of their day; then by `time` where rows have
one, else as the file has them: rows with a time change places among themselves, rows without keep theirs.
A transfer leaves one account before it arrives in the other.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from engine.facts.transactions import Transaction, TransactionType


def in_order(transactions: Iterable[Transaction], *, until: date) -> tuple[Transaction, ...]:
    """Return what is known on `until`, in the order in which it happened."""
    known = sorted((t for t in transactions if t.date <= until), key=lambda t: t.date)
    ordered: list[Transaction] = []
    for _, day in groupby(known, key=lambda t: t.date):
        ordered.extend(_of_one_day(list(day)))
    return tuple(ordered)


def _of_one_day(rows: list[Transaction]) -> list[Transaction]:
    if len(rows) == 1:
        return rows
    timed = iter(sorted((row for row in rows if row.time is not None), key=_by_time))
    by_time = [row if row.time is None else next(timed) for row in rows]
    return sorted(_departures_first(by_time), key=lambda row: row.type is not TransactionType.SPLIT)


def _by_time(row: Transaction) -> tuple[int, int, int, int]:
    assert row.time is not None
    return (row.time.hour, row.time.minute, row.time.second, row.time.microsecond)


def _departures_first(rows: list[Transaction]) -> list[Transaction]:
    """Move each transfer_out before the day's first transfer_in of the same security."""
    arrivals = {row.symbol for row in rows if row.type is TransactionType.TRANSFER_IN}
    early = [r for r in rows if r.type is TransactionType.TRANSFER_OUT and r.symbol in arrivals]
    if not early:
        return rows
    placed: dict[int, Transaction] = {}
    for row in rows:
        if row.type is TransactionType.TRANSFER_IN:
            placed |= {id(out): out for out in early if out.symbol == row.symbol and id(out) not in placed}
        placed.setdefault(id(row), row)
    return list(placed.values())
