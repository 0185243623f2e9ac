"""A database for trying the desk: the demonstration's household, and one user for each role, two officers.

demo = demo_database("sqlite:///guardband-demo.db", now=moment)
demo.keys["N. Vance"]       the key to sign in with, told once
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.shell.demo import demo_folder
from engine.shell.log.chain import Author
from engine.shell.publishing.people import add_user, people, renew_key
from engine.shell.publishing.roles import Role
from engine.shell.store.connect import open_store

ADMINISTRATOR = "A. Demo"
PEOPLE: tuple[tuple[str, Role], ...] = (
    ("N. Vance", Role.OFFICER),
    ("R. Okafor", Role.OFFICER),
    ("P. Lane", Role.MANAGER),
    ("T. Iqbal", Role.AUDITOR),
)
"""Invented people; N. Vance is the one whom the mandate names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDesk:
    """A database with its people; keys: by name, told once and kept nowhere."""

    address: str
    keys: Mapping[str, str]
    roles: Mapping[str, Role]


def demo_database(address: str, *, now: datetime) -> DemoDesk:
    """Lay the demonstration out in a database and give every person of it a new key.

    What is there already stays: only the keys are made anew. Raises StoreError where it cannot be written.
    """
    from engine.shell.importers import book
    from engine.shell.store.load import load

    keys: dict[str, str] = {}
    with open_store(address, create=True) as store:
        load(store, book.read(demo_folder()), now=now)
        with store.writing() as session:
            author = Author(person=ADMINISTRATOR, now=now)
            known = {row.name for row in people(session)}
            for name, role in ((ADMINISTRATOR, Role.ADMINISTRATOR), *PEOPLE):
                made = (
                    renew_key(session, author, name=name)
                    if name in known
                    else add_user(session, author, name=name, role=role)
                )
                keys[name] = made.key
    roles = dict(((ADMINISTRATOR, Role.ADMINISTRATOR), *PEOPLE))
    return DemoDesk(address=address, keys=keys, roles=roles)


def keys_text(demo: DemoDesk) -> str:
    """Return the people with their keys, as they are told on the terminal."""
    width = max(len(name) for name in demo.keys)
    rows = [f"  {name:<{width}}  {demo.roles[name].value:<13}  {key}" for name, key in demo.keys.items()]
    return "\n".join(("Sign in with a name and its key:", *rows))
