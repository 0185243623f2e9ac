"""Changing a log behind the product's back, on both databases: triggers are taken away first."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from engine.shell.store.address import url_of


def rows_of(address: str, table: str, columns: Sequence[str], order: str) -> list[tuple[Any, ...]]:
    """Return rows as the database holds them."""
    statement = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"
    found: list[tuple[Any, ...]] = run(address, lambda do: list(do(statement)))
    return found


def change(address: str, *statements: tuple[str, Sequence[Any]]) -> None:
    """Run statements with the log's triggers out of the way."""
    run(address, lambda do: [do(statement, values) for statement, values in statements])


def run(address: str, act: Callable[[Any], Any]) -> Any:
    if address.startswith("sqlite"):
        return _on_sqlite(address, act)
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute("SET session_replication_role = replica")
        return act(lambda statement, values=(): connection.execute(statement.replace("?", "%s"), values))


def _on_sqlite(address: str, act: Callable[[Any], Any]) -> Any:
    connection = sqlite3.connect(url_of(address).database or "")
    connection.text_factory = lambda data: data  # bytes: a text may no longer be one
    try:
        with connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in names:
                connection.execute(f"DROP TRIGGER {name.decode()}")
            return act(lambda statement, values=(): connection.execute(statement, values))
    finally:
        connection.close()
