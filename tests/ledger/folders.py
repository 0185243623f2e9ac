"""Histories as a folder of files, the way a custodian would send them."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from engine.facts.lots import Lot
from engine.facts.money import plain
from engine.facts.transactions import Transaction
from engine.ledger.ledger import Ledger
from tests.ledger.histories import ACCOUNTS, SYMBOLS

ACCOUNT = ("account", "household", "owner", "kind", "currency", "cash")
SECURITY = ("symbol", "asset_class", "instrument", "issuer")
TRANSACTION = ("id", "date", "account", "type", "symbol", "quantity", "price", "fees", "order", "lots")
LOT = ("lot", "account", "symbol", "quantity", "basis", "acquired", "adjusted_acquired", "original_basis")


def write_book(folder: Path, rows: Iterable[Transaction], ledger: Ledger) -> None:
    """Write accounts, securities, prices, transactions and the lots that the ledger leaves open."""
    accounts = [(a.account, a.household, a.owner, a.kind, a.currency, "0") for a in ACCOUNTS.values()]
    _write(folder / "accounts.csv", ACCOUNT, accounts)
    _write(folder / "securities.csv", SECURITY, [(s, "equity", "common_stock", "") for s in SYMBOLS])
    _write(folder / "prices.csv", ("date", "symbol", "price"), [(ledger.until, s, "1") for s in SYMBOLS])
    _write(folder / "transactions.csv", TRANSACTION, [_transaction(row) for row in rows])
    _write(folder / "lots.csv", LOT, [_lot(lot) for lot in _joined(ledger.open_lots)])


def _transaction(row: Transaction) -> tuple[object, ...]:
    pairs = ";".join(f"{lot}:{plain(size)}" for lot, size in row.lots)
    sizes = ("" if size is None else plain(size) for size in (row.quantity, row.price, row.fees))
    return (row.id, row.date, row.account, row.type.value, row.symbol, *sizes, row.order or "", pairs)


def _lot(lot: Lot) -> tuple[object, ...]:
    money = (plain(lot.basis), lot.acquired, lot.adjusted_acquired, plain(lot.original_basis))
    return (lot.lot, lot.account, lot.symbol, plain(lot.quantity), *money)


def _joined(lots: Iterable[Lot]) -> Iterable[Lot]:
    """Join parts of a lot that differ only in whether they have replaced something: a file cannot tell it."""
    joined: dict[tuple[object, ...], Lot] = {}
    for lot in lots:
        embedded = Fraction(lot.deferred) / Fraction(lot.quantity)
        key = (lot.lot, lot.account, lot.symbol, lot.acquired, lot.adjusted_acquired, embedded)
        known = joined.get(key)
        joined[key] = (
            lot
            if known is None
            else replace(
                known,
                quantity=known.quantity + lot.quantity,
                basis=known.basis + lot.basis,
                original_basis=known.original_basis + lot.original_basis,
                deferred=known.deferred + lot.deferred,
            )
        )
    return joined.values()


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
