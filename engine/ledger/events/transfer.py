"""Transfers in kind: shares change the account; basis, dates and the lot's name go along.

A transfer is no sale and no acquisition. A transfer_in that nothing left comes from outside the book: it
needs `basis` and `acquired`, and opens a lot of its own.
"""

from fractions import Fraction

from engine.facts.failure import NotModelled
from engine.facts.ids import LotId
from engine.facts.transactions import Transaction
from engine.ledger.cents import to_cents
from engine.ledger.events.sale import order_of, pick, refuse_missing, take_out
from engine.ledger.exact import exact
from engine.ledger.pieces import Piece
from engine.ledger.state import State, needs, place_of, shares_of, symbol_of


def transfer_out(state: State, row: Transaction) -> None:
    """Take shares out of an account; they arrive with a transfer_in of the same day, or leave the book.

    A row without a symbol moves money, which touches no lot.
    """
    if row.symbol is None:
        return
    order = order_of(row, net=exact(0))
    pool = state.pool(order.account, order.symbol)
    picks, missing = pick(state, pool, order)
    refuse_missing(state, row, missing)
    position = pool.position(order.account, order.symbol)
    state.in_transit.extend(take_out(position, one) for one in picks)


def transfer_in(state: State, row: Transaction) -> None:
    """Hold shares that left another account that day, or that come from outside the book, or money."""
    if row.symbol is None:
        return
    symbol = symbol_of(row)
    wanted: list[tuple[LotId | None, Fraction]] = [(lot, exact(size)) for lot, size in row.lots]
    wanted = wanted or [(None, shares_of(row))]
    arrived = [piece for lot, size in wanted for piece in _arrivals(state, row, lot, size)]
    if not arrived:
        arrived = [_from_outside(state, row)]
    pool = state.pool(row.account, symbol)
    pool.forget_before(row.date)
    for piece in arrived:
        piece.account = row.account
        pool.position(row.account, symbol).add(piece)
        if piece.may_replace and not piece.is_used:
            pool.recent.append(piece)
            pool.recent.sort(key=lambda p: (p.acquired, p.sequence))


def _arrivals(state: State, row: Transaction, lot: LotId | None, size: Fraction) -> list[Piece]:
    """Take shares out of what is in transit, without the household's border being crossed unnoticed."""
    arrived: list[Piece] = []
    for piece in list(state.in_transit):
        if not size:
            break
        if piece.symbol != row.symbol or lot not in (None, piece.lot):
            continue
        part = piece.split_off(min(size, piece.quantity))
        if not piece.quantity:
            state.in_transit.remove(piece)
        size -= part.quantity
        _check_border(state, row, part)
        arrived.append(part)
    return arrived


def _check_border(state: State, row: Transaction, piece: Piece) -> None:
    accounts = state.setting.accounts
    source, target = accounts[piece.account], accounts[row.account]
    if source.is_retirement != target.is_retirement:
        raise NotModelled(
            "a move in kind between a retirement account and a taxable one is a distribution or contribution",
            place=place_of(row),
            cure="record a transfer_in alone, with `basis` and `acquired` as the custodian states them",
        )
    if source.household != target.household:
        piece.may_replace = False


def _from_outside(state: State, row: Transaction) -> Piece:
    if row.basis is None:
        raise needs(row, "basis")
    if row.acquired is None:
        raise needs(row, "acquired")
    quantity, basis = shares_of(row), exact(row.basis)
    return Piece(
        lot=row.lots[0][0] if row.lots else LotId(row.id),
        account=row.account,
        symbol=symbol_of(row),
        quantity=quantity,
        unit=basis / quantity,
        original_unit=basis / quantity,
        told=to_cents(basis),
        told_original=to_cents(basis),
        acquired=row.acquired,
        adjusted=row.acquired,
        sequence=state.next_sequence(),
        kind=row.type.value,
        may_replace=False,
    )
