"""How pages ask: at the gate's own thread, at the solver's, or of the database.

standing = await at_gate(service, standing_of)
decided = await decided_at(service, person, asked)     recorded in the log before it is shown
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sqlmodel import Session

from engine.facts.failure import InputError
from engine.shell import work
from engine.shell.books import BookRead
from engine.shell.log.asked import Asked, Reached, reach
from engine.shell.log.logbook import Decided, Logbook
from engine.shell.publishing.halts import halts
from engine.shell.service.books import Asked as Which
from engine.shell.service.guard import Service, author_of
from engine.shell.service.people import SignedIn
from engine.shell.store.facts import last_day

T = TypeVar("T")
NOW = Which()
"""The book of the store's last day, under the policies in force on it."""


async def book_of(service: Service) -> BookRead:
    """Return the facts of the book and its policies; read anew on a thread where something was recorded."""
    return await service.lanes.run("store", service.settings.gate_seconds, lambda: service.books.read(NOW))


async def at_gate(service: Service, ask: Callable[[work.Desk], T]) -> T:
    """Return what is asked of the open book, on the gate's thread."""
    return await service.lanes.run(
        "gate", service.settings.gate_seconds, lambda: ask(service.books.desk(NOW, "gate"))
    )


async def at_solver(service: Service, ask: Callable[[work.Desk], T]) -> T:
    """Return what is asked of the open book, on the solver's thread."""
    return await service.lanes.run(
        "solve", service.settings.solve_seconds, lambda: ask(service.books.desk(NOW, "solve"))
    )


async def reading(service: Service, ask: Callable[[Session], T]) -> T:
    """Return what is asked of the database, in one snapshot."""

    def read() -> T:
        with service.store.reading() as session:
            return ask(session)

    return await service.lanes.run("store", service.settings.gate_seconds, read)


async def writing(service: Service, ask: Callable[[Session], T]) -> T:
    """Return what is done in the database, in one transaction."""

    def write() -> T:
        with service.store.writing() as session:
            return ask(session)

    return await service.lanes.run("store", service.settings.gate_seconds, write)


async def decided_at(service: Service, person: SignedIn, asked: Asked) -> Decided:
    """Return an answer that was recorded: the gate's on its thread, a proposal on the solver's."""
    author = author_of(service, person)

    def decide(desk: work.Desk) -> Decided:
        book = Logbook(store=service.store, author=author, book=service.store.address)
        return book.decide(desk, asked, inputs=service.books.inputs(NOW, desk))

    return await (at_gate if asked.command == "gate" else at_solver)(service, decide)


async def reached_at(service: Service, asked: Asked) -> Reached:
    """Return an answer that is only looked at: nothing is recorded; halts count."""
    held = await reading(service, halts)

    def ask(desk: work.Desk) -> Reached:
        return reach(desk, replace(asked, halts=held))

    return await (at_gate if asked.command == "gate" else at_solver)(service, ask)


def day_of(session: Session) -> date:
    """Return the store's last day. Raises InputError where it holds nothing dated."""
    found = last_day(session)
    if found is None:
        raise InputError(
            "the database tells no day",
            place="book",
            cure="import a book with prices: guardband import book FOLDER",
        )
    return found
