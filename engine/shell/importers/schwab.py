"""`guardband import schwab FILE`: transactions as Charles Schwab exports them to CSV.

Both quoting styles, with or without the title line above the column names. The amount is net, so a purchase
of 45 at 73.7789 with -3320.05 cost 3,320.05. Cash rows of corporate actions and the two halves of a
reverse split, merger, conversion or name change are read together.

    "07/15/2024 as of 07/12/2024","Stock Split","AVGO",…,"9"   nine shares received on those held
"""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.corporate import counted_ratio, exact_decimal, security_name
from engine.shell.importers.drafting import (
    Line,
    before_fees,
    came_or_went,
    cash,
    gains_paid_out,
    moved,
    oldest_first,
    read_rows,
    under,
    unknown,
)
from engine.shell.importers.options import option_paper, option_symbol
from engine.shell.importers.statement import Draft, Paper, Statement, Unread
from engine.shell.importers.text import Unreadable

FORMAT = "schwab"
HELP = "transactions of Charles Schwab, CSV"

_DIVIDENDS = frozenset(
    {
        "Cash Dividend",
        "Qualified Dividend",
        "Non-Qualified Div",
        "Special Dividend",
        "Special Qual Div",
        "Special Non Qual Div",
        "Pr Yr Cash Div",
        "Pr Yr Special Div",
        "Pr Yr Non-Qual Div",
        "Pr Yr Div Reinvest",
        "Qual Div Reinvest",
        "Reinvest Dividend",
        "Non-Qual Div Reinvest",
    }
)
_DISTRIBUTIONS = frozenset(
    {
        "Long Term Cap Gain",
        "Short Term Cap Gain",
        "Long Term Cap Gain Reinvest",
        "Short Term Cap Gain Reinvest",
    }
)
_INTEREST = frozenset({"Credit Interest", "Bank Interest", "Bond Interest", "Bank Interest Reversal"})
_FEES = frozenset(
    {
        "Advisor Fee",
        "ADR Mgmt Fee",
        "Foreign Tax Paid",
        "NRA Tax Adj",
        "NRA Withholding",
        "Service Fee",
        "Misc Cash Entry Fee",
        "Margin Interest",
    }
)
_OUTSIDE = frozenset(
    {"MoneyLink Transfer", "MoneyLink Deposit", "Wire Sent", "Wire Received", "Wire Funds", "Funds Received"}
)
_INSIDE = frozenset({"Journal", "Internal Transfer"})
_PAIRS = {
    "Reverse Split": T.SPLIT,
    "Stock Merger": T.MERGER,
    "Name Change": T.NAME_CHANGE,
    "Conversion": T.MERGER,
}
_TRADES = {
    "Buy": T.BUY,
    "Reinvest Shares": T.REINVEST,
    "Sell": T.SELL,
    "Sell Short": T.SHORT_SELL,
    "Buy to Cover": T.BUY_TO_COVER,
}
_OPTIONS = {
    "Buy to Open": T.OPTION_BUY,
    "Sell to Open": T.OPTION_WRITE,
    "Buy to Close": T.OPTION_CLOSE,
    "Sell to Close": T.OPTION_CLOSE,
    "Expired": T.EXPIRY,
    "Assigned": T.ASSIGNMENT,
    "Exchange or Exercise": T.EXERCISE,
}
_TOTAL = "Transactions Total"
_BY_HAND = "add the row to transactions.csv by hand"


def parse(path: Path) -> Statement:
    """Return what a file of transactions says. Raises InputError where it is none."""
    rows = _rows(path)
    drafts, unread = read_rows([row for row in rows if row["Action"] not in _PAIRS], _draft)
    paired, alone = _pairs([row for row in rows if row["Action"] in _PAIRS])
    return Statement(
        source=path.name,
        records=len(rows),
        drafts=oldest_first(sorted([*drafts, *paired], key=lambda draft: draft.line)),
        papers=tuple(_paper(row) for row in rows if row["Symbol"]),
        unread=tuple(sorted([*unread, *alone], key=lambda row: row.line)),
        currency="USD",
    ).check()


def _rows(path: Path) -> list[Line]:
    found = text.lines(path)
    start = next((i for i, (_, cells) in enumerate(found) if cells[:2] == ["Date", "Action"]), None)
    if start is None:
        raise text.no_header(path, "Date, Action")
    kept = [(number, _alone(cells)) for number, cells in found[start + 1 :] if cells[0] != _TOTAL]
    return under(found[start][1], kept)


def _alone(cells: list[str]) -> list[str]:
    """Return a row; a total that stands on the same line as the last row is cut off."""
    joined = next((i for i, cell in enumerate(cells) if _TOTAL in cell and i), None)
    return cells if joined is None else [*cells[:joined], cells[joined].split(_TOTAL)[0]]


