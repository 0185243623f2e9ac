"""`guardband import trading212 FILE`: the history of Trading 212, CSV.

`Total` is what the account was charged or paid, fees included, in the account's currency. Rows of the
newer layout, which tells `Notes, ID` before the number of shares, are recognized one by one, because both
stand in one file after an export is continued. A split is told by two rows, what closed and what opened.

    Market buy, 24 at 124.01 USD, total 2381.35 GBP, conversion fee 4.71    2,376.64 and fees of 4.71
"""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.corporate import counted_ratio, exact_decimal
from engine.shell.importers.drafting import (
    Line,
    before_fees,
    came_or_went,
    cash,
    moved,
    oldest_first,
    read_rows,
    under,
    unknown,
)
from engine.shell.importers.statement import Draft, Paper, Statement, Unread
from engine.shell.importers.text import Unreadable

FORMAT = "trading212"
HELP = "history of Trading 212, CSV"

_NEWER = ["Action", "Time", "ISIN", "Ticker", "Name", "Notes", "ID"]
_SPLITS = ("Stock split close", "Stock split open")
_FEES = ("Currency conversion fee", "Transaction fee", "Stamp duty reserve tax", "Finra fee")


def parse(path: Path) -> Statement:
    """Return what a history says. Raises InputError where it is none."""
    found = text.lines(path)
    header = found[0][1] if found else []
    if header[:2] != ["Action", "Time"]:
        raise text.no_header(path, "Action, Time")
    rows = [row for one in found[1:] for row in under(_header(header, one[1]), [one])]
    drafts, unread = read_rows([row for row in rows if row["Action"] not in _SPLITS], _draft)
    split, alone = _splits([row for row in rows if row["Action"] in _SPLITS])
    totals = [row["Currency (Total)"] for row in rows if row["Currency (Total)"]]
    return Statement(
        source=path.name,
        records=len(rows),
        drafts=oldest_first([*drafts, *split]),
        papers=tuple(_paper(row) for row in rows if row["Ticker"]),
        unread=(*unread, *alone),
        currency=totals[0] if totals else None,
    ).check()


def _header(header: list[str], cells: list[str]) -> list[str]:
    """Return the column names of a row: the file's, or the newer order where the row has that."""
    if "No. of shares" in header[:6] and len(cells) > 6 and cells[6].startswith("EOF") and not cells[5]:
        rest = [name for name in header[5:] if name not in ("Notes", "ID")]
        return [*_NEWER, *rest]
    return header


def _moment(row: Line) -> tuple[date, time]:
    try:
        at = datetime.fromisoformat(row["Time"].replace(" ", "T")[:19])
    except ValueError:
        raise Unreadable(f"`{row['Time']}` is no moment", "correct the cell, and import again") from None
    return at.date(), at.time()


def _draft(row: Line) -> Draft:
    action, (day, clock) = row["Action"], _moment(row)
    low = action.lower()
    words = ", ".join(part for part in (action, row["Name"], row["Notes"]) if part)
    draft = Draft(
        line=row.number,
        day=day,
        time=clock,
        type=T.BUY,
        words=words,
        symbol=row["Ticker"] or None,
        quantity=text.size(row["No. of shares"]),
        currency=row["Currency (Total)"] or None,
    )
    if low.endswith((" buy", " sell")):
        return _trade(row, draft, is_sale=low.endswith(" sell"))
    if low in ("transfer in", "transfer out") and draft.symbol:
        return replace(draft, type=T.TRANSFER_IN if low == "transfer in" else T.TRANSFER_OUT)
    if low in ("stock distribution", "stock dividend") and draft.symbol:
        return replace(draft, type=T.STOCK_DIVIDEND)
    signed = text.needed(row["Total"], "Total")
    symbol: str | None = None
    if low.startswith("dividend"):
        kind, symbol = T.DIVIDEND, draft.symbol
        tax = text.amount(row["Withholding tax"])
        if "return of capital" in low:
            kind = T.RETURN_OF_CAPITAL
        words += f", after withholding tax of {tax} {row['Currency (Withholding tax)']}" if tax else ""
    elif low.startswith(("interest", "lending interest")):
        kind = T.INTEREST
    elif low in ("deposit", "withdrawal"):
        kind = came_or_went(signed)
    elif low in ("result adjustment", "currency conversion"):
        kind = moved(signed)
    elif "fee" in low:
        kind = T.FEE
    else:
        raise unknown(action)
    made = cash(row.number, day=day, words=words, type=kind, signed=signed, symbol=symbol)
    return replace(made, time=clock, currency=draft.currency)


def _trade(row: Line, draft: Draft, *, is_sale: bool) -> Draft:
    own = row["Currency (Total)"]
    fees = Decimal(0)
    for name in _FEES:
        fee = text.size(row[name])
        if fee and row[f"Currency ({name})"] not in ("", own):
            raise Unreadable(f"the {name.lower()} is not in {own}", "add the trade by hand")
        fees += fee or Decimal(0)
    if draft.quantity is None or not draft.symbol:
        raise Unreadable("a trade without symbol or number of shares", "add the trade by hand")
    total = before_fees(text.needed(row["Total"], "Total"), fees, is_sale=is_sale)
    return replace(draft, type=T.SELL if is_sale else T.BUY, amount=total, fees=fees)


def _splits(rows: list[Line]) -> tuple[list[Draft], list[Unread]]:
    """Return splits: what closed and what opened of one security on one day."""
    drafts, unread = [], []
    opened = [row for row in rows if row["Action"] == _SPLITS[1]]
    for row in [row for row in rows if row["Action"] == _SPLITS[0]]:
        day, clock = _moment(row)
        other = next((one for one in opened if one["ISIN"] == row["ISIN"] and _moment(one)[0] == day), None)
        if other is None:
            unread.append(_half(row))
            continue
        opened.remove(other)
        new, old = (text.needed(one["No. of shares"], "No. of shares") for one in (other, row))
        draft = Draft(
            line=row.number,
            day=day,
            time=clock,
            type=T.SPLIT,
            words=f"stock split, {old} became {new}, {row['Name']}",
            symbol=row["Ticker"],
            quantity=exact_decimal(counted_ratio(new, old)),
            joined=(other.number,),
        )
        if draft.quantity is None:
            draft = replace(draft, type=T.MERGER, from_symbol=row["Ticker"], quantity=new)
        drafts.append(draft)
    return drafts, [*unread, *(_half(row) for row in opened)]


def _half(row: Line) -> Unread:
    return Unread(
        line=row.number,
        words=row.words,
        reason="a split of which the other half is not in the file",
        cure="export the whole day, and import it again",
    )


def _paper(row: Line) -> Paper:
    currency = row["Currency (Price / share)"]
    return Paper(
        symbol=row["Ticker"],
        name=row["Name"] or None,
        isin=row["ISIN"] or None,
        currency="GBP" if currency == "GBX" else currency or None,
    )
