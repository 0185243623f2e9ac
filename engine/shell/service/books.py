"""The books that are open: read once, asked many times, read again when something was recorded.

A book is named by its policies and its two times. What the store holds has a mark; as long as the mark
is the same, the open book is the one that a command would open. One book costs what its facts hold, so
only a few are kept.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import String, cast, func, literal, select, union_all
from sqlmodel import Session

from engine.gate.engine.port import InferenceEngine
from engine.shell import policies, work
from engine.shell.books import BookRead, moment_of
from engine.shell.log.inputs import Inputs, inputs_of
from engine.shell.service.problems import refused
from engine.shell.store.connect import Store
from engine.shell.store.facts import facts_of, last_day
from engine.shell.store.mandates import shelf_of
from engine.shell.store.schema import METADATA

JUDGED_MOST = 20_000
"""Lists after which a book is opened anew, so that what it remembers of them stays bounded."""

Mark = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which book: policies by id (none: those that govern it), the day, and what was known when."""

    policies: tuple[str, ...] = ()
    as_of: date | None = None
    known: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Opened:
    """An open book: one desk for the gate and one for the solver, which differ in their open book only."""

    mark: Mark
    read: BookRead
    gate: work.Desk | None = None
    solve: work.Desk | None = None
    inputs: Inputs | None = None
    uses: int = 0


class Books:
    """The books of one worker. Safe to share among threads; a desk is used by its own lane alone."""

    def __init__(
        self, store: Store, inference: InferenceEngine, *, most: int, opened: Callable[[], None]
    ) -> None:
        """most: how many are kept; opened: told each time that one is read."""
        self._store, self._inference, self._most, self._told = store, inference, most, opened
        self._lock = Lock()
        self._kept: OrderedDict[Asked, Opened] = OrderedDict()

    def read(self, asked: Asked) -> BookRead:
        """Return a book's facts. Raises Problem and GuardbandErrors as the commands do."""
        return self._opened(asked).read

    def desk(self, asked: Asked, lane: str) -> work.Desk:
        """Return the desk of a lane over a book, for that lane's thread.

        Raises Problem for a policy that is not there, and what the commands raise.
        """
        opened = self._opened(asked)
        with self._lock:
            opened.uses += 1
            if opened.uses > JUDGED_MOST and lane == "gate" and opened.gate is not None:
                opened.gate, opened.uses = replace(opened.gate), 0
            if opened.gate is None:
                opened.gate = self._laid_out(opened.read, asked)
                opened.solve = replace(opened.gate)
            return opened.gate if lane == "gate" else opened.solve or opened.gate

    def inputs(self, asked: Asked, desk: work.Desk) -> Inputs:
        """Return all that a decision over a book rests on, for the log; packed once for each book."""
        opened = self._opened(asked)
        with self._lock:
            if opened.inputs is None or opened.gate is not desk:
                opened.inputs = inputs_of(desk)
            return opened.inputs

    def _opened(self, asked: Asked) -> Opened:
        with self._lock, self._store.reading() as session:
            mark = mark_of(session)
            found = self._kept.get(asked)
            if found is None or found.mark != mark:
                found = Opened(mark=mark, read=read_from(session, asked, self._store.address))
                self._told()
                self._kept[asked] = found
            self._kept.move_to_end(asked)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return found

    def _laid_out(self, read: BookRead, asked: Asked) -> work.Desk:
        chosen = asked.policies or work.named_by(read.records, read.beside)
        rulebook = work.rulebook_of(load_ids(chosen, read.beside))
        moment = None if asked.as_of is None else datetime.combine(asked.as_of, datetime.min.time())
        ground = work.grounded(read.records, rulebook, moment)
        return work.Desk(
            records=read.records,
            ground=ground,
            inference=self._inference,
            named=chosen,
            beside=read.beside,
        )


def read_from(session: Session, asked: Asked, address: str) -> BookRead:
    """Return a book of the store, as `--as-of` and `--known` read it."""
    known = moment_of(asked.known)
    day = asked.as_of or last_day(session, known=known)
    records = facts_of(session, as_of=day, known=known, source=address)
    if not records.accounts:
        told = "the database held no account then" if known else "the database holds no account"
        cure = f"import a book: guardband import book FOLDER --book {address}"
        raise refused(told, place="known" if known else "book", cure=cure)
    return BookRead(records=records, beside=shelf_of(session, as_of=day, known=known))


def load_ids(ids: tuple[str, ...], beside: policies.Beside) -> tuple[Any, ...]:
    """Return checked policies by their ids; never a file of the machine that the service runs on.

    Raises Problem for an id that is not there, MandateErrors for a mandate with errors.
    """
    from dsl.diagnostics import has_errors

    listed = {entry.id: entry for entry in reversed(policies.library(beside).policies)}
    in_force = beside.in_force if isinstance(beside, policies.Shelf) else ()
    listed |= {entry.id: entry for entry in in_force}
    for name in ids:
        if name not in listed:
            cure = f"name one of {', '.join(sorted(listed))}"
            raise refused("no policy has this id", place="policies", cure=cure)
    checked = tuple(policies.check_listed(listed[name], beside=beside) for name in ids)
    broken = tuple(file for file in checked if file.policy is None or has_errors(file.diagnostics))
    if broken:
        raise policies.MandateErrors(broken)
    return tuple(file.policy for file in checked)


def mark_of(session: Session) -> Mark:
    """Return a mark of all that the store's facts and policies say: another one after anything recorded.

    Every recording adds a row with a higher number, or supersedes one of a table small enough to be asked.
    """
    return tuple((name, str(value)) for name, value in session.execute(_marks()))


SMALL = frozenset({"policies", "waivers", "governs", "accounts", "events", "open_orders", "models"})
"""Tables in which a row may be superseded without a new one beside it or an import."""


@cache
def _marks() -> Any:
    parts: list[Any] = []
    for name, table in sorted(METADATA.tables.items()):
        if name == "imports" or "superseded_at" in table.c:
            newest: Any = cast(func.max(table.c.id), String)
            if name in SMALL:
                newest = newest + literal(" ") + cast(func.count(table.c.superseded_at), String)
            parts.append(select(literal(name), newest))
    return union_all(*parts)
