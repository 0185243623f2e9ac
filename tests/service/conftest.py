"""A service on loopback, with a user of each role, over a small book."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from engine.shell import work
from engine.shell.store.connect import open_store
from tests.databases import *  # noqa: F403
from tests.databases import CHOSEN, KINDS
from tests.service.served import KEYS, Served, filled, served
from tests.store.books import book


@pytest.fixture(scope="session", autouse=True)
def one_engine_and_quick_keys() -> Iterator[None]:
    """One child of the rules engine for every service of these tests, and keys that are quick to verify."""
    with work.engine() as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.shell.service.app.work.engine", lambda: nullcontext(engine))
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("engine.shell.publishing.people._hasher", lambda: quick)
        yield


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small book."""
    return book(tmp_path_factory.mktemp("service") / "book")


@pytest.fixture(scope="session")
def copies(
    request: pytest.FixtureRequest,
    fresh: Callable[[Path], str],
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    one_engine_and_quick_keys: None,
) -> Callable[[Path], str]:
    """Return the address of a new database with the book and the users, whose keys are `served.KEYS`."""
    first = fresh(tmp_path_factory.mktemp("filled"))
    with open_store(first, create=True):
        filled(first, folder)
    if CHOSEN == "postgresql":
        cluster = request.getfixturevalue("postgres")
        return lambda _folder: str(cluster.copied(first))

    def copied(folder: Path) -> str:
        shutil.copyfile(first.removeprefix("sqlite:///"), folder / "served.db")
        return f"sqlite:///{folder / 'served.db'}"

    return copied


@pytest.fixture
def database(copies: Callable[[Path], str], tmp_path: Path) -> str:
    """The address of a database of its own, with book and users."""
    return copies(tmp_path)


@pytest.fixture(scope="session")
def shared(copies: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that tests share which do not mind what others wrote."""
    with served(copies(tmp_path_factory.mktemp("shared"))) as service:
        yield service


@pytest.fixture
def own(database: str) -> Iterator[Served]:
    """A service of a test's own."""
    with served(database) as service:
        yield service


@pytest.fixture(params=KINDS)
def either(request: pytest.FixtureRequest, folder: Path) -> Iterator[Served]:
    """A service on SQLite, and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("own")
        return
    kept, address = dict(KEYS), request.getfixturevalue("postgres").laid_out()
    try:
        filled(address, folder)
        with served(address) as service:
            yield service
    finally:
        KEYS.update(kept)
