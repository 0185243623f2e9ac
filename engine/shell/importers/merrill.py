"""`guardband import merrill FILE`: the account activity of Merrill and Merrill Edge, CSV.

Built from public descriptions of the columns and untested on a file of a customer: check the first import
with `--dry-run`. What happened is told by `Type`, or, where that is empty, by how `Description` begins.

    Trade Date,Settlement Date,Account #,Type,Description 1,…,Symbol/CUSIP #,Quantity,Price ($),Amount ($)
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
from engine.shell.importers.text import Unreadable

FORMAT = "merrill"
HELP = "account activity of Merrill, CSV (built from its description, untested on real files)"

_TRADES = (
    ("reinvestment share", T.REINVEST),
    ("reinvestment program", T.REINVEST),
    ("purchase", T.BUY),
    ("bought", T.BUY),
    ("buy", T.BUY),
    ("sale", T.SELL),
    ("sold", T.SELL),
    ("sell", T.SELL),
    ("redemption", T.SELL),
)
_CASH = (
    ("long term capital gain", T.DIVIDEND),
    ("short term capital gain", T.DIVIDEND),
    ("dividend", T.DIVIDEND),
    ("foreign dividend", T.DIVIDEND),
    ("return of capital", T.RETURN_OF_CAPITAL),
    ("principal payment", T.RETURN_OF_CAPITAL),
    ("bank interest", T.INTEREST),
    ("interest", T.INTEREST),
    ("margin interest", T.FEE),
    ("foreign tax", T.FEE),
    ("advisory", T.FEE),
    ("fee", T.FEE),
    ("adr", T.FEE),
)
_OUTSIDE = ("deposit", "withdrawal", "funds received", "funds sent", "wire", "check", "ach", "electronic")
_INSIDE = ("journal", "transfer", "exchange of cash", "bank sweep")


def parse(path: Path) -> Statement:
    """Return what a file of activity says. Raises InputError where it is none."""
    wanted = "Trade Date, Settlement Date, Type, Quantity, Amount ($)"
    told = below(path, lambda cells: "Trade Date" in cells, wanted)
    rows = [row for row in told if row["Trade Date"][:1].isdigit()]
    drafts, unread = read_rows(rows, _draft)
    return Statement(
        source=path.name,
        records=len(rows),
        drafts=oldest_first(drafts),
        papers=tuple(_paper(row) for row in rows if _symbol(row)),
        unread=tuple(unread),
        currency="USD",
    ).check()


def _symbol(row: Line) -> str:
    told = row.beginning("Symbol")
    return "" if told in text.NOTHING else told


def _words(row: Line) -> str:
    parts = [row[name] for name in row.cells if name.startswith(("Type", "Description")) and row[name]]
    return ": ".join(parts)


def _draft(row: Line) -> Draft:
    words = _words(row)
    what = words.lower().removeprefix("other: ").removeprefix("security transactions: ")
    day, account = text.day(row["Trade Date"], text.US), row.beginning("Account")
    symbol, quantity = _symbol(row) or None, text.amount(row.beginning("Quantity"))
    net = text.amount(row.beginning("Amount"))
    draft = Draft(line=row.number, day=day, type=T.BUY, words=words, account=account, symbol=symbol)
    kind = begun(what, _TRADES)
    if kind is not None:
        if not symbol or not quantity:
            raise Unreadable("a trade without symbol or quantity", "add the trade by hand")
        fees = text.size(row.beginning("Commission")) or text.size(row.beginning("Fee")) or Decimal(0)
        return replace(
            draft,
            type=kind,
            quantity=abs(quantity),
            price=text.amount(row.beginning("Price")),
            amount=before_fees(net, fees, is_sale=kind is T.SELL),
            fees=fees,
        )
    if what.startswith(("stock split", "stock dividend")) and symbol and quantity and quantity > 0:
        return replace(draft, type=T.STOCK_DIVIDEND, quantity=quantity)
    if what.startswith(_INSIDE) and symbol and quantity:
        return replace(draft, type=moved(quantity), quantity=abs(quantity))
    signed = text.needed(row.beginning("Amount"), "Amount ($)")
    kind = begun(what, _CASH)
    if kind is None:
        kind, symbol = money_begun(what, signed, outside=_OUTSIDE, inside=_INSIDE), None
    if kind is None:
        raise unknown(words)
    if kind is T.DIVIDEND and not symbol:
        kind = T.INTEREST
    if what.startswith(("long term", "short term")):
        words = gains_paid_out(words, is_long=what.startswith("long term"))
    kept = None if kind is T.INTEREST else symbol
    return cash(row.number, day=day, words=words, type=kind, signed=signed, account=account, symbol=kept)


def _paper(row: Line) -> Paper:
    symbol = _symbol(row)
    return option_paper(symbol) or Paper(symbol=symbol, currency="USD")
