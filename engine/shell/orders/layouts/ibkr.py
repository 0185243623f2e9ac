"""A basket file of Interactive Brokers' Trader Workstation.

Written without a specification at hand and not tried against the workstation. It has no column for lots:
they are to be matched by the reference, where the broker matches lots.
"""

from collections.abc import Iterable

from engine.facts.money import plain
from engine.facts.trades import Side
from engine.shell.orders.layouts import csv_text, lines_of
from engine.shell.orders.values import Ticket

HEADER = (
    "Action",
    "Quantity",
    "Symbol",
    "SecType",
    "Exchange",
    "Currency",
    "TimeInForce",
    "OrderType",
    "LmtPrice",
    "BasketTag",
    "OrderRef",
    "Account",
)
ACTIONS = {Side.BUY: "BUY", Side.SELL: "SELL", Side.SHORT_SELL: "SSHORT", Side.BUY_TO_COVER: "BUY"}


def text(tickets: Iterable[Ticket]) -> str:
    """Return the file."""
    return csv_text(
        HEADER,
        (
            (
                ACTIONS[line.ticket.side],
                plain(line.quantity),
                line.ticket.symbol.replace(".", " "),
                "STK",
                "SMART",
                "USD",
                "DAY",
                "MKT" if line.ticket.limit is None else "LMT",
                line.price_limit,
                "guardband",
                line.order,
                line.account,
            )
            for line in lines_of(tickets)
        ),
    )
