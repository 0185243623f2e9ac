"""Both processes are killed at random moments: no order goes out twice, and no fill is lost.

The everyday run kills the desk once; `GUARDBAND_KILLS=40 pytest tests/orders --long` kills both many times.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from decimal import Decimal

import pytest

from engine.shell.orders import desk, keeping
from engine.shell.orders.fix.settings import read_settings
from engine.shell.orders.values import State
from engine.shell.store.facts import facts_of
from tests.orders.conftest import decide, trades
from tests.shared import ROOT

MANY = trades(
    ("TAX-1", "sell", "KO", "150", "T1"),
    ("TAX-2", "sell", "KO", "100", "T3"),
    ("TAX-1", "sell", "XOM", "60", "T4"),
    ("TAX-1", "buy", "PEP", "60", None),
    ("TAX-2", "buy", "PEP", "30", None),
    ("TAX-2", "buy", "GE", "40", None),
)


def receive(book, settings, *, seconds):
    words = ["orders", "receive", "--book", book, "--fix", str(settings), "--wait", str(seconds)]
    return subprocess.Popen(
        [sys.executable, "-m", "engine.shell.main", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
    )


def killed_again_and_again(book, store, other, *, kills, seed):
    chance = random.Random(seed)
    settings = other.settings()
    seq = decide(book, MANY)
    desk.send(book, str(seq), by="P. Lane", route=read_settings(settings).route)
    process = receive(book, settings, seconds=60)
    for _ in range(kills):
        time.sleep(chance.uniform(0.4, 2.6))
        if chance.random() < 0.5:
            other.kill()
            other.start()
        else:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            process = receive(book, settings, seconds=60)
    _, told = process.communicate(timeout=70)
    assert process.returncode == 0, told.decode()[-600:]


def check(store, other):
    heard = Counter(row["fields"]["11"] for row in other.journal("heard"))
    again = [row["fields"]["11"] for row in other.journal("again") if row["fields"].get("43") != "Y"]
    with store.reading() as found:
        kept = keeping.tickets_kept(found)
        records = facts_of(found)
        fills = {row.reference for one in kept for row in keeping.standing_of(found, one).fills}
    assert sorted(heard) == sorted(row.ticket.name for row in kept)
    assert set(heard.values()) == {1}
    assert again == [], "an order came twice"
    said = {row["exec"] for row in other.journal("said") if "32" in row["fields"]}
    assert fills == said, "a fill was lost, or one is not the broker's"
    assert {row.state for row in kept} == {State.FILLED}
    ours = [row for row in records.transactions if row.id.startswith("GB")]
    totals = Counter()
    for row in ours:
        totals[row.symbol] += row.quantity
    assert totals == {"KO": 250, "XOM": 60, "PEP": 90, "GE": 40}
    sold = sum((row.amount for row in ours if row.type.value == "sell"), Decimal(0))
    paid = sum((row.amount for row in ours if row.type.value == "buy"), Decimal(0))
    assert sum(row.cash for row in records.accounts.values()) == 40000 + sold - paid


def test_one_kill(book, store, broker):
    other = broker(pause=0.1, version="FIX.4.4")
    killed_again_and_again(book, store, other, kills=1, seed=2)
    check(store, other)


@pytest.mark.long
@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4"])
def test_many_kills(book, store, broker, version):
    kills = int(os.environ.get("GUARDBAND_KILLS", "20"))
    other = broker(pause=1.5, version=version)
    killed_again_and_again(book, store, other, kills=kills, seed=int(os.environ.get("GUARDBAND_SEED", "1")))
    check(store, other)
