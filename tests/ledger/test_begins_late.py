"""Histories that begin late, and money that moves: what custodians' files are made of."""

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


def row(type: TransactionType, **cells: object) -> Transaction:
    told: dict[str, object] = {"symbol": None, **cells}
    return Transaction(
        id=TransactionId("T1"), date=date(2026, 1, 5), account=ACCOUNT.account, type=type, **told
    )  # type: ignore[arg-type]


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
    ledger = after(row(type, amount=Decimal(100)), strict=True)
    assert ledger.open_lots == ()
    assert ledger.shortfalls == ()


@pytest.mark.parametrize(
    ("type", "cells"),
    [
        (TransactionType.MERGER, {"from_symbol": Symbol("OLD"), "symbol": Symbol("NEW")}),
        (TransactionType.STOCK_DIVIDEND, {"symbol": Symbol("OLD")}),
        (
            TransactionType.SPIN_OFF,
            {"from_symbol": Symbol("OLD"), "symbol": Symbol("NEW"), "basis_share": Decimal("0.2")},
        ),
    ],
)
def test_an_event_of_shares_bought_before_the_history_is_noted_where_lots_are_given(
    type: TransactionType, cells: dict[str, object]
) -> None:
    one = row(type, quantity=Decimal(10), **cells)
    (short,) = after(one, strict=False).shortfalls
    assert (short.symbol, short.transaction) == ("OLD", "T1")
    with pytest.raises(InputError, match="holds no `OLD`"):
        after(one, strict=True)
