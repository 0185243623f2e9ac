"""A proposal as trades.csv, ready for `guardband gate --trades` and for whoever sends orders."""

import csv
import io

from engine.facts.money import plain
from optimizer.proposal import Proposal, ProposedTrade

COLUMNS = ("account", "side", "symbol", "quantity", "price", "lot", "reason")


def trades_csv(proposal: Proposal) -> str:
    """Return the trades as CSV text, one row a trade, in the order that the gate was shown."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in proposal.trades:
        writer.writerow(_row(row))
    return out.getvalue()


def _row(row: ProposedTrade) -> tuple[str, ...]:
    trade = row.trade
    reason = "; ".join(item.what for item in row.reasons)
    price = "" if trade.price is None else plain(trade.price)
    return (
        trade.account,
        trade.side.value,
        trade.symbol,
        plain(trade.quantity),
        price,
        trade.lot or "",
        reason,
    )
