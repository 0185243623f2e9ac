"""The reading `sold_before_replacement yes`: shares sold before the loss replace, and their sale is restated.

    100 bought at 8 and sold at 9 within a fortnight; a week later 100 older shares sold at a loss of 300
      -> the 300 go into the basis of the closed sale: its gain of 100 becomes a loss of 200

A closed sale whose gain turns into a loss is judged like any other loss of its day. Shares whose own loss
has been replaced are not used a second time.
"""

from datetime import timedelta
from fractions import Fraction
from itertools import takewhile

from engine.ledger.cents import split_cents
from engine.ledger.pieces import Piece, Sold
from engine.ledger.terms import WINDOW_DAYS, is_in_window_61
from engine.ledger.wash import (
    Law,
    Place,
    Pool,
    disallow,
    is_alike,
    is_replacement,
    match_shares,
    tacked_from,
)


def look_back_restating(pool: Pool, loss: Sold, law: Law) -> list[Sold]:
    """Match a loss with shares bought before it, held or sold, the earliest acquisition first.

    Returns closed sales that have become losses, for them to be judged.
    """
    edge = loss.window_day - timedelta(days=WINDOW_DAYS)
    late = takewhile(lambda row: row.sold >= edge, reversed(pool.sold))  # bought in the window, so sold in it
    closed = [row for row in late if _may_replace(row, loss, law)]
    candidates: list[Piece | Sold] = [*pool.recent, *closed]
    restated: list[Sold] = []
    for candidate in sorted(candidates, key=lambda one: (one.acquired, one.sequence)):
        if not loss.unreplaced:
            break
        if isinstance(candidate, Piece):
            if is_replacement(loss, candidate, law):
                match_shares(pool, loss, candidate, law)
            continue
        was_loss = bool(candidate.loss)
        part = _restate(pool, loss, candidate, law)
        if part.loss and not was_loss and part.is_judged:
            restated.append(part)
    return restated


def _may_replace(row: Sold, loss: Sold, law: Law) -> bool:
    same_order = row.sale == loss.sale or (
        row.sale_order is not None
        and (row.sale_order, row.account, row.sold) == (loss.sale_order, loss.account, loss.sold)
    )
    is_own = row.lot == loss.lot or (row.order is not None and row.order == loss.order)
    return (
        row.may_replace
        and not row.replaced
        and not (same_order or is_own)
        and is_alike(loss, row.right, row.symbol, law)
        and is_in_window_61(row.acquired, loss.window_day)
        and row.acquired <= loss.window_day
        and row.quantity > 0
    )


def _restate(pool: Pool, loss: Sold, row: Sold, law: Law) -> Sold:
    """Let the shares of a closed sale take a loss over."""
    quantity = min(loss.unreplaced, row.quantity * row.scale)
    part = _split(pool, row, quantity / row.scale)
    permanent = law.is_permanent(loss, part.account)
    place = Place(part.lot, part.account, part.symbol, part.acquired)
    match = disallow(loss, place, quantity=quantity, units=quantity, permanent=permanent)
    match.is_closed = True
    part.may_replace = False
    if not permanent:
        part.basis += match.disallowed
        part.told_basis += match.told
        part.adjusted = tacked_from(loss, part.adjusted, law.wash)
        part.row = None
    return part


def _split(pool: Pool, row: Sold, quantity: Fraction) -> Sold:
    """Return that many shares of a closed sale as a row of their own."""
    if quantity == row.quantity:
        return row
    share = quantity / row.quantity
    rest = row.copy()
    row.row = rest.row = None
    for name in ("proceeds", "basis"):
        whole, told = getattr(row, name), getattr(row, f"told_{name}")
        cents = split_cents(told, taken=abs(whole) * share, rest=abs(whole) * (1 - share))
        setattr(row, name, whole * share)
        setattr(row, f"told_{name}", cents)
        setattr(rest, name, whole - whole * share)
        setattr(rest, f"told_{name}", told - cents)
    rest.quantity = row.quantity - quantity
    row.quantity = quantity
    pool.sold.insert(_place_of(pool.sold, row) + 1, rest)
    if row in pool.waiting:
        pool.waiting.insert(pool.waiting.index(row) + 1, rest)
    return row


def _place_of(rows: list[Sold], row: Sold) -> int:
    """Return where a row stands, looked for from the end: what is restated was sold of late."""
    place = len(rows) - 1
    while rows[place] is not row:
        place -= 1
    return place
