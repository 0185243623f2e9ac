"""`guardband import ibkr-flex-csv FILE`: Flex queries of Interactive Brokers as CSV, trades or cash.

Which of the two is told by the column names. A row without ISIN and symbol is a change of currencies. Such
files name no account and often no rate: a row in another currency needs the rate of its day in fx.csv.

    "BUY","20230522","US9220427424","95","93.78","8909.1","USD","-1","USD"    95 for 8,909.10 USD
"""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, cash, oldest_first, read_rows, under
from engine.shell.importers.flex_cells import kind_of, moment
from engine.shell.importers.statement import Draft, Paper, Statement
from engine.shell.importers.text import Unreadable

FORMAT = "ibkr-flex-csv"
HELP = "Flex queries of Interactive Brokers, CSV"

_SYMBOL = re.compile(r"([A-Z0-9.]+)\([A-Z0-9]+\)")


def parse(path: Path) -> Statement:
    """Return what a query's answer says. Raises InputError where it is none."""
    found = text.lines(path)
    header = found[0][1] if found else []
    if "Buy/Sell" not in header and "Type" not in header:
        raise text.no_header(path, "Buy/Sell, TradeDate or Type, SettleDate")
    rows = [row for row in under(header, found[1:]) if row.cells.get(header[0]) != header[0]]
    drafts, unread = read_rows(rows, _trade if "Buy/Sell" in header else _paid)
    return Statement(
        source=path.name,
        records=len(rows),
        drafts=oldest_first(drafts),
        papers=tuple(_paper(row) for row in rows if _symbol(row)),
        unread=tuple(unread),
    ).check()


def _symbol(row: Line) -> str:
    """Return the symbol: its column, else what the description begins with, else the ISIN."""
    told = _SYMBOL.match(row["Description"])
    return row["Symbol"] or row["ISIN"] or (told[1] if told else "")


def _trade(row: Line) -> Draft:
    day, clock = moment(row["TradeDate"] or row["DateTime"])
    symbol, currency = _symbol(row), row["CurrencyPrimary"]
    fees = text.size(row["IBCommission"]) or Decimal(0)
    paid_in = row["IBCommissionCurrency"] or currency
    quantity = abs(text.needed(row["Quantity"], "Quantity"))
    total = abs(text.needed(row["TradeMoney"], "TradeMoney"))
    draft = Draft(
        line=row.number,
        day=day,
        type=T.BUY if row["Buy/Sell"].upper().startswith("BUY") else T.SELL,
        words=f"{row['Buy/Sell']} {quantity} at {row['TradePrice']} {currency}",
        symbol=symbol or None,
        quantity=quantity,
        price=text.amount(row["TradePrice"]),
        amount=total,
        fees=fees,
        currency=currency,
        time=clock,
    )
    if not symbol:
        return replace(
            draft,
            type=T.FEE,
            words=f"currency conversion {draft.words}",
            quantity=None,
            price=None,
            amount=fees,
            fees=Decimal(0),
            currency=paid_in,
        )
    if fees and paid_in != currency:
        raise Unreadable(
            f"the trade is in {currency}, its commission in {paid_in}",
            "add the trade to transactions.csv from the confirmation",
        )
    return draft


def _paid(row: Line) -> Draft:
    words, signed = f"{row['Type']}: {row['Description']}", text.needed(row["Amount"], "Amount")
    type, symbol = kind_of(row["Type"], words, signed, _symbol(row))
    day, _ = moment(row["SettleDate"] or row["ReportDate"] or row["Date/Time"])
    draft = cash(row.number, day=day, words=words, type=type, signed=signed, symbol=symbol)
    return replace(draft, currency=row["CurrencyPrimary"] or None)


def _paper(row: Line) -> Paper:
    return Paper(
        symbol=_symbol(row),
        name=row["Description"].split("(")[0] or None,
        isin=row["ISIN"] or None,
        currency=row["CurrencyPrimary"] or None,
    )
