"""Models, benchmarks, fund holdings, exchange rates, open orders and dated events."""

from datetime import date
from decimal import Decimal

from engine.facts.book import Event, FundHolding, FxRate, OpenOrder, Weight
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side
from engine.shell.files.cells import day, one_of, positive, share, size
from engine.shell.files.table import Column, Row, Table

SIDES = tuple(side.value for side in Side)

MODELS = Table(
    name="models",
    key=("model", "symbol"),
    columns=(
        Column("model", need="cell"),
        Column("symbol", need="cell"),
        Column("weight", share, need="cell"),
    ),
)
MODELS_BY_CLASS = Table(
    name="models",
    key=("model", "class"),
    columns=(
        Column("model", need="cell"),
        Column("class", need="cell"),
        Column("weight", share, need="cell"),
    ),
)
BENCHMARK = Table(
    name="benchmark",
    key=("benchmark", "date", "symbol"),
    columns=(
        Column("benchmark", need="cell"),
        Column("date", day, need="cell"),
        Column("symbol", need="cell"),
        Column("weight", share, need="cell"),
    ),
)
FUND_HOLDINGS = Table(
    name="fund_holdings",
    key=("fund", "date", "symbol"),
    columns=(
        Column("date", day, need="cell"),
        Column("fund", need="cell"),
        Column("symbol", need="cell"),
        Column("weight", share, need="cell"),
    ),
)
FX = Table(
    name="fx",
    key=("currency", "date"),
    columns=(
        Column("date", day, need="cell"),
        Column("currency", need="cell"),
        Column("rate", positive, need="cell"),
    ),
)
OPEN_ORDERS = Table(
    name="open_orders",
    key=("order",),
    columns=(
        Column("order", need="cell"),
        Column("account", need="cell"),
        Column("side", one_of(*SIDES), need="cell"),
        Column("symbol", need="cell"),
        Column("quantity", positive, need="cell"),
        Column("filled", size, need="cell"),
    ),
)
EVENTS = Table(
    name="events",
    columns=(
        Column("date", day, need="cell"),
        Column("event", need="cell"),
        Column("symbol"),
        Column("account"),
        Column("amount", size),
    ),
)


def model_weight(row: Row) -> Weight:
    """Return one row of models.csv; its key is a symbol or a class."""
    key = row.text("symbol") or row.need("class", str)
    return Weight(name=row.need("model", str), key=key, weight=row.need("weight", Decimal))


def benchmark_weight(row: Row) -> Weight:
    """Return one row of benchmark.csv."""
    return Weight(
        name=row.need("benchmark", str),
        key=row.need("symbol", str),
        weight=row.need("weight", Decimal),
        day=row.need("date", date),
    )


def fund_holding(row: Row) -> FundHolding:
    """Return one row of fund_holdings.csv."""
    return FundHolding(
        date=row.need("date", date),
        fund=Symbol(row.need("fund", str)),
        symbol=Symbol(row.need("symbol", str)),
        weight=row.need("weight", Decimal),
    )


def fx_rate(row: Row) -> FxRate:
    """Return one row of fx.csv."""
    return FxRate(
        date=row.need("date", date), currency=row.need("currency", str), rate=row.need("rate", Decimal)
    )


def open_order(row: Row) -> OpenOrder:
    """Return one row of open_orders.csv."""
    return OpenOrder(
        order=row.need("order", str),
        account=AccountId(row.need("account", str)),
        side=row.need("side", str),
        symbol=Symbol(row.need("symbol", str)),
        quantity=row.need("quantity", Decimal),
        filled=row.need("filled", Decimal),
    )


def event(row: Row) -> Event:
    """Return one row of events.csv; a blank symbol or account means all."""
    symbol, account = row.text("symbol"), row.text("account")
    return Event(
        date=row.need("date", date),
        event=row.need("event", str),
        symbol=Symbol(symbol) if symbol else None,
        account=AccountId(account) if account else None,
        amount=row.decimal("amount"),
    )
