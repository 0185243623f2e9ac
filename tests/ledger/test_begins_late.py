"""Histories that begin late, and money that moves: what custodians' files are made of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.facts.accounts import Account
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, HouseholdId, Symbol, TransactionId
from engine.facts.readings import TaxReading
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.ledger import Ledger
from engine.ledger.replay import replay

ACCOUNT = Account(
    account=AccountId("A"),
    household=HouseholdId("H"),
    owner="self",
    kind="taxable",
    currency="USD",
    cash=Decimal(0),
)


def row(type: TransactionType) -> Transaction:
    day = date(2026, 1, 5)
    return Transaction(id=TransactionId("T1"), date=day, account=ACCOUNT.account, type=type, symbol=None)


def after(one: Transaction, *, strict: bool) -> Ledger:
    return replay(
        [one],
        accounts={ACCOUNT.account: ACCOUNT},
        securities={},
        reading=TaxReading(),
        until=date(2026, 1, 31),
        strict=strict,
    )


@pytest.mark.parametrize("type", [TransactionType.TRANSFER_IN, TransactionType.TRANSFER_OUT])
def test_money_that_is_transferred_touches_no_lot(type: TransactionType) -> None:
    ledger = after(replace(row(type), amount=Decimal(100)), strict=True)
    assert ledger.open_lots == ()
    assert ledger.shortfalls == ()


OLD, NEW = Symbol("OLD"), Symbol("NEW")
EVENTS = (
    replace(row(TransactionType.MERGER), from_symbol=OLD, symbol=NEW),
    replace(row(TransactionType.STOCK_DIVIDEND), symbol=OLD),
    replace(row(TransactionType.SPIN_OFF), from_symbol=OLD, symbol=NEW, basis_share=Decimal("0.2")),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type.value)
def test_an_event_of_shares_bought_before_the_history_is_noted_where_lots_are_given(
    event: Transaction,
) -> None:
    one = replace(event, quantity=Decimal(10))
    (short,) = after(one, strict=False).shortfalls
    assert (short.symbol, short.transaction) == ("OLD", "T1")
    with pytest.raises(InputError, match="holds no `OLD`"):
        after(one, strict=True)
