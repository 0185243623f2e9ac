"""Opening a database: one writer at a time, readers see one state, old schemas are refused.

    with open_store("sqlite:///firm.db") as store:
        with store.writing() as session: ...     commits at the end, or nothing is kept
        with store.reading() as session: ...     one snapshot

Writers queue: on SQLite by `BEGIN IMMEDIATE`, on PostgreSQL by an advisory lock held until the commit, so
a second writer always sees what the first one wrote. A write that returned is on the disk.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import Session

from engine.shell.store.address import shown, url_of
from engine.shell.store.failure import StoreError

VERSIONS = Path(__file__).parent / "migrations" / "versions"
WRITER_LOCK = 7_316_001
"""The number of the advisory lock that PostgreSQL writers hold."""

BUSY_SECONDS = float(os.environ.get("GUARDBAND_BUSY_SECONDS", "30"))
"""How long a writer waits for another one before it gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An open database; `address` is as shown, without password."""

    engine: Engine
    address: str

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    def __enter__(self) -> "Store":
        """Give the store itself."""
        return self

    def __exit__(self, *_failure: object) -> None:
        """Close every connection."""
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and writes nothing.

        Raises StoreError where the database does not answer.
        """
        with _told(self.address), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with Session(connection, autoflush=False) as session:
                yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that commits at the end; a failure inside leaves the database as it was.

        Raises StoreError where another writer does not finish in time, or the disk is full.
        """
        with _told(self.address), self.engine.connect() as connection:
            connection.execution_options(guardband_writes=True)
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(text(f"SET LOCAL lock_timeout = '{int(BUSY_SECONDS * 1000)}ms'"))
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})"))
                with Session(connection, join_transaction_mode="create_savepoint") as session:
                    yield session
                    session.commit()


def open_store(address: str, *, create: bool = False) -> Store:
    """Return an open database of the present schema.

    create: make the schema where the database is empty. Raises StoreError, with the cure, where there is
    no database, where it is empty and `create` is not said, or its schema is older or newer.
    """
    store = connect(address, create=create)
    try:
        with _told(store.address):
            found = schema_version(store.engine)
        if found is None and create:
            from engine.shell.store.upgrade import upgrade_store

            upgrade_store(store)
        elif found != newest_version():
            raise _refused(store.address, found)
    except BaseException:
        store.close()
        raise
    return store


def connect(address: str, *, create: bool = False) -> Store:
    """Return a database whatever its schema; for `db upgrade` and the like, everyone else opens it."""
    url, seen = url_of(address), shown(address)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if not create and not path.is_file():
            cure = f"import a book: guardband import book FOLDER --book {seen}"
            raise StoreError("there is no such database", place=seen, cure=cure)
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return Store(engine=engine, address=seen)
    try:
        engine = create_engine(url, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError:
        cure = 'install it: pip install "guardband[postgres]"'
        raise StoreError("the driver for PostgreSQL is not installed", place=seen, cure=cure) from None
    return Store(engine=engine, address=seen)


def newest_version() -> str:
    """Return the schema version of this program, such as `0001`: the last migration's number."""
    return max(path.stem[:4] for path in VERSIONS.glob("[0-9]*.py"))


def schema_version(engine: Engine) -> str | None:
    """Return the schema version of a database; None where it holds no table of ours."""
    with engine.connect() as connection:
        return version_on(connection)


def version_on(connection: Connection) -> str | None:
    """Return the schema version that a connection sees; None where it sees no table of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _refused(address: str, found: str | None) -> StoreError:
    upgrade = f"guardband db upgrade --book {address}"
    if found is None:
        return StoreError("the database is empty", place=address, cure=f"lay it out: {upgrade}")
    if found < newest_version():
        reason = f"its schema is version {found}, this program needs {newest_version()}"
        return StoreError(reason, place=address, cure=f"make a copy, then bring it up to date: {upgrade}")
    reason = f"its schema is version {found}, newer than the {newest_version()} of this program"
    return StoreError(reason, place=address, cure="update guardband")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("guardband_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_BUSY = ("another process is writing to the database", "wait until it has finished and try again")
_CURES = (
    ("locked", *_BUSY),
    ("lock timeout", *_BUSY),
    ("full", "the disk is full", "make room and try again; nothing was kept"),
    ("unable to open", "the database file cannot be opened", "check the path and that you may write there"),
    ("not a database", "the file is not a SQLite database", "name the file of a database"),
    ("readonly", "the database may not be written to", "choose one that you may write to"),
)


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Turn the driver's failures into ours."""
    try:
        yield
    except SQLAlchemyError as problem:
        cause = problem.orig if isinstance(problem, DBAPIError) else problem
        words = " ".join(str(cause).split())
        for mark, reason, cure in _CURES:
            if mark in words:
                raise StoreError(reason, place=address, cure=cure) from problem
        if isinstance(problem, OperationalError):
            cure = "check the address, and that the database runs"
            raise StoreError(f"the database does not answer ({words})", place=address, cure=cure) from problem
        raise
