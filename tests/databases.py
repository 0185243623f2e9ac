"""Databases for tests: the same test runs on SQLite and on a real PostgreSQL of its own.

A package of tests gets them by a conftest.py with `from tests.databases import *`. `address` is a
database of the present schema, new for each test; `empty_address` one without tables. Where PostgreSQL is
not installed its half is skipped, and says how to install it. `fresh` is for tests that need one database
alone: SQLite, or PostgreSQL where `GUARDBAND_TEST_DATABASE=postgresql` says so.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from engine.shell.store.connect import connect, newest_version
from engine.shell.store.schema import METADATA
from engine.shell.store.upgrade import upgrade_store

__all__ = ["address", "empty_address", "fresh", "made_sqlite", "postgres"]

KINDS = ("sqlite", "postgresql")
CHOSEN = os.environ.get("GUARDBAND_TEST_DATABASE", "sqlite")
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
ABSENT = "PostgreSQL is not installed: apt-get install postgresql"
_numbers = count(1)


class Cluster:
    """A private PostgreSQL, reached by a socket in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = BINARIES[-1].parent
        self.user = "postgres" if os.geteuid() == 0 else None
        self.name = self.user or os.environ.get("USER", "guardband")
        self.kept = ""

    def start(self) -> None:
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self._run(
            "initdb", "-D", "data", "-U", self.name, "--auth=trust", "--no-sync", "-E", "UTF8", "--no-locale"
        )
        settings = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", settings, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    def database(self) -> str:
        """Make a database without tables and return its address."""
        name = f"test_{next(_numbers)}"
        self._run("createdb", "-h", str(self.folder), "-U", self.name, name)
        return f"postgresql://{self.name}@/{name}?host={self.folder}"

    def copied(self, address: str) -> str:
        """Make a copy of a database that nobody is connected to and return its address."""
        name = f"test_{next(_numbers)}"
        original = address.partition("@/")[2].partition("?")[0]
        self._run("createdb", "-h", str(self.folder), "-U", self.name, "-T", original, name)
        return f"postgresql://{self.name}@/{name}?host={self.folder}"

    def laid_out(self) -> str:
        """Return the address of a database with the present schema and nothing in it."""
        if not self.kept:
            self.kept = self.database()
            _lay_out(self.kept)
        else:
            _empty(self.kept)
        return self.kept

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self.bin / program), *words],
            cwd=self.folder,
            user=self.user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{program}: {done.stderr.decode()}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL that lives as long as the tests."""
    if not BINARIES:
        pytest.skip(ABSENT)
    with tempfile.TemporaryDirectory(prefix="gb-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the present schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "made.db"
    _lay_out(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def fresh(request: pytest.FixtureRequest) -> Callable[[Path], str]:
    """Return the address of a new database without tables, for each folder that it is asked for."""
    assert CHOSEN in KINDS, f"GUARDBAND_TEST_DATABASE is one of {KINDS}"
    if CHOSEN == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        return lambda _folder: cluster.database()
    return lambda folder: f"sqlite:///{folder / 'fresh.db'}"


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new database with the present schema."""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        return cluster.laid_out()
    copy = tmp_path / "book.db"
    shutil.copyfile(request.getfixturevalue("made_sqlite"), copy)
    return f"sqlite:///{copy}"


@pytest.fixture(params=KINDS)
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        return cluster.database()
    return f"sqlite:///{tmp_path / 'empty.db'}"


def _empty(address: str) -> None:
    """Bring a database back to how `_lay_out` left it."""
    import psycopg
    from psycopg import sql

    ours = {*METADATA.tables, "alembic_version"}
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in found:
            if name not in ours:
                connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))
        connection.execute("SET session_replication_role = replica")  # the log's triggers stand aside
        tables = sql.SQL(", ").join(sql.Identifier(name) for name in sorted(METADATA.tables))
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
        connection.execute("UPDATE alembic_version SET version_num = %s", (newest_version(),))


def _lay_out(address: str) -> None:
    with connect(address, create=True) as store:
        upgrade_store(store)
