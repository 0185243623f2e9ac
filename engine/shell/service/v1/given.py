"""What came in a request, as the values that the commands work on: books, mandates, trade lists."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dsl.diagnostics import has_errors
from dsl.library import library_of
from dsl.parse import parse
from engine.facts.book import Records
from engine.facts.trades import Trade
from engine.gate.engine.port import InferenceEngine
from engine.shell import policies, work
from engine.shell.files.book import records_of
from engine.shell.files.folder import TABLES
from engine.shell.files.sheets import Sheet
from engine.shell.files.trades import trades_of
from engine.shell.service.books import Asked, load_ids
from engine.shell.service.models.requests import BookAsked, BookIn, GateIn, MandateIn, TradeIn
from engine.shell.service.problems import refused

SOURCE = "request"


def asked_book(body: BookAsked) -> Asked:
    """Return which book of the store a request is about."""
    return Asked(policies=tuple(body.policies), as_of=body.as_of, known=body.known)


def given_trades(listed: Iterable[TradeIn], records: Records) -> tuple[Trade, ...]:
    """Return a list as if it had been read from trades.csv. Raises InputErrors as that does."""
    rows = [trade.model_dump() for trade in listed]
    return trades_of(sheet_of("trades", rows), records)


def given_records(book: BookIn) -> Records:
    """Return the facts of a book in a request. Raises InputErrors with row and column."""
    if book.lots is None and book.transactions is None:
        raise refused("neither lots nor transactions are told", place="book", cure="add one; [] will do")
    tables = {name: rows for name in TABLES if (rows := getattr(book, name))}
    tables |= {name: rows for name in ("lots", "transactions") if (rows := getattr(book, name)) is not None}
    tables |= {"accounts": book.accounts, "securities": book.securities}
    return records_of({name: sheet_of(name, rows) for name, rows in tables.items()}, source=SOURCE)


HEADS = {
    "accounts": ("account", "household", "owner", "kind", "currency", "cash"),
    "securities": ("symbol", "asset_class", "instrument", "issuer"),
    "lots": ("lot", "account", "symbol", "quantity", "basis", "acquired"),
    "transactions": ("id", "date", "account", "type", "symbol", "quantity", "price"),
}
"""The columns of a table that is told without a row."""


def sheet_of(name: str, rows: list[dict[str, Any]]) -> Sheet:
    """Return rows as the sheet that a file of them would be; a cell that is not told is blank."""
    named = tuple(dict.fromkeys(column.strip() for row in rows for column in row))
    header = named or HEADS.get(name, ("row",))
    if "" in header:
        raise refused("a column has no name", place=name, cure="name it, or leave it out")
    cells = []
    for number, row in enumerate(rows, start=1):
        told = {column.strip(): (cell or "").strip() for column, cell in row.items()}
        if len(told) != len(row):
            raise refused("two columns have one name", place=f"{name} row {number}", cure="leave one out")
        cells.append((number, tuple(told.get(column, "") for column in header)))
    return Sheet(place=name, header=header, rows=tuple(cells))


def given_shelf(mandates: Iterable[MandateIn]) -> policies.Shelf:
    """Return the mandates of a request as a shelf, each with the files that came with it."""
    entries = [(one.file, one.text, _files(one).get) for one in mandates]
    return policies.Shelf(in_force=tuple(library_of(entries).policies))


def checked_mandates(
    mandates: Iterable[MandateIn], *, shelf: policies.Shelf, **how: Any
) -> tuple[policies.CheckedFile, ...]:
    """Return the mandates of a request, checked beside each other."""
    return tuple(
        policies.check_parsed(parse(one.text, file=one.file), folder=shelf, files=_files(one).get, **how)
        for one in mandates
    )


def given_desk(body: GateIn, inference: InferenceEngine) -> work.Desk:
    """Return a desk over the book of a request. Raises InputErrors, MandateErrors and Problem."""
    if body.book is None or body.known is not None:
        told = "a book in a request is known as it is" if body.book else "mandates without a book"
        raise refused(told, place="known" if body.book else "mandates", cure="leave it out")
    records = given_records(body.book)
    shelf = given_shelf(body.mandates or ())
    checked = checked_mandates(body.mandates or (), shelf=shelf)
    broken = tuple(file for file in checked if file.policy is None or has_errors(file.diagnostics))
    if broken:
        raise policies.MandateErrors(broken)
    if body.policies or not checked:
        chosen = load_ids(tuple(body.policies) or work.named_by(records, shelf), shelf)
    else:
        chosen = tuple(file.policy for file in checked if file.policy is not None)
    moment = None if body.as_of is None else datetime.combine(body.as_of, datetime.min.time())
    ground = work.grounded(records, work.rulebook_of(chosen), moment)
    return work.Desk(records=records, ground=ground, inference=inference)


def _files(mandate: MandateIn) -> Mapping[str, bytes]:
    return {name: text.encode() for name, text in mandate.files.items()}
