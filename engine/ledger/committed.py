"""Open orders: what is sent and not yet done counts as done, before any list is judged.

An order of 100 of which 40 are filled leaves 60: the filled part is in the book already, the rest is
settled here at the book's price. So the next list finds the cash spent, the shares sold, the loss taken:

    cash 10,000, open order to buy 60 at 100; a list that buys for 5,000 more overdraws by 1,000

A share that an order is still to buy is not held yet: it counts in every figure, and cannot be sold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.facts.accounts import Account
from engine.facts.book import PENDING, Book, OpenOrder
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, TransactionId
from engine.facts.lots import Acquisition, Disposal, Lot
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.cents import exact_decimal
from engine.ledger.settle import Restated, Settlement, Taken, amount_of, settle

_ZERO = Fraction(0)


def committed(book: Book, reading: TaxReading) -> Book:
    """Return the book with what is left of its open orders done at the book's prices; none are left open.

    Raises InputError for an order that cannot be valued: unknown account or security, no price.
    """
    left = [order for order in book.open_orders if order.quantity > order.filled]
    if not left:
        return book
    ordered = sorted(left, key=lambda o: (Side(o.side).sign, o.account, o.symbol, o.order))
    trades = tuple(_trade(book, order, number) for number, order in enumerate(ordered, start=1))
    settlement = settle(book, trades, reading=reading)
    names = {trade.number: PENDING + order.order for trade, order in zip(trades, ordered, strict=True)}
    return replace(
        book,
        accounts=_accounts(book, trades, settlement),
        lots=tuple(_renamed(lot, names) for lot in settlement.book_lots(book)),
        transactions=None
        if book.transactions is None
        else (*book.transactions, *(_row(book, t, names[t.number]) for t in trades)),
        disposals=None if book.disposals is None else _disposals(book, settlement, names),
        acquisitions=(
            *book.acquisitions,
            *(_acquisition(book, t, names[t.number]) for t in trades if t.side is Side.BUY),
        ),
        open_orders=(),
        committed=tuple(ordered),
    )


def _trade(book: Book, order: OpenOrder, number: int) -> Trade:
    place = f"open_orders.csv, order {order.order}"
    if order.account not in book.accounts:
        raise InputError(f"unknown account `{order.account}`", place=place, cure="add it to accounts.csv")
    if order.symbol not in book.securities:
        raise InputError(f"unknown security `{order.symbol}`", place=place, cure="add it to securities.csv")
    trade = Trade(
        number=number,
        account=order.account,
        side=Side(order.side),
        symbol=order.symbol,
        quantity=order.quantity - order.filled,
    )
    if amount_of(book, trade) is None:
        reason = f"`{order.symbol}` is on order and has no price on {book.as_of.isoformat()}"
        raise InputError(reason, place=place, cure="add its price to prices.csv (and its rate to fx.csv)")
    return trade


def _money(book: Book, trade: Trade) -> Fraction:
    money = amount_of(book, trade)
    assert money is not None, "an order on the book has a price"
    return money


def _accounts(book: Book, trades: tuple[Trade, ...], settlement: Settlement) -> Mapping[AccountId, Account]:
    """Return the accounts with cash paid and received, and the year's gains where only stated."""
    rows = dict(book.accounts)
    for trade in trades:
        row = rows[trade.account]
        paid = exact_decimal(_money(book, trade))
        rows[trade.account] = replace(row, cash=row.cash - trade.side.sign * paid)
    for taken in settlement.taken if book.disposals is None else ():
        row = rows[taken.account]
        gain = exact_decimal(taken.recognized)
        if taken.term == "short" and row.realized_short is not None:
            rows[taken.account] = replace(row, realized_short=row.realized_short + gain)
        if taken.term == "long" and row.realized_long is not None:
            rows[taken.account] = replace(row, realized_long=row.realized_long + gain)
    return rows


def _renamed(lot: Lot, names: Mapping[int, str]) -> Lot:
    opened = lot.lot.removeprefix("trade ")
    return lot if opened == lot.lot else replace(lot, lot=LotId(names[int(opened)]), order=names[int(opened)])


def _row(book: Book, trade: Trade, name: str) -> Transaction:
    return Transaction(
        id=TransactionId(name),
        date=book.as_of,
        account=trade.account,
        type=TransactionType(trade.side.value),
        symbol=trade.symbol,
        quantity=trade.quantity,
        amount=exact_decimal(_money(book, trade)),
        order=name,
    )


def _acquisition(book: Book, trade: Trade, name: str) -> Acquisition:
    return Acquisition(
        lot=LotId(name),
        account=trade.account,
        symbol=trade.symbol,
        date=book.as_of,
        quantity=trade.quantity,
        kind="buy",
        order=name,
    )


def _disposals(book: Book, settlement: Settlement, names: Mapping[int, str]) -> tuple[Disposal, ...]:
    """Return the disposals with those of the orders, and past losses that orders disallow restated."""
    restated = {(row.sale, row.lot, row.account): row for row in settlement.restated}
    known = (
        _again(row, restated[key]) if (key := (row.sale, row.lot, row.account)) in restated else row
        for row in book.disposals or ()
    )
    orders = {(lot.account, lot.lot): lot.order for lot in book.lots}
    return (*known, *(_disposal(book, row, names, orders) for row in settlement.taken))


def _again(row: Disposal, found: Restated) -> Disposal:
    more = exact_decimal(found.disallowed)
    shares = sum((part.quantity for part in found.replacements), start=Decimal(0))
    return replace(
        row,
        disallowed=row.disallowed + more,
        permanently_disallowed=row.permanently_disallowed + exact_decimal(found.permanently_disallowed),
        recognized=row.recognized + more,
        unreplaced=None if row.unreplaced is None else row.unreplaced - shares,
    )


def _disposal(
    book: Book,
    row: Taken,
    names: Mapping[int, str],
    orders: Mapping[tuple[AccountId, LotId], str | None],
) -> Disposal:
    sold = exact_decimal(row.quantity)
    replaced = sum((part.quantity for part in row.replacements), start=Decimal(0))
    return Disposal(
        sale=TransactionId(names[row.trade]),
        lot=row.lot,
        account=row.account,
        symbol=row.symbol,
        quantity=sold,
        proceeds=exact_decimal(row.proceeds),
        basis=exact_decimal(row.basis),
        gain=exact_decimal(row.gain),
        disallowed=exact_decimal(row.disallowed),
        permanently_disallowed=exact_decimal(row.permanently_disallowed),
        recognized=exact_decimal(row.recognized),
        broker_disallowed=Decimal(0),
        term=row.term,
        acquired=row.acquired,
        adjusted_acquired=row.adjusted_acquired,
        sold=book.as_of,
        order=orders.get((row.account, row.lot)),
        replacements=row.replacements,
        unreplaced=sold - replaced,
    )


def pending_shares(lots: Iterable[Lot]) -> Fraction:
    """Return how many shares of some lots are only on order: they count, and cannot be sold yet."""
    return sum((Fraction(lot.quantity) for lot in lots if lot.lot.startswith(PENDING)), start=_ZERO)
