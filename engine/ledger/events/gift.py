"""Gifts received: the donor's basis and dates, and another basis for losses where the gift was worth less.

    donor's basis 100, worth 80 that day: sold at 110 a gain of 10, at 70 a loss of 10, at 90 neither

A gift is no purchase and replaces nothing. Source: 26 U.S.C. 1015(a), 1223(2); 26 CFR 1.1091-1(f).
"""

from fractions import Fraction

from engine.facts.ids import LotId
from engine.facts.transactions import Transaction
from engine.ledger.cents import to_cents
from engine.ledger.exact import exact
from engine.ledger.pieces import Piece
from engine.ledger.state import State, needs, shares_of, symbol_of


def gift_in(state: State, row: Transaction) -> None:
    """Open a lot with the donor's basis and date."""
    if row.basis is None:
        raise needs(row, "basis")
    if row.acquired is None:
        raise needs(row, "acquired")
    quantity = shares_of(row)
    unit = exact(row.basis) / quantity
    value = None if row.price is None else exact(row.price)
    piece = Piece(
        lot=LotId(row.id),
        account=row.account,
        symbol=symbol_of(row),
        quantity=quantity,
        unit=unit,
        original_unit=unit,
        told=to_cents(exact(row.basis)),
        told_original=to_cents(exact(row.basis)),
        acquired=row.acquired,
        adjusted=row.acquired,
        sequence=state.next_sequence(),
        kind=row.type.value,
        may_replace=False,
        loss_unit=value if value is not None and value < unit else None,
        loss_from=row.date,
    )
    state.pool(row.account, piece.symbol).position(row.account, piece.symbol).add(piece)


def at_sale(piece: Piece, price: Fraction) -> Piece:
    """Return shares given with the basis and dates that hold at this price per share."""
    if piece.loss_unit is None or price >= piece.unit:
        return piece
    assert piece.loss_from is not None
    unit = min(piece.unit, max(price, piece.loss_unit))
    piece.unit = unit
    piece.told = to_cents(unit * piece.quantity)
    if price < piece.loss_unit:
        piece.acquired = piece.adjusted = piece.loss_from
    return piece
