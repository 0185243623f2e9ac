"""securities.csv and prices.csv: what can be held, and what it was worth on which day."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.securities import Price, Security
from engine.shell.files.cells import day, one_of, positive, positive_share, size
from engine.shell.files.table import Column, Row, Table

SECURITIES = Table(
    name="securities",
    key=("symbol",),
    columns=(
        Column("symbol", need="cell"),
        Column("asset_class", need="cell"),
        Column("instrument", need="cell"),
        Column("issuer", need="column"),
        Column("lot_size", positive),
        Column("expense_ratio", positive_share),
        Column("currency"),
        Column("cusip"),
        Column("underlying"),
        Column("right", one_of("call", "put")),
        Column("strike", size),
        Column("expiry", day),
        Column("multiplier", positive),
    ),
)

PRICES = Table(
    name="prices",
    key=("symbol", "date"),
    columns=(
        Column("date", day, need="cell"),
        Column("symbol", need="cell"),
        Column("price", positive, need="cell"),
        Column("volume", size),
        Column("dividend", size),
        Column("split", positive),
    ),
)

OPTION_COLUMNS = ("underlying", "right", "strike", "expiry", "multiplier")


def security(row: Row) -> Security:
    """Return one row of securities.csv as a fact; every column is also an attribute."""
    return Security(
        symbol=Symbol(row.need("symbol", str)),
        asset_class=row.need("asset_class", str),
        instrument=row.need("instrument", str),
        issuer=row.text("issuer"),
        attributes=row.attributes,
        currency=row.text("currency"),
        lot_size=row.decimal("lot_size") or Decimal(1),
        cusip=row.text("cusip"),
        multiplier=row.decimal("multiplier") or Decimal(1),
        underlying=Symbol(row.need("underlying", str)) if row.text("underlying") else None,
    )


def security_problems(row: Row) -> Iterator[InputError]:
    """Yield what is wrong with a row whose single cells are all right."""
    if row.need("instrument", str) != "option":
        return
    for column in OPTION_COLUMNS:
        if column not in row.values:
            yield InputError(
                f"an option needs its {column}",
                place=row.at(column),
                cure=f"fill in `{column}`; an option has {', '.join(OPTION_COLUMNS)}",
            )


def price(row: Row) -> Price:
    """Return one row of prices.csv as a fact."""
    return Price(
        symbol=Symbol(row.need("symbol", str)),
        date=row.need("date", date),
        price=row.need("price", Decimal),
        volume=row.decimal("volume"),
        dividend=row.decimal("dividend"),
        split=row.decimal("split"),
    )
