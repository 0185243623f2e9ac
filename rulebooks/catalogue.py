"""The registry of measures, listed one by one, and the vocabulary that the checker is handed.

A new measure is one module under `rulebooks.measures` and one line here; a numeric column of the data
needs neither: it is averaged by value.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from dsl.catalogue import Catalogue, MeasureEntry
from dsl.policy import Unit
from dsl.words import shipped
from rulebooks.measures import (
    active_weight,
    capped_weight,
    cash,
    count,
    exposure,
    gains,
    liquidity,
    money_columns,
    ownership,
    quantity,
    risk,
    trade,
    turnover,
    weight,
)
from rulebooks.measures.average import AVERAGES, average_of
from rulebooks.measures.drift import drift_module
from rulebooks.measures.model import MeasureModule
from rulebooks.members import select_plain

_MODULES = (
    weight.WEIGHT,
    weight.VALUE,
    quantity.QUANTITY,
    active_weight.ACTIVE_WEIGHT,
    cash.CASH,
    cash.BORROWING,
    cash.PORTFOLIO_VALUE,
    cash.NET_ASSETS,
    cash.TOTAL_ASSETS,
    exposure.GROSS_EXPOSURE,
    exposure.NET_EXPOSURE,
    turnover.TURNOVER,
    gains.REALIZED_SHORT_TERM_GAINS,
    gains.REALIZED_LONG_TERM_GAINS,
    gains.NET_REALIZED_GAINS,
    gains.UNREALIZED_GAINS,
    gains.TAX_COST,
    gains.DISALLOWED_LOSS,
    *AVERAGES,
    ownership.VOTING_OWNERSHIP,
    ownership.NON_VOTING_OWNERSHIP,
    ownership.OWNERSHIP,
    trade.TRADE_VALUE,
    trade.TRADE_SHARES,
    liquidity.DAYS_TO_LIQUIDATE,
    capped_weight.CAPPED_WEIGHT,
    money_columns.OTC_EXPOSURE,
    drift_module(select_plain),
    risk.TRACKING_ERROR,
    risk.VOLATILITY,
    count.COUNT,
)

MEASURES: Mapping[str, MeasureModule] = MappingProxyType({module.name: module for module in _MODULES})
"""Every shipped measure by name."""


def measure_named(name: str, unit: Unit = Unit.NUMBER) -> MeasureModule:
    """Return a measure; a name that is none is a column, averaged by value, known to one evaluator."""
    known = MEASURES.get(name)
    if known is not None:
        return known
    words = name.replace("_", " ").replace(".", " ")
    return replace(average_of(name, unit, f"value-weighted average {words}"), witnesses=1)


def catalogue() -> Catalogue:
    """Return the checker's vocabulary: the shipped words and every measure that has none of its own."""
    words = shipped()
    added = {
        name: MeasureEntry(name=name, unit=module.unit, description=module.definition, needs=module.needs)
        for name, module in MEASURES.items()
        if name not in words.measures
    }
    return replace(words, measures=MappingProxyType({**words.measures, **added})) if added else words
