"""Return of capital: the basis falls by what is paid, not below zero; what is paid beyond it is gain.

    100 shares at 3, 400 paid: basis 0 and a gain of 100

Source: 26 U.S.C. 301(c)(2), (3).
"""

from fractions import Fraction

from engine.facts.failure import InputError
from engine.facts.transactions import Transaction
from engine.ledger.cents import apportion, to_cents
from engine.ledger.events.sale import sold_of
from engine.ledger.pieces import Piece
from engine.ledger.state import State, money_of, place_of, symbol_of


def return_of_capital(state: State, row: Transaction) -> None:
    """Lower the basis of every share held in the account by the same amount."""
    symbol, paid = symbol_of(row), money_of(row)
    pool = state.pool(row.account, symbol)
    pieces = list(pool.position(row.account, symbol).pieces())
    held = sum((piece.quantity for piece in pieces), Fraction(0))
    if not held:
        raise InputError(
            f"`{row.account}` holds no `{symbol}`", place=place_of(row), cure="give the purchases before it"
        )
    parts = tuple(paid * piece.quantity / held for piece in pieces)
    told = apportion(to_cents(paid), tuple(part * 100 for part in parts))
    for piece, part, cents in zip(pieces, parts, told, strict=True):
        _lower(state, row, piece, part, cents)


def _lower(state: State, row: Transaction, piece: Piece, paid: Fraction, told: int) -> None:
    back = min(paid, piece.basis)
    told_back = min(told, piece.told)
    if paid > back:
        gain = sold_of(state, row, piece, proceeds=paid - back, basis=Fraction(0), told=(told - told_back, 0))
        state.pool(piece.account, piece.symbol).sold.append(gain)
    lower = back / piece.quantity
    piece.unit -= lower
    piece.original_unit = max(Fraction(0), piece.original_unit - lower)
    piece.told -= told_back
    piece.told_original = max(0, piece.told_original - told_back)
