"""Guardband for notebooks and programs: the product's functions under one name.

import guardband

with guardband.open_desk("guardband-demo") as desk:
    proposal = desk.propose()
    print(proposal.status, len(proposal.trades))
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.shell.version import VERSION

if TYPE_CHECKING:
    from dsl.policy import CheckedPolicy
    from engine.facts.trades import Trade
    from engine.shell.work import Desk

__version__ = VERSION

__all__ = ["__version__", "check", "lot_rows", "open_desk", "read_trades", "trade_rows", "verdict_rows"]


@contextmanager
def open_desk(
    book: "str | Path | Mapping[str, Any]", *, policies: tuple[str, ...] = (), as_of: date | None = None
) -> "Iterator[Desk]":
    """Give a desk over a book: `judge`, `propose`, `drift` and `review_of` are its methods.

    book: a folder, the address of a database, or frames by the names of a book's tables (accounts,
    securities, prices, lots, transactions, …; pandas, polars, or lists of mappings). policies: mandate files
    or ids; empty: those that the book's accounts name. as_of: the day, None: the last date of the prices.
    Raises `engine.facts.failure.GuardbandError` where something cannot be read.
    """
    from engine.shell import work
    from engine.shell.files.book import records_of
    from engine.shell.files.frames import sheet_of_frame

    moment = None if as_of is None else datetime.combine(as_of, time())
    if isinstance(book, Mapping):
        sheets = {name: sheet_of_frame(name, frame) for name, frame in book.items()}
        with work.opened_over(records_of(sheets, source="frames"), policies, moment, beside=None) as desk:
            yield desk
        return
    with work.opened(policies, book, moment) as desk:
        yield desk


def read_trades(trades: Any, desk: "Desk") -> "tuple[Trade, ...]":
    """Return the trades of a file or a frame, for `desk.judge`. Raises InputErrors with row and column."""
    from engine.shell.files import trades as listed
    from engine.shell.files.frames import sheet_of_frame

    if isinstance(trades, str | Path):
        return listed.read_trades(Path(trades), desk.records)
    return listed.trades_of(sheet_of_frame("trades", trades), desk.records)


def check(path: str | Path) -> "CheckedPolicy":
    """Return a mandate, checked. Raises `engine.shell.policies.MandateErrors` with every finding."""
    from engine.shell import policies

    (policy,) = policies.load((str(path),))
    return policy


def __getattr__(name: str) -> Any:
    """Give the functions that turn answers into rows; they are imported when they are first used."""
    if name in ("trade_rows", "verdict_rows", "lot_rows"):
        from guardband import rows

        return getattr(rows, name)
    raise AttributeError(f"module `guardband` has no `{name}`")
