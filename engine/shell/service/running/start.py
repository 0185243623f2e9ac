"""Starting: the database is made ready, the settings go to the workers, uvicorn listens.

A folder is a book of files; people, keys and decisions need a database. So the folder is imported into
`guardband.db` beside its files (the same files again change nothing), and that is what is served.
"""

import os
import secrets
import socket
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from engine.facts.failure import InputError
from engine.shell.console import complain
from engine.shell.importers.book import read
from engine.shell.publishing.people import people
from engine.shell.service.metrics import SHARED
from engine.shell.service.provider import oidc_from
from engine.shell.service.running.sharing import LOOP
from engine.shell.service.settings import ENVIRONMENT, Settings
from engine.shell.service.watching import watch_of
from engine.shell.store.address import is_address
from engine.shell.store.connect import Store, connect, open_store
from engine.shell.store.load import load
from engine.shell.store.upgrade import upgrade_store

DATABASE = "guardband.db"
SECRET = "GUARDBAND_SECRET"
"""The variable with the secret that signs sessions; unsaid: a new one, and everybody signs in again."""

SHORTEST_SECRET = 32
KEPT_ALIVE_SECONDS = 15
MOST_CONNECTIONS = 1000
GRACE_SECONDS = 20
SILENT_SECONDS = 60
"""After which a worker that answers nothing is replaced: on a starved machine five are soon gone by, and
what a worker was judging goes with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What was said on the command line."""

    book: str
    host: str
    port: int
    workers: int
    secure_cookies: bool
    rate: int
    monitor_at: str = ""


def start(said: Start) -> None:
    """Serve until told to end. Raises InputError and StoreError where it cannot."""
    settings = Settings(
        database=served_database(said.book),
        secret=_secret(),
        secure_cookies=said.secure_cookies,
        requests_per_minute=said.rate,
        opens_first=True,
        monitor_at=said.monitor_at,
        oidc=oidc_from(os.environ),
    )
    watch_of(settings, None)  # a mistake is told here, in words, and not by each worker
    with open_store(settings.database) as store:
        _tell(store, said)
    _check_address(said.host, said.port)
    with ExitStack() as stack:
        os.environ[ENVIRONMENT] = settings.as_text()
        if said.workers > 1:
            os.environ[SHARED] = stack.enter_context(tempfile.TemporaryDirectory(prefix="guardband-metrics-"))
        uvicorn.run(
            "engine.shell.service.app:from_environment",
            factory=True,
            host=said.host,
            port=said.port,
            workers=said.workers,
            loop=LOOP if said.workers > 1 else "auto",
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=KEPT_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_worker_healthcheck=SILENT_SECONDS,
            limit_concurrency=MOST_CONNECTIONS,
        )


def served_database(book: str) -> str:
    """Return the address of the database that is served; a folder is imported into its own."""
    if is_address(book):
        return book
    folder = Path(book)
    delivery = read(folder)
    address = f"sqlite:///{folder / DATABASE}"
    with connect(address, create=True) as store:
        upgrade_store(store)
        loaded = load(store, delivery, now=datetime.now(UTC))
    told = "imported" if loaded.changed else "unchanged"
    complain(f"guardband: {folder} is served from {DATABASE} in it ({told})")
    return address


def _tell(store: Store, said: Start) -> None:
    with store.reading() as session:
        known = people(session)
    if not any(person.active for person in known):
        complain(
            "guardband: nobody can sign in yet\n"
            f"  cure: guardband user add NAME --role administrator --book {store.address}"
        )
    complain(f"guardband: http://{said.host}:{said.port}/v1/openapi.json")


def _secret() -> str:
    told = os.environ.get(SECRET, "")
    if told and len(told) < SHORTEST_SECRET:
        raise InputError(
            f"the secret has {len(told)} characters",
            place=SECRET,
            cure=f"make one of {SHORTEST_SECRET} or more: openssl rand -hex 32",
        )
    return told or secrets.token_hex(32)


def _check_address(host: str, port: int) -> None:
    """Raise where nothing can listen there, in words, before workers are started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as problem:
            cure = "choose another --port, or end what listens there"
            raise InputError(str(problem.strerror), place=f"{host}:{port}", cure=cure) from problem
