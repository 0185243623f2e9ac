"""Our own order file: order, account, side, symbol, quantity, type, limit, lots."""

from collections.abc import Iterable

from engine.facts.money import plain
from engine.shell.orders.layouts import csv_text, lines_of
from engine.shell.orders.values import Ticket

HEADER = ("order", "account", "side", "symbol", "quantity", "type", "limit", "lots")


def text(tickets: Iterable[Ticket]) -> str:
    """Return the file."""
    return csv_text(
        HEADER,
        (
            (
                line.order,
                line.account,
                line.ticket.side.value,
                line.ticket.symbol,
                plain(line.quantity),
                "market" if line.ticket.limit is None else "limit",
                line.price_limit,
                line.lot_pairs,
            )
            for line in lines_of(tickets)
        ),
    )
