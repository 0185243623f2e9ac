"""Mergers: one security becomes another, for shares, for cash, or for both.

    shares only   each lot goes on as the new security, with its basis and dates
    cash only     a sale of all that the account holds
    both          gain is taxed up to the cash, a loss is not recognized; needs the price of the new shares:
                  100 shares at 10 become 50 at 24 and 300 in cash: gain 500, taxed 300, new basis 1,000

Source: 26 U.S.C. 354, 356(a), (c), 358(a), 1223(1).
"""

from fractions import Fraction

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.transactions import Transaction
from engine.ledger.cents import to_cents
from engine.ledger.events.sale import Order, sell, sold_of
from engine.ledger.events.spin_off import parent_of
from engine.ledger.exact import exact
from engine.ledger.holdings import Position
from engine.ledger.pieces import Piece
from engine.ledger.state import State, needs, place_of, shares_of, symbol_of


def merger(state: State, row: Transaction) -> None:
    """Turn what an account holds of one security into another, or into cash."""
    source = parent_of(row)
    position = state.pool(row.account, source).position(row.account, source)
    held = position.quantity()
    if not held and not state.setting.strict:
        state.note_nothing_held(row, source)
        return
    if not held:
        raise InputError(
            f"`{row.account}` holds no `{source}`", place=place_of(row), cure="give the purchases before it"
        )
    cash = exact(row.amount) - exact(row.fees) if row.amount is not None else exact(0)
    if not row.quantity:
        _for_cash(state, row, source, held, cash)
        return
    received = shares_of(row)
    if cash and row.price is None:
        raise needs(row, "price, the value of one new share, where a merger also pays cash,")
    for piece in list(position.pieces()):
        position.remove(piece)
        part = piece.quantity / held
        if cash:
            _take_cash(state, row, piece, cash * part, value=exact(row.price or 0) * received * part)
        _become(state, piece, symbol_of(row), received * part)


def _for_cash(state: State, row: Transaction, source: Symbol, held: Fraction, cash: Fraction) -> None:
    order = Order(
        sale=row.id, account=row.account, symbol=source, day=row.date, quantity=held, net=cash, row=row.row
    )
    sell(state, order, everything=True)


def _become(state: State, piece: Piece, symbol: Symbol, quantity: Fraction) -> None:
    basis, original = piece.basis, piece.original_unit * piece.quantity
    piece.symbol, piece.quantity = symbol, quantity
    piece.unit, piece.original_unit = basis / quantity, original / quantity
    piece.may_replace = False
    _position(state, piece).add(piece)


def _position(state: State, piece: Piece) -> Position:
    return state.pool(piece.account, piece.symbol).position(piece.account, piece.symbol)


def _take_cash(state: State, row: Transaction, piece: Piece, cash: Fraction, *, value: Fraction) -> None:
    """Recognize the gain that the cash brings, and lower the basis by the rest of the cash."""
    gain = min(max(exact(0), value + cash - piece.basis), cash)
    returned = cash - gain
    assert returned <= piece.basis, "no more basis is returned than there is"
    pool = state.pool(piece.account, piece.symbol)
    told_cash, told_back = to_cents(cash), to_cents(returned)
    pool.sold.append(sold_of(state, row, piece, proceeds=cash, basis=returned, told=(told_cash, told_back)))
    lower = returned / piece.quantity
    piece.unit -= lower
    piece.original_unit = max(exact(0), piece.original_unit - lower)
    piece.told -= told_back
    piece.told_original = max(0, piece.told_original - told_back)
