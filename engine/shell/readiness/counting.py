"""Counting: a figure from rows and a test, so that every figure has the rows behind it."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from engine.facts.money import read_decimal
from engine.shell.readiness.gather import Row
from reports.readiness import Figure

T = TypeVar("T")


def counted(
    need: str, name: str, rows: Iterable[T], *, good: Callable[[T], bool], told: Callable[[T], str], do: str
) -> Figure:
    """Return a figure: how many rows are good, and the names of the others."""
    everything = tuple(rows)
    lacking = tuple(told(row) for row in everything if not good(row))
    return Figure(
        need=need,
        name=name,
        have=len(everything) - len(lacking),
        of=len(everything),
        lacking=lacking,
        do=do,
        note="" if everything else "there is no such row",
    )


def unmeasured(need: str, name: str, why: str) -> Figure:
    """Return a figure that nothing can be counted for."""
    return Figure(need=need, name=name, have=0, of=0, note=why)


def amount(row: Row, column: str) -> Decimal | None:
    """Return a cell as a number; None where it is blank or none."""
    try:
        return read_decimal(row.get(column, "")) if row.get(column) else None
    except ValueError:
        return None
