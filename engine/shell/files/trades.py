"""trades.csv: a list of trades that is proposed, by a person or a program.

account,side,symbol,quantity,price,lot,reason
TAX-1,buy,KO,100,,,"fill the gap"          trade 1, at the book's price
TAX-1,sell,XOM,40,81.10,T0012,             trade 2, out of the lot that transaction T0012 opened
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from engine.facts.book import Records
from engine.facts.failure import InputError, InputErrors
from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.trades import Side, Trade
from engine.shell.files.cells import one_of, positive
from engine.shell.files.market import SIDES
from engine.shell.files.references import Register
from engine.shell.files.sheets import Sheet, csv_sheet
from engine.shell.files.table import Column, Row, Table, read_table

MOST_TRADES = 5_000
"""Trades of one list; a longer one is a mistake, or several lists that were put together."""

MOST_ALIKE = 100
"""Rows of one account, side, security and lot; more are a list that was pasted more than once."""

TRADES = Table(
    name="trades",
    columns=(
        Column("account", need="cell"),
        Column("side", one_of(*SIDES), need="cell"),
        Column("symbol", need="cell"),
        Column("quantity", positive, need="cell"),
        Column("price", positive),
        Column("lot"),
        Column("reason"),
    ),
)


def read_trades(path: Path, records: Records) -> tuple[Trade, ...]:
    """Return the trades of a file, numbered from 1 in file order.

    Raises InputErrors where a row cannot be understood or names an account or security that `records`
    do not have; nothing is judged then.
    """
    if not path.is_file():
        cure = "name a CSV file with the columns account, side, symbol, quantity"
        raise InputErrors((InputError("there is no such file", place=str(path), cure=cure),))
    return trades_of(csv_sheet(path), records)


def trades_of(sheet: Sheet, records: Records) -> tuple[Trade, ...]:
    """Return the trades of a sheet, wherever its text came from; raises InputErrors as `read_trades` does."""
    if len(sheet.rows) > MOST_TRADES:
        raise InputErrors((_too_long(sheet),))
    rows = read_table(sheet, TRADES)
    accounts = Register(noun="account", place="accounts.csv", names=frozenset(records.accounts))
    securities = Register(noun="security", place="securities.csv", names=frozenset(records.securities))
    problems = [
        *rows.problems,
        *_repeated(rows.rows),
        *(problem for row in rows.rows for problem in _row_problems(row, accounts, securities)),
    ]
    if problems:
        raise InputErrors(tuple(problems))
    return tuple(_trade(number, row) for number, row in enumerate(rows.rows, start=1))


def _too_long(sheet: Sheet) -> InputError:
    return InputError(
        f"the list has {len(sheet.rows):,} trades, and one list is judged as a whole up to {MOST_TRADES:,}",
        place=f"{sheet.place} row {sheet.rows[MOST_TRADES][0]}",
        cure="give each household, or each account, a list of its own: only trades that meet in one "
        "household bear on each other",
    )


def _repeated(rows: Iterable[Row]) -> Iterator[InputError]:
    """Yield one problem for each trade that is written so often that it cannot be meant."""
    alike: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        name = tuple(row.text(column) for column in ("account", "side", "symbol", "lot"))
        alike.setdefault(name, []).append(row)
    for (account, side, symbol, lot), found in alike.items():
        if len(found) > MOST_ALIKE:
            of_lot = f" of lot `{lot}`" if lot else ""
            what = f"{side} `{symbol}`{of_lot} in `{account}`"
            yield InputError(
                f"{len(found):,} rows are alike: {what}; at most {MOST_ALIKE} may",
                place=found[MOST_ALIKE].place,
                cure="write one row with the shares of all of them, or look whether it was pasted twice",
            )


def _row_problems(row: Row, accounts: Register, securities: Register) -> Iterator[InputError]:
    yield from accounts.problem(row, "account")
    yield from securities.problem(row, "symbol")
    if row.text("lot") and row.text("side") in (Side.BUY, Side.SHORT_SELL):
        yield InputError(
            f"a trade with the side `{row.text('side')}` takes no lot",
            place=row.at("lot"),
            cure="leave `lot` empty; only sales and covers name the lot that they deliver",
        )


def _trade(number: int, row: Row) -> Trade:
    lot = row.text("lot")
    return Trade(
        number=number,
        account=AccountId(row.need("account", str)),
        side=Side(row.need("side", str)),
        symbol=Symbol(row.need("symbol", str)),
        quantity=row.need("quantity", Decimal),
        price=row.decimal("price"),
        lot=LotId(lot) if lot else None,
        reason=row.text("reason"),
    )
