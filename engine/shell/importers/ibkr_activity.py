"""`guardband import ibkr-activity FILE`: the transaction history of Interactive Brokers, CSV in sections.

Every line begins with its section and `Header` or `Data`. Amounts are in the base currency of the summary.

    Transaction History,Data,2025-03-15,U1,ISHARES NASDAQ 100,Buy,CNX1,4.0,1000.0,-4000.0,-3.0,-4003.0
"""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, cash, moved, oldest_first, read_rows, under
from engine.shell.importers.flex_cells import kind_of
from engine.shell.importers.statement import CashHeld, Draft, Paper, Statement

FORMAT = "ibkr-activity"
HELP = "transaction history of Interactive Brokers, CSV"

SECTION = "Transaction History"


def parse(path: Path) -> Statement:
    """Return what a history says. Raises InputError where it is none."""
    found = text.lines(path)
    header = next((c[2:] for _, c in found if c[:2] == [SECTION, "Header"]), None)
    if header is None:
        raise text.no_header(path, f"`{SECTION},Header`")
    rows = under(header, [(n, c[2:]) for n, c in found if c[:2] == [SECTION, "Data"]])
    summary = {c[2]: (n, c[3]) for n, c in found if c[:2] == ["Summary", "Data"] and len(c) > 3}
    drafts, unread = read_rows(rows, _draft)
    ending = summary.get("Ending Cash")
    accounts = {row["Account"] for row in rows}
    return Statement(
        source=path.name,
        records=len(rows) + (ending is not None),
        drafts=oldest_first(drafts),
        cash=()
        if ending is None
        else (
            CashHeld(
                line=ending[0],
                amount=text.needed(ending[1], "Ending Cash"),
                account=accounts.pop() if len(accounts) == 1 else "",
                words="Ending Cash",
            ),
        ),
        papers=tuple(
            Paper(symbol=row["Symbol"], name=row["Description"])
            for row in rows
            if row["Transaction Type"] in ("Buy", "Sell")
        ),
        unread=tuple(unread),
        currency=summary["Base Currency"][1] if "Base Currency" in summary else None,
    ).check()


def _draft(row: Line) -> Draft:
    kind, words = row["Transaction Type"], f"{row['Transaction Type']}: {row['Description']}"
    day, account = text.day(row["Date"], text.ISO), row["Account"]
    symbol = "" if row["Symbol"] in text.NOTHING else row["Symbol"]
    if kind in ("Buy", "Sell"):
        return _trade(
            row,
            Draft(line=row.number, day=day, type=T.BUY, words=words, account=account, symbol=symbol or None),
        )
    signed = text.needed(row["Net Amount"], "Net Amount")
    if kind == "Forex Trade Component":
        return cash(row.number, day=day, words=words, type=T.FEE, signed=signed, account=account)
    if kind in ("Transfer", "Internal Transfer"):
        return cash(row.number, day=day, words=words, type=moved(signed), signed=signed, account=account)
    type, symbol = kind_of(kind, words, signed, symbol)
    return cash(
        row.number,
        day=day,
        words=words,
        type=type,
        signed=signed,
        account=account,
        symbol=symbol,
    )


def _trade(row: Line, draft: Draft) -> Draft:
    gross = text.amount(row["Gross Amount"])
    return replace(
        draft,
        type=T.BUY if row["Transaction Type"] == "Buy" else T.SELL,
        quantity=abs(text.needed(row["Quantity"], "Quantity")),
        price=text.amount(row["Price"]) if gross is None else None,
        amount=None if gross is None else abs(gross),
        fees=text.size(row["Commission"]) or Decimal(0),
    )
