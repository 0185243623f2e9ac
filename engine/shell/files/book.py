"""A book's folder as facts: every table read, every problem told at once.

    read_records(Path("book"))  ->  Records(accounts=…, securities=…, prices=…, …)

Nothing is dropped and nothing is guessed: a cell that cannot be understood, a name that means nothing
and a file that is missing are each an `InputError` with file, row, column, reason and cure, and all of
them come out together in one `InputErrors`. Reading knows no as-of date; that is the ledger's affair.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from engine.facts.book import Records
from engine.facts.failure import InputError, InputErrors
from engine.shell.files import accounts, broker_forms, lots, market, risk, securities, transactions
from engine.shell.files.folder import read_sheets
from engine.shell.files.references import Register, check, register
from engine.shell.files.sheets import Sheet
from engine.shell.files.table import Row, Rows, Table, read_table

T = TypeVar("T")


def read_records(folder: Path) -> Records:
    """Return the files of a book's folder as facts.

    Raises InputErrors with every problem of every file: first the cells, table by table and row by row,
    then the names that mean nothing, in the same order.
    """
    return records_of(read_sheets(folder), source=str(folder))


def records_of(sheets: Mapping[str, Sheet], *, source: str) -> Records:
    """Return tables as facts, wherever their text came from; raises InputErrors as `read_records` does."""
    reader = _Reader(sheets)
    people = reader.table(accounts.ACCOUNTS)
    papers = reader.table(securities.SECURITIES, securities.security_problems)
    prices = reader.table(securities.PRICES)
    open_lots = reader.table(lots.LOTS, lots.lot_problems)
    history = reader.table(transactions.TRANSACTIONS, transactions.transaction_problems)
    by_class = "models" in sheets and "symbol" not in sheets["models"].header
    models = reader.table(market.MODELS_BY_CLASS if by_class else market.MODELS)
    benchmarks = reader.table(market.BENCHMARK)
    funds = reader.table(market.FUND_HOLDINGS)
    fx = reader.table(market.FX)
    orders = reader.table(market.OPEN_ORDERS)
    events = reader.table(market.EVENTS)
    forms = reader.table(broker_forms.FORM_1099B, broker_forms.form_problems)
    risk_model, exposures = risk.read_risk(sheets, reader.problems)

    account, security = register("account", people), register("security", papers)
    both: tuple[tuple[str, Register], ...] = (("account", account), ("symbol", security))
    cash = frozenset(row.text("currency") or "" for row in people.rows)
    classes = frozenset(row.text("asset_class") or "" for row in papers.rows)
    reader.problems += lots.repeated_lots(open_lots.rows)
    reader.problems += check(
        people, (("model", register("model", models)), ("benchmark", register("benchmark", benchmarks)))
    )
    reader.problems += check(papers, (("underlying", security),))
    reader.problems += check(open_lots, both)
    reader.problems += check(history, (*both, ("from_symbol", security)))
    reader.problems += check(models, (("symbol", security),), also=cash | classes)
    reader.problems += check(benchmarks, (("symbol", security),), also=cash)
    reader.problems += check(funds, (("fund", security),))
    reader.problems += check(orders, both)
    reader.problems += check(events, both)
    reader.problems += check(exposures, (("symbol", security),))
    reader.problems += check(forms, (*both, ("sale", register("transaction", history))))
    if reader.problems:
        raise InputErrors(tuple(reader.problems))

    return Records(
        accounts={row.account: row for row in map(accounts.account, people.rows)},
        securities={row.symbol: row for row in map(securities.security, papers.rows)},
        prices=tuple(sorted(map(securities.price, prices.rows), key=lambda p: (p.symbol, p.date))),
        lots=tuple(map(lots.lot, open_lots.rows)) if "lots" in sheets else None,
        transactions=(
            tuple(map(transactions.transaction, history.rows)) if "transactions" in sheets else None
        ),
        models=tuple(map(market.model_weight, models.rows)),
        benchmarks=tuple(map(market.benchmark_weight, benchmarks.rows)),
        fund_holdings=tuple(map(market.fund_holding, funds.rows)),
        fx=tuple(map(market.fx_rate, fx.rows)),
        open_orders=tuple(map(market.open_order, orders.rows)),
        events=tuple(map(market.event, events.rows)),
        risk=risk_model,
        source=source,
        broker_forms=tuple(map(broker_forms.broker_form, forms.rows)) if "form_1099b" in sheets else None,
    )


class _Reader:
    """Reads tables one after the other and keeps their problems."""

    def __init__(self, sheets: Mapping[str, Sheet]) -> None:
        self.sheets = sheets
        self.problems: list[InputError] = []

    def table(self, table: Table, row_problems: Callable[[Row], Iterable[InputError]] | None = None) -> Rows:
        sheet = self.sheets.get(table.name)
        if sheet is None:
            return Rows(place=f"{table.name}.csv", names=frozenset())
        rows = read_table(sheet, table)
        self.problems += rows.problems
        if row_problems is not None:
            for row in rows.rows:
                self.problems += row_problems(row)
        return rows
