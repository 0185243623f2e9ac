"""The nearest list by trying every list: fewest trades touched, then least money. Small lists only."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import product

from engine.facts.trades import Trade
from engine.gate.verdict import GateAnswer
from optimizer.nearest_list import passes

Distance = tuple[int, Decimal]


def distance(
    trades: tuple[Trade, ...], shares: tuple[Decimal, ...], price: Callable[[Trade], Decimal]
) -> Distance:
    """Return how far a list of these quantities is from the given one."""
    touched = [(t, q) for t, q in zip(trades, shares, strict=True) if q != t.quantity]
    return len(touched), sum(((t.quantity - q) * price(t) for t, q in touched), Decimal(0))


def nearest_by_trying(
    trades: tuple[Trade, ...],
    judge: Callable[[tuple[Trade, ...]], GateAnswer],
    price: Callable[[Trade], Decimal],
) -> Distance:
    """Return the smallest distance of any list of whole shares that passes."""
    options = [[Decimal(n) for n in range(int(trade.quantity) + 1)] for trade in trades]
    every = sorted(product(*options), key=lambda shares: distance(trades, shares, price))
    for shares in every:
        kept = tuple(replace(trade, quantity=q) for trade, q in zip(trades, shares, strict=True) if q > 0)
        if passes(judge(kept)):
            return distance(trades, shares, price)
    raise AssertionError("the empty list passes")
