"""Readings of the law that a household chooses, as plain values; the ledger obeys them.

Each field is one unsettled point; the first value named is the default. The words are those of the
`wash_sales` statement of a mandate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.facts.ids import Symbol

Relief = Literal["fifo", "lifo", "highest_cost", "minimum_tax", "specific"]
"""Which lots a sale takes where it names none; `specific` without a name is an error."""


Country = Literal["us", "canada", "uk", "germany", "australia"]
"""Whose rules for losses and repurchases hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WashReadings:
    """How this household reads 26 U.S.C. 1091 where the law is unsettled."""

    same_order_replacement: bool = False  # shares sold in the same order as the replacement
    sold_before_replacement: bool = False  # shares sold before the loss sale
    earlier_purchase_replacement: bool = True  # bought before the shares sold, inside the window
    same_day_purchases: Literal["separate", "together"] = "separate"
    overlapping_days: Literal["both", "once", "old_date"] = "both"
    spouse_basis: Literal["increased", "unchanged"] = "increased"
    spouse_retirement: Literal["permanent", "not_counted"] = "permanent"
    index_funds: Literal["by_group", "different"] = "by_group"
    written_puts: bool = False
    partly_adjusted: Literal["adjusted_first", "highest_basis"] = "adjusted_first"
    fifo_date: Literal["actual", "tacked"] = "actual"
    gain_shares_replace: bool = False
    cents: Literal["largest_remainder", "row_by_row"] = "largest_remainder"
    country: Country = "us"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxReading:
    """Everything that a replay needs to know of the policy.

    `identical` maps a symbol to the name of its declared group; a symbol not named is identical to
    itself only. `country` is what `wash` names, where that is another than the United States.
    """

    wash: WashReadings = WashReadings()
    relief: Relief = "fifo"
    identical: Mapping[Symbol, str] = field(default_factory=dict)
    country: Country = "us"

    def __post_init__(self) -> None:
        """Let the country that a mandate's `wash_sales` names hold for the whole reading."""
        if self.wash.country != "us":
            object.__setattr__(self, "country", self.wash.country)

    def identity(self, symbol: Symbol) -> str:
        """Return the name under which identical securities meet: the group's, else the symbol's own."""
        group = self.identical.get(symbol)
        return f"group:{group}" if group is not None else f"symbol:{symbol}"
