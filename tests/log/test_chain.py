"""Decisions are recorded with all that a record needs, chained, and refused where they would not be whole."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.facts.failure import InputError
from engine.shell.console import json_bytes
from engine.shell.log.chain import START, append, entries, entry
from engine.shell.log.contents import get
from engine.shell.log.logbook import Logbook
from engine.shell.log.merkle import root_of
from engine.shell.log.signing import key_from
from engine.shell.log.verify import head_data
from engine.shell.store import connect as connecting
from engine.shell.store.connect import open_store
from engine.shell.store.failure import StoreError
from tests.log.desks import REBALANCE, author, buy, decide, gate, logbook, verified, words
from tests.log.tampering import change


def test_a_decision_is_recorded_with_all_that_a_record_needs(address: str) -> None:
    with logbook(address) as book:
        decided = decide(book, gate(buy(60), buy(1, "KO", 2)))
        assert decided.entry is not None
        with open_store(address) as store, store.reading() as session:
            (row,) = entries(session)
            answer = get(session, row.body["answer"])
            counted = [
                session.execute(text(f"SELECT COUNT(*) FROM {table} WHERE decision_seq = 1")).scalar()
                for table in ("trades", "verdicts")
            ]
    assert row == decided.entry
    assert (row.seq, row.previous, row.kind, row.person) == (1, START, "gate", "P. Lane")
    assert answer == decided.reached.bytes == json_bytes(decided.reached.data)
    body = row.body
    assert (body["as_of"], body["decision"], body["proposed_by"]) == ("2026-02-27", "approval", "P. Lane")
    assert [
        (t["account"], t["side"], t["symbol"], t["quantity"], t["book_price"]) for t in body["trades"]
    ] == [
        ("TAX-1", "buy", "PEP", "60", "100"),
        ("TAX-1", "buy", "KO", "1", "43.1"),
    ]
    assert [(p["id"], p["version"]) for p in body["policies"]] == [("adams.ips", "1.0.0")]
    assert body["rulebook"]["hash"] == decided.reached.data["rulebook"]["hash"]
    assert body["facts_hash"] == decided.reached.data["facts_hash"]
    assert body["needs"] == [{"rule": "ASK-1", "role": "Compliance"}]
    assert counted == [2, len(decided.reached.data["verdicts"])]


def test_records_follow_one_another_also_where_the_clock_goes_back(address: str) -> None:
    for day in (2, 0, 1):
        with logbook(address, day=day) as book:
            decide(book, gate(buy(1)))
    with open_store(address) as store, store.reading() as session:
        rows = list(entries(session))
    assert [row.previous for row in rows] == [START, rows[0].hash, rows[1].hash]
    assert sorted(row.recorded_at for row in rows) == [row.recorded_at for row in rows]
    assert len({row.recorded_at for row in rows}) == 3
    assert words(address) == ""


def test_records_are_named_by_number_hash_and_decision(address: str) -> None:
    with logbook(address) as book:
        one, two = decide(book, gate(buy(1))).entry, decide(book, gate(buy(2))).entry
        again = decide(book, gate(buy(1))).entry
        assert one is not None
        assert two is not None
        assert again is not None
        with open_store(address) as store, store.reading() as session:
            assert entry(session, "2") == two
            assert entry(session, two.hash[:10]) == two
            assert entry(session, one.body["decision_id"][:12]) == again
            for name in ("4", "0" * 12, two.hash[:3], "x"):
                with pytest.raises(InputError, match="the log holds no record"):
                    entry(session, name)


def test_two_writers_cannot_fork_the_chain(address: str) -> None:
    def write() -> None:
        with open_store(address) as store:
            for _ in range(5):
                with store.writing() as session:
                    append(session, author(), "note", {"words": "one of many"})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    checked = verified(address)
    assert (checked.finding, checked.records) == (None, 20)


@pytest.mark.parametrize("table", ["decisions", "contents", "verdicts", "trades", "log_head"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_log(address: str, table: str, act: str) -> None:
    columns = {"decisions": "kind", "contents": "content", "verdicts": "rule", "trades": "symbol"}
    column = columns.get(table, "hash")
    if table == "log_head" and act.startswith("UPDATE"):
        act = "UPDATE {} SET seq = seq - 1"
    with logbook(address) as book:
        decide(book, gate(buy(1)))
    with (
        open_store(address) as store,
        pytest.raises((DBAPIError, StoreError), match="append-only"),
        store.writing() as session,
    ):
        session.execute(text(act.format(table, column, column)))
    assert words(address) == ""


@pytest.mark.parametrize("seq", [1, 3])
def test_the_database_refuses_a_record_out_of_turn(address: str, seq: int) -> None:
    with logbook(address) as book:
        decide(book, gate(buy(1)))
    statement = (
        "INSERT INTO decisions (seq, previous, hash, kind, recorded_at, form, record) "
        f"SELECT {seq}, 'a', 'b', kind, recorded_at, form, record FROM decisions"
    )
    with (
        open_store(address) as store,
        pytest.raises((DBAPIError, StoreError), match="append-only"),
        store.writing() as session,
    ):
        session.execute(text(statement))


def test_a_failure_after_the_record_leaves_neither(address: str) -> None:
    class Stop(Exception):
        pass

    def write() -> None:
        with store.writing() as session:
            append(session, author(), "note", {})
            raise Stop

    with open_store(address) as store:
        with pytest.raises(Stop):
            write()
        with store.reading() as session:
            assert list(entries(session)) == []
    assert words(address) == ""


def test_a_locked_database_gives_no_answer_and_no_record(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0.2)
    with logbook(address) as book, open_store(address) as other:
        with other.writing() as session:
            append(session, author(), "note", {})
            with pytest.raises(StoreError, match="another process is writing"):
                decide(book, gate(buy(1)))
        assert verified(address).records == 1
        assert decide(book, gate(buy(1))).entry is not None
    assert words(address) == ""


def test_a_full_disk_gives_no_answer_and_no_record(made_sqlite: Path, tmp_path: Path) -> None:
    copy = tmp_path / "full.db"
    copy.write_bytes(made_sqlite.read_bytes())
    with logbook(f"sqlite:///{copy}") as book:
        decide(book, gate(buy(1)))
        assert book.store is not None
        with book.store.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="the disk is full"):
            _fill(book)
        with book.store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        before = verified(book.store.address)
        assert before.finding is None
        assert decide(book, gate(buy(1))).entry is not None
    assert verified(f"sqlite:///{copy}").records == before.records + 1


def _fill(book: Logbook) -> None:
    for number in range(2, 30):
        decide(book, gate(buy(number)))


def test_a_log_that_was_cut_takes_no_more_records(address: str) -> None:
    with logbook(address) as book:
        decide(book, gate(buy(1)))
        decide(book, gate(buy(2)))
        change(
            address,
            ("DELETE FROM trades", ()),
            ("DELETE FROM verdicts", ()),
            ("DELETE FROM decisions WHERE seq = 2", ()),
        )
        with pytest.raises(InputError, match="does not end where its head says"):
            decide(book, gate(buy(3)))


def test_merkle_roots_stand_for_days_and_show_what_was_cut_with_its_head(address: str) -> None:
    for day in (0, 0, 1):
        with logbook(address, day=day) as book:
            decide(book, gate(buy(1)))
    with open_store(address) as store, store.reading() as session:
        known = head_data(session)
        hashes = [row.hash for row in entries(session)]
    assert [(day["day"], day["first"], day["last"]) for day in known["days"]] == [
        ("2026-03-10", 1, 2),
        ("2026-03-11", 3, 3),
    ]
    assert known["days"][0]["root"] == root_of(hashes[:2]) != root_of(hashes[1::-1])
    assert words(address, known=known) == ""
    change(
        address,
        ("DELETE FROM trades WHERE decision_seq = 3", ()),
        ("DELETE FROM verdicts WHERE decision_seq = 3", ()),
        ("DELETE FROM decisions WHERE seq = 3", ()),
        ("UPDATE log_head SET seq = 2, hash = ?", (hashes[1],)),
    )
    assert words(address) == ""
    assert words(address, known=known) == "record 3 is missing: the exported head tells 3 records"


def test_merkle_roots_are_those_of_rfc_6962() -> None:
    """The roots of 1, 2 and 3 leaves, worked out by hand from section 2.1."""
    import hashlib

    def h(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    leaves = [h(b"\x00" + bytes.fromhex(name * 32)) for name in ("aa", "bb", "cc")]
    left = h(b"\x01" + leaves[0] + leaves[1])
    assert root_of(["aa" * 32]) == leaves[0].hex()
    assert root_of(["aa" * 32, "bb" * 32]) == left.hex()
    assert root_of(["aa" * 32, "bb" * 32, "cc" * 32]) == h(b"\x01" + left + leaves[2]).hex()


@pytest.mark.parametrize("kind", ["shared", "pair"])
def test_signatures_hold_for_their_key_alone(address: str, tmp_path: Path, kind: str) -> None:
    ours, public, other = _keys(tmp_path, kind)
    with logbook(address, key=key_from(ours)) as book:
        decide(book, gate(buy(1)))
        decide(book, gate(buy(2)))
    assert verified(address).signatures == "not verified: no key was named"
    checked = verified(address, key=key_from(public))
    assert (checked.finding, checked.signed, checked.signatures) == (None, 2, "hold")
    assert words(address, key=key_from(other)) == "the signature of record 1 is not by this key"
    with logbook(address) as book:
        decide(book, gate(buy(3)))
    assert words(address, key=key_from(public)) == "record 3 is not signed, and records before it are"


def _keys(folder: Path, kind: str) -> tuple[Path, Path, Path]:
    """Write a key, what verifies it, and another key."""
    paths = (folder / "ours.key", folder / "public.key", folder / "other.key")
    if kind == "shared":
        for path, digit in zip(paths, "aab", strict=True):
            path.write_text(digit * 64 + "\n", encoding="ascii")
        return paths
    pytest.importorskip("cryptography", reason='pip install "guardband[sign]"')
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private, stranger = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    for path, key in ((paths[0], private), (paths[2], stranger)):
        path.write_bytes(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    paths[1].write_bytes(
        private.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    )
    return paths


@pytest.mark.parametrize("written", ["", "abc", "zz" * 40, "-----BEGIN PRIVATE KEY-----\nno\n"])
def test_a_file_without_a_key_is_refused_with_the_cure(tmp_path: Path, written: str) -> None:
    path = tmp_path / "key"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        key_from(path)
    assert "GUARDBAND_SIGNING_KEY" in caught.value.cure


def test_a_rebalance_is_recorded_too(address: str) -> None:
    with logbook(address) as book:
        decided = decide(book, REBALANCE)
    assert decided.entry is not None
    assert decided.entry.kind == "rebalance"
    assert decided.entry.body["status"] == decided.reached.data["status"]
    assert decided.reached.data["trades"], "the rebalance has something to do"
    assert words(address) == ""
