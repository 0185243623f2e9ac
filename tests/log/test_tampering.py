"""One byte flipped, one record dropped, two swapped, the tail cut: each is found and named."""

import json
import os
import random
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from engine.shell.log.chain import hash_of, link_of
from engine.shell.log.contents import packed
from engine.shell.log.verify import COLUMNS
from tests.log.desks import buy, decide, gate, logbook, verified, words
from tests.log.tampering import change, rows_of

REFUSED = (sqlite3.IntegrityError, psycopg.errors.UniqueViolation)
SEED = 20261122
FLIPS = 34
LONG_FLIPS = int(os.environ.get("GUARDBAND_FLIPS", "4000"))
RECORDS = 6
TABLES = (
    ("decisions", "seq", COLUMNS),
    ("contents", "sha256", ("sha256", "content")),
    ("log_head", "id", ("id", "seq", "hash")),
)
COPIES = (
    ("trades", "id", ("decision_seq", "number", "account", "side", "symbol", "quantity", "decision")),
    (
        "verdicts",
        "id",
        ("decision_seq", "rule", "policy", "account", "outcome", "measure", "unit", "after", "headroom"),
    ),
)


def log_of(address: str, count: int = RECORDS) -> None:
    with logbook(address) as book:
        for number in range(1, count + 1):
            decide(book, gate(buy(number), buy(1, "KO", 2)))


def cells(address: str) -> Iterator[tuple[str, str, Any, str, Any]]:
    """Yield table, key column, key, column and value of everything that the log stores."""
    for table, key, columns in (*TABLES, *COPIES):
        for row in rows_of(address, table, (key, *columns), key):
            for column, value in zip(columns, row[1:], strict=True):
                if value is not None:
                    yield table, key, _name(row[0]), column, value


def _name(key: Any) -> Any:
    return key.decode("utf-8", errors="surrogateescape") if isinstance(key, bytes) else key


def flipped(value: Any, at: float, bit: int) -> Any:
    """Return a stored value with one bit of one byte turned; a number or moment with another one."""
    if isinstance(value, bytes | memoryview):
        data = bytearray(bytes(value))
        data[int(at * len(data))] ^= 1 << bit
        return bytes(data)
    if isinstance(value, str):
        turned = bytearray(value.encode())
        turned[int(at * len(turned))] ^= 1 << min(bit, 4)
        return turned.decode("utf-8", errors="replace").replace("\x00", "\x01")
    if isinstance(value, int):
        return value ^ (1 << min(bit, 6))
    if hasattr(value, "microsecond"):
        return value.replace(microsecond=(value.microsecond + 1 + bit) % 1_000_000)
    return value + 1 + bit


def put(address: str, table: str, key: str, name: Any, column: str, value: Any) -> None:
    is_text = address.startswith("sqlite") and isinstance(value, bytes) and column not in _BYTES
    cell = "CAST(? AS TEXT)" if is_text else "?"
    change(address, (f"UPDATE {table} SET {column} = {cell} WHERE {key} = ?", (value, name)))


_BYTES = ("record", "signature", "content")


def flip_and_find(address: str, count: int) -> None:
    log_of(address)
    assert words(address) == ""
    chance = random.Random(SEED)
    listed = list(cells(address))
    kinds = sorted({(table, column) for table, _, _, column, _ in listed})
    for number in range(count):
        kind = kinds[number % len(kinds)]
        table, key, name, column, value = chance.choice([row for row in listed if (row[0], row[3]) == kind])
        other = flipped(value, chance.random(), chance.randrange(8))
        told = f"{table}.{column} of {name!r}"
        if column == key and isinstance(other, bytes):
            other = other.decode("ascii", errors="replace").replace("\x00", "0").encode()
        try:
            put(address, table, key, name, column, other)
        except REFUSED:  # two rows of one number or hash
            continue
        found = words(address)
        assert found, f"not found: {told}"
        put(address, table, key, _name(other) if column == key else name, column, value)
    assert words(address) == "", "every byte was put back: each finding was that of its own flip"


def test_a_byte_flipped_anywhere_is_found(address: str) -> None:
    flip_and_find(address, FLIPS)


