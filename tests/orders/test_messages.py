"""Messages of a real session, read and written again; session cases of the library, on a real socket."""

import socket
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.facts.trades import Side
from engine.shell.orders.fix.messages import (
    Unreadable,
    fields_of,
    from_kept,
    identity,
    kept_text,
    new_order,
    report_of,
)
from engine.shell.orders.values import Kind, Leg, State, Ticket, standing
from tests.orders.conftest import free_port
from tests.shared import shared

SOH = "\x01"


def logged(version):
    path = shared(f"data/fix/oms_handoff_{version}.messages.log")
    return [line.partition(" : ")[2] for line in path.read_text().splitlines()]


def ticket_of(fields):
    side = Side.SELL if fields[54] == "2" else Side.BUY
    legs = (Leg(number=1, account=fields[1], quantity=Decimal(fields[38])),)
    limit = Decimal(fields[44]) if 44 in fields else None
    return Ticket(name=fields[11], side=side, symbol=fields[55], legs=legs, rule="", decision="", limit=limit)


@pytest.mark.parametrize("version", ["fix42", "fix44"])
def test_the_handoff_is_read_and_written_again(version):
    orders, told = {}, {}
    for raw in logged(version):
        fields = fields_of(raw, SOH)
        body = raw[: raw.rindex("10=")]
        assert int(fields[10]) == sum(body.encode()) % 256
        match fields[35]:
            case "D":
                orders[fields[11]] = ticket_of(fields)
                at = datetime.strptime(fields[60], "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC)
                ours = dict(new_order(fields[11], orders[fields[11]], at=at))
                header = {8, 9, 10, 34, 49, 52, 56}
                assert ours == {tag: value for tag, value in fields.items() if tag not in header}
            case "8" | "9":
                report = report_of(from_kept(kept_text(fields)))
                assert report == report_of(fields)
                told.setdefault(report.order, []).append(report)
    got = {name: standing(row, told.get(name, ()), is_sent=True) for name, row in orders.items()}
    assert {(row.state, row.filled) for name, row in got.items() if name == "R1-0001"} == {
        (State.FILLED, Decimal(120))
    }
    assert got["R1-0002"].money == Decimal("200") * Decimal("157.7") + Decimal("300") * Decimal("157.72")
    assert got["R1-0004"].state is State.REJECTED
    assert got["R1-0003"].state in (State.CANCELLED, State.PARTIALLY_FILLED)
    refused = [row for row in told.get("R1-9999", ()) if row.kind is Kind.UNKNOWN]
    assert refused, "the request to cancel an unknown order is refused"


def execution(**extra):
    base = {
        35: "8",
        11: "A-1",
        17: "E1",
        37: "B",
        39: "1",
        150: "F",
        32: "10",
        31: "5",
        60: "20260310-15:00:00",
    }
    return {**base, **{int(tag[1:]): value for tag, value in extra.items()}}


TICKET = Ticket(
    name="A-1",
    side=Side.BUY,
    symbol="KO",
    legs=(Leg(number=1, account="TAX-1", quantity=Decimal(20)),),
    rule="",
    decision="",
)


def stands(*messages):
    return standing(TICKET, [report_of(message) for message in messages], is_sent=True)


def test_a_fill_told_twice_counts_once():
    assert stands(execution(), execution()).filled == 10
    assert identity(execution()) == identity(execution(t43="Y", t122="20260310-15:00:01", t34="99"))


@pytest.mark.parametrize("old", [True, False])
def test_corrections_of_corrections_and_busts(old):
    def mend(ref, about, kind, **extra):
        how = {"t20": {"G": "2", "H": "1"}[kind], "t150": "1"} if old else {"t150": kind}
        return execution(t17=ref, t19=about, **how, **extra)

    first = execution(t150="1") if old else execution()
    once = mend("E2", "E1", "G", t31="6")
    twice = mend("E3", "E2", "G", t31="7", t32="9")
    assert [(fill.quantity, fill.price) for fill in stands(first, once, twice).fills] == [(9, 7)]
    again = mend("E4", "E1", "G", t31="8", t32="9")  # by the first reference, as some brokers do
    assert stands(first, once, again).fills[0].price == 8
    bust = mend("E5", "E1", "H", t39="4")
    assert stands(first, once, bust).state is State.BUSTED
    assert stands(first, once, bust).filled == 0
    assert stands(bust, first).strays == ("E5",)


def test_states():
    assert stands().state is State.SENT
    assert stands(execution()).state is State.PARTIALLY_FILLED
    assert stands(execution(t32="20", t39="2")).state is State.FILLED
    assert stands(execution(), execution(t17="E2", t150="4", t39="4", t41="A-1", t11="A-1.C1")).state is (
        State.CANCELLED
    )
    assert stands(execution(t150="8", t39="8", t32="0")).state is State.REJECTED
    late = execution(t17="E3", t32="10", t39="2")
    assert stands(execution(), execution(t17="E2", t150="4", t39="4"), late).state is State.FILLED


@pytest.mark.parametrize("tag", [11, 17, 39, 150, 31, 60])
def test_a_report_that_says_too_little_is_no_report(tag):
    fields = {name: value for name, value in execution().items() if name != tag}
    with pytest.raises(Unreadable):
        report_of(fields)


CASES = [
    f"{version}_{name}.def"
    for version in ("fix42", "fix44")
    for name in (
        "14b_RequiredFieldMissing",
        "14e_IncorrectEnumValue",
        "19a_PossResendMessageThatHAsAlreadyBeenSent",
        "2m_BodyLengthValueNotCorrect",
        "2r_UnregisteredMsgType",
        "3b_InvalidChecksum",
        "8_OnlyApplicationMessages",
    )
]


@pytest.fixture(scope="module")
def acceptors():
    fix = pytest.importorskip("quickfix")
    made = {}

    class Echo(fix.Application):
        seen: set = set()  # noqa: RUF012

        def onCreate(self, session): ...  # noqa: N802
        def onLogon(self, session):  # noqa: N802
            self.seen = set()

        def onLogout(self, session): ...  # noqa: N802
        def toAdmin(self, message, session): ...  # noqa: N802
        def fromAdmin(self, message, session): ...  # noqa: N802
        def toApp(self, message, session): ...  # noqa: N802
        def fromApp(self, message, session):  # noqa: N802
            fields = fields_of(str(message.toString()), SOH)
            if fields[35] != "D":
                self.turn_away(fields, session)
                return
            if fields.get(97) == "Y" and fields[11] in self.seen:
                return
            self.seen.add(fields[11])
            told = fix.Message()
            told.getHeader().setField(fix.StringField(8, fields[8]))
            told.getHeader().setField(fix.StringField(35, "D"))
            for tag, value in fields.items():
                if tag not in (8, 9, 10, 34, 35, 43, 49, 52, 56, 97, 122):
                    told.setField(fix.StringField(tag, value))
            fix.Session.sendToTarget(told, session)

        def turn_away(self, fields, session):
            told = fix.Message()
            told.getHeader().setField(fix.StringField(8, fields[8]))
            told.getHeader().setField(fix.StringField(35, "j"))
            for tag, value in ((45, fields[34]), (58, "not spoken"), (372, fields[35]), (380, "3")):
                told.setField(fix.StringField(tag, value))
            fix.Session.sendToTarget(told, session)

    def start(version, folder):
        if version not in made:
            port = free_port()
            path = folder / f"{version}.cfg"
            path.write_text(
                "[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\n"
                f"SocketAcceptPort={port}\nSocketReuseAddress=Y\nUseDataDictionary=Y\nResetOnLogon=Y\n"
                f"DataDictionary={_dictionary(version)}\n[SESSION]\nBeginString={version}\n"
                "SenderCompID=ISLD\nTargetCompID=TW42\n"
                + (
                    ""
                    if version == "FIX.4.2"
                    else f"[SESSION]\nBeginString={version}\nSenderCompID=ISLD\nTargetCompID=TW44\n"
                )
            )
            settings = fix.SessionSettings(str(path))
            echo, stores = Echo(), fix.MemoryStoreFactory()
            acceptor = fix.SocketAcceptor(echo, stores, settings)
            acceptor.start()
            made[version] = (port, acceptor, echo, stores, settings)
        return made[version][0]

    yield start
    for _, acceptor, *_ in made.values():
        acceptor.stop()


def _dictionary(version):
    import sys
    from pathlib import Path

    return Path(sys.prefix) / "share" / "quickfix" / f"{version.replace('.', '')}.xml"


def framed(line):
    """A line of a case as bytes, with time, length and checksum where it leaves them open."""
    now = datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S")
    parts = [part for part in line.replace("<TIME>", now).strip(SOH).split(SOH) if part]
    length = next((part for part in parts if part.startswith("9=")), None)
    check = next((part for part in parts if part.startswith("10=")), None)
    body = SOH.join(part for part in parts[1:] if not part.startswith(("9=", "10="))) + SOH
    text = parts[0] + SOH + (length or f"9={len(body)}") + SOH + body
    return (text + (check or f"10={sum(text.encode()) % 256:03d}") + SOH).encode()


class Wire:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.kept = b""

    def message(self):
        while b"\x0110=" not in self.kept or not self.kept.endswith(b"\x01"):
            data = self.socket.recv(4096)
            if not data:
                return None
            self.kept += data
        end = self.kept.index(b"\x01", self.kept.index(b"\x0110=") + 1) + 1
        first, self.kept = self.kept[:end], self.kept[end:]
        return fields_of(first.decode(), SOH)


OPEN = {9, 10, 52, 60, 122, 58}


@pytest.mark.parametrize("case", CASES)
def test_session_case(case, acceptors, tmp_path_factory):
    path = shared(f"data/fix/quickfix_defs/{case}")
    version = "FIX.4.2" if case.startswith("fix42") else "FIX.4.4"
    port = acceptors(version, tmp_path_factory.mktemp("case"))
    wire = None
    for line in path.read_text().replace("|", SOH).splitlines():
        match line[:1]:
            case "i":
                wire = Wire(port)
            case "I":
                wire.socket.sendall(framed(line[1:]))
            case "E":
                wanted = {tag: value for tag, value in fields_of(line[1:], SOH).items() if tag not in OPEN}
                got = wire.message()
                while got is not None and got[35] == "0" and wanted[35] != "0":
                    got = wire.message()  # a heartbeat of its own
                assert got is not None, f"disconnected; expected {wanted}"
                assert {tag: value for tag, value in got.items() if tag not in OPEN} == wanted
            case "e":
                assert wire.message() is None
                wire.socket.close()
                time.sleep(0.05)
