"""Addresses: which texts name a database rather than a folder, and how they are shown.

sqlite:///firm.db              a file beside where the command runs
sqlite:////data/firm.db        a file by its whole path
postgresql://desk@localhost/firm    a PostgreSQL database
"""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.shell.store.failure import StoreError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
"""The schemes that name a database, and the driver behind each."""


def is_address(book: str | Path) -> bool:
    """Return whether a `--book` names a database, not a folder."""
    scheme, mark, _ = str(book).partition("://")
    return bool(mark) and scheme.partition("+")[0].isalpha()


def url_of(address: str) -> "URL":
    """Return an address as a URL with its driver. Raises StoreError where it is none."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    cure = "write sqlite:///FILE.db or postgresql://USER@HOST/DATABASE"
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise StoreError("this is no database address", place="--book", cure=cure) from None
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise StoreError(f"databases of the kind `{url.drivername}` are not read", place="--book", cure=cure)
    if driver.startswith("sqlite") and not url.database:
        raise StoreError("the address names no file", place="--book", cure=cure)
    return url.set(drivername=driver)


def shown(address: str) -> str:
    """Return an address for messages and records: without password and driver."""
    url = url_of(address)
    return url.set(drivername=url.drivername.partition("+")[0]).render_as_string(hide_password=True)
