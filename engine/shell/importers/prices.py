"""`guardband import prices FILE`: daily prices, dividends and splits, CSV or Parquet.

Columns are date, symbol, price (or close: as traded, not adjusted); volume, dividend per share on the
ex-date, split (new shares for each old one). An adjusted column is not read. Each day is looked at as the
data gate does before a trade: a spin-off told as a dividend or as an odd split, a jump that nothing explains.

    2015-07-20,EBAY,28.57,…,38.39     the dividend is 57.9% of the price before: a spin-off?

Parquet needs `pip install "guardband[parquet]"`; its binary numbers become the shortest decimals that mean
them.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.securities import Price
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, read_rows, under
from engine.shell.importers.statement import Statement
from engine.shell.importers.text import Unreadable

FORMAT = "prices"
HELP = "daily prices, dividends and splits, CSV or Parquet"

_PRICES = ("price", "close")
_CURE = "correct the row, then import the file again"


def parse(path: Path) -> Statement:
    """Return what a file of prices says. Raises InputError where it is none."""
    rows = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    prices, unread = read_rows(rows, _price)
    return Statement(
        source=path.name,
        records=len(prices) + len(unread),
        prices=tuple(prices),
        price_records=len(prices),
        unread=tuple(unread),
        is_market_data=True,
    ).check()


def _csv(path: Path) -> Iterator[Line]:
    found = text.lines(path)
    header = [name.lower() for name in found[0][1]] if found else []
    _check(path, header)
    yield from under(header, found[1:])


def _check(path: Path, header: list[str]) -> None:
    if "date" not in header or "symbol" not in header or not any(name in header for name in _PRICES):
        raise text.no_header(path, "date, symbol and price")


def _parquet(path: Path) -> Iterator[Line]:
    try:
        from pyarrow import parquet
    except ImportError:
        raise InputError(
            "Parquet cannot be read without pyarrow",
            place=path.name,
            cure='pip install "guardband[parquet]", or save the prices as CSV',
        ) from None
    file = parquet.ParquetFile(path)
    names = [name.lower() for name in file.schema_arrow.names]
    _check(path, names)
    number = 0
    for batch in file.iter_batches():
        for cells in batch.to_pylist():
            number += 1
            yield Line(number, _texts(cells))


def _texts(cells: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): _text(value) for name, value in cells.items()}


def _text(value: object) -> str:
    """Return a cell as text; a binary number as the shortest decimal that means it, NaN as nothing."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float():
            return "" if value != value else format(Decimal(repr(value)), "f")
        case _:
            return str(value)


def _price(row: Line) -> Price:
    price = text.needed(next((row[name] for name in _PRICES if row[name]), ""), "price")
    if price <= 0:
        raise Unreadable(f"the price {price} is not more than 0", _CURE)
    if not row["symbol"]:
        raise Unreadable("the row names no symbol", _CURE)
    volume, dividend, split = (text.amount(row[name]) for name in ("volume", "dividend", "split"))
    for name, value in (("volume", volume), ("dividend", dividend), ("split", split)):
        if value is not None and value < 0:
            raise Unreadable(f"the {name} {value} is negative", _CURE)
    return Price(
        symbol=Symbol(row["symbol"]),
        date=text.day(row["date"][:10], text.ISO),
        price=price,
        volume=volume,
        dividend=dividend or None,
        split=None if split in (None, 0, 1) else split,
    )
