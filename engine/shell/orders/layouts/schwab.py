"""A Schwab trade upload: account, action, quantity, symbol, order type, price, timing, tax lots.

Written without a specification of Schwab's at hand; Schwab has not been sent one.
"""

from collections.abc import Iterable

from engine.facts.money import plain
from engine.facts.trades import Side
from engine.shell.orders.layouts import csv_text, lines_of, lot_pairs
from engine.shell.orders.values import Ticket

HEADER = (
    "Account",
    "Action",
    "Quantity",
    "Symbol",
    "Order Type",
    "Limit Price",
    "Timing",
    "Tax Lots",
    "Reference",
)
ACTIONS = {
    Side.BUY: "Buy",
    Side.SELL: "Sell",
    Side.SHORT_SELL: "Sell Short",
    Side.BUY_TO_COVER: "Buy to Cover",
}


def text(tickets: Iterable[Ticket]) -> str:
    """Return the file."""
    return csv_text(
        HEADER,
        (
            (
                line.account,
                ACTIONS[line.ticket.side],
                plain(line.quantity),
                line.ticket.symbol,
                "Market" if line.ticket.limit is None else "Limit",
                "" if line.ticket.limit is None else plain(line.ticket.limit),
                "Day",
                lot_pairs(line),
                line.order,
            )
            for line in lines_of(tickets)
        ),
    )
