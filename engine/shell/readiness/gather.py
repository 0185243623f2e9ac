"""What readiness is measured on: tables as text, and facts and policies as far as they can be read.

A book with a mistake is refused by every other command. Here the mistakes are what is asked for, so a
folder's tables are read row by row as text, and what the strict reading said of them is kept beside.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session

from dsl.diagnostics import has_errors
from dsl.policy import CheckedPolicy
from engine.facts.book import Book, Records
from engine.facts.failure import GuardbandError, InputError, InputErrors
from engine.facts.money import plain
from engine.ledger.book import default_as_of, open_book
from engine.shell import policies as texts
from engine.shell import work
from engine.shell.books import read_book
from engine.shell.files.book import records_of
from engine.shell.files.folder import read_sheets
from engine.shell.files.sheets import Sheet
from engine.shell.orders.values import State
from engine.shell.store.address import is_address
from engine.shell.store.connect import open_store
from engine.shell.store.recording import table_of
from engine.shell.store.schema.alerts import AlertRow, MonitoredRow
from engine.shell.store.schema.imports import ImportRow
from engine.shell.store.schema.work import ExecutionRow, OrderRow

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A policy that governs the book; policy None: it has errors.

    documents: clauses by source name; cited: source and clause of all that its text cites or leaves to a
    person.
    """

    name: str
    policy: CheckedPolicy | None
    cited: frozenset[tuple[str, str]] = frozenset()
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a database tells beside the book."""

    monitored: date | None
    alerts: tuple[tuple[str, bool], ...]  # open warnings and worse: name, acknowledged
    imports: int
    orders: tuple[tuple[str, bool], ...]  # sent orders: name, executed or ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that is measured. tables: rows as text by file name; problems: of the strict reading."""

    name: str
    as_of: date
    tables: Mapping[str, tuple[Row, ...]]
    problems: tuple[InputError, ...]
    records: Records | None  # None where the book cannot be read strictly
    book: Book | None  # None where it cannot be opened
    mandates: tuple[Mandate, ...]
    kept: Kept | None  # None: a folder
    unreadable: str = ""  # why the book cannot be opened

    @property
    def policies(self) -> tuple[CheckedPolicy, ...]:
        """The policies without errors."""
        return policies_of(self.mandates)

    def rows(self, table: str) -> tuple[Row, ...]:
        """Return the rows of a table; none where it is not there."""
        return self.tables.get(table, ())


def policies_of(mandates: Iterable[Mandate]) -> tuple[CheckedPolicy, ...]:
    """Return the policies of those mandates that have no errors."""
    return tuple(mandate.policy for mandate in mandates if mandate.policy is not None)


def gather(book: str, *, policies: tuple[str, ...] | None, as_of: date | None) -> Gathered:
    """Return what is to be measured of a folder or a database; raises where there is nothing to read."""
    if is_address(book):
        read = read_book(book, as_of=as_of)
        beside: texts.Beside = read.beside
        records: Records | None = read.records
        problems: tuple[InputError, ...] = ()
        tables = tables_of(read.records)
    else:
        sheets = read_sheets(Path(book))
        beside, tables = Path(book), {name: _rows(sheet) for name, sheet in sheets.items()}
        records, problems = _strictly(sheets, book)
    names = policies or _named(tables, beside)
    mandates = tuple(_mandate(name, beside) for name in names)
    day = as_of or _last_day(records, tables)
    opened, why = _opened(records, mandates, day)
    return Gathered(
        name=book if is_address(book) else Path(book).resolve().name,
        as_of=day,
        tables=tables,
        problems=problems,
        records=records,
        book=opened,
        mandates=mandates,
        kept=_kept(book) if is_address(book) else None,
        unreadable=why,
    )


def _rows(sheet: Sheet) -> tuple[Row, ...]:
    return tuple(
        {"": str(number), **dict(zip(sheet.header, cells, strict=True))} for number, cells in sheet.rows
    )


def _strictly(sheets: Mapping[str, Sheet], source: str) -> tuple[Records | None, tuple[InputError, ...]]:
    try:
        return records_of(sheets, source=source), ()
    except InputErrors as errors:
        return None, errors.problems


