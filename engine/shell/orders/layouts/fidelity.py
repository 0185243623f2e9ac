"""A Fidelity trade upload: account number, trade type, quantity, security, order type, time in force.

Written without a specification of Fidelity's at hand; Fidelity has not been sent one.
"""

from collections.abc import Iterable

from engine.facts.money import plain
from engine.facts.trades import Side
from engine.shell.orders.layouts import csv_text, lines_of, lot_pairs
from engine.shell.orders.values import Ticket

HEADER = (
    "Account Number",
    "Buy/Sell",
    "Quantity",
    "Security ID",
    "Order Type",
    "Limit Price",
    "Time In Force",
    "Lot Instructions",
    "Client Order ID",
)
CODES = {Side.BUY: "B", Side.SELL: "S", Side.SHORT_SELL: "SS", Side.BUY_TO_COVER: "BC"}


def text(tickets: Iterable[Ticket]) -> str:
    """Return the file."""
    return csv_text(
        HEADER,
        (
            (
                line.account,
                CODES[line.ticket.side],
                plain(line.quantity),
                line.ticket.symbol,
                "M" if line.ticket.limit is None else "L",
                "" if line.ticket.limit is None else plain(line.ticket.limit),
                "D",
                lot_pairs(line),
                line.order,
            )
            for line in lines_of(tickets)
        ),
    )
