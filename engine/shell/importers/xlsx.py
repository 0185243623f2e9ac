"""`guardband import xlsx FILE --mapping MAP`: any custodian's workbook, by a file that names its columns.

Untested on a file of a customer. The mapping is TOML; what it does not name is left aside, a word of the
workbook that its `[types]` do not hold stops that row. Without `--mapping`, FILE.toml beside the workbook.

    sheet = "Activity"          # the first one, where it is not said
    header = 3                  # the row of column names
    day_format = "%d.%m.%Y"     # where days are text
    currency = "USD"
    [columns]
    date = "Trade date"
    type = "Activity"
    quantity = "Units"
    [types]
    "Purchase" = "buy"

A number in a workbook is a binary one; it is read as Excel shows it, to 15 digits, and a text stays exact.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from engine.facts.failure import InputError
from engine.facts.transactions import TransactionType as T
from engine.shell.files.cells import nearest
from engine.shell.importers import text
from engine.shell.importers.drafting import (
    OF_SIGN,
    Line,
    before_fees,
    oldest_first,
    read_rows,
    under,
    unknown,
)
from engine.shell.importers.statement import Draft, Paper, Statement
from engine.shell.importers.text import Unreadable

FORMAT = "xlsx"
HELP = "a workbook, by a mapping file (untested on real files)"

COLUMNS = (
    "date",
    "type",
    "account",
    "symbol",
    "name",
    "isin",
    "cusip",
    "quantity",
    "price",
    "amount",
    "net_amount",
    "fees",
    "currency",
    "from_symbol",
    "note",
)
"""What a mapping may name; `date` and `type` it must. `amount` is before fees, `net_amount` after."""

_OUTFLOWS = frozenset({T.BUY, T.REINVEST, T.BUY_TO_COVER, T.OPTION_BUY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a mapping file says."""

    columns: Mapping[str, str]
    types: Mapping[str, T]
    sheet: str | None = None
    header: int = 1
    day_format: str = text.ISO
    currency: str | None = None
    left_aside: tuple[str, ...] = field(default=())  # words of `type` that are no records, as `Total`


def parse(path: Path, mapping: Path | None = None) -> Statement:
    """Return what a workbook says. Raises InputError where it or its mapping cannot be read."""
    how = read_mapping(mapping or path.with_suffix(".toml"))
    found = _rows(path, how)
    header = found[0][1] if found else []
    for name, column in how.columns.items():
        if column not in header:
            raise InputError(
                f"there is no column `{column}` for {name}",
                place=f"{path.name} row {how.header}",
                cure="correct the name in the mapping, or the number of the header's row",
            )
    rows = under(header, found[1:])
    kept = [row for row in rows if row[how.columns["type"]] not in how.left_aside]
    drafts, unread = read_rows(kept, lambda row: _draft(row, how))
    return Statement(
        source=path.name,
        records=len(kept),
        drafts=oldest_first(drafts),
        papers=tuple(paper for row in kept if (paper := _paper(row, how)) is not None),
        unread=tuple(unread),
        currency=how.currency,
    ).check()


def read_mapping(path: Path) -> Plan:
    """Return a mapping file. Raises InputError with place and cure where it says what it must not."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(
            "the mapping file is not there", place=str(path), cure="write one, and name it with --mapping"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"this is not TOML ({error})", place=path.name, cure="correct the line") from None
    columns, types = said.get("columns", {}), said.get("types", {})
    for name in columns:
        if name not in COLUMNS:
            near = nearest(name, COLUMNS)
            cure = f"write {near}" if near else f"name one of {', '.join(COLUMNS)}"
            raise InputError(f"there is no `{name}` to be mapped", place=f"{path.name} [columns]", cure=cure)
    for name in ("date", "type"):
        if name not in columns:
            raise InputError(
                f"`{name}` is not mapped", place=f"{path.name} [columns]", cure="name its column"
            )
    known = tuple(kind.value for kind in T)
    for word, kind in types.items():
        if kind not in known:
            near = nearest(kind, known)
            cure = f"write {near}" if near else f"write one of {', '.join(known)}"
            raise InputError(f"`{kind}` for `{word}` is no type", place=f"{path.name} [types]", cure=cure)
    return Plan(
        columns=columns,
        types={word: T(kind) for word, kind in types.items()},
        sheet=said.get("sheet"),
        header=int(said.get("header", 1)),
        day_format=said.get("day_format", text.ISO),
        currency=said.get("currency"),
        left_aside=tuple(said.get("left_aside", ())),
    )


def _rows(path: Path, how: Plan) -> list[tuple[int, list[str]]]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        cure = 'pip install "guardband[excel]", or save the sheet as CSV'
        raise InputError("a workbook cannot be read without openpyxl", place=path.name, cure=cure) from None
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parts raise
        cure = "save it again as .xlsx, without a password"
        raise InputError(f"this is no workbook ({error})", place=path.name, cure=cure) from None
    if how.sheet is not None and how.sheet not in book.sheetnames:
        cure = f"name one of {', '.join(book.sheetnames)}"
        raise InputError(f"there is no sheet `{how.sheet}`", place=path.name, cure=cure)
    sheet = book[how.sheet] if how.sheet else book[book.sheetnames[0]]
    rows = [
        (number, [_text(cell) for cell in cells])
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
        if number >= how.header
    ]
    book.close()
    return [row for row in rows if any(row[1])]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() | date():
            return value.strftime(text.ISO)
        case bool():
            return "yes" if value else "no"
        case float():
            return format(Decimal(format(value, ".15g")), "f")
        case _:
            return str(value).strip()


def _draft(row: Line, how: Plan) -> Draft:
    def cell(name: str) -> str:
        return row[how.columns[name]] if name in how.columns else ""

    if cell("type") not in how.types:
        raise unknown(cell("type"))
    type = how.types[cell("type")]
    fees = text.size(cell("fees")) or Decimal(0)
    signed, net = text.amount(cell("amount")), text.amount(cell("net_amount"))
    money = signed if signed is not None else net
    total = abs(signed) if signed is not None else None
    if total is None:
        total = before_fees(net, fees, is_sale=type not in _OUTFLOWS)
    return Draft(
        line=row.number,
        day=_day(cell("date"), how),
        type=type,
        words=" ".join(part for part in (cell("type"), cell("name"), cell("note")) if part),
        account=cell("account"),
        symbol=cell("symbol") or cell("isin") or cell("cusip") or None,
        quantity=text.size(cell("quantity")),
        price=text.amount(cell("price")),
        amount=total,
        fees=fees,
        currency=cell("currency") or None,
        from_symbol=cell("from_symbol") or None,
        takes_back=money is not None and type in OF_SIGN and money * OF_SIGN[type] < 0 and type is not T.FEE,
    )


def _day(cell: str, how: Plan) -> date:
    try:
        return text.day(cell, text.ISO)
    except Unreadable:
        return text.day(cell, how.day_format)


def _paper(row: Line, how: Plan) -> Paper | None:
    told = {
        name: row[how.columns[name]] for name in ("symbol", "name", "isin", "cusip") if name in how.columns
    }
    symbol = told.get("symbol") or told.get("isin") or told.get("cusip")
    if not symbol:
        return None
    return Paper(
        symbol=symbol,
        name=told.get("name") or None,
        isin=told.get("isin") or None,
        cusip=told.get("cusip") or None,
    )
