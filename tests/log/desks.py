"""A small desk whose lists pass, warn, need approval and are blocked; decisions without a command line."""

import functools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.engine.plain import Plain
from engine.shell import policies, work
from engine.shell.books import read_book
from engine.shell.log.asked import Asked
from engine.shell.log.chain import Author
from engine.shell.log.inputs import Inputs, inputs_of
from engine.shell.log.logbook import Decided, Logbook
from engine.shell.log.signing import Key
from engine.shell.log.verify import Checked, verify
from engine.shell.store.connect import Store, open_store
from optimizer.settings import Intent
from tests.store.books import FILES, book

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PROPOSER, APPROVER = "P. Lane", "R. Okafor"
MANDATE = (
    FILES["adams.mandate"]
    + """
rule ASK-1 "Large positions are asked for"
  for each issuer in holdings where asset_class is equity
  limit weight to at most 30%
  on breach require approval of "Compliance"
  because ips "§2"

rule TOP-1 "No position above half"
  for each issuer in holdings where asset_class is equity
  limit weight to at most 50%
  on breach block
  because ips "§2"
"""
)


@functools.cache
def desk() -> work.Desk:
    """The book of the store's tests under a mandate with every response."""
    folder = book(Path(tempfile.mkdtemp(prefix="gb-desk-")) / "book", adams__mandate=MANDATE)
    read = read_book(folder)
    names = ("adams.ips",)
    rulebook = work.rulebook_of(policies.load(names, beside=read.beside))
    ground = work.grounded(read.records, rulebook, None)
    return work.Desk(records=read.records, ground=ground, inference=Plain(), named=names, beside=read.beside)


@functools.cache
def inputs() -> Inputs:
    return inputs_of(desk())


def buy(quantity: int | str, symbol: str = "PEP", number: int = 1) -> Trade:
    return Trade(
        number=number,
        account=AccountId("TAX-1"),
        side=Side.BUY,
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
    )


def gate(*trades: Trade) -> Asked:
    return Asked(command="gate", trades=trades)


REBALANCE = Asked(command="rebalance", accounts=("TAX-1",), intent=Intent(anyway=True, to="target"))


@contextmanager
def logbook(address: str, *, by: str = PROPOSER, day: int = 0, key: Key | None = None) -> Iterator[Logbook]:
    with open_store(address) as store:
        yield logbook_in(store, by=by, day=day, key=key)


def logbook_in(store: Store, *, by: str = PROPOSER, day: int = 0, key: Key | None = None) -> Logbook:
    return Logbook(store=store, author=author(by, day=day, key=key), book=store.address)


def author(by: str = PROPOSER, *, day: int = 0, key: Key | None = None) -> Author:
    return Author(person=by, now=START + timedelta(days=day), key=key)


def decide(logbook: Logbook, asked: Asked) -> Decided:
    return logbook.decide(desk(), asked, inputs=inputs())


def verified(address: str, **how: object) -> Checked:
    with open_store(address) as store, store.reading() as session:
        return verify(session, **how)  # type: ignore[arg-type]  # key or known


def words(address: str, **how: object) -> str:
    """What verifying finds; empty where the log holds."""
    found = verified(address, **how).finding
    return "" if found is None else found.words
