"""Short sales and written options: opened by selling, closed by buying or by delivering shares held.

    sold short at 20, bought to cover at 25, sold short again at 24 a week later
      -> the loss of 5 is disallowed and comes off the proceeds of the second short sale when it is closed

Where own shares held at the entry are delivered, the entry is the day of the sale for the window.
A short sale against shares that have risen is a constructive sale, which is refused by name.
Source: 26 U.S.C. 1091(e), 1233, 1234(b), 1259; 26 CFR 1.1091-1(g).
"""

from fractions import Fraction

from engine.facts.failure import InputError, NotModelled
from engine.facts.ids import LotId
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.cents import apportion, exact_decimal, to_cents
from engine.ledger.events.sale import Order, give_up, judge, refuse_missing
from engine.ledger.exact import exact
from engine.ledger.pieces import ZERO, Short, Sold
from engine.ledger.relief import take_named
from engine.ledger.shorts import look_ahead_short, look_back_short, meets_put
from engine.ledger.state import (
    Shortfall,
    State,
    money_of,
    multiplier_of,
    place_of,
    right_of,
    shares_of,
    symbol_of,
)
from engine.ledger.unmodelled import refuse_short_straddle
from engine.ledger.wash import Pool


def go_short(state: State, row: Transaction) -> None:
    """Sell short or write contracts."""
    symbol, quantity = symbol_of(row), shares_of(row)
    per = multiplier_of(state.setting, symbol)
    net = money_of(row, per=per) - exact(row.fees)
    right = right_of(state.setting, symbol)
    pool = state.pool(row.account, symbol)
    pool.forget_before(row.date)
    if right is None and row.type is TransactionType.SHORT_SELL:
        _refuse_constructive_sale(state, pool, row, net / quantity)
    short = Short(
        lot=LotId(row.id),
        account=row.account,
        symbol=symbol,
        quantity=quantity,
        unit=net / quantity,
        told=to_cents(net),
        opened=row.date,
        sequence=state.next_sequence(),
        order=row.order,
        right=right,
        per=per if right is not None else exact(1),
    )
    pool.shorts.setdefault((row.account, symbol), []).append(short)
    look_ahead_short(pool, short, state.setting.law)
    meets_put(state, pool, short)


def buy_to_cover(state: State, row: Transaction) -> None:
    """Close short sales, the earliest first, by buying, or by delivering the lots named."""
    if row.lots:
        _deliver(state, row)
    else:
        cover(state, row, shares_of(row))


def cover(state: State, row: Transaction, quantity: Fraction, *, cost: Fraction | None = None) -> None:
    """Buy what closes short sales or written contracts; their loss may be disallowed by another one."""
    symbol = symbol_of(row)
    pool = state.pool(row.account, symbol)
    pool.forget_before(row.date)
    if cost is None:
        cost = money_of(row, per=multiplier_of(state.setting, symbol)) + exact(row.fees)
    parts = close_shorts(state, row, quantity)
    if not parts:
        return
    closed = sum((part.quantity for part in parts), ZERO)
    costs = tuple(cost * part.quantity / quantity for part in parts)
    told = apportion(to_cents(cost * closed / quantity), tuple(c * 100 for c in costs))
    rows = [_closing(state, row, *one) for one in zip(parts, costs, told, strict=True)]
    pool.sold.extend(rows)
    for loss in rows:
        if loss.is_judged and loss.loss:
            refuse_short_straddle(state, pool, loss, price=cost / quantity)
            look_back_short(pool, loss, state.setting.law)
            if loss.unreplaced:
                pool.closed_short.append(loss)


def close_shorts(state: State, row: Transaction, quantity: Fraction) -> list[Short]:
    """Take open short sales or contracts out, the earliest first."""
    symbol = symbol_of(row)
    open_here = state.pool(row.account, symbol).shorts.get((row.account, symbol), [])
    parts: list[Short] = []
    left = quantity
    for short in list(open_here):
        if not left:
            break
        part = short.split_off(min(left, short.quantity))
        left -= part.quantity
        parts.append(part)
        if not short.quantity:
            open_here.remove(short)
    if left:
        _refuse_uncovered(state, row, left)
    return parts


def _closing(state: State, row: Transaction, part: Short, cost: Fraction, told: int) -> Sold:
    return Sold(
        sale=row.id,
        lot=part.lot,
        account=row.account,
        symbol=part.symbol,
        quantity=part.quantity,
        proceeds=part.unit * part.quantity,
        basis=cost + part.carried * part.quantity,
        told_proceeds=part.told,
        told_basis=told + part.told_carried,
        acquired=row.date,
        adjusted=row.date,
        sold=row.date,
        sequence=part.sequence,
        place=state.next_place(),
        order=part.order,
        sale_order=row.order,
        is_taxable=state.is_taxable(row.account),
        is_judged=state.is_judged(row.account, part.symbol),
        window_day=row.date,
        right=part.right,
        is_short=True,
    )


def _deliver(state: State, row: Transaction) -> None:
    """Close short sales with shares held: a sale of those shares, dated by the entry where held then."""
    symbol, quantity = symbol_of(row), shares_of(row)
    pool = state.pool(row.account, symbol)
    pool.forget_before(row.date)
    position = pool.position(row.account, symbol)
    named = tuple((lot, exact(size)) for lot, size in row.lots)
    picks, missing = take_named(position, named, state.setting.reading)
    refuse_missing(state, row, tuple(_missing(row, lot, size) for lot, size in missing))
    fees = exact(row.fees) / quantity
    for short in close_shorts(state, row, quantity):
        left = short.quantity
        while left and picks:
            first = picks[0]
            size = min(left, first.quantity)
            held = first.piece.acquired <= short.opened
            order = Order(
                sale=row.id,
                account=row.account,
                symbol=symbol,
                day=row.date,
                quantity=size,
                net=(short.unit - short.carried - fees) * size,
                window_day=short.opened if held else row.date,
            )
            now = (type(first)(piece=first.piece, quantity=size),)
            rest = (type(first)(piece=first.piece, quantity=first.quantity - size),)
            picks = (rest if first.quantity > size else ()) + picks[1:]
            judge(state, pool, give_up(state, pool, order, now, told=to_cents(order.net)))
            left -= size


def _missing(row: Transaction, lot: LotId, size: Fraction) -> Shortfall:
    return Shortfall(
        transaction=row.id,
        account=row.account,
        symbol=symbol_of(row),
        date=row.date,
        quantity=size,
        lot=lot,
        row=row.row,
    )


def _refuse_uncovered(state: State, row: Transaction, left: Fraction) -> None:
    if not state.setting.strict:
        return
    raise InputError(
        f"{exact_decimal(left)} of `{row.symbol}` are closed in `{row.account}` that are not open there",
        place=place_of(row),
        cure="give the short_sell, option_buy or option_write before it",
    )


def _refuse_constructive_sale(state: State, pool: Pool, row: Transaction, price: Fraction) -> None:
    for (account, _), position in pool.positions.items():
        taxable = state.is_taxable(account)
        if taxable and any(p.right is None and p.unit < price for p in position.pieces()):
            raise NotModelled(
                "a short sale against shares that have risen is a constructive sale (26 U.S.C. 1259)",
                place=place_of(row),
                cure="leave the security out of the book, and have its gain computed by hand",
            )
