"""Serving in this process: uvicorn in a thread, on a port of its own, and a client for each role."""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from engine.shell.importers.book import read
from engine.shell.log.chain import Author
from engine.shell.publishing.people import add_user
from engine.shell.service.app import make_app
from engine.shell.service.guard import Service
from engine.shell.service.logs import log_lines
from engine.shell.service.settings import Settings
from engine.shell.store.connect import open_store
from engine.shell.store.load import load
from tests.store.books import at

USERS = {"administrator": "Ada", "officer": "Olga", "manager": "Max", "auditor": "Ann"}
SECOND_OFFICER = "Otto"
KEYS: dict[str, str] = {}
"""The key of each role and of the second officer, made once for all databases."""

TRADES = [{"account": "TAX-1", "side": "buy", "symbol": "PEP", "quantity": "10"}]
_numbers = count(1)
_verified: dict[bytes, Any] = {}
"""Keys that a service of these tests has verified: verifying takes long on purpose."""

VERIFIED_SECONDS = 3600.0


def filled(address: str, folder: Path) -> None:
    """Import the book into a database and add the users."""
    with open_store(address) as store:
        load(store, read(folder), now=at(0))
        with store.writing() as session:
            first = Author(person="Ada", now=at(1))
            for role, name in USERS.items():
                KEYS[role] = add_user(session, first, name=name, role=role).key
            KEYS["second officer"] = add_user(session, first, name=SECOND_OFFICER, role="officer").key


@dataclass
class Served:
    """A service that listens."""

    url: str
    address: str
    service: Service
    app: Any
    lines: io.StringIO
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def as_(self, role: str | None) -> httpx.Client:
        """Return a client with a role's key; None: nobody is signed in."""
        name = role or "nobody"
        if name not in self.clients:
            headers = {} if role is None else {"Authorization": f"Bearer {KEYS[role]}"}
            self.clients[name] = httpx.Client(base_url=self.url, headers=headers, timeout=60)
        return self.clients[name]

    def get(self, path: str, role: str | None = "manager", **params: Any) -> httpx.Response:
        return self.as_(role).get(path, params=params)

    def post(
        self, path: str, body: Any = None, role: str | None = "manager", key: str | None = None
    ) -> httpx.Response:
        """Send a request; `key`: the idempotency key, unsaid: a new one."""
        headers = {"Idempotency-Key": key or f"test-key-{next(_numbers)}"}
        return self.as_(role).post(path, json={} if body is None else body, headers=headers)

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines that were logged, once every request is done: the last line follows its answer."""
        for _ in range(500):
            if self.service.metrics.under_way._value.get() == 0:
                break
            time.sleep(0.01)
        return [json.loads(line) for line in self.lines.getvalue().splitlines()]


@contextmanager
def served(address: str, **settings: Any) -> Iterator[Served]:
    """Serve a database; no rates unless they are said."""
    told: dict[str, Any] = {
        "requests_per_minute": 0,
        "failures_per_minute": 0,
        "key_seconds": VERIFIED_SECONDS,
    }
    told |= settings
    lines = io.StringIO()
    app = make_app(Settings(database=address, **told), log=log_lines(lines))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the service started"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        found = Served(
            url=f"http://127.0.0.1:{port}",
            address=address,
            service=app.state.service,
            app=app,
            lines=lines,
        )
        found.service.people._verified.update(_verified)
        yield found
        _verified.update(found.service.people._verified)
        for client in found.clients.values():
            client.close()
    finally:
        server.should_exit = True
        thread.join(30)
