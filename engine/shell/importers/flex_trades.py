"""Trades of Interactive Brokers: shares, options and currencies.

An assigned or exercised option is told in two rows, the contract at price 0 and the shares at the strike;
they are one fact, because the ledger makes the shares out of the option's own terms.

    SELL 1 ORCL 170915P00050000 at 0.53, opening            option_write, premium 53
    BUY  1 ORCL 170915P00050000 at 0, note A                 assignment, with
    BUY 100 ORCL at 50, note A                               ... its shares read into it
"""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from engine.facts.money import EXACT, plain
from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, read_rows
from engine.shell.importers.flex_cells import in_base, rate, traded_at
from engine.shell.importers.statement import Draft, Unread
from engine.shell.importers.text import Unreadable

_ENDS = {"A": T.ASSIGNMENT, "Ex": T.EXERCISE, "Ep": T.EXPIRY}


def trades(rows: list[Line], base: str | None) -> tuple[list[Draft], list[Unread]]:
    """Return what trades say, in order of time; positions in options tell opening from closing."""
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    ordered = sorted(rows, key=_when)

    def of(row: Line) -> Draft:
        draft = _draft(row, base, held[row["accountId"], row["symbol"]])
        if row["assetCategory"] == "OPT":
            held[row["accountId"], row["symbol"]] += _signed(row)
        return draft

    drafts, unread = read_rows(ordered, of)
    return _joined(drafts, {row.number: row for row in rows}), unread


def _when(row: Line) -> tuple[str, str]:
    day = row["tradeDate"] or row["dateTime"][:8]
    return day.replace("-", ""), row["tradeTime"] or row["dateTime"][8:]


def _signed(row: Line) -> Decimal:
    quantity = text.needed(row["quantity"], "quantity")
    return -abs(quantity) if row["buySell"].upper().startswith("SELL") else abs(quantity)


def _draft(row: Line, base: str | None, held: Decimal) -> Draft:
    if "Ca." in row["buySell"] or "Ca" in row["notes"].split(";"):
        raise Unreadable("a cancelled trade", "export the query again without cancelled trades and originals")
    day, clock = traded_at(row)
    fees = _fees(row, base)
    draft = Draft(
        line=row.number,
        day=day,
        type=T.BUY,
        words=f"{row['buySell']} {row['description']}"
        + (f", trade {row['tradeID']}" if row["tradeID"] else ""),
        account=row["accountId"],
        symbol=row["symbol"] or row["isin"],
        quantity=abs(text.needed(row["quantity"], "quantity")),
        price=text.amount(row["tradePrice"]) if row["currency"] == base else None,
        amount=_total(row, base, fees),
        fees=fees,
        order=row["ibOrderID"] or None,
        time=clock,
    )
    if row["assetCategory"] == "CASH":
        return _conversion(row, draft)
    if not draft.symbol:
        raise Unreadable("a trade without a security", "add the symbol to the query, and run it again")
    kind = _kind(row, held)
    ends = kind in (T.ASSIGNMENT, T.EXERCISE, T.EXPIRY)
    return replace(
        draft, type=kind, amount=None if ends else draft.amount, price=None if ends else draft.price
    )


def _total(row: Line, base: str | None, fees: Decimal) -> Decimal:
    """Return the money before fees, a size; of rows that tell only the cost, the cost less the fees."""
    if row["proceeds"] or row["tradeMoney"]:
        return abs(in_base(row, "proceeds" if row["proceeds"] else "tradeMoney", base))
    return EXACT.subtract(abs(in_base(row, "cost", base)), fees)


def _fees(row: Line, base: str | None) -> Decimal:
    """Return commission and taxes in the account's currency."""
    commission = text.size(row["ibCommission"]) or Decimal(0)
    taxes = text.size(row["taxes"]) or Decimal(0)
    paid_in = row["ibCommissionCurrency"] or row["currency"]
    if commission and paid_in not in (row["currency"], base):
        raise Unreadable(
            f"the commission is in {paid_in}, and the row tells no rate for it",
            "add the trade to transactions.csv from the confirmation",
        )
    own = rate(row, base)
    first = commission if paid_in == base else EXACT.multiply(commission, own)
    return EXACT.add(first, EXACT.multiply(taxes, own))


def _conversion(row: Line, draft: Draft) -> Draft:
    """Return a change of currencies within the account: no lot moves, its commission is a fee."""
    words = (
        f"currency conversion {row['buySell']} {plain(abs(draft.quantity or Decimal(0)))} {row['symbol']} "
        f"at {row['tradePrice']}, {row['proceeds']} {row['currency']}"
    )
    return replace(
        draft,
        type=T.FEE,
        words=words,
        symbol=None,
        quantity=None,
        price=None,
        amount=draft.fees,
        fees=Decimal(0),
        order=None,
    )


def _kind(row: Line, held: Decimal) -> T:
    buys = row["buySell"].upper().startswith("BUY")
    if row["assetCategory"] != "OPT":
        opens = row["openCloseIndicator"] or ("O" if buys else "C")
        if buys:
            return T.BUY if opens.startswith("O") else T.BUY_TO_COVER
        return T.SHORT_SELL if opens == "O" else T.SELL
    notes = row["notes"].split(";")
    ended = next((_ENDS[note] for note in notes if note in _ENDS), None)
    if ended is not None:
        return ended
    opens = row["openCloseIndicator"] or ("C" if (held < 0 if buys else held > 0) else "O")
    if not opens.startswith("O"):
        return T.OPTION_CLOSE
    return T.OPTION_BUY if buys else T.OPTION_WRITE


def _joined(drafts: list[Draft], rows: dict[int, Line]) -> list[Draft]:
    """Return the drafts with the shares of an assigned or exercised option read into the option's row."""
    kept = list(drafts)
    for option in [draft for draft in drafts if draft.type in (T.ASSIGNMENT, T.EXERCISE)]:
        row = rows[option.line]
        shares = next(
            (
                draft
                for draft in kept
                if rows[draft.line]["assetCategory"] == "STK"
                and rows[draft.line]["transactionType"] == "BookTrade"
                and draft.day == option.day
                and draft.symbol == (row["underlyingSymbol"] or row["symbol"].split()[0])
                and draft.quantity
                == (option.quantity or 0) * (text.amount(row["multiplier"]) or Decimal(100))
            ),
            None,
        )
        if shares is not None:
            kept.remove(shares)
            kept[kept.index(option)] = replace(
                option,
                amount=shares.amount,
                fees=EXACT.add(option.fees, shares.fees),
                joined=(*option.joined, shares.line),
            )
    return kept
