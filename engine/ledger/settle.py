"""Settling a list: what proposed trades would do to the lots, had they been done on the book's day.

Nothing is recorded. The list is put through the same steps as recorded transactions, over those sets of
identical securities alone that it touches, so what the gate foresees is what the ledger will find.

    a loss of 500 sold by trade 1, and trade 2 buys the same shares for the spouse
      -> trade 1: gain -500, disallowed 500; trade 2 opens a lot whose basis carries the 500

All sales of one security in one account are one order, and so are all purchases.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from engine.facts.book import Book
from engine.facts.failure import NotModelled
from engine.facts.ids import LotId, TransactionId
from engine.facts.lots import Lot
from engine.facts.readings import TaxReading
from engine.facts.trades import Side, Trade
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.amounts import amount_of
from engine.ledger.cents import exact_decimal, to_cents
from engine.ledger.events.purchase import acquire
from engine.ledger.events.sale import Order, sell
from engine.ledger.events.short import buy_to_cover, go_short
from engine.ledger.exact import exact
from engine.ledger.pieces import ZERO, Piece, Sold
from engine.ledger.replay import hold_pieces, open_short
from engine.ledger.settle_abroad import is_pooled, settle_abroad, with_denied
from engine.ledger.settle_closed import foreseen_replacements, read_closed, restated_by
from engine.ledger.settlement import LIST, OPENED, Restated, Settlement, Taken
from engine.ledger.standing import Standing, standing_of
from engine.ledger.state import (
    PoolKey,
    State,
    multiplier_of,
    pool_key,
    right_of,
)
from engine.ledger.terms import term

__all__ = ["LIST", "Restated", "Settlement", "Taken", "amount_of", "settle"]


def settle(book: Book, trades: Iterable[Trade], *, reading: TaxReading) -> Settlement:
    """Return what a list done on `book.as_of`, in its order, would do to the lots."""
    listed = tuple(trades)
    if reading.country in ("canada", "uk") and is_pooled(book, listed, reading):
        return settle_abroad(book, listed, reading=reading)
    standing = standing_of(book, reading)
    state = State(setting=standing.setting)
    pools = _pools_of(state, listed)
    read = _read_lots(state, standing, listed, pools)
    closed = read_closed(state, standing, book, pools)
    earlier = _read_losses(state, standing, listed) if closed is None else []
    priced = [(trade, money) for trade in listed if (money := amount_of(book, trade)) is not None]
    for trade, _ in priced:
        if trade.side is Side.SELL:
            key = (book.as_of, trade.account, trade.symbol, LIST)
            state.fills_left[key] = state.fills_left.get(key, 0) + 1
    done = {trade.number for trade, money in priced if _do(state, book, trade, money)}
    sold = [row for pool in state.pools.values() for row in pool.sold if row.sale.startswith(OPENED)]
    taken = tuple(_taken(row) for row in sorted(sold, key=lambda row: row.place))
    return Settlement(
        taken=with_denied(book, listed, taken) if reading.country == "canada" else taken,
        restated=tuple(_restated(row) for row in earlier if row.disallowed)
        if closed is None
        else restated_by(state, closed),
        read=read,
        state=state,
        shortfalls=tuple(state.shortfalls),
        unsettled=tuple(trade.number for trade in listed if trade.number not in done),
    )


def _read_lots(
    state: State, standing: Standing, trades: tuple[Trade, ...], pools: set[PoolKey]
) -> tuple[Lot, ...]:
    """Hold the lots of the touched positions, and recent purchases that a loss could meet."""
    positions = {(trade.account, trade.symbol) for trade in trades}
    numbers = standing.lots_at(positions, pools)
    hold_pieces(state, [(standing.lots[number].sequence, standing.piece(number)) for number in numbers])
    for key in sorted(pools) if standing.shorts else ():
        for short in standing.shorts.get(key, ()):
            open_short(state, short)
    return tuple(standing.lots[number] for number in numbers)


def _read_losses(state: State, standing: Standing, trades: tuple[Trade, ...]) -> list[Sold]:
    """Let the losses wait that the purchases of the list can still meet."""
    earlier: list[Sold] = []
    if not standing.losses:
        return earlier
    for key in _pools_of(state, [trade for trade in trades if trade.side is Side.BUY]):
        for row in standing.losses.get(key, ()):
            sold = standing.loss(row)
            if sold.is_judged and sold.unreplaced > ZERO and sold.is_loss:
                earlier.append(sold)
                state.pool(row.account, row.symbol).waiting.append(sold)
    return sorted(earlier, key=lambda row: row.sold)


def _pools_of(state: State, trades: Iterable[Trade]) -> set[PoolKey]:
    return {pool_key(state.setting, trade.account, trade.symbol) for trade in trades}


def _do(state: State, book: Book, trade: Trade, money: Fraction) -> bool:
    """Do one trade; False where what it would come to is not modelled."""
    try:
        match trade.side:
            case Side.BUY:
                acquire(state, _bought(state, book, trade, money), today=book.as_of)
            case Side.SELL:
                state.shortfalls.extend(sell(state, _order(book, trade, money)))
            case Side.SHORT_SELL:
                go_short(state, _as_row(book, trade, money))
            case Side.BUY_TO_COVER:
                buy_to_cover(state, _as_row(book, trade, money))
            case _:
                assert_never(trade.side)
    except NotModelled:
        return False
    return True


def _order(book: Book, trade: Trade, money: Fraction) -> Order:
    quantity = exact(trade.quantity)
    return Order(
        sale=TransactionId(f"{OPENED}{trade.number}"),
        account=trade.account,
        symbol=trade.symbol,
        day=book.as_of,
        quantity=quantity,
        net=money,
        named=() if trade.lot is None else ((trade.lot, quantity),),
        order=LIST,
    )


def _as_row(book: Book, trade: Trade, money: Fraction) -> Transaction:
    """Return a short trade as the transaction it would be recorded as."""
    delivers = trade.side is Side.BUY_TO_COVER and trade.lot is not None
    return Transaction(
        id=TransactionId(f"{OPENED}{trade.number}"),
        date=book.as_of,
        account=trade.account,
        type=TransactionType(trade.side.value),
        symbol=trade.symbol,
        quantity=trade.quantity,
        amount=None if delivers else exact_decimal(money),
        lots=((trade.lot, trade.quantity),) if delivers and trade.lot is not None else (),
        order=LIST,
    )


def _bought(state: State, book: Book, trade: Trade, money: Fraction) -> Piece:
    quantity = exact(trade.quantity)
    right = right_of(state.setting, trade.symbol)
    return Piece(
        lot=LotId(f"{OPENED}{trade.number}"),
        account=trade.account,
        symbol=trade.symbol,
        quantity=quantity,
        unit=money / quantity,
        original_unit=money / quantity,
        told=to_cents(money),
        told_original=to_cents(money),
        acquired=book.as_of,
        adjusted=book.as_of,
        sequence=state.next_sequence(),
        kind="buy",
        order=LIST,
        right=right,
        per=multiplier_of(state.setting, trade.symbol) if right is not None else exact(1),
    )


def _taken(row: Sold) -> Taken:
    gain = row.proceeds - row.basis
    return Taken(
        trade=int(row.sale.removeprefix(OPENED)),
        lot=row.lot,
        account=row.account,
        symbol=row.symbol,
        quantity=row.quantity,
        proceeds=row.proceeds,
        basis=row.basis,
        gain=gain,
        disallowed=row.disallowed,
        permanently_disallowed=row.permanent,
        recognized=gain + row.disallowed if row.is_taxable else exact(0),
        term=term(row.adjusted, row.sold) if row.is_taxable else None,
        acquired=row.acquired,
        adjusted_acquired=row.adjusted,
        replacements=foreseen_replacements(row.matches),
    )


def _restated(row: Sold) -> Restated:
    return Restated(
        sale=row.sale,
        lot=row.lot,
        account=row.account,
        symbol=row.symbol,
        sold=row.sold,
        term=term(row.adjusted, row.sold),
        disallowed=row.disallowed,
        permanently_disallowed=row.permanent,
        replacements=foreseen_replacements(row.matches),
    )
