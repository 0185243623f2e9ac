"""A list goes out over FIX to a real counterparty, and comes back as lots, cash and open orders."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.shell.log.chain import Author
from engine.shell.orders import keeping
from engine.shell.orders.decided import ready_to_send
from engine.shell.orders.fix.session import session
from engine.shell.orders.fix.settings import read_settings
from engine.shell.orders.sending import make_orders
from engine.shell.orders.values import State
from engine.shell.store.facts import facts_of
from tests.orders.conftest import decide

AUTHOR = Author(person="P. Lane", now=datetime.now(UTC))


def send(book, store, settings, *, seconds=20):
    seq = decide(book)
    ready = ready_to_send(store, str(seq), by="P. Lane", address=book)
    make_orders(store, ready, AUTHOR, route=settings.route)
    return run(store, settings, seconds=seconds)


def run(store, settings, *, seconds=20):
    with session(store, settings) as line:
        return line.run(until=lambda: not _open(store), seconds=seconds)


def _open(store):
    with store.reading() as found:
        return keeping.open_tickets(found)


def states(store):
    with store.reading() as found:
        return {kept.ticket.symbol: (kept.state, kept.filled) for kept in keeping.tickets_kept(found)}


@pytest.mark.parametrize("version", [pytest.param("FIX.4.2", marks=pytest.mark.long), "FIX.4.4"])
def test_fills_a_reject_and_a_correction_become_lots(book, store, broker, version):
    prices = {"KO": "40.10", "PEP": "100.10"}
    other = broker(version=version, reject=["GE"], correct=["KO"], prices=prices)
    assert send(book, store, read_settings(other.settings()))
    assert states(store) == {
        "KO": (State.FILLED, Decimal(300)),
        "PEP": (State.FILLED, Decimal(90)),
        "GE": (State.REJECTED, Decimal(0)),
    }
    with store.reading() as found:
        records = facts_of(found)
    ours = {(row.account, row.symbol): row for row in records.transactions if row.id.startswith("GB")}
    # 120 at 40.10, corrected to 40.08; 180 at 40.11: 12,029.40 for 300 shares
    assert ours["TAX-1", "KO"].amount == Decimal("8019.60")
    assert ours["TAX-1", "KO"].lots == (("T1", Decimal(150)), ("T2", Decimal(50)))
    assert ours["TAX-2", "KO"].amount == Decimal("4009.80")
    assert ours["TAX-2", "PEP"].quantity == 30
    paid = sum(row.amount for row in ours.values() if row.symbol == "PEP")
    assert paid == Decimal("9009.54")  # 36 at 100.10 and 54 at 100.11
    cash = sum(row.cash for row in records.accounts.values())
    assert cash == Decimal(40000) + Decimal("12029.40") - paid
    assert not records.open_orders
