"""Sales: shares given up, lot by lot, and what their losses find that was bought before.

The fills of one sell order on one day are one sale: its losses are judged when the last of them is done,
against what is then still held (`same_order_replacement no`). With `yes` each lot is judged in turn, while
the shares that the order sells next still count as held.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from engine.facts.failure import InputError
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.readings import Relief
from engine.facts.transactions import Transaction
from engine.ledger.average import average, is_averaged
from engine.ledger.cents import apportion, exact_decimal, to_cents
from engine.ledger.events.gift import at_sale
from engine.ledger.exact import exact
from engine.ledger.holdings import Position
from engine.ledger.pieces import HUNDRED, ZERO, Piece, Sold
from engine.ledger.relief import TOP_LONG_RATE, TOP_SHORT_RATE, Pick, SaleTerms, take_by_relief, take_named
from engine.ledger.restate import look_back_restating
from engine.ledger.shorts import look_ahead_sale, puts_written_before
from engine.ledger.state import (
    Shortfall,
    State,
    money_of,
    multiplier_of,
    place_of,
    shares_of,
    symbol_of,
)
from engine.ledger.unmodelled import refuse_straddle
from engine.ledger.wash import Law, Pool, look_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be sold: one row of transactions.csv, or one trade of a list."""

    sale: TransactionId
    account: AccountId
    symbol: Symbol
    day: date
    quantity: Fraction
    net: Fraction  # proceeds after fees, for `quantity`
    named: tuple[tuple[LotId, Fraction], ...] = ()
    order: str | None = None
    row: int = 0
    window_day: date | None = None  # the middle of the window, where it is not the day of the sale


def sale(state: State, row: Transaction) -> None:
    """Give up the shares of a sell row; more than is held is an error, or a shortfall if not strict."""
    per = multiplier_of(state.setting, symbol_of(row))
    order = order_of(row, net=money_of(row, per=per) - exact(row.fees))
    refuse_missing(state, row, sell(state, order))


def order_of(row: Transaction, *, net: Fraction) -> Order:
    """Return what a row sells or moves.

    Raises InputError where the lots named do not add up to the quantity.
    """
    quantity = shares_of(row)
    named = tuple((lot, exact(size)) for lot, size in row.lots)
    if named and sum((size for _, size in named), ZERO) != quantity:
        raise InputError(
            f"the lots named do not add up to {row.quantity}",
            place=place_of(row),
            cure="name `lot:quantity` pairs that add up to the quantity",
        )
    return Order(
        sale=row.id,
        account=row.account,
        symbol=symbol_of(row),
        day=row.date,
        quantity=quantity,
        net=net,
        named=named,
        order=row.order,
        row=row.row,
    )


def refuse_missing(state: State, row: Transaction, missing: tuple[Shortfall, ...]) -> None:
    """Raise where a row gives up more than is held, or note it where the replay is not strict."""
    if missing and state.setting.strict:
        raise _more_than_held(row, missing)
    state.shortfalls.extend(missing)


def sell(state: State, order: Order, *, everything: bool = False) -> tuple[Shortfall, ...]:
    """Take shares by name or by relief, and judge their losses; return what is not held.

    everything: all that the account holds goes, so that no order among lots is needed.
    """
    pool = state.pool(order.account, order.symbol)
    pool.forget_before(order.day)
    order = _without_names(state, order)
    if state.setting.reading.wash.same_order_replacement:
        return _sell_in_turn(state, pool, order)
    picks, missing = pick(state, pool, order, everything=everything)
    net = _proceeds(order, picks) if missing else order.net
    rows = give_up(state, pool, order, picks, told=to_cents(net))
    _judge_with_order(state, pool, order, rows)
    return missing


def pick(
    state: State, pool: Pool, order: Order, *, everything: bool = False
) -> tuple[tuple[Pick, ...], tuple[Shortfall, ...]]:
    """Return the shares that an order takes, and what it does not find."""
    reading = state.setting.reading
    position = pool.position(order.account, order.symbol)
    is_average = is_averaged(state.setting, order.account, order.symbol, order.day)
    if is_average:
        average(position.pieces())
    if order.named:
        picks, lost = take_named(position, order.named, reading)
        return picks, tuple(_shortfall(order, size, lot) for lot, size in lost)
    is_fifo = everything or is_average or reading.country == "germany"
    relief: Relief = "fifo" if is_fifo else reading.relief
    if relief == "specific":
        raise InputError(
            "the policy relieves lots by specific identification, and the sale names no lot",
            place=f"sale `{order.sale}`",
            cure="name the lots to sell, or let the policy state another order",
        )
    terms = _terms(state, order)
    picks, short = take_by_relief(position, order.quantity, relief=relief, reading=reading, terms=terms)
    return picks, (_shortfall(order, short, None),) if short else ()


