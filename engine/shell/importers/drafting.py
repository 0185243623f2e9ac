"""Drafting: records to drafts, one function per row, a row that is not understood stops itself alone.

read_rows(rows, of) calls `of(row)` for each; an `Unreadable` becomes an `Unread` with line and words
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.facts.transactions import TransactionType
from engine.shell.importers.statement import Draft, Unread
from engine.shell.importers.text import Unreadable

OF_SIGN = {
    TransactionType.DIVIDEND: 1,
    TransactionType.INTEREST: 1,
    TransactionType.RETURN_OF_CAPITAL: 1,
    TransactionType.FEE: -1,
}
"""The sign that money of a type has in an account; the other sign takes an earlier record back."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row under its column names."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    @property
    def words(self) -> str:
        """The whole row, for a person."""
        return ", ".join(cell for cell in self.cells.values() if cell)


def under(header: list[str], rows: Iterable[tuple[int, list[str]]]) -> list[Line]:
    """Return rows as cells by column name; a column without a name is left out."""
    names = [name.strip() for name in header]
    return [
        Line(number, {name: cell for name, cell in zip(names, cells, strict=False) if name})
        for number, cells in rows
    ]


def read_rows(rows: Iterable[Line], of: Callable[[Line], Draft]) -> tuple[list[Draft], list[Unread]]:
    """Return what each row says, and the rows that say nothing that is understood."""
    drafts, unread = [], []
    for row in rows:
        try:
            drafts.append(of(row))
        except Unreadable as stop:
            unread.append(Unread(line=row.number, words=row.words, reason=stop.reason, cure=stop.cure))
    return drafts, unread


def unknown(what: str) -> Unreadable:
    """Return the stop of a row whose action is free text that is not understood."""
    return Unreadable(
        f"the action `{what}` is not known",
        "add the transaction to transactions.csv by hand, from the confirmation",
    )


def cash(
    line: int,
    *,
    day: date,
    words: str,
    type: TransactionType,
    signed: Decimal,
    account: str = "",
    symbol: str | None = None,
) -> Draft:
    """Return money that comes or goes; the wrong sign for its type takes an earlier record back."""
    return Draft(
        line=line,
        day=day,
        words=words,
        type=type,
        amount=abs(signed),
        takes_back=type in OF_SIGN and signed * OF_SIGN[type] < 0,
        account=account,
        symbol=symbol or None,
    )


def came_or_went(signed: Decimal) -> TransactionType:
    """Return deposit or withdrawal by sign."""
    return TransactionType.DEPOSIT if signed >= 0 else TransactionType.WITHDRAWAL


def moved(signed: Decimal) -> TransactionType:
    """Return transfer_in or transfer_out by sign."""
    return TransactionType.TRANSFER_IN if signed >= 0 else TransactionType.TRANSFER_OUT


def before_fees(net: Decimal | None, fees: Decimal, *, is_sale: bool) -> Decimal | None:
    """Return the total before fees of a purchase or sale whose net amount is told, a size."""
    if net is None:
        return None
    return abs(net) + fees if is_sale else abs(net) - fees


def oldest_first(drafts: list[Draft]) -> tuple[Draft, ...]:
    """Return drafts by day; a file that tells the newest first is turned round, so days keep their order."""
    is_newest_first = bool(drafts) and drafts[0].day > drafts[-1].day
    ordered = list(reversed(drafts)) if is_newest_first else drafts
    return tuple(sorted(ordered, key=lambda draft: draft.day))
