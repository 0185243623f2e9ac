"""The lots that a sale of the list takes, as they stood before it."""

from engine.facts.lots import Lot
from engine.facts.money import rounded
from engine.facts.trades import Trade
from engine.gate.reference.setting import Listed
from engine.ledger.settle import Taken

LIST_ORDER = "order of the list in"
"""How the order is named in which the list buys a security."""


def lots_sold(trade: Trade, done: Listed) -> list[Lot] | None:
    """Return the lots of a sale; None where its price is missing, so that nobody knows which."""
    taken = done.done.settlement.of_trade(trade.number)
    if not taken and trade.number in done.done.settlement.unsettled:
        return None
    return [lot for row in taken for lot in lots_of(row, done)]


def lots_of(row: Taken, done: Listed) -> list[Lot]:
    """Return the lot that a row was taken from; a lot that the list itself opened as the row tells it."""
    parts = done.setting.lots.get((row.account, row.symbol), {}).get(row.lot, [])
    same = [lot for lot in parts if lot.adjusted_acquired == row.adjusted_acquired] or parts
    return same or [_as_lot(row)]


def _as_lot(row: Taken) -> Lot:
    basis = rounded(row.basis, places=10)
    return Lot(
        lot=row.lot,
        account=row.account,
        symbol=row.symbol,
        quantity=rounded(row.quantity, places=10),
        basis=basis,
        acquired=row.acquired,
        adjusted_acquired=row.adjusted_acquired,
        original_basis=basis,
        order=f"{LIST_ORDER} {row.symbol}",
    )
