"""transactions.csv: what happened, row by row, and which cells each type of row needs.

id,date,account,type,symbol,quantity,price,amount
T1,2016-06-10,TAX-1,buy,KO,100,45.50,             a purchase: quantity and price (or amount)
T2,2017-02-21,,split,CMCSA,2,,                    two new shares for each old one, every account
"""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal

from engine.facts.failure import InputError
from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.transactions import Transaction, TransactionType
from engine.shell.files.cells import clock, day, lot_pairs, one_of, positive_share, size
from engine.shell.files.table import Column, Row, Table

TRANSACTIONS = Table(
    name="transactions",
    key=("id",),
    columns=(
        Column("id", need="cell"),
        Column("date", day, need="cell"),
        Column("account", need="column"),
        Column("type", one_of(*(kind.value for kind in TransactionType)), need="cell"),
        Column("symbol", need="column"),
        Column("quantity", size, need="column"),
        Column("price", size, need="column"),
        Column("amount", size),
        Column("fees", size),
        Column("order"),
        Column("lots", lot_pairs),
        Column("time", clock),
        Column("ex_date", day),
        Column("from_symbol"),
        Column("basis", size),
        Column("acquired", day),
        Column("basis_share", positive_share),
        Column("note"),
    ),
)

_TRADE = ("account", "symbol", "quantity", "price or amount")
_MONEY = ("account", "amount")
NEEDS: dict[TransactionType, tuple[str, ...]] = {
    TransactionType.BUY: _TRADE,
    TransactionType.SELL: _TRADE,
    TransactionType.REINVEST: _TRADE,
    TransactionType.AWARD: _TRADE,
    TransactionType.DIVIDEND: ("account", "symbol", "price or amount"),
    TransactionType.INTEREST: _MONEY,
    TransactionType.FEE: ("account", "amount or fees"),
    TransactionType.DEPOSIT: _MONEY,
    TransactionType.WITHDRAWAL: _MONEY,
    TransactionType.TRANSFER_IN: ("account", "symbol or amount"),
    TransactionType.TRANSFER_OUT: ("account", "symbol or amount"),
    TransactionType.GIFT_IN: ("account", "symbol", "quantity", "basis", "acquired"),
    TransactionType.SPLIT: ("symbol", "quantity"),
    TransactionType.STOCK_DIVIDEND: ("account", "symbol", "quantity"),
    TransactionType.SPIN_OFF: ("account", "symbol", "from_symbol", "quantity", "basis_share"),
    TransactionType.MERGER: ("account", "from_symbol", "symbol or amount"),
    TransactionType.RETURN_OF_CAPITAL: ("account", "symbol", "amount"),
    TransactionType.NAME_CHANGE: ("symbol", "from_symbol"),
    TransactionType.SHORT_SELL: _TRADE,
    TransactionType.BUY_TO_COVER: ("account", "symbol", "quantity", "price or amount or lots"),
    TransactionType.OPTION_BUY: _TRADE,
    TransactionType.OPTION_WRITE: _TRADE,
    TransactionType.OPTION_CLOSE: _TRADE,
    TransactionType.EXERCISE: ("account", "symbol", "quantity"),
    TransactionType.ASSIGNMENT: ("account", "symbol", "quantity"),
    TransactionType.EXPIRY: ("account", "symbol", "quantity"),
}
"""Cells that a type cannot do without; `a or b` means one of them."""


def transaction(row: Row) -> Transaction:
    """Return one row of transactions.csv as a fact."""
    from_symbol = row.text("from_symbol")
    symbol = row.text("symbol")
    return Transaction(
        id=TransactionId(row.need("id", str)),
        date=row.need("date", date),
        account=AccountId(row.text("account") or ""),
        type=TransactionType(row.need("type", str)),
        symbol=Symbol(symbol) if symbol else None,
        quantity=row.decimal("quantity"),
        price=row.decimal("price"),
        amount=row.decimal("amount"),
        fees=row.decimal("fees") or Decimal(0),
        order=row.text("order"),
        lots=row.get("lots", tuple) or (),
        time=row.get("time", time),
        ex_date=row.get("ex_date", date),
        from_symbol=Symbol(from_symbol) if from_symbol else None,
        basis=row.decimal("basis"),
        acquired=row.get("acquired", date),
        basis_share=row.decimal("basis_share"),
        note=row.text("note"),
        row=row.number,
    )


def transaction_problems(row: Row) -> Iterator[InputError]:
    """Yield what the type of a row needs and the row does not have, or has and must not."""
    kind = TransactionType(row.need("type", str))
    named = f"a row of type `{kind.value}`"
    for need in NEEDS[kind]:
        either = need.split(" or ")
        if not any(column in row.values for column in either):
            cure = "fill it in" if len(either) == 1 else "fill in one of them"
            yield InputError(f"{named} needs {need}", place=row.at(either[0]), cure=cure)
    if row.decimal("quantity") == 0 and "quantity" in NEEDS[kind]:
        yield InputError(
            f"{named} has a quantity of zero", place=row.at("quantity"), cure="write the size, or delete it"
        )
    if kind is TransactionType.SPLIT and "price" in row.values:
        yield InputError(
            "a split has no price",
            place=row.at("price"),
            cure="leave `price` empty; `quantity` is the number of new shares for each old one",
        )
    if kind is TransactionType.BUY_TO_COVER and "lots" in row.values and "price" in row.values:
        yield InputError(
            "a short covered with shares already held buys nothing, so it has no price",
            place=row.at("price"),
            cure="leave `price` empty, or `lots` where shares were bought",
        )
    yield from _lots_within_quantity(row, kind)


def _lots_within_quantity(row: Row, kind: TransactionType) -> Iterator[InputError]:
    pairs: tuple[tuple[str, Decimal], ...] = row.get("lots", tuple) or ()
    quantity = row.decimal("quantity")
    named = sum((part for _, part in pairs), Decimal(0))
    if pairs and quantity is not None and named > quantity:
        yield InputError(
            f"the lots named hold {named} shares, the row is about {quantity}",
            place=row.at("lots"),
            cure="name as many shares as the row is about, or fewer",
        )
