"""Guardband for notebooks and programs: the product's functions under one name.

import guardband

with guardband.open_desk("guardband-demo") as desk:
    proposal = desk.propose()
    print(proposal.status, len(proposal.trades))
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.shell.version import VERSION

if TYPE_CHECKING:
    from dsl.policy import CheckedPolicy
    from engine.facts.trades import Trade
    from engine.shell.work import Desk

__version__ = VERSION

__all__ = ["__version__", "check", "open_desk", "read_trades"]


@contextmanager
def open_desk(
    book: str | Path, *, policies: tuple[str, ...] = (), as_of: date | None = None
) -> "Iterator[Desk]":
    """Give a desk over a book folder: `judge`, `propose`, `drift` and `review_of` are its methods.

    policies: mandate files or ids; empty: those that the book's accounts name. as_of: the day, None: the
    last date of the prices. Raises `engine.facts.failure.GuardbandError` where something cannot be read.
    """
    from engine.shell import work

    moment = None if as_of is None else datetime.combine(as_of, time())
    with work.opened(list(policies) or None, Path(book), moment) as desk:
        yield desk


def read_trades(path: str | Path, desk: "Desk") -> "tuple[Trade, ...]":
    """Return the trades of a file, for `desk.judge`."""
    from engine.shell.files import trades

    return trades.read_trades(Path(path), desk.records)


def check(path: str | Path) -> "CheckedPolicy":
    """Return a mandate, checked. Raises `engine.shell.policies.MandateErrors` with every finding."""
    from engine.shell import policies

    (policy,) = policies.load((str(path),))
    return policy
