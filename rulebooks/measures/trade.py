"""Measures of one trade: its value and its shares, limited `for each trade`.

buy 50 ACME at 45.00: trade_value 2,250, trade_shares 50
"""

from dsl.policy import Unit
from rulebooks.forms import ZERO, FormClass, TermKind
from rulebooks.measures.model import MeasureModule
from rulebooks.scene import Ask, Figure, Scene, Taken


def of_a_trade(scene: Scene, taken: Taken, ask: Ask) -> Figure:
    """Return no figure: a trade's measure is taken trade by trade."""
    return Figure(measure=ZERO, base=None, missing=f"{ask.name} is limited for each trade")


TRADE_VALUE = MeasureModule(
    name="trade_value",
    definition="value of one trade",
    unit=Unit.MONEY,
    figure=of_a_trade,
    at_most=FormClass.BOUNDS,
    at_least=FormClass.INTEGER,
    per_trade=TermKind.TRADE_VALUE,
)
TRADE_SHARES = MeasureModule(
    name="trade_shares",
    definition="shares of one trade",
    unit=Unit.SHARES_HELD,
    figure=of_a_trade,
    at_most=FormClass.BOUNDS,
    at_least=FormClass.INTEGER,
    per_trade=TermKind.TRADE_QUANTITY,
)

MEASURES = (TRADE_VALUE, TRADE_SHARES)
