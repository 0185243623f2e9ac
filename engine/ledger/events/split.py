"""Splits: more (or fewer) shares for the same basis, for a security as a whole.

loss on 100 shares, then 2 for 1, then 120 bought: 60 of the old shares are replaced
"""

from fractions import Fraction

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.transactions import Transaction
from engine.ledger.pieces import Piece, Sold
from engine.ledger.state import State, place_of, shares_of, symbol_of
from engine.ledger.wash import Pool


def split(state: State, row: Transaction) -> None:
    """Apply a split once, to every account that holds the security, whichever accounts report it."""
    symbol, ratio = symbol_of(row), shares_of(row)
    known = state.splits.get((symbol, row.date))
    if known is not None and known != ratio:
        raise InputError(
            f"two splits of `{symbol}` on {row.date}, {known} and {ratio} new shares for one",
            place=place_of(row),
            cure="keep the ratio that the issuer announced",
        )
    if known is not None:
        return
    state.splits[(symbol, row.date)] = ratio
    for pool in state.pools_of(symbol):
        scale_pool(pool, symbol, ratio)


def scale_pool(pool: Pool, symbol: Symbol, ratio: Fraction) -> None:
    """Restate what is held of a security, and what its losses still look for, in new shares."""
    for (_, held), position in pool.positions.items():
        if held == symbol:
            for piece in position.pieces():
                scale_piece(piece, ratio)
    for loss in pool.waiting:
        if loss.symbol == symbol:
            scale_loss(loss, ratio)


def scale_piece(piece: Piece, ratio: Fraction) -> None:
    """Restate held shares in new shares: basis and dates stay."""
    piece.quantity *= ratio
    piece.unit /= ratio
    piece.original_unit /= ratio


def scale_loss(loss: Sold, ratio: Fraction) -> None:
    """Restate what a loss still looks for in new shares."""
    loss.scale *= ratio
    loss.replaced *= ratio
    loss.row = None
