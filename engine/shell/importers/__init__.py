"""Importers: one file format, one module, named after it.

A module of this package has `FORMAT` (the word that `guardband import` takes), `HELP` (what it reads, in
one line) and one of

    read(path) -> Delivery      everything of a book, for the store
    parse(path) -> Statement    what a custodian's file says; `merging` makes it part of any book

both of which read and check everything and write nothing. Adding the module's name to `NAMES` is all it
takes to register it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from engine.facts.failure import InputError

if TYPE_CHECKING:
    from engine.shell.importers.statement import Statement
    from engine.shell.store.delivery import Delivery

NAMES = (
    "book",
    "schwab",
    "schwab_lots",
    "schwab_positions",
    "schwab_awards",
    "fidelity",
    "vanguard",
    "vanguard_uk",
    "ofx",
    "flex",
    "flex_csv",
    "ibkr_activity",
    "merrill",
    "robinhood",
    "degiro",
    "trading212",
    "xlsx",
    "prices",
)
"""The modules of this package that are importers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One format: its word, what it reads, and the function that reads it; one of the two is there."""

    format: str
    help: str
    read: "Callable[[Path], Delivery] | None" = None
    parse: "Callable[..., Statement] | None" = None


def importers() -> tuple[Importer, ...]:
    """Return every importer, in the order in which they are told."""
    modules = [import_module(f"{__name__}.{name}") for name in NAMES]
    return tuple(
        Importer(
            format=row.FORMAT,
            help=row.HELP,
            read=getattr(row, "read", None),
            parse=getattr(row, "parse", None),
        )
        for row in modules
    )


def importer(format: str) -> Importer:
    """Return the importer of a format. Raises InputError where there is none."""
    known = {row.format: row for row in importers()}
    if format not in known:
        listed = ", ".join(f"`{row.format}` ({row.help})" for row in known.values())
        raise InputError(f"there is no importer for `{format}`", place="FORMAT", cure=f"name one of {listed}")
    return known[format]
