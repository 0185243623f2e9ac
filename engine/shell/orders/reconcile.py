"""Positions against the custodian's: every break by account and security, with its likely cause.

    ours 150 KO, theirs 250 KO, order GB7-1 to sell 300 open with 100 unfilled
    -> break -100: "order GB7-1 has 100 shares that no fill was reported for"

Positions are compared to the share, cash (the symbol CASH) to the cent. A cause is what the records suggest;
it mends nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from engine.facts.book import Book
from engine.facts.failure import InputError, InputErrors
from engine.facts.money import plain
from engine.facts.transactions import Transaction, TransactionType
from engine.shell.files.cells import number
from engine.shell.files.sheets import csv_sheet
from engine.shell.files.table import Column, Table, read_table
from engine.shell.orders.keeping import Kept
from engine.shell.orders.posting import PLUS
from engine.shell.orders.values import Standing

CASH = "CASH"
POSITIONS = Table(
    name="positions",
    key=("account", "symbol"),
    columns=(
        Column("account", need="cell"),
        Column("symbol", need="cell"),
        Column("quantity", number, need="cell"),
    ),
)
Key = tuple[str, str]
Positions = Mapping[Key, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One difference; amounts are shares, money for CASH."""

    account: str
    symbol: str
    ours: Decimal
    theirs: Decimal
    cause: str

    @property
    def difference(self) -> Decimal:
        """Theirs less ours."""
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Tickets with where they stand, for causes."""

    rows: tuple[tuple[Kept, Standing], ...]


def read_positions(path: Path) -> dict[Key, Decimal]:
    """Return a custodian's positions. Raises InputErrors with every row that cannot be read."""
    if not path.is_file():
        cure = "name a CSV file with the columns account, symbol, quantity"
        raise InputErrors((InputError("there is no such file", place=str(path), cure=cure),))
    rows = read_table(csv_sheet(path), POSITIONS)
    if rows.problems:
        raise InputErrors(tuple(rows.problems))
    return {
        (row.need("account", str), row.need("symbol", str)): row.need("quantity", Decimal)
        for row in rows.rows
    }


def positions_of(book: Book) -> dict[Key, Decimal]:
    """Return what the ledger holds, shorts negative, and each account's cash."""
    found: dict[Key, Decimal] = {(str(name), CASH): row.cash for name, row in book.accounts.items()}
    for lot in book.lots:
        key = (str(lot.account), str(lot.symbol))
        found[key] = found.get(key, Decimal(0)) + lot.quantity
    for short in book.shorts:
        key = (str(short.account), str(short.symbol))
        found[key] = found.get(key, Decimal(0)) - short.quantity
    return found


def breaks(book: Book, theirs: Positions, orders: Orders) -> tuple[Break, ...]:
    """Return every difference for the accounts that the custodian tells, by account and security.

    Cash is compared where the custodian tells it.
    """
    ours = positions_of(book)
    accounts = {account for account, _ in theirs}
    keys = {key for key in ours if key[0] in accounts and key[1] != CASH} | set(theirs)
    differing = {
        key: theirs.get(key, Decimal(0)) - ours.get(key, Decimal(0))
        for key in sorted(keys)
        if theirs.get(key, Decimal(0)) != ours.get(key, Decimal(0))
    }
    return tuple(
        Break(
            account=key[0],
            symbol=key[1],
            ours=ours.get(key, Decimal(0)),
            theirs=theirs.get(key, Decimal(0)),
            cause=next(_causes(key, gap, differing, book, orders), "nothing that is recorded explains it"),
        )
        for key, gap in differing.items()
    )


def _causes(
    key: Key, gap: Decimal, differing: Mapping[Key, Decimal], book: Book, orders: Orders
) -> Iterator[str]:
    account, symbol = key
    if account not in book.accounts:
        yield f"the book has no account {account}"
        return
    if symbol == CASH:
        others = any(a == account and s != CASH for a, s in differing)
        yield (
            "follows from the positions of this account"
            if others
            else (
                "a dividend, fee, interest or payment that is not recorded, or trades that have not settled"
            )
        )
        return
    if symbol not in book.securities:
        yield f"the book does not know {symbol}: a new or changed symbol"
        return
    swapped = [a for (a, s), other in differing.items() if s == symbol and a != account and other == -gap]
    if swapped:
        yield f"{plain(abs(gap))} shares stand in {swapped[0]} on one side, in {account} on the other"
    yield from _of_orders(key, gap, orders)
    yield from _twice(key, gap, book.transactions or ())
    yield from _of_events(key, gap, book)


def _of_orders(key: Key, gap: Decimal, orders: Orders) -> Iterator[str]:
    account, symbol = key
    for kept, found in orders.rows:
        ticket = kept.ticket
        if ticket.symbol != symbol or account not in ticket.accounts:
            continue
        sign = -1 if ticket.side in PLUS else 1
        left = (ticket.quantity - found.filled) * sign
        if left and abs(gap) <= abs(left) and gap * sign > 0:
            yield f"order {ticket.name} has {plain(abs(left))} shares for which no fill was reported"
        if found.filled and gap * sign < 0 and abs(gap) <= found.filled:
            yield f"fills of order {ticket.name} have not reached the custodian, or were busted there"
        if found.void:
            yield f"order {ticket.name} had fills corrected or busted ({', '.join(found.void)})"


def _twice(key: Key, gap: Decimal, rows: Iterable[Transaction]) -> Iterator[str]:
    """Yield a transaction that is recorded by an order and again by a file."""
    own = [row for row in rows if (str(row.account), str(row.symbol)) == key and row.quantity is not None]
    for row in own:
        if not row.id.startswith("GB"):
            continue
        for other in own:
            same = (other.date, other.type, other.quantity) == (row.date, row.type, row.quantity)
            sign = -1 if row.type is TransactionType.BUY else 1
            if other.id != row.id and same and row.quantity is not None and gap == sign * row.quantity:
                yield f"{other.id} and {row.id} are one trade, recorded twice"


def _of_events(key: Key, gap: Decimal, book: Book) -> Iterator[str]:
    held = sum((lot.quantity for lot in book.lots if (str(lot.account), str(lot.symbol)) == key), Decimal(0))
    if held and gap > 0 and held + gap in (2 * held, 3 * held, 4 * held, held * 3 / 2):
        yield f"a split: the custodian holds {plain((held + gap) / held)} for each share"
    elif held and 0 < gap < held / 20:
        yield "a reinvested dividend that is not recorded"
