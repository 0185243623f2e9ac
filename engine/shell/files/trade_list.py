"""A list as trades.csv, ready for `guardband gate --trades` and for whoever sends orders."""

import csv
import io
from collections.abc import Iterable
from dataclasses import replace

from engine.facts.money import plain
from engine.facts.trades import Trade
from optimizer.proposal import Proposal, ProposedTrade

COLUMNS = ("account", "side", "symbol", "quantity", "price", "lot", "reason")


def trades_csv(proposal: Proposal) -> str:
    """Return the trades as CSV text, one row a trade, in the order that the gate was shown."""
    return list_csv(map(_with_reasons, proposal.trades))


def list_csv(trades: Iterable[Trade]) -> str:
    """Return a list as CSV text, one row a trade, with the prices that it names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_row, trades))
    return out.getvalue()


def _with_reasons(row: ProposedTrade) -> Trade:
    return replace(row.trade, reason="; ".join(item.what for item in row.reasons))


def _row(trade: Trade) -> tuple[str, ...]:
    price = "" if trade.price is None else plain(trade.price)
    return (
        trade.account,
        trade.side.value,
        trade.symbol,
        plain(trade.quantity),
        price,
        trade.lot or "",
        trade.reason or "",
    )
