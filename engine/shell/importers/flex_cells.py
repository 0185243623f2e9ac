"""Cells of Interactive Brokers' Flex rows: moments in three styles, rates, money and securities.

`20180209;111929`   `2013-03-05, 19:45:00`   `20130401`   -> day, and the time where it is told
"""

import re
from datetime import date, datetime, time
from decimal import Decimal

from engine.facts.money import EXACT
from engine.facts.transactions import TransactionType as T
from engine.shell.importers import text
from engine.shell.importers.drafting import Line, came_or_went, unknown
from engine.shell.importers.options import option
from engine.shell.importers.statement import Paper
from engine.shell.importers.text import Unreadable

ONE = Decimal(1)
_INSTRUMENTS = {
    "ETF": ("etf", None),
    "ADR": ("adr", "equity"),
    "COMMON": ("common_stock", "equity"),
    "PREFERRED": ("preferred_stock", "equity"),
    "REIT": ("common_stock", "real_estate"),
}
_CLASSES = {"BOND": ("bond", "fixed_income"), "FUND": ("mutual_fund", None), "WAR": ("warrant", None)}
_SYMBOL = re.compile(r"(?P<of>\S+)\s+\d{6}[CP]\d{8}")


def moment(cell: str) -> tuple[date, time | None]:
    """Return the day and, where told, the time of a cell."""
    digits = re.sub(r"\D", "", cell)
    if len(digits) not in (8, 14):
        raise Unreadable(f"`{cell}` is not a day", "export the query again with dates as yyyyMMdd")
    try:
        day = datetime.strptime(digits[:8], text.COMPACT).date()  # noqa: DTZ007 - a day has no zone
        return day, time.fromisoformat(digits[8:]) if len(digits) == 14 else None
    except ValueError:
        raise Unreadable(f"there is no moment `{cell}`", "export the query again") from None


def traded_at(row: Line) -> tuple[date, time | None]:
    """Return when a trade happened, by whichever of its columns tell it."""
    if row["tradeDate"] and row["tradeTime"]:
        return moment(f"{row['tradeDate']}{row['tradeTime']}")
    return moment(row["dateTime"] or row["tradeDate"] or row["reportDate"])


def rate(row: Line, base: str | None) -> Decimal:
    """Return units of the account's currency for one of the row's."""
    if row["currency"] == base:
        return ONE
    told = text.amount(row["fxRateToBase"])
    if told is None:
        raise Unreadable(
            f"the row is in {row['currency']} and tells no rate",
            "add `FX Rate to Base` to the query, and run it again",
        )
    return told


def in_base(row: Line, column: str, base: str | None) -> Decimal:
    """Return the money of a column in the account's currency, exact."""
    return EXACT.multiply(text.needed(row[column], column), rate(row, base))


def kind_of(type: str, words: str, signed: Decimal, symbol: str) -> tuple[T, str]:
    """Return what a cash row is, and the security that it belongs to; empty where it belongs to none.

    Income of no security is interest. Raises Unreadable where the type is not known.
    """
    kind, keeps_symbol = _kind(type, words, signed)
    if kind in (T.DIVIDEND, T.RETURN_OF_CAPITAL) and not symbol:
        return T.INTEREST, ""
    return kind, symbol if keeps_symbol else ""


def _kind(type: str, words: str, signed: Decimal) -> tuple[T, bool]:
    low = type.lower()
    if "return of capital" in words.lower():
        return T.RETURN_OF_CAPITAL, True
    if low in ("dividends", "payment in lieu of dividends", "dividend", "payment in lieu"):
        return T.DIVIDEND, True
    if low in ("withholding tax", "871(m) withholding", "foreign tax withholding"):
        return T.FEE, True
    if low in ("broker interest received", "bond interest received", "credit interest"):
        return T.INTEREST, False
    if low in ("broker interest paid", "bond interest paid", "debit interest"):
        return T.FEE, False
    if low in (
        "other fees",
        "other fee",
        "advisor fees",
        "commission adjustments",
        "broker fees",
        "adjustment",
    ):
        return T.FEE, False
    if low in ("deposits/withdrawals", "deposits & withdrawals", "deposit", "withdrawal"):
        return came_or_went(signed), False
    raise unknown(type)


def paper(row: Line) -> Paper:
    """Return the security that a row describes."""
    symbol, name = row["symbol"], row["description"] or None
    if row["assetCategory"] == "OPT" and row["strike"] and row["expiry"]:
        of = _SYMBOL.fullmatch(symbol)
        return option(
            symbol,
            underlying=row["underlyingSymbol"] or (of["of"] if of else symbol.split()[0]),
            right="call" if row["putCall"].upper().startswith("C") else "put",
            strike=text.needed(row["strike"], "strike"),
            expiry=moment(row["expiry"])[0],
            multiplier=text.amount(row["multiplier"]) or Decimal(100),
            currency=row["currency"],
            words=row["description"],
        )
    kinds = _INSTRUMENTS.get(row["subCategory"], _CLASSES.get(row["assetCategory"], (None, None)))
    return Paper(
        symbol=symbol,
        name=name,
        instrument=kinds[0],
        asset_class=kinds[1],
        currency=row["currency"] or None,
        cusip=row["cusip"] or None,
        isin=row["isin"] or None,
    )
