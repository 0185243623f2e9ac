"""Options: bought and written, closed, exercised, assigned, expired.

Quantities are contracts, prices per share; the multiplier of the security makes money of them.

    a call bought for 120 and exercised at 10 for 100 shares: shares with basis 1,120, held from that day
    a put written for 80 and assigned at 10: shares with basis 920

Source: 26 U.S.C. 1234; Pub. 550, puts and calls; 26 U.S.C. 1091(a), 1223(3).
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.transactions import Transaction
from engine.ledger.cents import to_cents
from engine.ledger.events.purchase import acquire, bought, purchase
from engine.ledger.events.sale import Order, order_of, pick, refuse_missing, sale, sell, take_out
from engine.ledger.events.short import close_shorts, cover
from engine.ledger.exact import exact
from engine.ledger.pieces import ZERO, Piece, Short
from engine.ledger.state import (
    State,
    multiplier_of,
    needs,
    place_of,
    right_of,
    shares_of,
    symbol_of,
)

option_buy = purchase


def option_close(state: State, row: Transaction) -> None:
    """Sell contracts that were bought, or buy back contracts that were written."""
    if _bought_here(state, row):
        sale(state, row)
    else:
        cover(state, row, shares_of(row))


def expiry(state: State, row: Transaction) -> None:
    """Let contracts end for nothing: a loss of the premium paid, a gain of the premium received."""
    held = _bought_here(state, row)
    if held:
        quantity = held if row.quantity is None else shares_of(row)
        order = Order(
            sale=row.id,
            account=row.account,
            symbol=symbol_of(row),
            day=row.date,
            quantity=quantity,
            net=ZERO,
            row=row.row,
        )
        refuse_missing(state, row, sell(state, order, everything=True))
        return
    written = sum((short.quantity for short in _written_here(state, row)), ZERO)
    cover(state, row, written if row.quantity is None else shares_of(row), cost=ZERO)


def exercise(state: State, row: Transaction) -> None:
    """Use a right: a call (or an award of options) buys shares, a put sells them."""
    match right_of(state.setting, symbol_of(row)):
        case None:
            purchase(state, row)
        case "put":
            _exercise_put(state, row)
        case _:
            _exercise_call(state, row)


def assignment(state: State, row: Transaction) -> None:
    """Do what a written contract obliges to: a call sells shares, a put buys them."""
    contracts = shares_of(row)
    parts = close_shorts(state, row, contracts)
    strike = strike_total(state, row)
    if right_of(state.setting, symbol_of(row)) == "put":
        for part in parts:
            _assigned_put(state, row, part, strike * part.quantity / contracts)
        return
    premium = sum(((part.unit - part.carried) * part.quantity for part in parts), ZERO)
    _sell_underlying(state, row, contracts, strike + premium - exact(row.fees))


def strike_total(state: State, row: Transaction) -> Fraction:
    """Return what changes hands for the shares: `amount`, else price or strike times shares."""
    if row.amount is not None:
        return exact(row.amount)
    security = state.setting.securities[symbol_of(row)]
    strike = security.attributes.get("strike") if row.price is None else row.price
    if strike is None:
        raise needs(row, "price or amount")
    return exact(Decimal(strike)) * shares_of(row) * multiplier_of(state.setting, symbol_of(row))


def _exercise_call(state: State, row: Transaction) -> None:
    """Turn calls into shares; a loss that a call took over, and its days, go along."""
    contracts, strike = shares_of(row), strike_total(state, row) + exact(row.fees)
    for call in _take_contracts(state, row):
        paid = strike * call.quantity / contracts
        piece = _underlying_piece(state, row, call.quantity, paid + call.basis)
        piece.original_unit = (paid + call.original_unit * call.quantity) / piece.quantity
        piece.told = to_cents(paid) + call.told
        piece.told_original = to_cents(paid) + call.told_original
        piece.adjusted = row.date - (call.acquired - call.adjusted)
        piece.is_used = call.is_used
        acquire(state, piece, today=row.date)


def _exercise_put(state: State, row: Transaction) -> None:
    contracts = shares_of(row)
    paid = sum((put.basis for put in _take_contracts(state, row)), ZERO)
    _sell_underlying(state, row, contracts, strike_total(state, row) - paid - exact(row.fees))


def _assigned_put(state: State, row: Transaction, part: Short, paid: Fraction) -> None:
    """Open the shares that a written put obliges to buy, for the strike less the premium."""
    cost = paid + exact(row.fees) * part.quantity / shares_of(row) - part.unit * part.quantity
    carried = part.carried * part.quantity
    piece = _underlying_piece(state, row, part.quantity, cost + carried)
    piece.original_unit = cost / piece.quantity
    piece.told_original = to_cents(cost)
    piece.told = piece.told_original + part.told_carried
    piece.is_used = part.is_used
    acquire(state, piece, today=row.date)


def _underlying_piece(state: State, row: Transaction, contracts: Fraction, cost: Fraction) -> Piece:
    shares = contracts * multiplier_of(state.setting, symbol_of(row))
    piece = bought(state, row, quantity=shares, cost=cost)
    piece.symbol, piece.right, piece.per = underlying_of(state, row), None, exact(1)
    return piece


def _sell_underlying(state: State, row: Transaction, contracts: Fraction, net: Fraction) -> None:
    named = tuple((lot, exact(size)) for lot, size in row.lots)
    order = Order(
        sale=row.id,
        account=row.account,
        symbol=underlying_of(state, row),
        day=row.date,
        quantity=contracts * multiplier_of(state.setting, symbol_of(row)),
        net=net,
        named=named,
        row=row.row,
    )
    refuse_missing(state, row, sell(state, order))


def underlying_of(state: State, row: Transaction) -> Symbol:
    """Return what an option is about.

    Raises InputError where securities.csv does not say.
    """
    security = state.setting.securities.get(symbol_of(row))
    if security is None or security.underlying is None:
        raise InputError(
            f"`{row.symbol}` has no underlying",
            place=place_of(row),
            cure="fill in `underlying` in securities.csv",
        )
    return security.underlying


def _take_contracts(state: State, row: Transaction) -> list[Piece]:
    pool = state.pool(row.account, symbol_of(row))
    is_put = right_of(state.setting, symbol_of(row)) == "put"
    order = order_of(_without_lots(row) if is_put else row, net=ZERO)
    picks, missing = pick(state, pool, order, everything=not order.named)
    refuse_missing(state, row, missing)
    position = pool.position(row.account, symbol_of(row))
    return [take_out(position, one) for one in picks]


def _without_lots(row: Transaction) -> Transaction:
    """Return a row whose lots name the shares that a put sells, not the contracts."""
    return replace(row, lots=())


def _bought_here(state: State, row: Transaction) -> Fraction:
    symbol = symbol_of(row)
    return state.pool(row.account, symbol).position(row.account, symbol).quantity()


def _written_here(state: State, row: Transaction) -> list[Short]:
    symbol = symbol_of(row)
    return state.pool(row.account, symbol).shorts.get((row.account, symbol), [])
