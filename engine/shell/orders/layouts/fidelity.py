"""A Fidelity trade upload: account number, trade type, quantity, security, order type, time in force.

Written without a specification of Fidelity's at hand; Fidelity has not been sent one.
"""

from collections.abc import Iterable

from engine.facts.trades import Side
from engine.shell.orders.layouts import Words, upload_text
from engine.shell.orders.values import Ticket

WORDS = Words(
    header=(
        "Account Number",
        "Buy/Sell",
        "Quantity",
        "Security ID",
        "Order Type",
        "Limit Price",
        "Time In Force",
        "Lot Instructions",
        "Client Order ID",
    ),
    sides={Side.BUY: "B", Side.SELL: "S", Side.SHORT_SELL: "SS", Side.BUY_TO_COVER: "BC"},
    market="M",
    limit="L",
    day="D",
)


def text(tickets: Iterable[Ticket]) -> str:
    """Return the file."""
    return upload_text(tickets, WORDS)
