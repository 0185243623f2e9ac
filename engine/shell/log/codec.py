"""Facts as bytes and back: type by type, every digit kept, rows as columns.

    (Price(symbol="KO", date=…, price=Decimal("43.10"), …), …)
    -> {"columns": ["date", "symbol", "price", …], "rows": [["2026-02-27", "KO", "43.10", …]]}

A field that a later program knows and the bytes lack takes its default; one that the bytes have and this
program does not know is an error: a newer program wrote it. Mappings keep their order.
"""

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.facts.failure import InputError

Turn = Callable[[Any], Any]


def to_bytes(value: Any) -> bytes:
    """Return plain data as canonical JSON: UTF-8, no blanks, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def encoded(kind: Any, value: Any) -> Any:
    """Return a fact of a kind as plain data."""
    return _turns(kind)[0](value)


def decoded(kind: Any, data: Any) -> Any:
    """Return the fact that plain data tells. Raises InputError where a newer program wrote it."""
    return _turns(kind)[1](data)


def _same(value: Any) -> Any:
    return value


_PLAIN: Mapping[Any, tuple[Turn, Turn]] = {
    str: (_same, _same),
    bool: (_same, _same),
    int: (_same, _same),
    Decimal: (str, Decimal),
    datetime: (datetime.isoformat, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
    time: (time.isoformat, time.fromisoformat),
}


@cache
def _turns(kind: Any) -> tuple[Turn, Turn]:
    """Return how values of a type are written and read."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if dataclasses.is_dataclass(kind):
        return _one(kind)
    if hasattr(kind, "__supertype__"):
        return _turns(kind.__supertype__)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return (lambda value: value.value), kind
    match get_origin(kind):
        case origin if origin is Literal:
            return _same, _same
        case origin if origin in (types.UnionType, Union):
            return _maybe(kind)
        case origin if origin is tuple:
            return _tuple(get_args(kind))
        case origin if isinstance(origin, type) and issubclass(origin, Mapping):
            return _mapping(*get_args(kind))
    raise TypeError(f"{kind} has no place in the log")


def _maybe(kind: Any) -> tuple[Turn, Turn]:
    (inner,) = (part for part in get_args(kind) if part is not type(None))
    write, read = _turns(inner)
    return (lambda v: None if v is None else write(v)), (lambda d: None if d is None else read(d))


def _tuple(parts: tuple[Any, ...]) -> tuple[Turn, Turn]:
    if len(parts) == 2 and parts[1] is Ellipsis:
        if dataclasses.is_dataclass(parts[0]):
            return _rows(parts[0])
        write, read = _turns(parts[0])
        return (lambda v: [write(item) for item in v]), (lambda d: tuple(read(item) for item in d))
    turns = [_turns(part) for part in parts]
    return (
        lambda v: [turn[0](item) for turn, item in zip(turns, v, strict=True)],
        lambda d: tuple(turn[1](item) for turn, item in zip(turns, d, strict=True)),
    )


def _mapping(key: Any, value: Any) -> tuple[Turn, Turn]:
    """Write keys and values apart, each as a list, in the order of the mapping."""
    write_keys, read_keys = _turns(tuple[key, ...])
    write_values, read_values = _turns(tuple[value, ...])
    return (
        lambda v: {"keys": write_keys(tuple(v)), "values": write_values(tuple(v.values()))},
        lambda d: dict(zip(read_keys(d["keys"]), read_values(d["values"]), strict=True)),
    )


def _fields(kind: Any) -> dict[str, tuple[Turn, Turn]]:
    hints = get_type_hints(kind)
    return {field.name: _turns(hints[field.name]) for field in dataclasses.fields(kind) if field.init}


def _one(kind: Any) -> tuple[Turn, Turn]:
    fields = _fields(kind)

    def write(value: Any) -> Any:
        return {name: turn[0](getattr(value, name)) for name, turn in fields.items()}

    def read(data: Any) -> Any:
        _refuse_unknown(kind, data, fields)
        return kind(**{name: fields[name][1](item) for name, item in data.items()})

    return write, read


def _rows(kind: Any) -> tuple[Turn, Turn]:
    fields = _fields(kind)
    writers = [(name, turn[0]) for name, turn in fields.items()]

    def write(values: Any) -> Any:
        rows = [[turn(getattr(value, name)) for name, turn in writers] for value in values]
        return {"columns": list(fields), "rows": rows}

    def read(data: Any) -> Any:
        columns = data["columns"]
        _refuse_unknown(kind, columns, fields)
        readers = [(name, fields[name][1]) for name in columns]
        return tuple(
            kind(**{name: turn(item) for (name, turn), item in zip(readers, row, strict=True)})
            for row in data["rows"]
        )

    return write, read


def _refuse_unknown(kind: Any, names: Any, known: Mapping[str, Any]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(
            f"a {kind.__name__.lower()} with `{unknown[0]}` was written by a newer program",
            place="decision log",
            cure="update guardband",
        )
