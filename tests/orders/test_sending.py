"""What may be sent, once; what a halt stops; what comes back by file; what the custodian says."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.facts.failure import InputError
from engine.shell.log.chain import Author, append, author_named, entries
from engine.shell.log.signing import key_from
from engine.shell.log.verify import verify
from engine.shell.orders import desk, keeping
from engine.shell.orders.blocks import tickets
from engine.shell.orders.decided import NotSendable, ready_to_send
from engine.shell.orders.fix.session import session
from engine.shell.orders.fix.settings import read_settings
from engine.shell.orders.layouts import layout
from engine.shell.orders.sending import Moved, cancel_orders, halt_and_stop, make_orders, stop_halted
from engine.shell.orders.values import State
from engine.shell.publishing.approvals import approve_decision
from engine.shell.publishing.halts import Scope, halts, lift
from engine.shell.store.facts import facts_of
from tests.orders.conftest import DAY, NOW, decide, trades
from tests.shell.cli import run

AUTHOR = Author(person="P. Lane", now=NOW + timedelta(minutes=5))
OFFICER = Author(person="R. Okafor", now=NOW + timedelta(minutes=6))
SALE = trades(("TAX-1", "sell", "KO", "50", "T2"))
GAIN = trades(("TAX-1", "sell", "XOM", "60", "T4"))  # bought at 70


def states(store):
    with store.reading() as found:
        return {kept.ticket.symbol: kept.state for kept in keeping.tickets_kept(found)}


def test_a_decision_is_sent_once(book, store):
    seq = decide(book, SALE)
    ready = ready_to_send(store, str(seq), by="P. Lane", address=book)
    make_orders(store, ready, AUTHOR, route="file a.csv")
    with pytest.raises(NotSendable, match="was sent as"):
        make_orders(store, ready, AUTHOR, route="file a.csv")
    with pytest.raises(NotSendable, match="was sent as"):
        ready_to_send(store, str(seq), by="P. Lane", address=book)
    with store.reading() as found:
        (order,) = facts_of(found).open_orders
    assert (order.account, order.symbol, order.quantity) == ("TAX-1", "KO", 50)
    with pytest.raises(InputError, match="record 2 is about no list"):
        desk.left_of(book, "2")


def test_a_blocked_list_is_not_sent(book, store):
    seq = decide(book, trades(("TAX-1", "buy", "PEP", "300", None)))
    with pytest.raises(NotSendable, match="the gate blocked this list"):
        ready_to_send(store, str(seq), by="P. Lane", address=book)


def test_what_no_longer_passes_goes_back_through_the_gate(book, store):
    """Two lists pass alone and not together: the second is judged again with the first one open."""
    one = decide(book, trades(("TAX-1", "buy", "PEP", "150", None)))
    other = decide(book, trades(("TAX-1", "buy", "GE", "900", None)), now=NOW + timedelta(minutes=1))
    desk.send(book, str(one), by="P. Lane", route="file a.csv")
    with pytest.raises(NotSendable, match="CASH-1 blocks it now"):
        desk.send(book, str(other), by="P. Lane", route="file a.csv")


def test_an_approval_of_exactly_this_list_lets_it_go(book, store):
    listed = (replace(GAIN[0], price=Decimal(100)),)  # a gain of 1,800
    seq = decide(book, listed)
    with pytest.raises(NotSendable, match="GAIN-1 asks for approval"):
        ready_to_send(store, str(seq), by="P. Lane", address=book)
    with store.writing() as writing:
        approve_decision(writing, OFFICER, str(seq), role="Client")
    assert ready_to_send(store, str(seq), by="P. Lane", address=book).answer.decision.value == "pass"


def test_facts_that_come_in_meanwhile_stop_the_sending(book, store):
    seq = decide(book, SALE)
    ready = ready_to_send(store, str(seq), by="P. Lane", address=book)
    with store.writing() as writing:
        append(writing, OFFICER, "note", {})
    with pytest.raises(Moved):
        make_orders(store, ready, AUTHOR, route="file a.csv")


def test_a_halt_withdraws_what_has_not_gone_out(book, store):
    made = desk.send(book, str(decide(book)), by="P. Lane", route="fix nowhere")
    with store.writing() as writing:
        _, stopped = halt_and_stop(
            writing, OFFICER, scope=Scope(kind="security", name="KO"), reason="takeover bid"
        )
    assert stopped == (made.tickets[0].ticket.name,)
    assert states(store) == {"KO": State.CANCELLED, "PEP": State.NEW, "GE": State.NEW}
    with pytest.raises(NotSendable, match="blocked"):
        desk.send(book, str(decide(book, SALE)), by="P. Lane", route="file a.csv")


def test_each_halt_stops_in_the_name_of_who_halted_and_a_signed_log_stays_whole(
    book, store, tmp_path, monkeypatch
):
    path = tmp_path / "log.key"
    path.write_text("5a" * 32)
    monkeypatch.setenv("GUARDBAND_SIGNING_KEY", str(path))
    desk.send(book, str(decide(book)), by="P. Lane", route="fix nowhere")
    with store.writing() as writing:
        for number, (person, symbol) in enumerate((("R. Okafor", "KO"), ("N. Vance", "PEP"))):
            who = author_named(person, NOW + timedelta(minutes=6 + number))
            append(writing, who, "halt", {"scope": "security", "name": symbol, "reason": "takeover bid"})
        assert len(stop_halted(writing, now=NOW + timedelta(minutes=9))) == 2
    with store.reading() as found:
        told = [
            (row.person, row.body["reason"].split(" was")[0]) for row in entries(found, "orders_cancelled")
        ]
        assert told == [("R. Okafor", "trading in KO"), ("N. Vance", "trading in PEP")]
        assert verify(found, key=key_from(path)).finding is None


def test_a_halt_cancels_what_is_open_and_nothing_more_goes_out(book, store, broker):
    other = broker(hold=["KO", "PEP", "GE"], pause=0)
    settings = read_settings(other.settings())
    desk.send(book, str(decide(book)), by="P. Lane", route=settings.route)
    with session(store, settings) as line:

        def all_held():
            with store.reading() as found:
                return all(kept.filled for kept in keeping.tickets_kept(found))

        assert line.run(until=all_held, seconds=15)
        with store.writing() as writing:
            append(writing, OFFICER, "halt", {"scope": "all", "name": "", "reason": "stop"})
        assert line.run(until=lambda: set(states(store).values()) == {State.CANCELLED}, seconds=15)
    cancels = [row for row in other.journal("heard") if row["fields"]["35"] == "F"]
    assert len(cancels) == 3
    with store.reading() as found:
        records = facts_of(found)
    assert records.open_orders == ()
    assert {row.quantity for row in records.transactions if row.id.startswith("GB")} >= {
        Decimal(20),
        Decimal(10),
    }


def test_nothing_goes_out_while_halted_even_if_it_is_written_down(book, store, broker):
    """The halt stands between writing and sending: the last look is in the transaction that lets out."""
    other = broker()
    settings = read_settings(other.settings())
    desk.send(book, str(decide(book, SALE)), by="P. Lane", route=settings.route)
    with session(store, settings) as line:
        line._stop_halted = lambda: None  # as if the halt came a moment later
        with store.writing() as writing:
            append(writing, OFFICER, "halt", {"scope": "all", "name": "", "reason": "stop"})
        line.run(until=lambda: states(store)["KO"] is State.CANCELLED, seconds=15)
    assert other.journal("heard") == []
    assert states(store) == {"KO": State.CANCELLED}


def test_what_cannot_be_kept_is_not_counted_as_received(book, store, broker):
    other = broker()
    settings = read_settings(other.settings())
    desk.send(book, str(decide(book, SALE)), by="P. Lane", route=settings.route)
    seen = []
    with session(store, settings) as line:
        keep = line.keep

        def failing(fields):
            seen.append(fields[35])
            if len(seen) > 1:
                raise RuntimeError("the disk is full")
            keep(fields)

        line.keep = failing
        with pytest.raises(RuntimeError, match="disk is full"):
            line.run(until=lambda: states(store)["KO"] is State.FILLED, seconds=15)
    assert desk.work(book, settings, seconds=20)
    assert states(store) == {"KO": State.FILLED}


def test_files_out_and_executions_back(book, store, tmp_path):
    seq = decide(book)
    made = desk.send_file(book, str(seq), by="P. Lane", path=tmp_path / "out.csv", name="plain")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    names = [kept.ticket.name for kept in made.tickets]
    assert lines[0] == "order,account,side,symbol,quantity,type,limit,lots"
    assert lines[1] == f"{names[0]},TAX-1,sell,KO,200,market,,T1:150;T2:50"
    back = tmp_path / "back.csv"
    head = "order,reference,kind,quantity,price,date,corrects,text\n"
    back.write_text(
        head + f"{names[0]},E1,fill,150,40,{DAY},,\n{names[0]},E2,cancelled,,,{DAY},,end of day\n"
        f"{names[1]},E3,fill,90,100,{DAY},,\n{names[1]},E4,correction,90,99.5,{DAY},E3,\n"
        f"{names[2]},E5,rejected,,,{DAY},,no such symbol\n"
    )
    assert desk.receive_file(book, back) == (5, 0)
    assert desk.receive_file(book, back) == (0, 0)
    assert states(store) == {"KO": State.CANCELLED, "PEP": State.FILLED, "GE": State.REJECTED}
    left = desk.left_of(book, str(seq))
    assert [(t.account, t.symbol, t.quantity, t.lot) for t in left] == [
        ("TAX-1", "KO", 50, "T1"),
        ("TAX-1", "KO", 50, "T2"),
        ("TAX-2", "KO", 50, "T3"),
        ("TAX-2", "GE", 10, None),
    ]
    again = decide(book, left, now=NOW + timedelta(hours=1))
    assert ready_to_send(store, str(again), by="P. Lane", address=book).decision
    positions = tmp_path / "positions.csv"
    told = {("TAX-1", "KO"): 100, ("TAX-1", "XOM"): 60, ("TAX-1", "PEP"): 60}
    told |= {("TAX-2", "KO"): 50, ("TAX-2", "PEP"): 30}
    told["TAX-1", "CASH"] = 20000 + 4000 - 5970
    told["TAX-2", "CASH"] = 20000 + 2000 - 2985
    assert _breaks(book, positions, told) == []
    told["TAX-2", "KO"] = 0
    told["TAX-1", "PEP"], told["TAX-2", "PEP"] = 65, 25
    assert _breaks(book, positions, told) == [
        ("TAX-1", "PEP", 5, "5 shares stand in TAX-2 on one side, in TAX-1 on the other"),
        ("TAX-2", "KO", -50, f"order {names[0]} has 150 shares for which no fill was reported"),
        (
            "TAX-2",
            "PEP",
            -5,
            "5 shares stand in TAX-1 on one side, in TAX-2 on the other",
        ),
    ]


def test_a_list_of_what_is_left_keeps_the_prices_that_were_judged(book, store, tmp_path, capsys, monkeypatch):
    priced = (replace(SALE[0], price=Decimal("41.5")),)
    seq = decide(book, priced)
    desk.send(book, str(seq), by="P. Lane", route="fix nowhere")
    cancel_orders(store, AUTHOR, choose=None)
    out = tmp_path / "rest.csv"
    assert run(capsys, monkeypatch, "orders", "remaining", seq, "--out", out, "--book", book).status == 0
    assert out.read_text() == ("account,side,symbol,quantity,price,lot,reason\nTAX-1,sell,KO,50,41.5,T2,\n")


def test_a_file_takes_the_place_of_no_order_and_blocks_only_where_wanted(
    book, store, tmp_path, capsys, monkeypatch
):
    words = ("orders", "send", decide(book), "--by", "P. Lane", "--book", book, "--file", tmp_path / "o.csv")
    refused = run(capsys, monkeypatch, *words, "--replacing", "GB1-1")
    assert (refused.status, "a file cannot replace an order" in refused.err) == (2, True)
    assert states(store) == {}
    assert run(capsys, monkeypatch, *words, "--separate").status == 0
    with store.reading() as found:
        kept = keeping.tickets_kept(found)
    assert [row.ticket.accounts for row in kept if row.ticket.symbol == "KO"] == [("TAX-1",), ("TAX-2",)]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("plain", "GB1-1,TAX-1,sell,KO,50,limit,40.5,T2:50"),
        ("schwab", "TAX-1,Sell,50,KO,Limit,40.5,Day,T2:50,GB1-1"),
        ("fidelity", "TAX-1,S,50,KO,L,40.5,D,T2:50,GB1-1"),
        ("ibkr", "SELL,50,KO,STK,SMART,USD,DAY,LMT,40.5,guardband,GB1-1,TAX-1"),
    ],
)
def test_a_layout_says_account_side_size_limit_and_lots_in_its_words(name, row):
    (ticket,) = tickets(SALE, prefix="GB1", decision="d")
    header, at_limit = layout(name)([replace(ticket, limit=Decimal("40.50"))]).splitlines()
    assert (len(header.split(",")), at_limit) == (len(row.split(",")), row)
    at_market = layout(name)([ticket]).splitlines()[1]
    assert at_market.count(",") == at_limit.count(",")
    assert "40.5" not in at_market


def _breaks(book, path, told):
    path.write_text("account,symbol,quantity\n" + "".join(f"{a},{s},{n}\n" for (a, s), n in told.items()))
    return [(row.account, row.symbol, row.difference, row.cause) for row in desk.reconciled(book, path)[1]]


def test_a_bust_takes_back_what_was_posted_and_keeps_it_to_be_asked_for(book, store, tmp_path):
    made = desk.send_file(book, str(decide(book, SALE)), by="P. Lane", path=tmp_path / "o.csv", name="ibkr")
    name = made.tickets[0].ticket.name
    back = tmp_path / "back.csv"
    head = "order,reference,kind,quantity,price,date,corrects\n"
    back.write_text(head + f"{name},E1,fill,50,40,{DAY},\n")
    desk.receive_file(book, back)
    between = datetime.now(UTC)
    with store.reading() as found:
        assert facts_of(found).accounts["TAX-1"].cash == 22000
    time.sleep(0.01)
    back.write_text(head + f"{name},B1,bust,,,{DAY},E1\n")
    desk.receive_file(book, back)
    with store.reading() as found:
        now, then = facts_of(found), facts_of(found, known=between)
    assert now.accounts["TAX-1"].cash == 20000
    assert then.accounts["TAX-1"].cash == 22000
    assert not [row for row in now.transactions if row.id.startswith("GB")]
    assert [row.quantity for row in then.transactions if row.id.startswith("GB")] == [50]


def test_an_order_that_has_not_gone_out_is_withdrawn_by_a_cancel(book, store):
    desk.send(book, str(decide(book, SALE)), by="P. Lane", route="fix nowhere")
    assert len(cancel_orders(store, AUTHOR, choose=None)) == 1
    assert cancel_orders(store, AUTHOR, choose=None) == ()
    assert states(store) == {"KO": State.CANCELLED}


def test_wash_sales_are_counted_again_after_fills(book, store, tmp_path):
    """KO sold at a loss of 10 a share, 100 shares bought back in the other account on the same day."""
    listed = trades(("TAX-1", "sell", "KO", "150", "T1"), ("TAX-2", "buy", "KO", "100", None))
    made = desk.send_file(
        book, str(decide(book, listed)), by="P. Lane", path=tmp_path / "o.csv", name="plain"
    )
    rows = [f"{k.ticket.name},E{n},fill,{k.ticket.quantity},40,{DAY}" for n, k in enumerate(made.tickets)]
    back = tmp_path / "back.csv"
    back.write_text("order,reference,kind,quantity,price,date\n" + "\n".join(rows) + "\n")
    desk.receive_file(book, back)
    from sqlalchemy import select

    from engine.shell.store.recording import table_of
    from engine.shell.store.schema.lots import AdjustmentRow

    with store.reading() as found:
        table = table_of(AdjustmentRow)
        (row,) = found.execute(select(table).where(table.c.superseded_at.is_(None))).mappings()
    assert (row["disallowed"], row["quantity"], row["replacement_account"]) == (1000, 100, "TAX-2")


def test_a_lifted_halt_no_longer_stops(book, store):
    with store.writing() as writing:
        halt_and_stop(writing, OFFICER, scope=Scope(kind="all"), reason="stop")
    with store.writing() as writing:
        lift(writing, AUTHOR, number=halts(writing)[0].number, reason="over")
    assert desk.send(book, str(decide(book, SALE)), by="P. Lane", route="file a.csv").tickets
