"""Trades at other quantities than the list has.

buy 100 ACME, asked for 10 -> buy 10 ACME, everything else as it was
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.facts.trades import Trade


def with_quantity(pool: tuple[Trade, ...], trade: Trade, quantity: Fraction) -> tuple[Trade, ...]:
    """Return trades with one of them at another quantity, 0 to leave it out."""
    others = tuple(other for other in pool if other.number != trade.number)
    return (*others, resized_trade(trade, quantity)) if quantity else others


def resized_trade(trade: Trade, quantity: Fraction) -> Trade:
    """Return the trade at another quantity > 0."""
    return replace(trade, quantity=Decimal(quantity.numerator) / Decimal(quantity.denominator))
