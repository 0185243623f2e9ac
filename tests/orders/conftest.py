"""A household of two accounts and a mandate, decisions on it, and a broker in a process of its own."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.trades import Side, Trade
from engine.gate.engine.plain import Plain
from engine.shell import work
from engine.shell.importers import importer
from engine.shell.log.asked import Asked
from engine.shell.log.logbook import logbook_for
from engine.shell.store.connect import Store, open_store
from engine.shell.store.load import load
from tests.shared import ROOT

DAY = "2026-03-10"
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
MANDATE = """policy "Two accounts"
  id two.accounts
  version 1.0.0
  effective from 2020-01-01
  source ips = "A policy statement, invented" dated 2020-01-01
  applies to household "H"
  currency USD
  weights of net_assets
  missing data block

rule CASH-1 "No overdraft"
  limit cash to at least 0 USD
  on active breach block
  because ips "§1"

rule GAIN-1 "Large gains are asked for"
  across household
  limit net_realized_gains this tax_year to at most 1,000 USD
  on breach require approval of "Client"
  because ips "§2"
"""
FILES = {
    "accounts.csv": "account,household,owner,kind,currency,cash,policy\n"
    "TAX-1,H,self,taxable,USD,20000,two.accounts\n"
    "TAX-2,H,self,taxable,USD,20000,two.accounts\n",
    "securities.csv": "symbol,asset_class,instrument,issuer\n"
    "KO,equity,common_stock,Coca-Cola\nPEP,equity,common_stock,Pepsico\n"
    "XOM,equity,common_stock,Exxon\nGE,equity,common_stock,General Electric\n",
    "prices.csv": f"date,symbol,price\n{DAY},KO,40\n{DAY},PEP,100\n{DAY},XOM,80\n{DAY},GE,10\n",
    "transactions.csv": "id,date,account,type,symbol,quantity,price\n"
    "T1,2025-01-10,TAX-1,buy,KO,150,50\nT2,2025-06-10,TAX-1,buy,KO,50,38\n"
    "T3,2025-01-10,TAX-2,buy,KO,100,50\nT4,2025-01-10,TAX-1,buy,XOM,60,70\n",
}


@contextmanager
def plain_engine() -> Iterator[Plain]:
    """Judge without the rules engine's process."""
    yield Plain()


@pytest.fixture(autouse=True)
def _one_evaluator(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here begins after the gate."""
    monkeypatch.setattr(work, "engine", plain_engine)


@pytest.fixture(scope="session")
def made_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two-accounts")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "two.mandate").write_text(MANDATE)
    made = tmp_path_factory.mktemp("made") / "firm.db"
    with open_store(f"sqlite:///{made}", create=True) as store:
        load(store, importer("book").read(folder), now=datetime(2026, 3, 9, tzinfo=UTC))
    return made


@pytest.fixture
def book(made_book: Path, tmp_path: Path) -> str:
    """The address of a database of its own."""
    shutil.copyfile(made_book, tmp_path / "firm.db")
    return f"sqlite:///{tmp_path / 'firm.db'}"


@pytest.fixture
def store(book: str) -> Iterator[Store]:
    with open_store(book) as opened:
        yield opened


def trades(*rows: tuple[str, str, str, str, str | None]) -> tuple[Trade, ...]:
    return tuple(
        Trade(number=number, account=account, side=Side(side), symbol=symbol, quantity=Decimal(size), lot=lot)
        for number, (account, side, symbol, size, lot) in enumerate(rows, start=1)
    )


LIST = trades(
    ("TAX-1", "sell", "KO", "150", "T1"),
    ("TAX-1", "sell", "KO", "50", "T2"),
    ("TAX-2", "sell", "KO", "100", "T3"),
    ("TAX-1", "buy", "PEP", "60", None),
    ("TAX-2", "buy", "PEP", "30", None),
    ("TAX-2", "buy", "GE", "10", None),
)
"""Sells KO out of named lots for two accounts, buys PEP for both and GE for one."""


def decide(address: str, listed: tuple[Trade, ...] = LIST, *, now: datetime = NOW) -> int:
    """Judge a list and record the decision; returns its number."""
    with (
        work.opened(None, address, None) as desk,
        logbook_for(address, by="P. Lane", now=now) as logbook,
    ):
        entry = logbook.decide(desk, Asked(command="gate", trades=listed)).entry
    assert entry is not None
    return entry.seq


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """The counterparty's process; it can be killed and started again."""

    def __init__(self, folder: Path, **plan: object) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        standard = {"version": "FIX.4.4", "day": DAY.replace("-", ""), "prices": {}, "pause": 0}
        lists = {name: [] for name in ("reject", "correct", "bust", "hold", "part")}
        self.plan = {**standard, **lists, "port": free_port(), **plan}
        (folder / "plan.json").write_text(json.dumps(self.plan))
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.orders.counterparty", str(self.folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def settings(self, *, port: int | None = None) -> Path:
        """The desk's side of the session, as a file; `port`: of a line in between."""
        path = self.folder.parent / "desk.cfg"
        path.write_text(
            f"[DEFAULT]\n[SESSION]\nBeginString={self.plan['version']}\nSenderCompID=DESK\n"
            "TargetCompID=BROKER\nSocketConnectHost=127.0.0.1\n"
            f"SocketConnectPort={port or self.plan['port']}\nReconnectInterval=1\nHeartBtInt=5\n"
        )
        return path

    def journal(self, what: str) -> list[dict]:
        rows = [json.loads(line) for line in (self.folder / "journal.jsonl").read_text().splitlines()]
        return [row for row in rows if row["what"] == what]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """Start brokers that end with the test."""
    started: list[Broker] = []

    def start(**plan: object) -> Broker:
        made = Broker(tmp_path / "broker", **plan)
        made.start()
        started.append(made)
        return made

    yield start
    for made in started:
        made.kill()
