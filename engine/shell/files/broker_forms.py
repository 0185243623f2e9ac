"""form_1099b.csv: what the brokers' Forms 1099-B tell of each sale; a file that a book may have.

account,sale,lot,symbol,sold,acquired,quantity,term,proceeds,basis,box_1f,box_1g,basis_reported
TAX-1,T9,T1,,,,,short,700,1000,,150,yes                        a sale by its id in transactions.csv
TAX-1,,,KO,2024-06-03,2023-01-10,100,long,700,1000,,150,yes    the same by boxes 1a to 1c
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from engine.facts.failure import InputError
from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.shell.files.cells import day, one_of, positive, size, yes_or_no
from engine.shell.files.table import Column, Row, Table

FORM_1099B = Table(
    name="form_1099b",
    columns=(
        Column("account", need="cell"),
        Column("sale"),
        Column("lot"),
        Column("symbol"),
        Column("sold", day),
        Column("acquired", day),
        Column("quantity", positive),
        Column("term", one_of("short", "long")),
        Column("proceeds", size),
        Column("basis", size),
        Column("box_1f", size),
        Column("box_1g", size),
        Column("basis_reported", yes_or_no),
    ),
)


def broker_form(row: Row) -> BrokerForm:
    """Return one row of form_1099b.csv as a fact."""
    sale, lot, symbol, term = (row.text(name) for name in ("sale", "lot", "symbol", "term"))
    return BrokerForm(
        account=AccountId(row.need("account", str)),
        sale=TransactionId(sale) if sale else None,
        lot=LotId(lot) if lot else None,
        symbol=Symbol(symbol) if symbol else None,
        sold=row.get("sold", date),
        acquired=row.get("acquired", date),
        quantity=row.decimal("quantity"),
        term="short" if term == "short" else "long" if term == "long" else None,
        proceeds=row.decimal("proceeds"),
        basis=row.decimal("basis"),
        box_1f=row.decimal("box_1f") or Decimal(0),
        box_1g=row.decimal("box_1g") or Decimal(0),
        basis_reported=row.get("basis_reported", bool),
        row=row.number,
    )


def form_problems(row: Row) -> Iterator[InputError]:
    """Yield a line that names neither its sale nor the security and the day."""
    if row.text("sale") is None and (row.text("symbol") is None or row.get("sold", date) is None):
        yield InputError(
            "the line does not tell which sale it is about",
            place=row.at("sale"),
            cure="write the id of the sale in transactions.csv, or `symbol` and `sold`",
        )