@pytest.mark.long
def test_bytes_flipped_everywhere_are_found(address: str) -> None:
    flip_and_find(address, LONG_FLIPS)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("kind", "'repair'", "record 3 was altered: its column kind differs from the record"),
        ("form", "2", "record 3 was altered: its column form differs from the record"),
        ("hash", f"'{'a' * 64}'", "record 3 was altered: its bytes do not match its hash"),
        ("previous", f"'{'a' * 64}'", "record 3 was altered: its bytes do not match its hash"),
        ("signature", "record", "record 3 was altered: its bytes do not match its hash"),
    ],
)
def test_the_record_that_was_altered_is_named(address: str, column: str, value: str, said: str) -> None:
    log_of(address)
    change(address, (f"UPDATE decisions SET {column} = {value} WHERE seq = 3", ()))
    assert words(address) == said


@pytest.mark.parametrize(
    ("dropped", "said"),
    [
        (1, "record 1 is missing: the first is record 2"),
        (4, "record 4 is missing: record 5 follows record 3"),
        (6, "record 6 is missing: the log was cut after record 5"),
    ],
)
def test_the_record_that_is_missing_is_named(address: str, dropped: int, said: str) -> None:
    log_of(address)
    drop(address, dropped)
    assert words(address) == said


DROPPED = (("trades", "decision_seq"), ("verdicts", "decision_seq"), ("decisions", "seq"))


def drop(address: str, first: int, last: int | None = None) -> None:
    change(
        address,
        *(
            (f"DELETE FROM {table} WHERE {column} BETWEEN ? AND ?", (first, last or first))
            for table, column in DROPPED
        ),
    )


@pytest.mark.parametrize("left", [0, 1, 5])
def test_a_tail_that_was_cut_is_told(address: str, left: int) -> None:
    log_of(address)
    drop(address, left + 1, RECORDS)
    assert words(address) == f"record {left + 1} is missing: the log was cut after record {left}"


def test_a_head_that_is_gone_or_put_back_is_told(address: str) -> None:
    log_of(address)
    change(address, ("UPDATE log_head SET seq = 4", ()))
    assert words(address) == "the head was altered: it does not tell record 6, the last one"
    change(address, ("DELETE FROM log_head", ()))
    assert words(address) == "the head is missing: the log ends with record 6"


@pytest.mark.parametrize(("one", "other"), [(2, 3), (1, 5)])
def test_two_records_that_were_swapped_are_told(address: str, one: int, other: int) -> None:
    log_of(address)
    change(
        address,
        ("UPDATE decisions SET seq = 100 WHERE seq = ?", (one,)),
        ("UPDATE decisions SET seq = ? WHERE seq = ?", (one, other)),
        ("UPDATE decisions SET seq = ? WHERE seq = 100", (other,)),
    )
    assert words(address) == f"record {one} is out of order: it was written as record {other}"


def test_a_record_rewritten_with_a_hash_of_its_own_breaks_the_chain_after_it(address: str) -> None:
    """Who rewrites record 3 and its hash must rewrite all that follow, the head, and what was exported."""
    log_of(address)
    rows = rows_of(address, "decisions", ("previous", "record"), "seq")
    previous = rows[2][0].decode() if isinstance(rows[2][0], bytes) else rows[2][0]
    told = json.loads(bytes(rows[2][1]))
    told["person"] = "Somebody Else"
    record = json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
    forged = hash_of(link_of(previous, record), None)
    change(address, ("UPDATE decisions SET record = ?, hash = ? WHERE seq = 3", (record, forged)))
    assert words(address) == "record 4 does not follow record 3: one of them was replaced"


def test_contents_that_are_gone_or_replaced_are_told(address: str) -> None:
    log_of(address, 2)
    ((first,), *_) = [
        (json.loads(bytes(row[0]))["body"],) for row in rows_of(address, "decisions", ("record",), "seq")
    ]
    better = packed(json.dumps({"decision": "pass"}).encode())
    change(address, ("UPDATE contents SET content = ? WHERE sha256 = ?", (better[1], first["answer"])))
    assert words(address) == "record 1: its answer was altered in the contents"
    change(address, ("DELETE FROM contents WHERE sha256 = ?", (first["answer"],)))
    assert words(address) == "record 1: its answer is missing from the contents"
    change(address, ("DELETE FROM contents WHERE sha256 = ?", (first["inputs"]["facts"]["prices"],)))
    assert words(address) == "record 1: its facts (prices) is missing from the contents"


def test_a_copy_that_was_altered_is_told(address: str) -> None:
    log_of(address, 2)
    change(address, ("UPDATE verdicts SET outcome = 'pass!' WHERE decision_seq = 2", ()))
    assert words(address) == "record 2: its copy in the table verdicts differs from its answer"
    assert verified(address).records == 1
