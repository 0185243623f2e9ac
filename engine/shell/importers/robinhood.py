"""`guardband import robinhood FILE`: the account activity of Robinhood, CSV.

Read are the full layout (with Description and dates of processing and settlement) and the short one. The
price of an option is told per share; where price times contracts is the amount, it was per contract.

    10/25/2024,TSLA $250 Call 12/20/2024,Buy,1,500.00,500.00    one call bought for 500
"""

import re
from dataclasses import replace
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import (
    Line,
    came_or_went,
    cash,
    moved,
    oldest_first,
    read_rows,
    under,
    unknown,
)
from engine.shell.importers.options import option_paper
from engine.shell.importers.statement import Draft, Paper, Statement

FORMAT = "robinhood"
HELP = "account activity of Robinhood, CSV"

_TRADES = {"Buy": T.BUY, "Sell": T.SELL}
_OPTIONS = {
    "BTO": T.OPTION_BUY,
    "STO": T.OPTION_WRITE,
    "BTC": T.OPTION_CLOSE,
    "STC": T.OPTION_CLOSE,
    "OEXP": T.EXPIRY,
    "OASGN": T.ASSIGNMENT,
    "OEXCS": T.EXERCISE,
}
_CASH = {
    "CDIV": T.DIVIDEND,
    "MDIV": T.DIVIDEND,
    "INT": T.INTEREST,
    "SLIP": T.INTEREST,
    "GDBP": T.INTEREST,
    "GOLD": T.FEE,
    "DFEE": T.FEE,
    "AFEE": T.FEE,
    "DTAX": T.FEE,
    "MINT": T.FEE,
    "ROC": T.RETURN_OF_CAPITAL,
}
_OUTSIDE = ("ACH", "RTP", "DCF", "WIRE")
_INSIDE = ("XENT", "ITRF", "MISC", "GMPC", "ACATI", "ACATO")


def parse(path: Path) -> Statement:
    """Return what a file of activity says. Raises InputError where it is none."""
    found = text.lines(path)
    header = found[0][1] if found else []
    if "Trans Code" not in header:
        raise text.no_header(path, "Activity Date, Instrument, Trans Code")
    rows = [row for row in under(header, found[1:]) if row["Activity Date"][:1].isdigit()]
    drafts, unread = read_rows(rows, _draft)
    ordered = oldest_first(drafts)
    return Statement(
        source=path.name,
        records=len(rows),
        drafts=_opening_or_closing(ordered),
        papers=tuple(_paper(row) for row in rows if _symbol(row)),
        unread=tuple(unread),
        currency="USD",
    ).check()


def _symbol(row: Line) -> str:
    """Return the security; an option is named by the description where there is one."""
    named = re.sub(r"\s+", " ", row["Description"].split("\n")[0])
    return named if option_paper(named) else row["Instrument"]


def _draft(row: Line) -> Draft:
    code, symbol = row["Trans Code"], _symbol(row)
    day = text.day(row["Activity Date"], text.US)
    words = ", ".join(part for part in (code, row["Description"] or row["Instrument"]) if part)
    words = " ".join(words.split())
    quantity, signed = text.amount(row["Quantity"].rstrip("S")), text.amount(row["Amount"])
    kind = _TRADES.get(code) or _OPTIONS.get(code)
    is_option = option_paper(symbol) is not None
    draft = Draft(line=row.number, day=day, type=kind or T.BUY, words=words, symbol=symbol or None)
    if kind is not None:
        ends = kind in (T.EXPIRY, T.ASSIGNMENT, T.EXERCISE)
        total = None if ends or signed is None else abs(signed)
        price = None if ends or is_option else text.amount(row["Price"])
        draft = replace(draft, quantity=abs(text.needed(row["Quantity"].rstrip("S"), "Quantity")))
        if is_option and kind is T.BUY:
            draft = replace(draft, type=T.OPTION_BUY)
        elif is_option and kind is T.SELL:
            draft = replace(draft, type=T.OPTION_WRITE)
        return replace(draft, amount=total, price=price)
    if code in ("SPL", "SDIV", "SPR") and quantity and symbol:
        if row["Quantity"].rstrip().endswith("S") or quantity < 0:
            raise unknown(f"{code} that takes shares away")
        return replace(draft, type=T.STOCK_DIVIDEND, quantity=quantity)
    if code in _INSIDE and quantity and symbol:
        return replace(draft, type=moved(quantity), quantity=abs(quantity))
    if code not in _CASH and code not in _OUTSIDE and code not in _INSIDE:
        raise unknown(code)
    signed = text.needed(row["Amount"], "Amount")
    type = _CASH.get(code) or (came_or_went(signed) if code in _OUTSIDE else moved(signed))
    keeps = code in _CASH and type is not T.INTEREST
    return cash(row.number, day=day, words=words, type=type, signed=signed, symbol=symbol if keeps else "")


def _opening_or_closing(drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """Return options bought and sold without a word of opening as what the position before makes of them."""
    held: dict[str, int] = {}
    told = []
    for draft in drafts:
        plain = draft.words.split(",")[0] in ("Buy", "Sell")
        if plain and draft.type in (T.OPTION_BUY, T.OPTION_WRITE) and draft.symbol and draft.quantity:
            sign = 1 if draft.type is T.OPTION_BUY else -1
            before = held.get(draft.symbol, 0)
            held[draft.symbol] = before + sign * int(draft.quantity)
            draft = replace(draft, type=T.OPTION_CLOSE) if before * sign < 0 else draft
        told.append(draft)
    return tuple(told)


def _paper(row: Line) -> Paper:
    symbol = _symbol(row)
    return option_paper(symbol) or Paper(symbol=symbol, name=row["Description"] or None, currency="USD")