def _draft(row: Line) -> Draft:
    action, symbol = row["Action"], option_symbol(row["Symbol"])
    draft = Draft(
        line=row.number,
        day=text.day(row["Date"], text.US),
        type=T.BUY,
        words=f"{action}: {row['Description']}",
        symbol=symbol or None,
        quantity=text.size(row["Quantity"]),
        price=text.amount(row["Price"]),
        fees=text.amount(row["Fees & Comm"]) or Decimal(0),
    )
    net = text.amount(row["Amount"])
    match action:
        case _ if action in _TRADES:
            return _trade(draft, action, net)
        case _ if action in _OPTIONS:
            return _option(draft, action, net)
        case "Stock Split" | "Stock Div Dist" | "Stock Dividend":
            text.needed(row["Quantity"], "Quantity")
            return replace(draft, type=T.STOCK_DIVIDEND, price=None)
        case "Spin-off":
            raise Unreadable(
                "a spin-off without its parent and the part of the basis that moves",
                f"{_BY_HAND}: `from_symbol` and `basis_share`, from Form 8937 of the issuer",
            )
        case "Cash In Lieu":
            raise Unreadable(
                "a fraction of a share was sold, and the row does not tell how much of one",
                f"{_BY_HAND} as a sale with the quantity of the confirmation",
            )
        case "Journaled Shares" | "Security Transfer":
            signed = text.needed(row["Quantity"], "Quantity")
            return replace(draft, type=moved(signed), price=None)
    return _cash(draft, action, text.needed(row["Amount"], "Amount"))


def _trade(draft: Draft, action: str, net: Decimal | None) -> Draft:
    if draft.quantity is None or not draft.symbol:
        raise Unreadable("a trade without symbol or quantity", f"{_BY_HAND}, from the confirmation")
    total = before_fees(net, draft.fees, is_sale=action.startswith("Sell"))
    return replace(draft, type=_TRADES[action], amount=total)


def _option(draft: Draft, action: str, net: Decimal | None) -> Draft:
    if action in ("Expired", "Assigned", "Exchange or Exercise"):
        return replace(draft, type=_OPTIONS[action], price=None)
    total = before_fees(net, draft.fees, is_sale=action.startswith("Sell"))
    return replace(draft, type=_OPTIONS[action], amount=total)


def _cash(draft: Draft, action: str, signed: Decimal) -> Draft:
    def told(type: T, *, symbol: str | None = draft.symbol, words: str = draft.words) -> Draft:
        return cash(draft.line, day=draft.day, words=words, type=type, signed=signed, symbol=symbol)

    if action in _DIVIDENDS:
        return told(T.DIVIDEND) if draft.symbol else told(T.INTEREST)
    if action in _DISTRIBUTIONS:
        return told(T.DIVIDEND, words=gains_paid_out(draft.words, is_long="Long" in action))
    if action in _INTEREST:
        return told(T.INTEREST, symbol=None)
    if action in _FEES:
        return told(T.FEE)
    if action in _OUTSIDE:
        return told(came_or_went(signed), symbol=None)
    if action in _INSIDE:
        return told(moved(signed), symbol=None)
    raise unknown(action)


def _pairs(rows: list[Line]) -> tuple[list[Draft], list[Unread]]:
    """Return what pairs of rows say; a row whose other half is not there says nothing."""
    drafts, unread, taken = [], [], set[int]()
    for row in rows:
        if row.number in taken:
            continue
        other = next(
            (
                one
                for one in rows
                if one.number not in taken | {row.number}
                and (one["Date"], one["Action"]) == (row["Date"], row["Action"])
                and one["Quantity"].startswith("-") != row["Quantity"].startswith("-")
            ),
            None,
        )
        if other is None:
            reason = f"`{row['Action']}` has no other half on that day"
            unread.append(Unread(line=row.number, words=row.words, reason=reason, cure=_BY_HAND))
            continue
        taken |= {row.number, other.number}
        gone, came = (row, other) if row["Quantity"].startswith("-") else (other, row)
        drafts.append(_pair(gone, came))
    return drafts, unread


def _pair(gone: Line, came: Line) -> Draft:
    old, new = text.needed(gone["Quantity"], "Quantity"), text.needed(came["Quantity"], "Quantity")
    draft = Draft(
        line=came.number,
        day=text.day(came["Date"], text.US),
        type=_PAIRS[came["Action"]],
        words=f"{came['Action']}: {abs(old)} {gone['Symbol']} {security_name(gone['Description'])} "
        f"became {new} {came['Symbol']}",
        symbol=came["Symbol"],
        from_symbol=gone["Symbol"],
        quantity=new,
        joined=(gone.number,),
    )
    if draft.type is T.NAME_CHANGE:
        return replace(draft, quantity=None)
    if draft.type is T.SPLIT:
        ratio = exact_decimal(counted_ratio(new, old))
        if ratio is None:
            return replace(draft, type=T.MERGER, from_symbol=came["Symbol"])
        return replace(draft, quantity=ratio, from_symbol=None)
    return draft


_CUSIP = re.compile(r"[0-9A-Z]{8}[0-9]")


def _paper(row: Line) -> Paper:
    symbol = row["Symbol"]
    option = option_paper(symbol, row["Description"])
    if option is not None:
        return option
    is_cusip = bool(_CUSIP.fullmatch(symbol)) and any(letter.isdigit() for letter in symbol[:6])
    return Paper(
        symbol=symbol,
        name=security_name(row["Description"]) or None,
        cusip=symbol if is_cusip else None,
        currency="USD",
    )
