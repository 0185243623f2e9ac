"""A desk to try: the small book with two officers, a manager and an auditor, all signed in."""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason='pip install "guardband[serve]"')

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says that it would rather have another client
    from fastapi.testclient import TestClient

from argon2 import PasswordHasher
from fastapi import FastAPI

from engine.shell import work
from engine.shell.desk.app import DESK, PAGES
from engine.shell.desk.demo import ADMINISTRATOR, PEOPLE
from engine.shell.importers import book
from engine.shell.init import lay_out
from engine.shell.log.chain import Author
from engine.shell.publishing.people import add_user
from engine.shell.publishing.roles import Role
from engine.shell.service.app import FAMILIES, make_app
from engine.shell.service.roles import TABLE
from engine.shell.service.settings import Settings
from engine.shell.store.connect import open_store
from engine.shell.store.load import load
from tests.databases import *  # noqa: F403

MOMENT = datetime(2026, 3, 11, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A database with people and their keys."""

    address: str
    keys: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Somebody at the desk, with a browser's cookies and the token of the last page."""

    client: TestClient

    def get(self, path: str) -> str:
        """Return a page that must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
        return str(answer.text)

    def status(self, path: str) -> int:
        """Return how a page is answered."""
        return int(self.client.get(path, follow_redirects=False).status_code)

    @property
    def token(self) -> str:
        """The token that forms carry."""
        found = re.search(r'name="csrf" content="([0-9a-f]+)"', self.get("/desk/keys"))
        assert found is not None
        return found[1]

    def post(self, path: str, **fields: str | list[str]) -> str:
        """Send a form and return the page that follows."""
        answer = self.client.post(path, data={**fields, "csrf": self.token})
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-1500:])
        return str(answer.text)


def laid_out(folder: Path, address: str) -> Laid:
    """Lay out the small book with its people in a new database."""
    lay_out(folder / "book")
    keys = {}
    with open_store(address, create=True) as store:
        load(store, book.read(folder / "book"), now=MOMENT)
        with store.writing() as session:
            author = Author(person=ADMINISTRATOR, now=MOMENT)
            for name, role in ((ADMINISTRATOR, Role.ADMINISTRATOR), *PEOPLE):
                keys[name] = add_user(session, author, name=name, role=role).key
    return Laid(address=address, keys=keys)


@pytest.fixture(scope="session", autouse=True)
def one_engine_and_quick_keys() -> Iterator[None]:
    """One child of the rules engine for every desk of these tests, and keys that are quick to verify."""
    with work.engine() as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.shell.service.app.work.engine", lambda: nullcontext(engine))
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("engine.shell.publishing.people._hasher", lambda: quick)
        yield


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory, fresh: Callable[[Path], str]) -> Laid:
    folder = tmp_path_factory.mktemp("desk")
    return laid_out(folder, fresh(folder))


def app_of(address: str) -> FastAPI:
    """Return the service with its desk."""
    settings = Settings(database=address, failures_per_minute=0, requests_per_minute=0)
    return make_app(settings, families=(*FAMILIES, *DESK), table=(*TABLE, *PAGES))


@pytest.fixture(scope="module")
def client(laid: Laid) -> Iterator[TestClient]:
    with TestClient(app_of(laid.address), base_url="http://desk") as opened:
        yield opened


@pytest.fixture
def at(client: TestClient, laid: Laid) -> Callable[[str], Visitor]:
    def sign_in(name: str) -> Visitor:
        client.cookies.clear()
        answer = client.post("/desk/sign-in", data={"name": name, "key": laid.keys[name]})
        assert answer.status_code == 200, answer.text[:300]
        return Visitor(client=client)

    return sign_in
