"""Rows that conditions are read against besides holdings: lots and trades.

forbid selling lots where holding_days is less than 30   a lot bought 12 days ago: holding_days 12
for each trade except trades where closes_position is yes
"""

from calendar import monthrange
from datetime import date
from fractions import Fraction

from dsl.policy import Unit
from engine.facts.lots import Lot
from engine.facts.trades import Side, Trade
from engine.gate.reference.market import Market
from engine.gate.reference.predicates import Lookup
from engine.gate.reference.state import State
from engine.gate.reference.values import Absent, Value
from engine.ledger.exact import exact


def lot_row(lot: Lot, market: Market) -> Lookup:
    """Return a lot as a row: its own figures, then its security's and its account's."""

    def row(path: str, unit: Unit | None) -> Value:
        found = _of_lot(lot, path, market)
        return market.of_security(lot.account, lot.symbol, path, unit) if found is None else found

    return row


def _of_lot(lot: Lot, path: str, market: Market) -> Value | None:
    today = market.book.as_of
    match path:
        case "lot":
            return str(lot.lot)
        case "acquired":
            return lot.acquired
        case "adjusted_acquired":
            return lot.adjusted_acquired
        case "quantity":
            return Fraction(lot.quantity)
        case "holding_days":
            return Fraction((today - lot.adjusted_acquired).days)
        case "days_to_long_term":
            return Fraction(max(0, (last_short_day(lot.adjusted_acquired) - today).days + 1))
        case "term":
            return "long" if today > last_short_day(lot.adjusted_acquired) else "short"
        case "basis" | "cost" | "original_basis" | "value" | "gain" | "loss":
            return _money(lot, path, market)
        case _:
            return None


def _money(lot: Lot, path: str, market: Market) -> Value:
    unit = market.unit(lot.account, lot.symbol)
    rate = market.rate(market.book.accounts[lot.account].currency)
    if rate is None:
        return Absent.UNKNOWN
    basis = Fraction(lot.basis) * rate
    if path in ("basis", "cost"):
        return basis
    if path == "original_basis":
        return Fraction(lot.original_basis) * rate
    if unit is None:
        return Absent.UNKNOWN
    gain = Fraction(lot.quantity) * unit - basis
    return {"value": gain + basis, "gain": gain, "loss": max(Fraction(0), -gain)}[path]


def last_short_day(acquired: date) -> date:
    """Return the last day on which a sale is short-term: the anniversary of the acquisition.

    Month-end purchases have month-end anniversaries. Source: 26 U.S.C. 1222; Rev. Rul. 66-7.
    """
    last_then = monthrange(acquired.year, acquired.month)[1]
    last_now = monthrange(acquired.year + 1, acquired.month)[1]
    return date(acquired.year + 1, acquired.month, last_now if acquired.day == last_then else acquired.day)


def trade_row(trade: Trade, market: Market, before: State) -> Lookup:
    """Return a trade as a row: its own figures, then its security's and its account's."""

    def row(path: str, unit: Unit | None) -> Value:
        match path:
            case "side":
                return trade.side.value
            case "closes_position":
                return "yes" if closes_position(trade, before) else "no"
            case "trade_shares" | "quantity":
                return Fraction(trade.quantity)
            case "trade_value" | "value":
                value = trade_value(trade, market)
                return Absent.UNKNOWN if value is None else value
            case "reason":
                return trade.reason or Absent.NONE
            case "lot":
                return str(trade.lot) if trade.lot is not None else Absent.NONE
            case _:
                return market.of_security(trade.account, trade.symbol, path, unit)

    return row


def closes_position(trade: Trade, before: State) -> bool:
    """Return whether a trade sells all that the account holds (or more, which is another rule's matter)."""
    held = before.position((trade.account, trade.symbol)).quantity
    return trade.side is Side.SELL and held > 0 and exact(trade.quantity) >= held


def trade_value(trade: Trade, market: Market) -> Fraction | None:
    """Return a trade's value at the book's price, in the policy's currency."""
    unit = market.unit(trade.account, trade.symbol)
    return None if unit is None else exact(trade.quantity) * unit