def tables_of(records: Records) -> dict[str, tuple[Row, ...]]:
    """Return a database's records as the rows that a folder would have."""
    tables: dict[str, tuple[Row, ...]] = {
        "accounts": tuple(dict(row.attributes) for row in records.accounts.values()),
        "securities": tuple(dict(row.attributes) for row in records.securities.values()),
        "prices": tuple({"date": row.date.isoformat(), "symbol": row.symbol} for row in records.prices),
        "models": tuple({"model": row.name} for row in records.models),
        "benchmark": tuple({"benchmark": row.name} for row in records.benchmarks),
        "open_orders": tuple(
            {"order": row.order, "account": row.account, "symbol": row.symbol} for row in records.open_orders
        ),
    }
    if records.lots is not None:
        tables["lots"] = tuple(
            {
                "lot": lot.lot,
                "account": lot.account,
                "symbol": lot.symbol,
                "quantity": plain(lot.quantity),
                "basis": plain(lot.basis),
                "acquired": lot.acquired.isoformat(),
            }
            for lot in records.lots
        )
    if records.transactions is not None:
        tables["transactions"] = tuple(
            {
                "id": row.id,
                "date": row.date.isoformat(),
                "account": row.account,
                "type": row.type.value,
                "symbol": row.symbol or "",
                "quantity": "" if row.quantity is None else plain(row.quantity),
                "price": "" if row.price is None else plain(row.price),
                "amount": "" if row.amount is None else plain(row.amount),
                "basis": "" if row.basis is None else plain(row.basis),
                "order": row.order or "",
                "lots": ";".join(lot for lot, _ in row.lots),
            }
            for row in records.transactions
        )
    return tables


def _named(tables: Mapping[str, tuple[Row, ...]], beside: texts.Beside) -> tuple[str, ...]:
    """Return the policies that the accounts name, else every mandate at hand; none is an answer too."""
    named = sorted({row.get("policy", "") for row in tables.get("accounts", ())} - {""})
    if named:
        return tuple(named)
    if isinstance(beside, Path):
        return tuple(sorted(str(path) for path in beside.glob(f"*{texts.SUFFIX}")))
    return () if beside is None else tuple(entry.id for entry in beside.in_force)


def _mandate(name: str, beside: texts.Beside) -> Mandate:
    from dsl.check import clauses_of

    try:
        entry, around = texts.listed(name, beside=beside)
    except InputError:
        return Mandate(name=name, policy=None)
    checked = texts.check_listed(entry, beside=around)
    if checked.policy is None or has_errors(checked.diagnostics):
        return Mandate(name=entry.id or name, policy=None)
    documents = {}
    for source in checked.policy.sources:
        data = entry.files(source.clauses_from) if source.clauses_from else None
        if data is not None:
            text = data.decode("utf-8-sig", errors="replace")
            documents[source.name] = tuple(number for number, _ in clauses_of(text))
    return Mandate(
        name=entry.id, policy=checked.policy, cited=frozenset(_cited(entry.text)), documents=documents
    )


def _cited(text: str) -> Iterator[tuple[str, str]]:
    from dsl import syntax
    from dsl.parse import parse
    from dsl.walk import nodes_of

    tree = parse(text, file="").tree
    kinds: tuple[type[syntax.Because] | type[syntax.ManualOf], ...] = (syntax.Because, syntax.ManualOf)
    for kind in kinds:
        for node in nodes_of(tree, kind):
            yield node.source.text, " ".join(node.clause.text.split())


def _last_day(records: Records | None, tables: Mapping[str, tuple[Row, ...]]) -> date:
    if records is not None:
        return default_as_of(records)
    days = [row.get("date", "") for name in ("prices", "transactions") for row in tables.get(name, ())]
    known = [found for text in days if (found := day_of(text)) is not None]
    if not known:
        raise InputError("there is no date in the book", place="prices.csv", cure="say --as-of")
    return max(known)


def day_of(text: str) -> date | None:
    """Return a cell as a date; None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _opened(records: Records | None, mandates: Iterable[Mandate], day: date) -> tuple[Book | None, str]:
    if records is None:
        return None, "the book cannot be read until its rows are mended"
    try:
        reading = work.rulebook_of(policies_of(mandates)).tax
        return open_book(records, as_of=day, reading=reading, explained=False), ""
    except GuardbandError as problem:
        return None, str(problem).splitlines()[0]


def _kept(address: str) -> Kept:
    with open_store(address) as store, store.reading() as session:
        return Kept(
            monitored=session.execute(select(func.max(table_of(MonitoredRow).c.day))).scalar(),
            alerts=tuple(_alerts(session)),
            imports=int(session.execute(select(func.count()).select_from(table_of(ImportRow))).scalar_one()),
            orders=tuple(_orders(session)),
        )


def _alerts(session: Session) -> Iterable[tuple[str, bool]]:
    table = table_of(AlertRow)
    rows = session.execute(
        select(table.c.id, table.c.message, table.c.acknowledged_at)
        .where(table.c.closed_at.is_(None), table.c.severity != "info")
        .order_by(table.c.id)
    )
    return [(f"alert {row[0]}: {row[1]}", row[2] is not None) for row in rows]


def _orders(session: Session) -> Iterable[tuple[str, bool]]:
    orders, fills = table_of(OrderRow), table_of(ExecutionRow)
    done = {row[0] for row in session.execute(select(fills.c.order_id))}
    rows = session.execute(
        select(orders.c.id, orders.c.order_name, orders.c.state)
        .where(orders.c.sent_at.is_not(None))
        .order_by(orders.c.id)
    )
    return [(row[1], row[0] in done or not State(row[2]).is_open) for row in rows]
