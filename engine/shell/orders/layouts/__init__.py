"""Order files: one layout, one module; `text(tickets)` gives the file, a row per account and order.

`plain` is ours and can be read back. The others were written without a specification of the brokers at hand,
and no broker has been sent one.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module

from engine.facts import money  # the layout `plain` would take the place of `money.plain` here
from engine.facts.failure import InputError
from engine.facts.trades import Side
from engine.shell.orders.values import Ticket

NAMES = ("plain", "schwab", "fidelity", "ibkr")
"""The modules of this package that are layouts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one account is to do of a ticket."""

    order: str
    account: str
    ticket: Ticket
    quantity: Decimal
    lots: tuple[tuple[str, Decimal], ...]

    @property
    def price_limit(self) -> str:
        """The limit as a cell; blank at the market."""
        return "" if self.ticket.limit is None else money.plain(self.ticket.limit)

    @property
    def lot_pairs(self) -> str:
        """The lots as a cell: `T1:150;T2:50`."""
        return ";".join(f"{lot}:{money.plain(size)}" for lot, size in self.lots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a broker says what an upload file holds; the columns are those of `upload_text`, in its order."""

    header: tuple[str, ...]
    sides: Mapping[Side, str]
    market: str
    limit: str
    day: str


def layout(name: str) -> Callable[[Iterable[Ticket]], str]:
    """Return the function that writes a layout. Raises InputError where there is none of that name."""
    if name not in NAMES:
        raise InputError(
            f"there is no layout `{name}`", place="--layout", cure=f"name one of {', '.join(NAMES)}"
        )
    module = import_module(f"{__name__}.{name}")
    writes: Callable[[Iterable[Ticket]], str] = module.text
    return writes


def lines_of(tickets: Iterable[Ticket]) -> Iterator[Line]:
    """Yield each ticket's accounts with the lots that they deliver."""
    for ticket in tickets:
        for account in ticket.accounts:
            legs = [leg for leg in ticket.legs if leg.account == account]
            yield Line(
                order=ticket.name,
                account=account,
                ticket=ticket,
                quantity=sum((leg.quantity for leg in legs), Decimal(0)),
                lots=tuple((leg.lot, leg.quantity) for leg in legs if leg.lot is not None),
            )


def csv_text(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return CSV text with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def upload_text(tickets: Iterable[Ticket], words: Words) -> str:
    """Return an upload file in a broker's words."""
    return csv_text(
        words.header,
        (
            (
                line.account,
                words.sides[line.ticket.side],
                money.plain(line.quantity),
                line.ticket.symbol,
                words.market if line.ticket.limit is None else words.limit,
                line.price_limit,
                words.day,
                line.lot_pairs,
                line.order,
            )
            for line in lines_of(tickets)
        ),
    )
