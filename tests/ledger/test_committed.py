"""What is left of open orders, done at the book's prices: lots, cash, losses and the year's gains."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import PENDING, Book, OpenOrder
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.readings import TaxReading
from engine.facts.transactions import TransactionType
from engine.ledger.committed import committed, pending_shares
from tests.ledger.books import book

TODAY = date(2024, 6, 3)
A, LAW = AccountId("A"), TaxReading()
PRICES = {"X": "14", "Y": "5"}


def ordered(held: Book, *lines: str) -> Book:
    """Return the book with open orders: `O1 buy 30 X in A filled 10`."""
    orders = []
    for line in lines:
        name, side, quantity, symbol, _, account, *filled = line.split()
        orders.append(
            OpenOrder(
                order=name,
                account=AccountId(account),
                side=side,
                symbol=Symbol(symbol),
                quantity=Decimal(quantity),
                filled=Decimal(filled[1] if filled else "0"),
            )
        )
    return replace(held, open_orders=tuple(orders))


def test_a_buy_on_order_disallows_a_loss_of_last_month() -> None:
    # 40 sold at a loss of 5 each; 30 on order at 14 replace 30 of them: 150 goes into their basis
    held = book(
        "2023-01-03 A buy 40 X at 20 as old",
        "2024-05-20 A sell 40 X at 15 as s",
        prices=PRICES,
        as_of=TODAY,
    )
    done = committed(ordered(held, "O1 buy 50 X in A filled 20"), LAW)
    (lot,) = done.lots
    assert (lot.lot, lot.order, lot.quantity, lot.basis) == (
        PENDING + "O1",
        PENDING + "O1",
        Decimal(30),
        Decimal(570),
    )
    (loss,) = done.disposals or ()
    assert (loss.sale, loss.disallowed, loss.recognized, loss.unreplaced) == (
        "s",
        Decimal(150),
        Decimal(-50),
        Decimal(10),
    )
    assert loss.permanently_disallowed == 0
    assert done.accounts[A].cash == held.accounts[A].cash - 420
    bought = done.acquisitions[-1]
    assert (bought.lot, bought.quantity, bought.date, bought.kind) == (
        PENDING + "O1",
        Decimal(30),
        TODAY,
        "buy",
    )
    assert pending_shares(done.lots) == Fraction(30)
    assert pending_shares(held.lots) == 0


def test_a_buy_on_order_in_a_retirement_account_destroys_the_loss() -> None:
    held = book(
        "2023-01-03 A buy 40 X at 20 as old",
        "2024-05-20 A sell 40 X at 15 as s",
        prices=PRICES,
        as_of=TODAY,
    )
    done = committed(ordered(held, "O1 buy 10 X in I"), LAW)
    (loss,) = done.disposals or ()
    assert (loss.disallowed, loss.permanently_disallowed) == (Decimal(50), Decimal(50))
    assert done.lots[0].basis == 140


def test_a_sale_on_order_is_a_disposal_of_today() -> None:
    held = book("2024-01-03 A buy 10 Y at 8 as y", prices=PRICES, as_of=TODAY)
    done = committed(ordered(held, "O2 sell 4 Y in A"), LAW)
    (sale,) = done.disposals or ()
    assert (sale.sale, sale.lot, sale.quantity, sale.proceeds, sale.basis, sale.gain) == (
        PENDING + "O2",
        LotId("y"),
        Decimal(4),
        Decimal(20),
        Decimal(32),
        Decimal(-12),
    )
    assert (sale.sold, sale.acquired, sale.term, sale.unreplaced) == (
        TODAY,
        date(2024, 1, 3),
        "short",
        Decimal(4),
    )
    assert [lot.quantity for lot in done.lots] == [Decimal(6)]
    row = (done.transactions or ())[-1]
    assert (row.id, row.type, row.quantity, row.amount) == (
        PENDING + "O2",
        TransactionType.SELL,
        Decimal(4),
        Decimal(20),
    )
    assert [order.order for order in done.committed] == ["O2"]
    assert done.open_orders == ()


def test_sales_come_before_purchases_and_each_has_its_own_cash() -> None:
    held = book("2024-01-03 A buy 10 Y at 8 as y", prices=PRICES, as_of=TODAY)
    done = committed(ordered(held, "O1 buy 1 X in B", "O2 sell 10 Y in A"), LAW)
    assert [order.order for order in done.committed] == ["O2", "O1"]
    assert (done.accounts[A].cash, done.accounts[AccountId("B")].cash) == (Decimal(50), Decimal(-14))


@pytest.mark.parametrize(
    ("bought", "short", "long"),
    [("2024-01-03", "88", "200"), ("2023-01-03", "100", "188")],
)
def test_where_only_the_years_gains_are_stated_they_move(bought: str, short: str, long: str) -> None:
    held = book(f"{bought} A buy 10 Y at 8 as y", prices=PRICES, as_of=TODAY)
    stated = replace(held.accounts[A], realized_short=Decimal(100), realized_long=Decimal(200))
    alone = replace(held, transactions=None, disposals=None, accounts={**held.accounts, A: stated})
    done = committed(ordered(alone, "O2 sell 4 Y in A"), LAW)
    assert done.disposals is None
    assert done.transactions is None
    assert (done.accounts[A].realized_short, done.accounts[A].realized_long) == (
        Decimal(short),
        Decimal(long),
    )


@pytest.mark.parametrize(
    ("bought", "short", "long"), [("2024-01-03", None, Decimal(100)), ("2023-01-03", Decimal(100), None)]
)
def test_a_gain_of_the_other_term_moves_nothing(
    bought: str, short: Decimal | None, long: Decimal | None
) -> None:
    held = book(f"{bought} A buy 10 Y at 8 as y", prices=PRICES, as_of=TODAY)
    stated = replace(held.accounts[A], realized_short=short, realized_long=long)
    alone = replace(held, transactions=None, disposals=None, accounts={**held.accounts, A: stated})
    done = committed(ordered(alone, "O2 sell 4 Y in A"), LAW)
    assert (done.accounts[A].realized_short, done.accounts[A].realized_long) == (short, long)


def test_an_order_wholly_filled_leaves_the_book_as_it_is() -> None:
    held = ordered(book(prices=PRICES, as_of=TODAY), "O1 buy 30 X in A filled 30")
    assert committed(held, LAW) is held


@pytest.mark.parametrize(
    ("order", "words", "cure"),
    [
        ("O9 buy 5 X in Z", "unknown account `Z`", "add it to accounts.csv"),
        ("O9 buy 5 NONE in A", "unknown security `NONE`", "add it to securities.csv"),
    ],
)
def test_an_order_that_cannot_be_valued_names_its_row(order: str, words: str, cure: str) -> None:
    held = ordered(book(prices=PRICES, as_of=TODAY), order)
    with pytest.raises(InputError, match=words) as refused:
        committed(held, LAW)
    assert (refused.value.place, refused.value.cure) == ("open_orders.csv, order O9", cure)


def test_an_order_without_a_price_says_which_file_lacks_it() -> None:
    held = replace(book(prices=PRICES, as_of=TODAY), prices={})
    with pytest.raises(InputError, match="`X` is on order and has no price on 2024-06-03"):
        committed(ordered(held, "O1 buy 5 X in A"), LAW)
