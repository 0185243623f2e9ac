"""Every decision replays to the same bytes from nothing but the log, also where the program has grown."""

import os
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.facts.book import Records
from engine.facts.failure import InputError
from engine.facts.securities import Price
from engine.shell.files.book import read_records
from engine.shell.log.asked import Asked
from engine.shell.log.chain import Entry, append, entries, entry
from engine.shell.log.codec import decoded, encoded, to_bytes
from engine.shell.log.inputs import packed_facts
from engine.shell.log.replay import Bench, as_written, replay
from engine.shell.store.connect import Store, open_store
from optimizer.settings import Settings
from tests.log.desks import REBALANCE, author, buy, decide, desk, gate, logbook, logbook_in, words
from tests.store.books import book

SEED = 20261122
EVERY_DAY = 30
LONG = int(os.environ.get("GUARDBAND_REPLAYS", "10000"))
REPAIR = Asked(command="repair", trades=(buy(300),), settings=Settings())


def asked(number: int) -> Asked:
    """One of many lists: quantities, symbols and options differ."""
    symbols = ("PEP", "KO", "VTI")
    listed = tuple(
        buy(1 + (number * (place + 7)) % 90, symbols[(number + place) % 3], place + 1)
        for place in range(1 + number % 3)
    )
    return replace(gate(*listed), every_group=number % 5 == 0, witnesses=1 + number % 2)


def replays(address: str, count: int) -> None:
    with open_store(address) as store:
        book = logbook_in(store)
        for number in range(count):
            decide(book, asked(number))
        with store.reading() as session:
            bench: Bench | None = None
            for row in entries(session):
                found, bench = replay(session, row, inference=desk().inference, bench=bench)
                assert found.is_same, (row.seq, found.differences)
                assert found.notes == ()
    assert words(address) == ""


def test_decisions_replay_to_the_same_bytes(address: str) -> None:
    replays(address, EVERY_DAY)


@pytest.mark.long
def test_ten_thousand_decisions_replay_to_the_same_bytes(address: str) -> None:
    replays(address, LONG)


@pytest.mark.parametrize("asked", [REBALANCE, REPAIR])
def test_proposals_replay_to_the_same_bytes(address: str, asked: Asked) -> None:
    with logbook(address) as book:
        decided = decide(book, asked)
        found = again(address, decided.entry)
    assert found.is_same, found.differences
    assert found.written == decided.reached.bytes


def again(address: str, row: Entry | None) -> Any:
    assert row is not None
    with open_store(address) as store, store.reading() as session:
        return replay(session, row, inference=desk().inference)[0]


def test_another_answer_is_told_where_it_differs(address: str) -> None:
    """A record whose request asks for one share more than its answer tells."""
    with open_store(address) as store:
        decide(logbook_in(store), gate(buy(1)))
        seq = forged(store, "request", encoded(Asked, gate(buy(2))))
        with store.reading() as session:
            found, _ = replay(session, entry(session, str(seq)), inference=desk().inference)
    assert not found.is_same
    assert 'trades[0].quantity: then "1", today "2"' in found.differences


def forged(store: Store, name: str, value: Any) -> int:
    """Append the first record again with one part of it changed."""
    with store.writing() as session:
        body = {**entry(session, "1").body, name: value}
        return append(session, author(), "gate", body).seq


def test_a_record_without_an_answer_is_not_replayed(address: str) -> None:
    with open_store(address) as store:
        with store.writing() as session:
            row = append(session, author(), "note", {})
        with store.reading() as session, pytest.raises(InputError, match="has no answer to replay"):
            replay(session, row, inference=desk().inference)


def test_what_answers_grew_by_is_left_out_and_nothing_else() -> None:
    then = {"b": 1, "a": [{"x": "1"}]}
    assert list(as_written({"a": [{"x": "1", "new": 2}], "b": 1, "more": 3}, then).items()) == list(
        then.items()
    )
    for other in ({"a": [{"x": "2"}], "b": 1}, {"a": [], "b": 1}, {"a": [{}], "b": 1}, {"a": [{"x": "1"}]}):
        assert as_written(other, then) != then


def test_hashes_that_today_writes_otherwise_stay_as_they_were(address: str) -> None:
    with open_store(address) as store:
        decided = decide(logbook_in(store), gate(buy(1)))
        assert decided.entry is not None
        old = dict(decided.reached.data) | {"facts_hash": "0" * 64}
        from engine.shell.console import json_bytes
        from engine.shell.log.contents import put

        with store.writing() as session:
            address_of_old = put(session, json_bytes(old))
        seq = forged(store, "answer", address_of_old)
        with store.reading() as session:
            found, _ = replay(session, entry(session, str(seq)), inference=desk().inference)
    assert found.is_same
    assert found.notes == ("today's program writes another facts_hash for the same inputs",)


@pytest.mark.parametrize("parts", [{}, {"form_1099b": None, "events": None, "risk_specific": None}])
def test_facts_come_back_as_they_were(tmp_path: Path, parts: dict[str, str | None]) -> None:
    if parts:
        parts = {**parts, "risk_exposures": None, "risk_covariance": None}
    records = read_records(book(tmp_path / "book", **parts))
    for name in packed_facts(records):
        kind = Records.__annotations__[name]
        told = encoded(kind, getattr(records, name))
        assert repr(decoded(kind, told)) == repr(getattr(records, name)), name
        assert to_bytes(told) == to_bytes(encoded(kind, decoded(kind, told)))


def test_digits_and_order_are_kept() -> None:
    prices = tuple(
        Price(symbol=name, date=date(2026, 1, 2), price=Decimal(text))  # type: ignore[arg-type]  # plain names
        for name, text in (("B", "1.500"), ("A", "1E+3"), ("C", "0.1"))
    )
    back = decoded(tuple[Price, ...], encoded(tuple[Price, ...], prices))
    assert [(row.symbol, str(row.price)) for row in back] == [("B", "1.500"), ("A", "1E+3"), ("C", "0.1")]


@dataclass(frozen=True)
class Grown:
    """A fact of a later program: it has one field more."""

    symbol: str
    grade: str = "none"
    seen: tuple[int, ...] = field(default=())


@dataclass(frozen=True)
class Before:
    """The same fact of an earlier program."""

    symbol: str


def test_a_field_that_came_later_takes_its_default_and_an_unknown_one_is_refused() -> None:
    old = encoded(tuple[Before, ...], (Before("KO"),))
    assert decoded(tuple[Grown, ...], old) == (Grown("KO"),)
    new = encoded(tuple[Grown, ...], (Grown("KO"),))
    with pytest.raises(InputError, match="written by a newer program"):
        decoded(tuple[Before, ...], new)


def test_what_has_no_place_in_the_log_is_our_own_mistake() -> None:
    with pytest.raises(TypeError, match="has no place in the log"):
        encoded(Fraction, Fraction(1, 3))
