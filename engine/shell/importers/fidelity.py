"""`guardband import fidelity FILE`: the account history of Fidelity, CSV.

The action is free text that begins with what happened: `YOU BOUGHT`, `REINVESTMENT`, `DIRECT DEBIT …`.
Empty lines above the column names and the disclaimer below the rows are no records. Both layouts are read:
`Security Description, Security Type` and the newer `Description, Type`, with or without an account column.

    01/05/2023,TRANSFERRED TO VS X8YY (Cash),…,-200    200 went to another account of Fidelity
"""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import (
    Line,
    before_fees,
    begun,
    below,
    cash,
    gains_paid_out,
    money_begun,
    moved,
    oldest_first,
    read_rows,
    unknown,
)
from engine.shell.importers.options import option_paper
from engine.shell.importers.statement import Draft, Paper, Statement

FORMAT = "fidelity"
HELP = "account history of Fidelity, CSV"

_TRADES = (
    ("YOU BOUGHT OPENING", T.OPTION_BUY),
    ("YOU SOLD OPENING", T.OPTION_WRITE),
    ("YOU BOUGHT CLOSING", T.OPTION_CLOSE),
    ("YOU SOLD CLOSING", T.OPTION_CLOSE),
    ("YOU BOUGHT SHORT COVER", T.BUY_TO_COVER),
    ("YOU SOLD SHORT SALE", T.SHORT_SELL),
    ("YOU BOUGHT", T.BUY),
    ("YOU SOLD", T.SELL),
    ("REINVESTMENT", T.REINVEST),
    ("REDEMPTION FROM CORE", T.SELL),
    ("PURCHASE INTO CORE", T.BUY),
    ("EXPIRED", T.EXPIRY),
    ("ASSIGNED", T.ASSIGNMENT),
)
_CASH = (
    ("LONG-TERM CAP GAIN", T.DIVIDEND),
    ("SHORT-TERM CAP GAIN", T.DIVIDEND),
    ("DIVIDEND RECEIVED", T.DIVIDEND),
    ("RETURN OF CAPITAL", T.RETURN_OF_CAPITAL),
    ("INTEREST EARNED", T.INTEREST),
    ("INTEREST", T.INTEREST),
    ("MARGIN INTEREST", T.FEE),
    ("FOREIGN TAX PAID", T.FEE),
    ("FEE CHARGED", T.FEE),
    ("ADVISORY FEE", T.FEE),
    ("ADJ FOREIGN TAX", T.FEE),
)
_OUTSIDE = (
    "DIRECT DEBIT",
    "DIRECT DEPOSIT",
    "ELECTRONIC FUNDS TRANSFER",
    "WIRE TRANSFER",
    "CHECK RECEIVED",
    "CHECK PAID",
    "BILL PAYMENT",
    "DEBIT CARD PURCHASE",
    "CASH ADVANCE",
    "CASH CONTRIBUTION",
    "PARTIC CONTR",
    "CO CONTR",
    "NORMAL DISTR",
)
_INSIDE = ("TRANSFERRED FROM", "TRANSFERRED TO", "JOURNALED", "TRANSFER OF ASSETS", "ROLLOVER")


def parse(path: Path) -> Statement:
    """Return what a file of history says. Raises InputError where it is none."""
    told = below(path, lambda cells: "Run Date" in cells[:3], "Run Date, Action")
    rows = [row for row in told if _is_record(row)]
    drafts, unread = read_rows(rows, _draft)
    return Statement(
        source=path.name,
        records=len(rows),
        drafts=oldest_first(drafts),
        papers=tuple(_paper(row) for row in rows if row["Symbol"]),
        unread=tuple(unread),
        currency="USD",
    ).check()


def _is_record(row: Line) -> bool:
    """Whether a row begins with a day; the disclaimer's lines do not."""
    return row["Run Date"][:2].isdigit() and bool(row["Action"])


def _draft(row: Line) -> Draft:
    action = row["Action"].upper()
    day = text.day(row["Run Date"], text.US)
    symbol = row["Symbol"] or None
    account = row.first("Account Number", "Account")
    kind = begun(action, _TRADES)
    if kind is not None:
        return _trade(
            row,
            kind,
            Draft(line=row.number, day=day, type=kind, words=row["Action"], symbol=symbol, account=account),
        )
    kind = begun(action, _CASH)
    quantity = text.amount(row["Quantity"])
    if kind is None and quantity and symbol and action.startswith(_INSIDE):
        return Draft(
            line=row.number,
            day=day,
            type=moved(quantity),
            words=row["Action"],
            symbol=symbol,
            quantity=abs(quantity),
            account=account,
        )
    signed = text.needed(row.first("Amount ($)", "Amount"), "Amount ($)")
    if kind is None:
        kind, symbol = money_begun(action, signed, outside=_OUTSIDE, inside=_INSIDE), None
    if kind is None:
        raise unknown(row["Action"])
    words = row["Action"]
    if action.startswith(("LONG-TERM", "SHORT-TERM")):
        words = gains_paid_out(words, is_long=action.startswith("LONG-TERM"))
    kept = None if kind is T.INTEREST else symbol
    return cash(row.number, day=day, words=words, type=kind, signed=signed, account=account, symbol=kept)


def _trade(row: Line, kind: T, draft: Draft) -> Draft:
    fees = sum(
        (
            text.size(row.first(name, name.replace(" ($)", ""))) or Decimal(0)
            for name in ("Commission ($)", "Fees ($)")
        ),
        Decimal(0),
    )
    quantity = text.needed(row["Quantity"], "Quantity")
    net = text.amount(row.first("Amount ($)", "Amount"))
    is_sale = quantity < 0
    return replace(
        draft,
        quantity=abs(quantity),
        price=None if kind in (T.EXPIRY, T.ASSIGNMENT) else text.amount(row.first("Price ($)", "Price")),
        amount=None if kind in (T.EXPIRY, T.ASSIGNMENT) else before_fees(net, fees, is_sale=is_sale),
        fees=fees,
    )


def _paper(row: Line) -> Paper:
    name = row.first("Security Description", "Description")
    return option_paper(row["Symbol"], name) or Paper(symbol=row["Symbol"], name=name or None, currency="USD")
