"""Databases are opened, refused with the cure, upgraded; writers queue and failures leave nothing."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from engine.shell.store import connect as connecting
from engine.shell.store.address import is_address, shown, url_of
from engine.shell.store.connect import VERSIONS, Store, connect, newest_version, open_store
from engine.shell.store.failure import StoreError
from engine.shell.store.schema import METADATA
from engine.shell.store.schema.people import UserRow
from engine.shell.store.upgrade import upgrade_store

MOMENT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def user(name: str) -> UserRow:
    return UserRow(name=name, role="officer", created_at=MOMENT)


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(UserRow)).one()


class Stop(Exception):
    """Something that goes wrong in the middle of a write."""


def write_and_fail(store: Store) -> None:
    with store.writing() as session:
        session.add(user("R. Okafor"))
        session.flush()
        raise Stop


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        ("sqlite:///firm.db", True),
        ("postgresql://desk@localhost/firm", True),
        ("postgres://desk@localhost/firm", True),
        ("book", False),
        ("/data/book", False),
        ("C:/data/book", False),
        (Path("book"), False),
    ],
)
def test_addresses_are_told_from_folders(book: str | Path, expected: bool) -> None:
    assert is_address(book) is expected


def test_an_address_is_shown_without_password_and_driver() -> None:
    assert shown("postgres://desk:secret@localhost/firm") == "postgresql://desk:***@localhost/firm"
    assert "secret" not in shown("postgresql+psycopg://desk:secret@localhost/firm")


@pytest.mark.parametrize("book", ["mysql://localhost/firm", "sqlite://", "://"])
def test_other_addresses_are_refused(book: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///FILE\.db or postgresql://"):
        url_of(book)


def test_the_migrations_make_exactly_the_tables(address: str) -> None:
    with open_store(address) as store, store.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = sorted(path.stem[:4] for path in VERSIONS.glob("[0-9]*.py"))
    assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)]


def test_an_empty_database_is_refused_with_the_cure_and_made_by_upgrade(empty_address: str) -> None:
    with connect(empty_address, create=True) as store, store.engine.connect():
        pass
    with pytest.raises(StoreError, match="guardband db upgrade --book"):
        open_store(empty_address)
    with connect(empty_address, create=True) as store:
        assert upgrade_store(store) == (None, newest_version())
        assert upgrade_store(store) == (newest_version(), newest_version())
    with open_store(empty_address) as store, store.reading() as session:
        assert count(session) == 0


def test_an_old_database_is_refused_with_the_cure(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "newest_version", lambda: "9999")
    with pytest.raises(StoreError, match="this program needs 9999") as caught:
        open_store(address)
    assert "guardband db upgrade --book" in caught.value.cure


def test_a_newer_database_is_refused(address: str) -> None:
    with open_store(address) as store, store.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9998'"))
    with pytest.raises(StoreError, match="newer than the") as caught:
        open_store(address)
    assert caught.value.cure == "update guardband"
    with connect(address) as store, pytest.raises(StoreError, match="newer than the"):
        upgrade_store(store)


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no such database"):
        open_store(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are notes, not a database" * 50)
    with pytest.raises(StoreError, match="the file is not a SQLite database"):
        open_store(f"sqlite:///{tmp_path / 'notes.db'}")


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the database does not answer"):
        open_store(f"postgresql://nobody@/firm?host={tmp_path}")


def test_a_failure_inside_a_write_leaves_nothing(address: str) -> None:
    with open_store(address) as store:
        with pytest.raises(Stop):
            write_and_fail(store)
        with store.reading() as session:
            assert count(session) == 0
        with store.writing() as session:
            session.add(user("R. Okafor"))
        with store.reading() as session:
            assert count(session) == 1


def test_a_reader_sees_one_state_while_a_writer_commits(address: str) -> None:
    with open_store(address) as store, store.reading() as session:
        assert count(session) == 0
        with store.writing() as other:
            other.add(user("R. Okafor"))
        assert count(session) == 0


def test_a_second_writer_waits_and_then_says_who_holds_it_up(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.2)
    with open_store(address) as store, open_store(address) as second, store.writing() as session:
        session.add(user("R. Okafor"))
        session.flush()
        with pytest.raises(StoreError, match="another process is writing"), second.writing():
            raise AssertionError("two writers at once")


def test_writers_queue_and_none_is_lost(address: str) -> None:
    names = [f"user {n}" for n in range(12)]
    with open_store(address) as store:

        def write(name: str) -> None:
            with store.writing() as session:
                session.add(user(f"{name}, {count(session)} before"))

        threads = [threading.Thread(target=write, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.reading() as session:
            found = session.exec(select(UserRow.name).order_by(col(UserRow.id))).all()
    assert [name.rpartition(", ")[2] for name in found] == [f"{n} before" for n in range(12)]


def test_foreign_keys_and_the_log_ahead_are_on(address: str) -> None:
    with open_store(address) as store, store.reading() as session:
        if store.is_sqlite:
            told = [
                session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")
            ]
            assert told == ["wal", 1]
    with pytest.raises(IntegrityError), open_store(address) as store, store.writing() as session:
        session.execute(
            text("INSERT INTO imported_files (import_id, name, sha256, bytes) VALUES (77, 'a', 'b', 1)")
        )
