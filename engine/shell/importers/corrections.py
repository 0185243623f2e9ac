"""Corrections: what a custodian tells otherwise in a later file, and what it does not tell any more.

    told before   2026-03-02 buy 100 KO for 4,010.00     not in the new file, which covers that day
    told now      2026-03-02 buy 100 KO for 4,008.00     a correction, and not a second purchase

What the book holds of an account, day, kind and security, and the new file lacks, meets what only the new
file tells of the same. Where both come to the same shares, money and fees they are the same trades told in
other parts, as an order of ours and the custodian's fills: nothing is added. Anything else is a correction,
which is told, and taken over where the person says so. The book's row keeps its id, so that sales that name
it as a lot go on to do so, and the earlier file changes nothing when it comes again.

What the file lacks and has nothing in its place is gone: cancelled, it may be. Told are rows of days inside
the file's span, of kinds that it tells; a file of dividends alone says nothing of trades.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.facts.ids import AccountId, Symbol
from engine.facts.money import plain
from engine.facts.transactions import Transaction
from engine.facts.transactions import TransactionType as T
from engine.shell.importers.statement import Unread

CORRECTED, CANCELLED = "corrected", "cancelled"
"""What notes begin with of rows that a later file told otherwise, or did not tell any more."""

CENT = Decimal("0.01")
"""Money told in other parts may differ by so much for each part, for cents are rounded part by part."""

_FROM_FILE = re.compile(r"\[.+ row \d+\]$")
Place = tuple[AccountId, date, T, Symbol | None, Symbol | None]


class Corrections(StrEnum):
    """What is done with corrections."""

    TELL = "tell"  # the new rows are left unread, and nothing is changed
    APPLY = "apply"  # they take the place of the old ones; rows that are gone end
    ADD = "add"  # both hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Rows of one account, day, kind and security: as the book has them, and as the file tells them."""

    before: tuple[Transaction, ...]
    after: tuple[Transaction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A file's new rows against what was told before."""

    new: tuple[Transaction, ...]
    same: int  # rows that were told before in other parts
    corrections: tuple[Correction, ...]
    gone: tuple[Transaction, ...]


def compared(
    new: Iterable[Transaction], told: Iterable[Transaction], known: Iterable[Transaction]
) -> Compared:
    """Return which of the new rows are new indeed.

    told: every row of the file, the new ones among them. known: what the book holds.
    """
    told, new = tuple(told), tuple(new)
    lacking = _lacking(told, tuple(known))
    by_place: dict[Place, list[Transaction]] = {}
    for row in new:
        by_place.setdefault(_place(row), []).append(row)
    same, corrections = 0, []
    met = frozenset(row.id for place in lacking for row in by_place.get(place, ()))
    for place in [place for place in lacking if place in by_place]:
        before, after = tuple(lacking.pop(place)), tuple(by_place[place])
        if _comes_to_the_same(before, after):
            same += len(after)
        else:
            corrections.append(Correction(before=before, after=after))
    kinds, spans = {row.type for row in told}, _spans(told)
    gone = tuple(
        row
        for rows in lacking.values()
        for row in rows
        if spans[row.account][0] < row.date < spans[row.account][1]
        and row.type in kinds
        and _FROM_FILE.search(row.note or "")
    )
    left = tuple(row for row in new if row.id not in met)
    return Compared(new=left, same=same, corrections=tuple(corrections), gone=gone)


def _lacking(told: tuple[Transaction, ...], known: tuple[Transaction, ...]) -> dict[Place, list[Transaction]]:
    """Return what the book holds of the file's accounts and days, and the file does not tell."""
    names, spans = {row.id for row in told}, _spans(told)
    found: dict[Place, list[Transaction]] = {}
    for row in known:
        span = spans.get(row.account)
        if span is not None and row.id not in names and span[0] <= row.date <= span[1] and not _ended(row):
            found.setdefault(_place(row), []).append(row)
    return found


def _spans(told: Iterable[Transaction]) -> dict[AccountId, tuple[date, date]]:
    """Return the first and the last day that a file tells of each account."""
    spans: dict[AccountId, tuple[date, date]] = {}
    for row in told:
        first, last = spans.get(row.account, (row.date, row.date))
        spans[row.account] = (min(first, row.date), max(last, row.date))
    return spans


def is_mended(row: Transaction) -> bool:
    """Return whether a later file told a row of the book otherwise: an earlier one does not bring it back."""
    return (row.note or "").startswith((f"{CORRECTED}: ", f"{CANCELLED}: "))


def _ended(row: Transaction) -> bool:
    return (row.note or "").startswith(f"{CANCELLED}: ")


def _place(row: Transaction) -> Place:
    return row.account, row.date, row.type, row.symbol, row.from_symbol


def _comes_to_the_same(before: tuple[Transaction, ...], after: tuple[Transaction, ...]) -> bool:
    most = Decimal(0) if len(before) == len(after) else CENT * max(len(before), len(after))
    is_near = abs(_money(before) - _money(after)) <= most and abs(_fees(before) - _fees(after)) <= most
    return is_near and _shares(before) == _shares(after)


def _shares(rows: Iterable[Transaction]) -> Decimal:
    return sum((row.quantity or Decimal(0) for row in rows), Decimal(0))


def _fees(rows: Iterable[Transaction]) -> Decimal:
    return sum((row.fees for row in rows), Decimal(0))


def _money(rows: Iterable[Transaction]) -> Decimal:
    return sum((row.total for row in rows), Decimal(0))


def applied(found: Compared) -> tuple[tuple[Transaction, ...], tuple[Transaction, ...]]:
    """Return the rows that corrections add, and those of the book that they change."""
    new: list[Transaction] = []
    changed: list[Transaction] = []
    for one in found.corrections:
        if len(one.before) == 1 and _shares(one.before) == _shares(one.after):
            changed.append(_with_money_of(one.before[0], one.after))
            continue
        changed += [_in_place_of(old, row) for old, row in zip(one.before, one.after, strict=False)]
        changed += [_at_an_end(row) for row in one.before[len(one.after) :]]
        new += one.after[len(one.before) :]
    changed += [_at_an_end(row) for row in found.gone]
    return tuple(new), tuple(changed)


def _with_money_of(old: Transaction, rows: tuple[Transaction, ...]) -> Transaction:
    """Return a row of the book with the money of the file's: lots and order stay as they are."""
    return replace(
        old,
        price=rows[0].price if len(rows) == 1 else None,
        amount=_money(rows),
        fees=_fees(rows),
        ex_date=rows[0].ex_date or old.ex_date,
        note=f"{CORRECTED}: {rows[0].note}",
        row=rows[0].row,
    )


def _in_place_of(old: Transaction, row: Transaction) -> Transaction:
    return replace(row, id=old.id, note=f"{CORRECTED}: {row.note}")


def _at_an_end(old: Transaction) -> Transaction:
    """Return a row that books nothing: the id stays, so that an earlier file does not bring it back."""
    return Transaction(
        id=old.id,
        date=old.date,
        account=old.account,
        type=T.FEE,
        symbol=None,
        quantity=None,
        price=None,
        amount=Decimal(0),
        note=f"{CANCELLED}: {words(old)}",
        row=old.row,
    )


def left_unread(found: Compared) -> tuple[Unread, ...]:
    """Return the new rows of corrections as rows that wait for a person's word."""
    return tuple(
        Unread(
            line=row.row,
            words=words(row),
            reason=f"the book has it otherwise: {'; '.join(words(old) for old in one.before)}",
            cure="to put the new row in its place: --corrections apply; to keep both: --corrections add",
        )
        for one in found.corrections
        for row in one.after
    )


def words(row: Transaction) -> str:
    """Return a transaction in a few words: `2026-03-02 buy 100 KO for 4,008.00`."""
    parts = [row.date.isoformat(), row.type.value.replace("_", " ")]
    parts += [plain(row.quantity)] if row.quantity is not None else []
    parts += [str(row.symbol)] if row.symbol else []
    parts += [f"for {row.total:,.2f}"]
    parts += [f"and {row.fees:,.2f} fees"] if row.fees else []
    return f"{' '.join(parts)} ({row.id})"
