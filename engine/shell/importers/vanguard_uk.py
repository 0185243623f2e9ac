"""`guardband import vanguard-uk FILE`: the cash report of Vanguard in the United Kingdom.

Everything is told by the words of `Details`. A fund without a short name goes by its name in capitals.

    09/03/2022,"Bought 1,550 Foo ETF Distributing (FOO)",-14982.06,17.94
"""

import re
from decimal import Decimal
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, below, came_or_went, cash, oldest_first, read_rows, unknown
from engine.shell.importers.statement import Draft, Paper, Statement

FORMAT = "vanguard-uk"
HELP = "cash report of Vanguard (United Kingdom), CSV"

_TRADE = re.compile(
    r"(?P<way>Bought|Sold) (?P<quantity>[\d,.]+) (?P<name>.+?)(?: \((?P<symbol>[A-Z0-9.]+)\))?"
)
_DIVIDEND = re.compile(r"(?P<back>Reversal of )?DIV: (?P<symbol>[A-Z0-9]+)\.\S+ @ .*")
_OUTSIDE = ("deposit", "regular deposit", "payment by", "withdrawal", "transfer")


def parse(path: Path) -> Statement:
    """Return what a cash report says. Raises InputError where it is none."""
    rows = below(path, lambda cells: cells[:2] == ["Date", "Details"], "Date, Details, Amount, Balance")
    drafts, unread = read_rows(rows, _draft)
    trades = [match for row in rows if (match := _TRADE.fullmatch(row["Details"]))]
    return Statement(
        source=path.name,
        records=len(rows),
        drafts=oldest_first(drafts),
        papers=tuple(
            Paper(symbol=_symbol(match), name=match["name"], currency="GBP", asset_class="other")
            for match in trades
        ),
        unread=tuple(unread),
        currency="GBP",
    ).check()


def _symbol(match: re.Match[str]) -> str:
    return match["symbol"] or re.sub(r"[^A-Z0-9.]+", "-", match["name"].upper()).strip("-")


def _draft(row: Line) -> Draft:
    words, signed = row["Details"], text.needed(row["Amount"], "Amount")
    day = text.day(row["Date"], text.UK)
    trade, dividend = _TRADE.fullmatch(words), _DIVIDEND.fullmatch(words)
    if trade:
        return Draft(
            line=row.number,
            day=day,
            type=T.BUY if trade["way"] == "Bought" else T.SELL,
            words=words,
            symbol=_symbol(trade),
            quantity=Decimal(trade["quantity"].replace(",", "")),
            amount=abs(signed),
        )
    if dividend:
        kind, symbol = T.DIVIDEND, dividend["symbol"]
        return cash(row.number, day=day, words=words, type=kind, signed=signed, symbol=symbol)
    low = words.lower()
    if "interest" in low:
        return cash(row.number, day=day, words=words, type=T.INTEREST, signed=signed)
    if "fee" in low.split():
        return cash(row.number, day=day, words=words, type=T.FEE, signed=signed)
    if low.startswith(_OUTSIDE):
        return cash(row.number, day=day, words=words, type=came_or_went(signed), signed=signed)
    raise unknown(words)
