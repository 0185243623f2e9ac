"""Fingerprints: one SHA-256 for the facts a verdict rests on, whatever order they were read in.

A value is written out in full as text, mappings by sorted key, amounts without padding zeros, and the
text is hashed. The book's fingerprint is taken once; a list adds its own trades to it.
"""

import dataclasses
import hashlib
from collections.abc import Mapping, Set
from datetime import date, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from engine.facts.book import Book
from engine.facts.money import plain
from engine.facts.trades import Trade


def canonical(value: Any) -> str:
    """Return a value as one text; equal values give equal texts."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return canonical(value.value)
        case str():
            return f"{len(value)}:{value}"
        case int() | Fraction():
            return str(value)
        case Decimal():
            return plain(value)
        case date() | time():
            return value.isoformat()
        case Mapping():
            parts = sorted((canonical(key), canonical(item)) for key, item in value.items())
            return "{" + ",".join(f"{key}={item}" for key, item in parts) + "}"
        case Set():
            return "{" + ",".join(sorted(map(canonical, value))) + "}"
        case tuple() | list():
            return "(" + ",".join(map(canonical, value)) + ")"
        case _ if dataclasses.is_dataclass(value):
            fields = (field.name for field in dataclasses.fields(value) if field.compare)
            return "[" + ",".join(f"{name}={canonical(getattr(value, name))}" for name in fields) + "]"
        case _:
            raise TypeError(f"{type(value).__name__} has no place among facts")


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def book_fingerprint(book: Book) -> str:
    """Return the fingerprint of a book; the order of its lots does not matter."""
    lots = "|".join(sorted(map(canonical, book.lots)))
    return digest(canonical(dataclasses.replace(book, lots=())) + lots)


def facts_hash(book: str, trades: tuple[Trade, ...]) -> str:
    """Return the fingerprint of a book (given by its own) and a list; the reasons given play no part."""
    return digest(book + "".join(trade_text(trade, trade.number) for trade in trades))


def trade_text(trade: Trade, number: int) -> str:
    """Return a trade under a number, without the reason given, as `canonical` writes it, in fewer steps."""
    price, lot = trade.price, trade.lot
    return (
        f"[number={number},account={_text(trade.account)},side={_text(trade.side.value)},"
        f"symbol={_text(trade.symbol)},quantity={plain(trade.quantity)},"
        f"price={'-' if price is None else plain(price)},lot={'-' if lot is None else _text(lot)},reason=-]"
    )


def _text(value: str) -> str:
    return f"{len(value)}:{value}"
