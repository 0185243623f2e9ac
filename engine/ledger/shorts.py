"""Wash sales on the short side: a loss on closing meets another short sale, or a sale of the shares.

A loss on closing is disallowed where, within 30 days on either side, the household sells identical shares
short again, or sells identical shares. The first carries the loss; in the second nothing is left that
could, so that the loss is told as permanent.

A put written deep in the money is a contract to acquire (Rev. Rul. 85-87); any put is, with
`written_puts yes`.
"""

from fractions import Fraction

from engine.facts.ids import Symbol
from engine.ledger.pieces import ZERO, Short, Sold
from engine.ledger.state import State
from engine.ledger.terms import WINDOW_DAYS, is_in_window_61
from engine.ledger.wash import Law, Place, Pool, disallow

DEEP_IN_THE_MONEY = Fraction(6, 5)
"""Strike over price from which a put is taken as substantially certain to be exercised."""


def look_back_short(pool: Pool, loss: Sold, law: Law) -> None:
    """Match a loss on closing with other short sales that are open, then with recent sales."""
    for short in pool.open_shorts():
        if loss.unreplaced and _is_another(loss, short):
            _carry(loss, short, law)
    for sold in reversed(pool.sold):
        if not loss.unreplaced or (loss.sold - sold.sold).days > WINDOW_DAYS:
            return
        meet_sale(loss, sold)


def look_ahead_short(pool: Pool, short: Short, law: Law) -> None:
    """Match a short sale just entered into with the losses on closing that wait."""
    for loss in pool.closed_short:
        if short.is_used:
            return
        if loss.unreplaced and _is_another(loss, short):
            _carry(loss, short, law)


def look_ahead_sale(pool: Pool, sold: Sold) -> None:
    """Match shares just sold with the losses on closing that wait."""
    for loss in pool.closed_short:
        if loss.unreplaced:
            meet_sale(loss, sold)


def meet_sale(loss: Sold, sold: Sold) -> None:
    """Let a sale of identical shares disallow a loss on closing; nothing is left to carry it."""
    is_other = not sold.is_short and sold.right is None and loss.right is None and sold.sale != loss.sale
    left = sold.quantity * sold.scale - sold.served
    if not is_other or left <= 0 or not is_in_window_61(sold.sold, loss.sold):
        return
    quantity = min(loss.unreplaced, left)
    place = Place(sold.lot, sold.account, sold.symbol, sold.sold)
    disallow(loss, place, quantity=quantity, units=quantity, permanent=True)
    sold.served += quantity


def meets_put(state: State, pool: Pool, short: Short) -> None:
    """Match a put just written with the losses on shares that wait, as a contract to acquire."""
    if short.right != "put":
        return
    for loss in pool.waiting:
        if short.is_used:
            return
        if loss.right is None and loss.unreplaced and _is_contract(state, loss, short.symbol):
            _carry(loss, short, state.setting.law)


def puts_written_before(state: State, pool: Pool, loss: Sold) -> None:
    """Match a loss on shares with puts written before it that are open."""
    if loss.right is not None or not pool.shorts:
        return
    for short in pool.open_shorts():
        near = is_in_window_61(short.opened, loss.window_day)
        counts = short.right == "put" and not short.is_used and near
        if loss.unreplaced and counts and _is_contract(state, loss, short.symbol):
            _carry(loss, short, state.setting.law)


def _is_contract(state: State, loss: Sold, put: Symbol) -> bool:
    """Return whether a put written is a contract to acquire shares, as this household reads the law."""
    if state.setting.law.wash.written_puts:
        return True
    strike = state.setting.securities[put].attributes.get("strike")
    if strike is None or not loss.quantity:
        return False
    price = loss.proceeds / (loss.quantity * loss.scale)
    return Fraction(strike) >= DEEP_IN_THE_MONEY * price


def _is_another(loss: Sold, short: Short) -> bool:
    same_kind = short.right == loss.right and (short.right is None or short.symbol == loss.symbol)
    own = short.lot == loss.lot or (short.order is not None and short.order == loss.order)
    near = is_in_window_61(short.opened, loss.sold)
    return same_kind and not own and near and not short.is_used and short.quantity > ZERO


def _carry(loss: Sold, short: Short, law: Law) -> None:
    """Let a short position carry a disallowed loss until it is closed.

    The whole position counts as used, also where only a part of it was needed.
    """
    per = short.per if loss.right is None else Fraction(1)
    quantity = min(loss.unreplaced, short.quantity * per)
    permanent = law.is_permanent(loss, short.account)
    place = Place(short.lot, short.account, short.symbol, short.opened)
    match = disallow(loss, place, quantity=quantity, units=quantity / per, permanent=permanent)
    short.is_used = True
    if not permanent:
        short.carried += match.disallowed / short.quantity
        short.told_carried += match.told
