"""What is asked for, and the numbers that a mandate does not settle.

Each setting has a default that the answer tells among its assumptions. An aversion of 50 prices a
tracking error of 1% a year at 0.5% of net assets a year (50 * 0.01^2), one of 2% at 2%.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from engine.facts.ids import AccountId, LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Numbers of the objective and of the search."""

    aversion: Decimal = Decimal(50)  # money per year = aversion * tracking error^2 * net assets
    cost_bps: Decimal = Decimal(5)  # of the value traded
    short_term_rate: Decimal = Decimal("0.408")  # where the account states none
    long_term_rate: Decimal = Decimal("0.238")
    shortfall_price: Decimal = Decimal(1)  # per unit of money that a class stays outside its aim
    likeness: Decimal = Decimal("0.7")  # share of own variance that a security shares with its substitutes
    tolerance_bp: Decimal = Decimal("0.5")  # a smaller gap is called optimal
    most_rounds: int = 12  # lists put to the gate before trades are dropped
    avoid_wash_sales: bool = True  # also where no rule forbids them


IntentKind = Literal["rebalance", "harvest", "raise", "invest", "repair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One request.

    harvest: sell lots that the mandate's harvest statement selects, and buy what stands in for them.
    raise: `amount` of cash on top of what must be held. invest: spend `amount`, None: all that may be.
    """

    kind: IntentKind = "rebalance"
    amount: Decimal | None = None
    account: AccountId | None = None  # where cash is raised or invested; None: any account of the request
    due: date | None = None  # told, not modelled: trades are of today
    max_gain: Decimal | None = None  # recognized by this list, in money
    locked: tuple[LotId, ...] = ()  # lots that stay

    @property
    def words(self) -> str:
        """The request in words."""
        match self.kind:
            case "rebalance":
                text = "bring the accounts back to their targets"
            case "harvest":
                text = "harvest losses"
            case "raise":
                text = f"raise {self.amount} in cash" + (f" by {self.due}" if self.due else "")
            case "invest":
                text = "invest cash" if self.amount is None else f"invest {self.amount} of cash"
            case "repair":
                text = "the nearest list that passes"
        return text
