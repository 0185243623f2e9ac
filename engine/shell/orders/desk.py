"""What people and programs do with orders: the functions behind the commands and the service.

send(address, "12", by="P. Lane", route=…)        a decision's orders, written down
work(address, settings, seconds=60)               what is written down goes out, what comes in is posted
receive_file(address, path)                       executions from a file
reconciled(address, path)                         positions against the custodian's
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.facts.book import Book
from engine.facts.trades import Trade
from engine.shell.log.chain import author_named, entry
from engine.shell.orders import keeping
from engine.shell.orders.decided import ready_to_send
from engine.shell.orders.fix.session import now_utc, session
from engine.shell.orders.fix.settings import FixSettings
from engine.shell.orders.keeping import SENT, TO_SEND
from engine.shell.orders.layouts import layout
from engine.shell.orders.posting import post
from engine.shell.orders.reconcile import Break, Orders, breaks, read_positions
from engine.shell.orders.reported import read_executions
from engine.shell.orders.sending import Made, make_orders, remaining
from engine.shell.orders.told import orders_answer
from engine.shell.saving import save
from engine.shell.store.connect import Store, open_store
from engine.shell.store.recording import table_of
from engine.shell.store.schema.orders import TicketRow


def send(
    address: str, decision: str, *, by: str, route: str, blocks: bool = True, replacing: str | None = None
) -> Made:
    """Write the orders of a decision, once. Raises NotSendable with the reason where it may not be sent."""
    with open_store(address) as store:
        ready = ready_to_send(store, decision, by=by, address=address)
        author = author_named(by, now_utc())
        return make_orders(store, ready, author, route=route, blocks=blocks, replacing=replacing)


def send_file(address: str, decision: str, *, by: str, path: Path, name: str, blocks: bool = True) -> Made:
    """Write a decision's orders and their file; the orders count as sent once the file is there.

    The brokers' layouts get an order for each account, ours blocks where they are wanted. Raises
    NotSendable with the reason where the decision may not be sent.
    """
    writes = layout(name)
    made = send(address, decision, by=by, route=f"file {path.name}", blocks=blocks and name == "plain")
    with open_store(address) as store:
        save(path, writes(kept.ticket for kept in made.tickets))
        with store.writing() as db:
            ids = {kept.id for kept in made.tickets}
            for row in keeping.requests(db, TO_SEND):
                if row.ticket_id in ids:
                    keeping.mark(db, row, SENT, now=now_utc())
    return made


def work(address: str, settings: FixSettings, *, seconds: float) -> bool:
    """Send what waits and receive until no order of the route is open; return whether that was reached.

    seconds: the longest that it may take. Raises InputError where the FIX library is not installed.
    """
    with open_store(address) as store, session(store, settings) as line:
        return line.run(until=lambda: _is_quiet(store, settings.route), seconds=seconds)


def _is_quiet(store: Store, route: str) -> bool:
    with store.reading() as db:
        waiting = keeping.requests(db, keeping.TO_SEND, keeping.SENDING, route=route)
        return not waiting and not any(kept.route == route for kept in keeping.open_tickets(db))


def receive_file(address: str, path: Path) -> tuple[int, int]:
    """Keep a file's executions and post them; returns how many rows were new and how many name no order.

    Raises InputErrors with every row that says too little; then none is kept.
    """
    messages = read_executions(path)
    new = strays = 0
    with open_store(address) as store:
        with store.writing() as db:
            for fields in messages:
                asked = keeping.request_named(db, fields[11])
                route = "file" if asked is None else keeping.ticket_kept(db, asked.ticket_id).route
                for kept, is_new in keeping.take(db, route=route, fields=fields, now=now_utc()):
                    new += is_new
                    strays += kept is None
        post(store, now=now_utc())
    return new, strays


def listed(address: str, *, decision: str | None = None, only_open: bool = False) -> dict[str, Any]:
    """Return orders as the service and `--format json` tell them."""
    with open_store(address) as store, store.reading() as db:
        if decision is not None:
            seq = entry(db, decision).seq
            found: Iterable[keeping.Kept] = keeping.tickets_kept(
                db, table_of(TicketRow).c.decision_seq == seq
            )
        else:
            found = keeping.open_tickets(db) if only_open else keeping.tickets_kept(db)
        return orders_answer(db, [kept for kept in found if kept.state.is_open or not only_open])


def left_of(address: str, decision: str) -> tuple[Trade, ...]:
    """Return what of a decision was not done, as a list for the gate.

    Raises InputError where there is no such record, or one of its orders is open.
    """
    with open_store(address) as store, store.reading() as db:
        return remaining(db, decision)


def reconciled(address: str, path: Path, *, as_of: datetime | None = None) -> tuple[Book, tuple[Break, ...]]:
    """Return the ledger's book of the day and its breaks with a custodian's positions.

    as_of: unsaid, the book's last day. Raises InputErrors with every row of the file that cannot be read.
    """
    from engine.ledger.book import default_as_of, open_book
    from engine.shell.books import read_book
    from engine.shell.work import named_by, reading_of

    theirs = read_positions(path)
    read = read_book(address, as_of=as_of)
    day = as_of.date() if as_of else default_as_of(read.records)
    reading = reading_of(list(named_by(read.records, read.beside)), read.beside)
    book = open_book(read.records, as_of=day, reading=reading)
    with open_store(address) as store, store.reading() as db:
        rows = tuple((kept, keeping.standing_of(db, kept)) for kept in keeping.tickets_kept(db))
    return book, breaks(book, theirs, Orders(rows=rows))
