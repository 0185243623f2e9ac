"""From pieces to rows: what a replay holds, told in cents.

By `cents largest_remainder` a row's money is what was apportioned to it when its lot was divided; by
`row_by_row` each amount is rounded on its own.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from engine.facts.ids import AccountId, Symbol
from engine.facts.lots import Disposal, Lot, OpenShort, Replacement
from engine.facts.money import cents_half_up
from engine.ledger.average import average, is_averaged
from engine.ledger.cents import exact_decimal, from_cents
from engine.ledger.pieces import Match, Piece, Sold
from engine.ledger.state import State
from engine.ledger.terms import term
from engine.ledger.wash import Pool

NOTHING = Decimal("0.00")
ZERO = Decimal(0)


def tell_lots(state: State) -> tuple[Lot, ...]:
    """Return the open lots by account, symbol and day acquired."""
    by_row = state.setting.reading.wash.cents == "row_by_row"
    told = [lot for pool in state.pools.values() for lot in _lots_of(state, pool, by_row=by_row)]
    return tuple(sorted(told, key=lambda lot: (lot.account, lot.symbol, lot.acquired)))


def _lots_of(state: State, pool: Pool, *, by_row: bool) -> tuple[Lot, ...]:
    """Return the open lots of one pool; they are told once until something changes."""
    if pool.told is None:
        rows = [piece for place in pool.positions for piece in _pieces_of(state, pool, place)]
        rows.sort(key=lambda p: (p.account, p.symbol, p.acquired, p.sequence))
        pool.told = tuple(tell_lot(piece, by_row=by_row) for piece in join_alike(rows))
    return pool.told


def _pieces_of(state: State, pool: Pool, place: tuple[AccountId, Symbol]) -> list[Piece]:
    """Return what a position holds; copies with one basis per share under the average cost election."""
    pieces = list(pool.positions[place].pieces())
    if not is_averaged(state.setting, *place, state.today):
        return pieces
    alike = [piece.copy() for piece in pieces]
    average(alike)
    return alike


def tell_shorts(state: State) -> tuple[OpenShort, ...]:
    """Return what is sold short or written and open, by the order in which it was opened."""
    rows = [short for pool in state.pools.values() for short in pool.open_shorts()]
    return tuple(
        OpenShort(
            lot=short.lot,
            account=short.account,
            symbol=short.symbol,
            quantity=exact_decimal(short.quantity),
            proceeds=from_cents(short.told),
            opened=short.opened,
            carried=from_cents(short.told_carried),
            order=short.order,
            replaces=short.is_used,
        )
        for short in sorted(rows, key=lambda one: one.sequence)
    )


def join_alike(pieces: Iterable[Piece]) -> list[Piece]:
    """Join neighbouring pieces of one lot between which nothing differs."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is None or _row_key(last) != _row_key(piece):
            joined.append(piece.copy())
        else:
            last.quantity += piece.quantity
            last.told += piece.told
            last.told_original += piece.told_original
    return joined


def tell_lot(piece: Piece, *, by_row: bool) -> Lot:
    """Return one row of lots."""
    basis = cents_half_up(piece.basis) if by_row else from_cents(piece.told)
    original = (
        cents_half_up(piece.original_unit * piece.quantity) if by_row else from_cents(piece.told_original)
    )
    return Lot(
        lot=piece.lot,
        account=piece.account,
        symbol=piece.symbol,
        quantity=exact_decimal(piece.quantity),
        basis=basis,
        acquired=piece.acquired,
        adjusted_acquired=piece.adjusted,
        original_basis=original,
        order=piece.order,
        deferred=basis - original,
        replaces=piece.is_used,
        sequence=piece.sequence,
    )


def tell_sold(sold: Sold, *, by_row: bool) -> Disposal:
    """Return one row of disposals, without the broker's figure and without explanations."""
    proceeds = cents_half_up(sold.proceeds) if by_row else from_cents(sold.told_proceeds)
    basis = cents_half_up(sold.basis) if by_row else from_cents(sold.told_basis)
    replacements = replacements_of(sold.matches, by_row=by_row)
    disallowed = cents_half_up(sold.disallowed) if by_row else from_cents(sold.told_disallowed)
    permanent = _permanent(sold, by_row=by_row)
    gain = proceeds - basis
    return Disposal(
        sale=sold.sale,
        lot=sold.lot,
        account=sold.account,
        symbol=sold.symbol,
        quantity=exact_decimal(sold.quantity),
        proceeds=proceeds,
        basis=basis,
        gain=gain,
        disallowed=disallowed,
        permanently_disallowed=permanent,
        recognized=gain + disallowed if sold.is_taxable else NOTHING,
        broker_disallowed=NOTHING,
        term=term(sold.adjusted, sold.window_day) if sold.is_taxable else None,
        acquired=sold.acquired,
        adjusted_acquired=sold.adjusted,
        sold=sold.sold,
        order=sold.order,
        replacements=replacements,
        unreplaced=exact_decimal(sold.unreplaced) if sold.is_judged and sold.is_loss else ZERO,
    )


def _permanent(sold: Sold, *, by_row: bool) -> Decimal:
    if not sold.matches:
        return NOTHING
    gone = [match for match in sold.matches if match.permanent]
    if by_row:
        return cents_half_up(sum((match.disallowed for match in gone), Fraction(0)))
    return from_cents(sum(match.told for match in gone))


def replacements_of(matches: Sequence[Match], *, by_row: bool) -> tuple[Replacement, ...]:
    """Return the rows of replacements, one for each lot; what absorbed nothing is left out."""
    if not matches:
        return ()
    told: dict[tuple[str, bool], list[Match]] = {}
    for match in matches:
        if match.disallowed:
            told.setdefault((match.lot, match.permanent), []).append(match)
    return tuple(_replacement(group, by_row=by_row) for group in told.values())


def _replacement(matches: list[Match], *, by_row: bool) -> Replacement:
    first = matches[0]
    if by_row:
        money = cents_half_up(sum((match.disallowed for match in matches), Fraction(0)))
    else:
        money = from_cents(sum(match.told for match in matches))
    quantity = first.quantity
    for match in matches[1:]:
        quantity += match.quantity
    return Replacement(
        lot=first.lot,
        account=first.account,
        symbol=first.symbol,
        acquired=first.acquired,
        quantity=exact_decimal(quantity),
        absorbed=NOTHING if first.permanent else money,
        disallowed=money,
        permanent=first.permanent,
    )


def _row_key(piece: Piece) -> tuple[object, ...]:
    return (
        piece.account,
        piece.symbol,
        piece.lot,
        piece.adjusted,
        piece.unit,
        piece.original_unit,
        piece.is_used,
    )
