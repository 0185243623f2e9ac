"""Drafting: records to drafts, one function per row, a row that is not understood stops itself alone.

read_rows(rows, of) calls `of(row)` for each; an `Unreadable` becomes an `Unread` with line and words
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from engine.facts.transactions import TransactionType
from engine.ledger.tax.fund_losses import CAPITAL_GAIN
from engine.shell.importers import text
from engine.shell.importers.statement import Draft, Unread
from engine.shell.importers.text import Unreadable

V = TypeVar("V")
_CAPITAL_GAIN = re.compile(r"capital[\s-]+gain", re.IGNORECASE)

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

    def first(self, *columns: str) -> str:
        """Return the first cell of these columns that says something; empty where none does."""
        return next((self[name] for name in columns if self[name]), "")

    def beginning(self, *begins: str) -> str:
        """Return the first cell that says something of the columns whose names begin so.

        Pages of one custodian call one column `Qty (Quantity)`, `Qty` and `Quantity`.
        """
        return self.first(*(name for name in self.cells if name.startswith(begins)))

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


def below(path: Path, is_header: Callable[[list[str]], bool], wanted: str) -> list[Line]:
    """Return the rows below the first line of column names that is the format's.

    wanted: columns, for the message. Raises InputError where no line is one, or the file cannot be read.
    """
    found = text.lines(path)
    start = next((number for number, (_, cells) in enumerate(found) if is_header(cells)), None)
    if start is None:
        raise text.no_header(path, wanted)
    return under(found[start][1], found[start + 1 :])


def read_rows(rows: Iterable[Line], of: Callable[[Line], V]) -> tuple[list[V], list[Unread]]:
    """Return what each row says, and the rows that say nothing that is understood."""
    told, unread = [], []
    for row in rows:
        try:
            told.append(of(row))
        except Unreadable as stop:
            unread.append(Unread(line=row.number, words=row.words, reason=stop.reason, cure=stop.cure))
    return told, unread


def begun(words: str, kinds: Iterable[tuple[str, TransactionType]]) -> TransactionType | None:
    """Return what free text means by how it begins, the first that fits; None where none does."""
    return next((kind for begins, kind in kinds if words.startswith(begins)), None)


def money_begun(
    words: str, signed: Decimal, *, outside: tuple[str, ...], inside: tuple[str, ...]
) -> TransactionType | None:
    """Return what money is that came from or went to the outside, or another account of the custodian.

    outside, inside: how such free text begins. None where it begins otherwise.
    """
    if words.startswith(outside):
        return came_or_went(signed)
    return moved(signed) if words.startswith(inside) else None


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


def gains_paid_out(words: str, *, is_long: bool) -> str:
    """Return the words of a fund's payment of its gains, in which `tax` finds the long-term ones.

    A short-term gain paid out is an ordinary dividend, so its words never say `capital gain`.

    Source: 26 U.S.C. 852(b)(3)(C).
    """
    return f"{CAPITAL_GAIN} distribution, {words}" if is_long else _CAPITAL_GAIN.sub("cap gain", words)


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
