"""Acquisitions: shares or contracts that open a lot, and the losses they meet."""

from datetime import date
from fractions import Fraction

from engine.facts.ids import LotId
from engine.facts.lots import Acquisition
from engine.facts.transactions import Transaction
from engine.ledger.cents import exact_decimal, to_cents
from engine.ledger.exact import exact
from engine.ledger.pieces import ONE, Piece
from engine.ledger.state import State, money_of, multiplier_of, right_of, shares_of, symbol_of
from engine.ledger.wash import look_ahead


def purchase(state: State, row: Transaction) -> None:
    """Open a lot by buying, by reinvesting or by an award: an acquisition that can replace.

    Fees are part of the basis. Source: 26 CFR 1.1091-1(f); Pub. 550 on awards; 26 U.S.C. 1012.
    """
    setting, symbol = state.setting, symbol_of(row)
    cost = money_of(row, per=multiplier_of(setting, symbol))
    if row.fees:
        cost += exact(row.fees)
    acquire(state, bought(state, row, quantity=shares_of(row), cost=cost), today=row.date)


def bought(state: State, row: Transaction, *, quantity: Fraction, cost: Fraction) -> Piece:
    """Return the piece that a purchase opens, named by its transaction."""
    symbol = symbol_of(row)
    right = right_of(state.setting, symbol)
    unit, told = cost / quantity, to_cents(cost)
    return Piece(
        lot=LotId(row.id),
        account=row.account,
        symbol=symbol,
        quantity=quantity,
        unit=unit,
        original_unit=unit,
        told=told,
        told_original=told,
        acquired=row.date,
        adjusted=row.date,
        sequence=state.next_sequence(),
        kind=row.type.value,
        order=row.order,
        right=right,
        per=multiplier_of(state.setting, symbol) if right is not None else ONE,
    )


def acquire(state: State, piece: Piece, *, today: date) -> None:
    """Hold shares just acquired, after they have served the losses that wait for them."""
    pool = state.pool(piece.account, piece.symbol)
    pool.forget_before(today)
    pool.position(piece.account, piece.symbol).add(piece)
    pool.has_contracts |= piece.right is not None
    state.acquisitions.append(
        Acquisition(
            lot=piece.lot,
            account=piece.account,
            symbol=piece.symbol,
            date=today,
            quantity=exact_decimal(piece.quantity),
            kind=piece.kind,
            order=piece.order,
        )
    )
    look_ahead(pool, piece, state.setting.law)
    if not piece.is_used:
        pool.recent.append(piece)
