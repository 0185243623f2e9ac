"""`guardband import vanguard FILE`: the two tables of Vanguard's download, holdings and then transactions.

The first table states positions and their prices, the second what happened. Vanguard's download of OFX is
`ofx`, the report of Vanguard in the United Kingdom is `vanguard-uk`.

    Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,
    Account Number,Trade Date,Settlement Date,Transaction Type,…,Net Amount,Accrued Interest,Account Type,
"""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import (
    Line,
    before_fees,
    cash,
    gains_paid_out,
    money_begun,
    moved,
    oldest_first,
    read_rows,
    under,
    unknown,
)
from engine.shell.importers.statement import CashHeld, Draft, Held, Paper, Statement

FORMAT = "vanguard"
HELP = "holdings and transactions of Vanguard, CSV"

_TRADES = {
    "Buy": T.BUY,
    "Sell": T.SELL,
    "Reinvestment": T.REINVEST,
    "Reinvestment (LT gain)": T.REINVEST,
    "Reinvestment (ST gain)": T.REINVEST,
    "Sell short": T.SHORT_SELL,
    "Buy to cover": T.BUY_TO_COVER,
    "Buy (exchange)": T.BUY,
    "Sell (exchange)": T.SELL,
}
_CASH = {
    "Dividend": T.DIVIDEND,
    "Capital gain (LT)": T.DIVIDEND,
    "Capital gain (ST)": T.DIVIDEND,
    "Interest": T.INTEREST,
    "Fee": T.FEE,
    "Foreign tax": T.FEE,
    "Return of capital": T.RETURN_OF_CAPITAL,
}
_OUTSIDE = ("Funds Received", "Funds disbursed", "Contribution", "Distribution", "Withholding", "Rollover")
_INSIDE = ("Transfer", "Sweep in", "Sweep out", "Conversion", "Recharacterization")
_SHARES_MOVED = ("Transfer", "Conversion")


def parse(path: Path) -> Statement:
    """Return what a download says. Raises InputError where it is none."""
    found = text.lines(path)
    heads = [i for i, (_, cells) in enumerate(found) if cells[0] == "Account Number"]
    if not heads:
        raise text.no_header(path, "Account Number, Trade Date")
    holdings: list[Line] = []
    rows: list[Line] = []
    for start, end in zip(heads, [*heads[1:], len(found)], strict=True):
        table = under(found[start][1], found[start + 1 : end])
        if "Trade Date" in found[start][1]:
            rows += table
        else:
            holdings += table
    drafts, unread = read_rows(rows, _draft)
    shares = [row for row in holdings if row["Symbol"]]
    return Statement(
        source=path.name,
        records=len(rows) + len(holdings),
        drafts=oldest_first(drafts),
        held=tuple(
            Held(
                line=row.number,
                symbol=row["Symbol"],
                quantity=text.needed(row["Shares"], "Shares"),
                account=row["Account Number"],
            )
            for row in shares
        ),
        cash=tuple(
            CashHeld(
                line=row.number,
                amount=text.needed(row["Total Value"], "Total Value"),
                account=row["Account Number"],
                words=row["Investment Name"],
            )
            for row in holdings
            if row not in shares
        ),
        papers=tuple(
            Paper(symbol=row["Symbol"], name=row["Investment Name"] or None, currency="USD")
            for row in (*shares, *rows)
            if row["Symbol"]
        ),
        unread=tuple(unread),
        currency="USD",
    ).check()


def _draft(row: Line) -> Draft:
    kind, signed = row["Transaction Type"], text.amount(row["Net Amount"])
    day = text.day(row["Trade Date"], text.ISO if row["Trade Date"][:4].isdigit() else text.US)
    words, account = f"{kind}: {row['Transaction Description']}", row["Account Number"]
    symbol, quantity = row["Symbol"] or None, text.amount(row["Shares"])
    draft = Draft(line=row.number, day=day, type=T.BUY, words=words, account=account, symbol=symbol)
    if kind in _TRADES:
        fees = text.size(row["Commissions and Fees"] or row["Commission Fees"]) or Decimal(0)
        total = text.size(row["Principal Amount"])
        is_sale = _TRADES[kind] in (T.SELL, T.SHORT_SELL)
        return replace(
            draft,
            type=_TRADES[kind],
            quantity=abs(text.needed(row["Shares"], "Shares")),
            price=text.amount(row["Share Price"]),
            amount=before_fees(signed, fees, is_sale=is_sale) if total is None else total,
            fees=fees,
        )
    if kind == "Stock split" and symbol and quantity:
        return replace(draft, type=T.STOCK_DIVIDEND, quantity=abs(quantity))
    if kind.startswith(_SHARES_MOVED) and symbol and quantity:
        return replace(draft, type=moved(quantity), quantity=abs(quantity))
    signed = text.needed(row["Net Amount"], "Net Amount")
    if kind in _CASH:
        if kind.startswith("Capital gain"):
            words = gains_paid_out(words, is_long=kind == "Capital gain (LT)")
        type = _CASH[kind] if symbol or _CASH[kind] is not T.DIVIDEND else T.INTEREST
        return cash(
            row.number, day=day, words=words, type=type, signed=signed, account=account, symbol=symbol
        )
    type_ = money_begun(kind, signed, outside=_OUTSIDE, inside=_INSIDE)
    if type_ is None:
        raise unknown(kind)
    return cash(row.number, day=day, words=words, type=type_, signed=signed, account=account)
