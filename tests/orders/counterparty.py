# ruff: noqa: N802
"""A broker at the other end of a FIX session, in a process of its own: `python counterparty.py FOLDER`.

FOLDER/plan.json says what it does: {"port", "version", "day", "prices", "reject", "correct", "bust", "hold",
"part", "pause"}. Everything that it hears and says goes to FOLDER/journal.jsonl before it counts, so that it
can be killed at any moment and go on: a report that its own store does not hold is said again, and no other.
"""

import json
import os
import queue
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import quickfix as fix

SETTINGS = """[DEFAULT]
ConnectionType=acceptor
SocketAcceptPort={port}
SocketReuseAddress=Y
StartTime=00:00:00
EndTime=00:00:00
UseDataDictionary=Y
DataDictionary={dictionary}
FileStorePath={folder}/store
FileLogPath={folder}/log
HeartBtInt=5
[SESSION]
BeginString={version}
SenderCompID=BROKER
TargetCompID=DESK
"""


class Journal:
    def __init__(self, path: Path) -> None:
        self.rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        self.file = path.open("a")

    def write(self, **row: object) -> dict:
        self.file.write(json.dumps(row) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.rows.append(row)
        return row


class Broker(fix.Application):
    def __init__(self, plan: dict, journal: Journal) -> None:
        super().__init__()
        self.plan, self.journal = plan, journal
        self.heard: queue.Queue = queue.Queue()
        self.session = None
        self.on = False

    def onCreate(self, session):
        self.session = session

    def onLogon(self, session):
        self.on = True

    def onLogout(self, session):
        self.on = False

    def toAdmin(self, message, session):
        pass

    def fromAdmin(self, message, session):
        pass

    def toApp(self, message, session):
        fields = fields_of(message)
        if fields.get("43") != "Y":
            self.journal.write(what="numbered", exec=fields.get("17") or fields["11"], seq=int(fields["34"]))

    def fromApp(self, message, session):
        fields = fields_of(message)
        known = any(
            row["what"] == "heard" and row["fields"]["11"] == fields["11"] for row in self.journal.rows
        )
        if known:
            self.journal.write(what="again", fields=fields)
            return
        self.journal.write(what="heard", fields=fields)
        self.heard.put(fields)


def fields_of(message) -> dict:
    parts = (part.partition("=") for part in str(message.toString()).strip("\x01").split("\x01"))
    return {tag: value for tag, _, value in parts}


class Desk:
    """Works the orders that the journal holds; what was said already is not said again."""

    def __init__(self, plan: dict, journal: Journal, broker: Broker) -> None:
        self.plan, self.journal, self.broker = plan, journal, broker
        self.said = {row["exec"] for row in journal.rows if row["what"] == "said"}
        self.cancelled = set()

    def settle(self) -> None:
        """Say again what a killed process had decided and its library had not stored."""
        following = fix.Session.lookupSession(self.broker.session).getExpectedSenderNum()
        numbered = {row["exec"]: row["seq"] for row in self.journal.rows if row["what"] == "numbered"}
        for row in [row for row in self.journal.rows if row["what"] == "said"]:
            if numbered.get(row["exec"], following) >= following:
                self.send(row["fields"])

    def work(self, order: dict) -> None:
        match order["35"]:
            case "D" | "G":
                self.fill(order)
            case "F":
                self.cancel(order)

    def fill(self, order: dict) -> None:
        symbol, size, name = order["55"], int(float(order["38"])), order["11"]
        if order["35"] == "G":
            self.say(order, f"{name}-R", "5", "5", 0, size, {"41": order["41"]})
            self.cancelled.add(order["41"])
        if symbol in self.plan["reject"]:
            self.say(order, f"{name}-X", "8", "8", 0, 0, {"58": "no such symbol today"})
            return
        self.say(order, f"{name}-0", "0", "0", 0, size)
        price = self.plan["prices"].get(symbol, "10")
        first = max(1, size * 2 // 5)
        wanted = size
        if symbol in self.plan["hold"]:
            first = size // 3
        if symbol in self.plan["part"]:
            wanted, first = size // 3, size * 2 // 15
        parts = [part for part in (first, wanted - first) if part]
        done = 0
        for number, part in enumerate(parts, start=1):
            if number == 2 and symbol in self.plan["hold"]:
                return
            if f"{name}-{number}" not in self.said:
                time.sleep(self.plan["pause"])
            if name in self.cancelled:
                return
            done += part
            status = "2" if done == size else "1"
            told = price if number == 1 else f"{float(price) + 0.01:.2f}"
            kind = status if self.is_old else "F"
            self.say(order, f"{name}-{number}", kind, status, done, size - done, {"32": part, "31": told})
        if wanted < size:
            self.say(order, f"{name}-4", "4", "4", done, 0, {"58": "the rest was cancelled by the broker"})
        if symbol in self.plan["correct"]:
            told = {"32": parts[0], "31": f"{float(price) - 0.02:.2f}", "19": f"{name}-1"}
            self.say(
                order, f"{name}-1C", status if self.is_old else "G", status, done, size - done, told, "2"
            )
        if symbol in self.plan["bust"]:
            told = {"32": parts[-1], "31": "0", "19": f"{name}-{len(parts)}"}
            left = done - parts[-1]
            self.say(order, f"{name}-B", status if self.is_old else "H", "4", left, 0, told, "1")

    @property
    def is_old(self) -> bool:
        return self.plan["version"] == "FIX.4.2"

    def cancel(self, order: dict) -> None:
        known = [
            row["fields"]
            for row in self.journal.rows
            if row["what"] == "heard" and row["fields"]["35"] != "F"
        ]
        found = [row for row in known if row["11"] == order["41"]]
        if not found:
            fields = {"35": "9", "11": order["11"], "41": order["41"], "37": "NONE", "39": "8", "434": "1"}
            self.send({**fields, "102": "1", "58": "unknown order"})
            return
        self.cancelled.add(order["41"])
        done = sum(
            int(row["fields"]["32"])
            for row in self.journal.rows
            if row["what"] == "said" and row["fields"]["11"] == order["41"] and "32" in row["fields"]
        )
        extra = {"41": order["41"], "38": order["38"]}
        self.say({**order}, f"{order['11']}-4", "4", "4", done, 0, extra)

    def say(self, order, name, kind, status, done, left, extra=None, transaction="0") -> None:
        if name in self.said:
            return
        now = datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S")
        fields = {
            "35": "8",
            "11": order["11"],
            "17": name,
            "37": f"B-{order['11']}",
            "150": kind,
            "39": status,
            "55": order["55"],
            "54": order["54"],
            "38": order["38"],
            "14": done,
            "151": left,
            "6": "0",
            "60": now,
            "75": self.plan["day"],
            **(extra or {}),
        }
        if self.is_old:
            fields["20"] = transaction
        if "1" in order:
            fields["1"] = order["1"]
        fields = {tag: str(value) for tag, value in fields.items()}
        self.journal.write(what="said", exec=name, fields=fields)
        self.said.add(name)
        self.send(fields)

    def send(self, fields: dict) -> None:
        message = fix.Message()
        message.getHeader().setField(fix.StringField(8, self.plan["version"]))
        for tag, value in fields.items():
            if tag == "35":
                message.getHeader().setField(fix.StringField(35, value))
            else:
                message.setField(fix.StringField(int(tag), value))
        fix.Session.sendToTarget(message, self.broker.session)


def main(folder: Path) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    journal = Journal(folder / "journal.jsonl")
    name = plan["version"].replace(".", "")
    dictionary = Path(sys.prefix) / "share" / "quickfix" / f"{name}.xml"
    config = folder / "session.cfg"
    config.write_text(SETTINGS.format(folder=folder, dictionary=dictionary, **plan))
    settings = fix.SessionSettings(str(config))
    broker = Broker(plan, journal)
    acceptor = fix.SocketAcceptor(
        broker, fix.FileStoreFactory(settings), settings, fix.FileLogFactory(settings)
    )
    desk = Desk(plan, journal, broker)
    desk.settle()
    acceptor.start()
    print("ready", flush=True)
    for row in [row for row in journal.rows if row["what"] == "heard"]:
        desk.work(row["fields"])
    while True:
        desk.work(broker.heard.get())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
