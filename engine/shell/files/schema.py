"""The columns of a book as a schema, so that `check --book` knows every attribute there is.

A column's unit is what all its cells have in common: `12%` a share, `12.5` a number, `2026-03-10` a
date, anything else text.
"""

from collections.abc import Iterable
from datetime import date

from dsl.catalogue import DataSchema
from dsl.policy import Unit
from engine.facts.book import Records
from engine.facts.money import read_decimal, read_share


def schema_of(records: Records) -> DataSchema:
    """Return the attribute columns of a book's securities and accounts with their units."""
    cells: dict[str, set[str]] = {}
    attributes = [row.attributes for row in records.securities.values()]
    attributes += [row.attributes for row in records.accounts.values()]
    for row in attributes:
        for name, text in row.items():
            cells.setdefault(name, set()).add(text)
    return DataSchema(columns={name: _unit(texts) for name, texts in sorted(cells.items())})


def _unit(texts: Iterable[str]) -> Unit:
    found = tuple(texts)
    if all(text.strip().endswith("%") and _reads(read_share, text) for text in found):
        return Unit.SHARE
    if all(_reads(read_decimal, text) for text in found):
        return Unit.NUMBER
    if all(_reads(date.fromisoformat, text) for text in found):
        return Unit.DATE
    return Unit.TEXT


def _reads(read: object, text: str) -> bool:
    assert callable(read)
    try:
        read(text)
    except ValueError:
        return False
    return True
