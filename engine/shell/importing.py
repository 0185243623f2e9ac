"""Importing: a custodian's file into a folder or a database, or only told.

    run(importer, path, book="household", choice=Choice(account="TAX-1"), now=moment)  ->  Imported

The same file a second time, or one that overlaps with it, adds what is not there yet and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from engine.facts.book import Event
from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.securities import Price
from engine.ledger.doubts import every_doubt
from engine.shell.importers import Importer
from engine.shell.importers.merging import Choice, Known, Merged, known_in, merge
from engine.shell.importers.statement import Statement
from engine.shell.importers.text import Unreadable
from engine.shell.store.address import is_address

_UNNAMED = "(unnamed)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file; `doubts` are days of prices that nothing in the book explains."""

    merged: Merged
    book: str  # for messages
    files: tuple[str, ...] = ()  # of a folder, that changed
    is_written: bool = True
    doubts: tuple[tuple[Symbol, date, str], ...] = ()


def run(
    importer: Importer,
    path: Path,
    *,
    book: str,
    choice: Choice,
    now: datetime,
    mapping: Path | None = None,
    dry_run: bool = False,
    since: date | None = None,
) -> Imported:
    """Import a file and return what became of it.

    Raises InputError or InputErrors where the file or the book cannot be read or written; the book is then
    as it was. dry_run: nothing is written, and accounts need not be known.
    """
    assert importer.parse is not None, "a book's folder is imported by the store"
    if mapping is not None and importer.format != "xlsx":
        raise InputError("a mapping belongs to `xlsx`", place="--mapping", cure="leave it out")
    if since is not None and not is_address(book):
        cure = "leave it out, or import into a database"
        raise InputError("a folder does not keep what was in force before", place="--from", cure=cure)
    try:
        statement = importer.parse(path, mapping) if mapping is not None else importer.parse(path)
    except Unreadable as stop:  # outside the rows that stop themselves alone: a position, a security's name
        raise InputError(stop.reason, place=path.name, cure=stop.cure) from None
    if is_address(book):
        return _database(importer.format, path, statement, book, choice, now, dry_run=dry_run, since=since)
    return _folder(statement, Path(book), choice, dry_run=dry_run)


def _lenient(choice: Choice) -> Choice:
    """Return a choice that places every account, for a file that is only told."""
    return Choice(
        account=choice.account or _UNNAMED,
        accounts=choice.accounts,
        kind=choice.kind or "taxable",
        household=choice.household,
    )


def _folder(statement: Statement, folder: Path, choice: Choice, *, dry_run: bool) -> Imported:
    from engine.shell.importers.into_folder import records_in, write

    before = records_in(folder)
    known = known_in(before)
    merged = merge(statement, known, _lenient(choice) if dry_run else choice)
    files = () if dry_run else write(folder, merged)
    return Imported(
        merged=merged,
        book=str(folder),
        files=files,
        is_written=not dry_run,
        doubts=_doubts(statement, known, before.events),
    )


def _database(
    format: str,
    path: Path,
    statement: Statement,
    address: str,
    choice: Choice,
    now: datetime,
    *,
    dry_run: bool,
    since: date | None,
) -> Imported:
    from engine.shell.importers.into_store import delivery, records_in
    from engine.shell.store.connect import open_store
    from engine.shell.store.load import load

    with open_store(address, create=not dry_run) as store:
        with store.reading() as session:
            before = records_in(session, store.address)
        known = known_in(before)
        merged = merge(statement, known, _lenient(choice) if dry_run else choice)
        if not dry_run and merged.changes:
            load(store, delivery(format, path, merged, before), now=now, since=since)
        told = store.address
    return Imported(
        merged=merged,
        book=told,
        is_written=not dry_run,
        doubts=_doubts(statement, known, before.events),
    )


def _doubts(
    statement: Statement, known: Known, events: tuple[Event, ...]
) -> tuple[tuple[Symbol, date, str], ...]:
    """Return the doubtful days of market data, with the book's own prices before the first told day."""
    if not statement.is_market_data:
        return ()
    told: Mapping[Symbol, date] = _first_days(statement.prices)
    kept = [row for row in known.prices.values() if row.symbol in told and row.date < told[row.symbol]]
    last: dict[Symbol, Price] = {}
    for row in sorted(kept, key=lambda row: row.date):
        last[row.symbol] = row
    prices = sorted((*last.values(), *statement.prices), key=lambda row: (row.symbol, row.date))
    held = [row for row in prices if not known.securities or row.symbol in known.securities]
    return tuple(
        every_doubt(held, securities=known.securities, transactions=known.transactions, events=events)
    )


def _first_days(prices: tuple[Price, ...]) -> dict[Symbol, date]:
    first: dict[Symbol, date] = {}
    for row in prices:
        if row.symbol not in first or row.date < first[row.symbol]:
            first[row.symbol] = row.date
    return first