def _without_names(state: State, order: Order) -> Order:
    """Return a sale under the average cost election: it takes the earliest shares, whatever a list names.

    Source: 26 CFR 1.1012-1(e)(7).
    """
    if not order.named or not is_averaged(state.setting, order.account, order.symbol, order.day):
        return order
    if order.row:
        raise InputError(
            f"the sale names lots, and `{order.account}` has elected average cost for `{order.symbol}`",
            place=f"transactions.csv row {order.row}, transaction `{order.sale}`",
            cure="leave `lots` empty: average cost takes the earliest shares",
        )
    return replace(order, named=())


def give_up(state: State, pool: Pool, order: Order, picks: tuple[Pick, ...], *, told: int) -> list[Sold]:
    """Turn picks into shares sold, in the order of their acquisition; `told` is their proceeds in cents."""
    position = pool.position(order.account, order.symbol)
    given = [_give(position, p) for p in _by_acquisition(picks)]
    if not given:
        return []
    parts = _alike(given)
    per_share = order.net / order.quantity
    parts = [at_sale(part, per_share) for part in parts]
    proceeds = tuple(per_share * part.quantity for part in parts)
    cents = apportion(told, tuple(net * HUNDRED for net in proceeds)) if len(parts) > 1 else (told,)
    status = (state.is_taxable(order.account), state.is_judged(order.account, order.symbol))
    rows = [_sold(state, order, status, *row) for row in zip(parts, proceeds, cents, strict=True)]
    for piece in given:
        piece.quantity = ZERO
    pool.sold.extend(rows)
    return rows


def _by_acquisition(picks: tuple[Pick, ...]) -> Iterable[Pick]:
    return picks if len(picks) < 2 else sorted(picks, key=lambda pick: pick.piece.sequence)


def judge(state: State, pool: Pool, rows: list[Sold]) -> None:
    """Let each loss find shares bought before it, by sale and then by acquisition.

    Source: 26 CFR 1.1091-1(b).
    """
    law = state.setting.law
    literal = law.wash.gain_shares_replace and any(row.is_judged and row.is_loss for row in rows)
    for row in rows if len(rows) == 1 else sorted(rows, key=lambda sold: sold.turn):
        if row.is_judged and (row.is_loss or literal):
            refuse_straddle(state, pool, row)
            restated = _look_back(pool, row, law)
            puts_written_before(state, pool, row)
            if row.unreplaced:
                pool.let_wait(row)
            if restated:
                judge(state, pool, restated)
        if pool.closed_short:
            look_ahead_sale(pool, row)


def _look_back(pool: Pool, row: Sold, law: Law) -> list[Sold]:
    if law.wash.sold_before_replacement:
        return look_back_restating(pool, row, law)
    look_back(pool, row, law)
    return []


def _judge_with_order(state: State, pool: Pool, order: Order, rows: list[Sold]) -> None:
    """Judge at once, or with the last fill of the day where the order has several."""
    if order.order is None:
        judge(state, pool, rows)
        return
    key = (order.day, order.account, order.symbol, order.order)
    left = state.fills_left.get(key, 1) - 1
    together = state.unjudged.pop(key, []) + rows
    if left > 0:
        state.fills_left[key] = left
        state.unjudged[key] = together
        return
    state.fills_left.pop(key, None)
    judge(state, pool, together)


def _sell_in_turn(state: State, pool: Pool, order: Order) -> tuple[Shortfall, ...]:
    """Sell lot by lot, so that what is sold next can replace what is sold now."""
    position = pool.position(order.account, order.symbol)
    picks, missing = pick(state, pool, order)
    lots = sorted({(p.piece.sequence, p.piece.lot) for p in picks})
    sizes = [sum((p.quantity for p in picks if p.piece.lot == lot), ZERO) for _, lot in lots]
    if not lots:
        return missing
    told = apportion(
        to_cents(_proceeds(order, picks)), tuple(order.net / order.quantity * size * 100 for size in sizes)
    )
    for (_, lot), size, cents in zip(lots, sizes, told, strict=True):
        now, _ = take_named(position, ((lot, size),), state.setting.reading)
        judge(state, pool, give_up(state, pool, order, now, told=cents))
    return missing


