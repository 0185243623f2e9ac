"""A Schwab trade upload: account, action, quantity, symbol, order type, price, timing, tax lots.

Written without a specification of Schwab's at hand; Schwab has not been sent one.
"""

from collections.abc import Iterable

from engine.facts.trades import Side
from engine.shell.orders.layouts import Words, upload_text
from engine.shell.orders.values import Ticket

WORDS = Words(
    header=(
        "Account",
        "Action",
        "Quantity",
        "Symbol",
        "Order Type",
        "Limit Price",
        "Timing",
        "Tax Lots",
        "Reference",
    ),
    sides={
        Side.BUY: "Buy",
        Side.SELL: "Sell",
        Side.SHORT_SELL: "Sell Short",
        Side.BUY_TO_COVER: "Buy to Cover",
    },
    market="Market",
    limit="Limit",
    day="Day",
)


def text(tickets: Iterable[Ticket]) -> str:
    """Return the file."""
    return upload_text(tickets, WORDS)
