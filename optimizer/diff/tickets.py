"""Tickets: how small and how large a version lets one trade be, as far as a list needs to know.

for each trade limit trade_value to at least 1,000 USD -> tickets (1000,); a trade of 999.99 does not fit
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from engine.facts.ids import Symbol
from engine.facts.trades import Side, Trade
from optimizer.portfolios.room import CENT
from optimizer.portfolios.world import Position
from optimizer.scale import as_decimal, as_float
from rulebooks.ground import GroundBook, PerTrade

Holdings = Mapping[Position, Decimal]


def tickets_of(grounded: GroundBook) -> tuple[Decimal, ...]:
    """Return the least sizes that rules ask of a trade, in money at a price of 1, rounded up to cents."""
    lows = {low for rule in _standing(grounded) for low, _ in rule.bounds.values() if low is not None}
    return tuple(sorted({_up(low) for low in lows if low > 0}))


def _up(amount: Fraction) -> Decimal:
    found = as_decimal(as_float(amount), 2)
    return found if Fraction(found) >= amount else found + CENT


def _standing(grounded: GroundBook) -> Iterator[PerTrade]:
    return (rule for rule in grounded.per_trade if rule.standing == "applies")


def fits_tickets(grounded: GroundBook, trades: tuple[Trade, ...], before: Holdings) -> bool:
    """Return whether no rule on the size of trades objects to a list, at prices of 1."""
    return all(_fits(rule, trade, before) for rule in _standing(grounded) for trade in trades)


def _fits(rule: PerTrade, trade: Trade, before: Holdings) -> bool:
    if trade.account != rule.account or not rule.members.get((trade.symbol, trade.side), False):
        return True
    closes = trade.side is Side.SELL and before.get((trade.account, trade.symbol)) == trade.quantity
    if (rule.closing == "excluded" and closes) or (rule.closing == "only" and not closes):
        return True
    low, high = rule.bounds.get(Symbol(trade.symbol), (None, None))
    size = Fraction(trade.quantity)
    return (low is None or size >= low) and (high is None or size <= high)


def without_crumbs(grounded: GroundBook, before: Holdings, after: Holdings) -> Holdings:
    """Return `after` without the changes that are smaller than any ticket."""
    least = max(tickets_of(grounded), default=CENT)
    found = dict(after)
    for place in {*before, *after}:
        was, is_now = before.get(place, Decimal(0)), after.get(place, Decimal(0))
        if was != is_now and abs(is_now - was) < least and is_now:
            found[place] = was
    return {place: money for place, money in found.items() if money > 0}
