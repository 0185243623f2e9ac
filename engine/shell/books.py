"""Books wherever they are: a folder of files, or a database by its address.

    read_book("household")                      Records and the folder, whose mandates go by their ids
    read_book("sqlite:///firm.db", as_of=day)   the same records from the store, and the policies in force

The only place where a command learns which of the two it works on; what comes out is the same.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.shell.files.book import read_records
from engine.shell.policies import Beside


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRead:
    """A book's facts, and where its mandates lie."""

    records: Records
    beside: Beside


def read_book(
    book: str | Path, *, as_of: date | datetime | None = None, known: datetime | None = None
) -> BookRead:
    """Return a book from a folder or a database.

    as_of: the day in force, for a database; unsaid: its last day. known: what the database knew then;
    unsaid: now. Raises InputErrors, StoreError, and InputError where `known` is asked of a folder.
    """
    from engine.shell.store.address import is_address

    if not is_address(book):
        if known is not None:
            raise InputError(
                "a folder does not tell what was known when",
                place="--known",
                cure="import it: guardband import book FOLDER --book sqlite:///firm.db",
            )
        return BookRead(records=read_records(Path(book)), beside=Path(book))
    return _from_store(str(book), as_of.date() if isinstance(as_of, datetime) else as_of, moment_of(known))


def moment_of(known: datetime | None) -> datetime | None:
    """Return a moment as written on the command line, in UTC; a day alone means the end of it."""
    if known is None:
        return None
    if known.tzinfo is None and known.time() == time.min:
        return datetime.combine(known.date(), time.max, tzinfo=UTC)
    return known if known.tzinfo is not None else known.replace(tzinfo=UTC)


def _from_store(address: str, as_of: date | None, known: datetime | None) -> BookRead:
    from engine.shell.store.connect import open_store
    from engine.shell.store.facts import facts_of, last_day
    from engine.shell.store.mandates import shelf_of

    with open_store(address) as store, store.reading() as session:
        day = as_of or last_day(session, known=known)
        records = facts_of(session, as_of=day, known=known, source=store.address)
        if not records.accounts:
            raise _nothing(store.address, known)
        return BookRead(records=records, beside=shelf_of(session, as_of=day, known=known))


def _nothing(address: str, known: datetime | None) -> InputError:
    if known is not None:
        reason = f"the database knew of no account at {known:%Y-%m-%d %H:%M:%S} UTC"
        return InputError(reason, place=address, cure="say a later --known, or leave it out")
    cure = f"import a book: guardband import book FOLDER --book {address}"
    return InputError("the database holds no account", place=address, cure=cure)