def _proceeds(order: Order, picks: tuple[Pick, ...]) -> Fraction:
    taken = sum((p.quantity for p in picks), ZERO)
    return order.net if taken == order.quantity else order.net * taken / order.quantity


def _give(position: Position, pick: Pick) -> Piece:
    """Take shares out for a sale: a whole piece is not copied, and is emptied once its row is written."""
    if pick.quantity == pick.piece.quantity:
        position.remove(pick.piece)
        return pick.piece
    return pick.piece.split_off(pick.quantity)


def take_out(position: Position, pick: Pick) -> Piece:
    """Take shares out of a position, as a piece of their own."""
    if pick.quantity == pick.piece.quantity:
        part = pick.piece.copy()
        pick.piece.quantity = ZERO
        position.remove(pick.piece)
        return part
    return pick.piece.split_off(pick.quantity)


def _alike(parts: list[Piece]) -> list[Piece]:
    """Join pieces of one lot that share basis per share and holding period into one row."""
    if len(parts) < 2:
        return parts
    rows: list[Piece] = []
    of_lot: dict[LotId, list[Piece]] = {}
    for part in parts:
        others = of_lot.setdefault(part.lot, [])
        same = next((other for other in others if _tell_as_one(other, part)), None)
        if same is None:
            rows.append(part)
            others.append(part)
        else:
            same.quantity += part.quantity
            same.told += part.told
            same.told_original += part.told_original
    return rows


def _tell_as_one(one: Piece, other: Piece) -> bool:
    return (
        one.adjusted == other.adjusted and one.unit == other.unit and one.original_unit == other.original_unit
    )


def _sold(
    state: State, order: Order, status: tuple[bool, bool], part: Piece, net: Fraction, cents: int
) -> Sold:
    """Return a row of a sale; status: whether it is taxable, and whether its loss can be a wash sale."""
    is_taxable, is_judged = status
    return Sold(
        sale=order.sale,
        lot=part.lot,
        account=order.account,
        symbol=order.symbol,
        quantity=part.quantity,
        proceeds=net,
        basis=part.basis,
        told_proceeds=cents,
        told_basis=part.told,
        acquired=part.acquired,
        adjusted=part.adjusted,
        sold=order.day,
        sequence=part.sequence,
        place=state.next_place(),
        order=part.order,
        sale_order=order.order,
        is_taxable=is_taxable,
        is_judged=is_judged,
        window_day=order.day if order.window_day is None else order.window_day,
        right=part.right,
        may_replace=part.may_replace and not part.is_used,
    )


def sold_of(
    state: State,
    row: Transaction,
    piece: Piece,
    *,
    proceeds: Fraction,
    basis: Fraction,
    told: tuple[int, int],
) -> Sold:
    """Return a gain on shares that are not given up (cash in a merger, capital returned); told in cents."""
    return Sold(
        sale=row.id,
        lot=piece.lot,
        account=piece.account,
        symbol=piece.symbol,
        quantity=ZERO,
        proceeds=proceeds,
        basis=basis,
        told_proceeds=told[0],
        told_basis=told[1],
        acquired=piece.acquired,
        adjusted=piece.adjusted,
        sold=row.date,
        sequence=piece.sequence,
        place=state.next_place(),
        order=piece.order,
        sale_order=None,
        is_taxable=state.is_taxable(piece.account),
        is_judged=False,
        window_day=row.date,
        right=piece.right,
    )


def _terms(state: State, order: Order) -> SaleTerms:
    account = state.setting.accounts[order.account]
    short, long = account.short_term_rate, account.long_term_rate
    return SaleTerms(
        day=order.day,
        price=order.net / order.quantity,
        short_rate=TOP_SHORT_RATE if short is None else exact(short),
        long_rate=TOP_LONG_RATE if long is None else exact(long),
    )


def _shortfall(order: Order, quantity: Fraction, lot: LotId | None) -> Shortfall:
    return Shortfall(
        transaction=order.sale,
        account=order.account,
        symbol=order.symbol,
        date=order.day,
        quantity=quantity,
        lot=lot,
        row=order.row,
    )


def _more_than_held(row: Transaction, missing: tuple[Shortfall, ...]) -> InputError:
    first = missing[0]
    what = f"lot `{first.lot}`" if first.lot is not None else f"`{row.symbol}`"
    return InputError(
        f"{exact_decimal(first.quantity)} shares of {what} are sold that `{row.account}` does not hold then",
        place=place_of(row),
        cure="give the purchases before it, or the lots held then in lots.csv",
    )
