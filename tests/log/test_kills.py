"""kill -9 at random moments: what was acknowledged is there, nothing is half there, the chain is whole.

A child process imports, decides, publishes, approves and halts, and says so on a pipe after each act; it is
killed without warning, the database is looked at, and the next child goes on where it was left.
"""

import os
import random
import signal
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from dsl.parse import parse
from engine.shell import policies, work
from engine.shell.log.chain import append, entries
from engine.shell.publishing.evidence import Prepared
from engine.shell.publishing.halts import Scope, halt
from engine.shell.publishing.publish import approve_policy, pending, publish
from engine.shell.store.connect import Store, open_store
from engine.shell.store.delivery import Delivery, Mandate
from engine.shell.store.in_force import known_versions
from engine.shell.store.load import load
from tests.log.desks import author, buy, decide, desk, gate, inputs, logbook_in, verified
from tests.publishing.firm import SECOND, WRITER, delivery, firm, folder

SEED = 20261122
EVERY_DAY = 8
LONG = int(os.environ.get("GUARDBAND_KILLS", "1000"))
PART = 100
"""Kills of one database: the log is verified from its beginning after each."""

LONGEST = float(os.environ.get("GUARDBAND_KILL_SECONDS", "0.2"))
KINDS = ("decision", "import", "publish", "approve", "halt")


def kills(address: str, count: int, *, part: int = 0) -> None:
    chance = random.Random(SEED + part)
    desk()
    inputs()
    acknowledged: dict[str, int] = dict.fromkeys(KINDS, 0)
    seen = 0
    with firm(address):
        pass
    for number in range(count):
        told = killed(address, acts=chance.randrange(4), after=chance.uniform(0, LONGEST), start=number * 3)
        for kind in told:
            acknowledged[kind] += 1
        seen = look(address, acknowledged, seen)
    assert all(acknowledged[kind] for kind in ("decision", "import")), acknowledged


def killed(address: str, *, acts: int, after: float, start: int) -> list[str]:
    """Let a child do so many acts and go on for so many seconds; kill it; return what it said was done."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            work_on(address, writer, start)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as pipe:
        told = [pipe.readline() for _ in range(acts)]
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        told += list(pipe)
    assert os.WIFSIGNALED(status), "the child was still at work"
    return [line.strip() for line in told if line.endswith("\n")]


def work_on(address: str, pipe: int, start: int) -> None:
    """Do one act after another for ever, each acknowledged once it is done."""
    with open_store(address) as store:
        for number in range(start, start + 100_000):
            kind = KINDS[number % len(KINDS)]
            act(store, kind, number)
            os.write(pipe, f"{kind}\n".encode())


def act(store: Store, kind: str, number: int) -> None:
    match kind:
        case "decision":
            decide(logbook_in(store), gate(buy(1 + number % 50)))
        case "import":
            load(store, changed(store), now=author(day=1).now)
        case "publish":
            made = prepared(store)
            with store.writing() as session:
                publish(session, author(WRITER), made)
        case "approve":
            with store.writing() as session:
                for row in pending(session):
                    approve_policy(session, author(SECOND), row.name)
        case "halt":
            scope = Scope(kind="security", name=f"NONE-{number}")
            with store.writing() as session:
                halt(session, author(SECOND), scope=scope, reason="a test of halts")


def changed(store: Store) -> Delivery:
    """The firm's book with another price of one security on one day: one row is superseded."""
    with store.reading() as session:
        count = session.execute(text("SELECT COUNT(*) FROM imports")).scalar_one()
    first, *rest = delivery().records.prices
    moved = (replace(first, price=Decimal(100 + count)), *rest)
    files = (replace(delivery().files[0], sha256=f"{count:064d}"), *delivery().files[1:])
    records = replace(delivery().records, prices=moved)
    return replace(delivery(), records=records, files=files, mandates=(), complete=False)


def prepared(store: Store) -> Prepared:
    """The next version of the policy, as publishing would hand it over."""
    with store.reading() as session:
        count = len(list(entries(session, "publish"))) + 1
    original = (folder() / "adams.mandate").read_text(encoding="utf-8")
    since = date(2026, 4, 1) + timedelta(days=count)
    told = original.replace("version 1.0.0", f"version 1.0.{count}").replace("2025-01-01\n", f"{since}\n", 1)
    read = policies.files_below(folder())
    files = tuple((name, read(name) or b"") for name in ("banned.csv", "ips.txt"))
    checked = policies.check_parsed(parse(told, file="adams.mandate"), folder=None, files=dict(files).get)
    assert checked.policy is not None, checked.diagnostics
    mandate = Mandate(policy=checked.policy, text=told, files=files)
    hash_ = work.rulebook_of((checked.policy,)).hash
    return Prepared(mandate=mandate, rulebook_hash=hash_, text="", data={}, refused=())


def look(address: str, acknowledged: dict[str, int], seen: int) -> int:
    """Check the database after a kill; return how many records its log holds."""
    checked = verified(address)
    assert checked.finding is None, checked.finding
    assert checked.records >= seen, "records were lost"
    with open_store(address) as store, store.reading() as session:
        kinds = [(row.kind, row.body) for row in entries(session)]
        count = {
            kind: sum(one == name for one, _ in kinds)
            for kind, name in (("decision", "gate"), ("publish", "publish"), ("halt", "halt"))
        }
        for kind, found in count.items():
            assert found >= acknowledged[kind], f"an acknowledged {kind} is lost"
        imports = session.execute(text("SELECT COUNT(*) FROM imports")).scalar_one()
        assert imports - 1 >= acknowledged["import"], "an acknowledged import is lost"
        whole = "SELECT import_id, COUNT(*) FROM prices WHERE import_id > 1 GROUP BY import_id"
        assert [row[1] for row in session.execute(text(whole))] == [1] * (imports - 1), "half an import"
        current = "SELECT COUNT(*) FROM prices WHERE superseded_at IS NULL"
        assert session.execute(text(current)).scalar_one() == len(delivery().records.prices)
        approved = {body["version"] for kind, body in kinds if kind == "approve policy"}
        known = {row.version for row in known_versions(session) if row.approved_by == SECOND}
        assert known == approved, "a version in force without its approval, or the reverse"
        decided = session.execute(text("SELECT COUNT(DISTINCT decision_seq) FROM trades")).scalar_one()
        assert decided == count["decision"], "a decision without its trades"
    return checked.records


def test_what_was_acknowledged_survives_kill_9(address: str) -> None:
    kills(address, EVERY_DAY)


@pytest.mark.long
@pytest.mark.parametrize("part", range(-(-LONG // PART)))
def test_what_was_acknowledged_survives_a_thousand_kills(address: str, part: int) -> None:
    kills(address, min(PART, LONG - part * PART), part=part)


def test_a_writer_that_is_killed_with_the_lock_lets_the_next_one_in(address: str) -> None:
    with open_store(address) as store, store.writing() as session:
        append(session, author(), "note", {})
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with open_store(address) as store, store.writing() as session:
                append(session, author(), "note", {})
                os.write(writer, b"held")
                time.sleep(60)
        finally:
            os._exit(1)
    assert os.read(reader, 4) == b"held"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with open_store(address) as store, store.writing() as session:
        append(session, author(), "note", {})
    checked = verified(address)
    assert (checked.finding, checked.records) == (None, 2)
