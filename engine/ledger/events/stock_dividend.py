"""Stock dividends: more shares for the basis of those held, or, where taxable, a lot of their own.

    100 held at 11 each, 10 received: 110 at 10 each, held since the old day

A row with a price or an amount is a taxable one: the shares are acquired at that value on that day.
Source: 26 U.S.C. 305(a), 307, 1223(4).
"""

from fractions import Fraction

from engine.facts.failure import InputError
from engine.facts.transactions import Transaction
from engine.ledger.events.purchase import purchase
from engine.ledger.events.split import scale_loss, scale_piece
from engine.ledger.state import State, place_of, shares_of, symbol_of


def stock_dividend(state: State, row: Transaction) -> None:
    """Spread the basis of the shares held in the account over those received."""
    if row.price is not None or row.amount is not None:
        purchase(state, row)
        return
    symbol, received = symbol_of(row), shares_of(row)
    pool = state.pool(row.account, symbol)
    position = pool.position(row.account, symbol)
    held = position.quantity()
    if not held and not state.setting.strict:
        state.note_nothing_held(row, symbol)
        return
    if not held:
        raise InputError(
            f"`{row.account}` holds no `{symbol}` on which a dividend in shares could be paid",
            place=place_of(row),
            cure="give the purchases before it, or a value if the dividend was taxable",
        )
    ratio = 1 + received / held
    for piece in list(position.pieces()):
        scale_piece(piece, ratio)
    if (symbol, row.date) not in state.dividends:
        state.dividends.add((symbol, row.date))
        _scale_losses(state, row, ratio)


def _scale_losses(state: State, row: Transaction, ratio: Fraction) -> None:
    """Restate what recent losses still look for, once for all accounts that report the dividend."""
    symbol = symbol_of(row)
    for loss in state.pool(row.account, symbol).waiting:
        if loss.symbol == symbol:
            scale_loss(loss, ratio)
