"""Histories that begin late, and money that moves: what custodians' files are made of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pytest

from engine.facts.accounts import Account
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, HouseholdId, LotId, Symbol, TransactionId
from engine.facts.readings import TaxReading
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.book import Difference, reconcile
from engine.ledger.ledger import Ledger
from engine.ledger.replay import replay
from engine.ledger.state import Shortfall

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


def after(one: Transaction, *, strict: bool, reading: TaxReading | None = None) -> Ledger:
    return replay(
        [one],
        accounts={ACCOUNT.account: ACCOUNT},
        securities={},
        reading=reading or TaxReading(),
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
    one = replace(event, quantity=Decimal(10), row=7)
    (short,) = after(one, strict=False).shortfalls
    assert short == Shortfall(
        transaction=TransactionId("T1"),
        account=ACCOUNT.account,
        symbol=OLD,
        date=date(2026, 1, 5),
        quantity=Fraction(10),
        row=7,
    )
    with pytest.raises(InputError, match="holds no `OLD`"):
        after(one, strict=True)


def test_a_merger_for_money_alone_is_noted_with_no_shares() -> None:
    one = replace(EVENTS[0], amount=Decimal(100))
    assert [short.quantity for short in after(one, strict=False).shortfalls] == [0]


@pytest.mark.parametrize(("lots", "told"), [((), ""), (((LotId("old"), Decimal(3)),), "old")])
def test_what_is_sold_and_not_held_is_a_difference_from_lots_csv(
    lots: tuple[tuple[LotId, Decimal], ...], told: str
) -> None:
    sale = replace(row(TransactionType.SELL), symbol=OLD, quantity=Decimal(3), price=Decimal(9), lots=lots)
    assert reconcile((), after(sale, strict=False)) == (
        Difference(
            account=ACCOUNT.account,
            symbol=OLD,
            lot=LotId(told),
            column="transactions",
            given="",
            derived="`T1` gives up 3 shares that the transactions do not hold",
        ),
    )


@pytest.mark.parametrize("country", ["uk", "canada"])
def test_what_is_sold_and_not_held_abroad_is_noted_in_full(country: Literal["uk", "canada"]) -> None:
    sale = replace(row(TransactionType.SELL), symbol=OLD, quantity=Decimal(3), price=Decimal(9), row=7)
    told = after(sale, strict=False, reading=TaxReading(country=country)).shortfalls
    assert told == (
        Shortfall(
            transaction=TransactionId("T1"),
            account=ACCOUNT.account,
            symbol=OLD,
            date=date(2026, 1, 5),
            quantity=Fraction(3),
            row=7,
        ),
    )


def test_a_short_sale_opened_before_the_history_may_be_closed_where_lots_are_given() -> None:
    cover = replace(row(TransactionType.BUY_TO_COVER), symbol=OLD, quantity=Decimal(3), price=Decimal(9))
    assert after(cover, strict=False).disposals == ()
    with pytest.raises(InputError, match="3 of `OLD` are closed in `A` that are not open there"):
        after(cover, strict=True)
