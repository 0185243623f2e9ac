"""Spin-offs: part of the basis of each lot moves to the shares of the new company, with the old dates.

    100 held at 50, 25 received, `basis_share` 0.2: 100 at 40 and 25 at 40, both held since the old day

Source: 26 U.S.C. 355, 358(b), 1223(1).
"""

from fractions import Fraction

from engine.facts.failure import InputError
from engine.facts.ids import LotId, Symbol
from engine.facts.transactions import Transaction
from engine.ledger.cents import split_cents
from engine.ledger.exact import exact
from engine.ledger.pieces import Piece
from engine.ledger.state import State, needs, place_of, shares_of, symbol_of


def spin_off(state: State, row: Transaction) -> None:
    """Open lots of the new company for each lot of the old one held in the account."""
    source, share = parent_of(row), _share_of(row)
    received = shares_of(row)
    parents = list(state.pool(row.account, source).position(row.account, source).pieces())
    held = sum((piece.quantity for piece in parents), exact(0))
    if not held and not state.setting.strict:
        state.note_nothing_held(row, source)
        return
    if not held:
        raise InputError(
            f"`{row.account}` holds no `{source}` from which shares could be spun off",
            place=place_of(row),
            cure="give the purchases before it",
        )
    position = state.pool(row.account, symbol_of(row)).position(row.account, symbol_of(row))
    for parent in parents:
        position.add(_spun_off(row, parent, quantity=received * parent.quantity / held, share=share))


def _spun_off(row: Transaction, parent: Piece, *, quantity: Fraction, share: Fraction) -> Piece:
    """Return the new shares of one lot; the basis they take leaves the old ones."""
    child = parent.copy()
    child.lot, child.symbol, child.kind = LotId(row.id), symbol_of(row), row.type.value
    child.order, child.may_replace = None, False
    child.quantity = quantity
    child.unit = parent.basis * share / quantity
    child.original_unit = parent.original_unit * parent.quantity * share / quantity
    child.told = split_cents(parent.told, taken=parent.basis * share, rest=parent.basis * (1 - share))
    original = parent.original_unit * parent.quantity
    child.told_original = split_cents(
        parent.told_original, taken=original * share, rest=original * (1 - share)
    )
    parent.unit *= 1 - share
    parent.original_unit *= 1 - share
    parent.told -= child.told
    parent.told_original -= child.told_original
    return child


def parent_of(row: Transaction) -> Symbol:
    """Return the security from which something comes."""
    if row.from_symbol is None:
        raise needs(row, "from_symbol")
    return row.from_symbol


def _share_of(row: Transaction) -> Fraction:
    if row.basis_share is None:
        raise needs(row, "basis_share")
    share = exact(row.basis_share)
    if not 0 <= share < 1:
        raise InputError(
            f"basis_share is {row.basis_share}",
            place=place_of(row),
            cure="give the fraction of the basis that moves, for example 0.2",
        )
    return share
