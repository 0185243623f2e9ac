"""Rows of limits with two ends: what the gate would let pass is admitted, and nothing else."""

from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.trades import Side, Trade
from optimizer.requirements import requirements
from rulebooks.state import BookState
from tests.optimizer.hand import MAIN, account, book, laid_out, lot, real_judge

BAND = """rule BAND "A share of AAA"
  limit weight of holdings where symbol is "AAA" to between {low}% and {high}%
  because ips "§9"
"""


@pytest.mark.parametrize(
    ("low", "high", "least"),
    [
        (40, 60, {"low": 0, "high": 0}),  # 50% lies within
        (20, 45, {"low": -500, "high": -500}),  # above by 5 points: to be below by 5 is no worse
        (58, 80, {"low": -800, "high": -800}),  # below by 8
    ],
)
def test_a_band_that_is_breached_may_be_left_on_either_side_as_far(
    low: int, high: int, least: dict[str, int]
) -> None:
    """5,000 of AAA in 10,000."""
    on = book([lot("AAA", 50, cost="100")], accounts=[account("MAIN", "5000")])
    ground = laid_out(BAND.format(low=low, high=high), on)
    found = requirements(ground.limits, BookState(on, currency="USD"), (MAIN,))
    assert {need.side: need.least for need in found} == {side: Fraction(n) for side, n in least.items()}


@pytest.mark.parametrize(("shares", "decision"), [(35, "pass"), (36, "block")])
def test_the_gate_says_the_same(shares: int, decision: str) -> None:
    """Between 20% and 45%, now 50%: 15% is as far outside as 50%, 14% is further."""
    on = book([lot("AAA", 50, cost="100")], accounts=[account("MAIN", "5000")])
    judge = real_judge(laid_out(BAND.format(low=20, high=45), on))
    sale = Trade(number=1, account=MAIN, side=Side.SELL, symbol=on.lots[0].symbol, quantity=Decimal(shares))
    assert judge((sale,)).decision.value == decision
