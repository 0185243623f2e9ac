"""What is asked for, and the numbers that a mandate does not settle.

Each setting has a default that the answer tells among its assumptions. An aversion of 50 prices a
tracking error of 1% a year at 0.5% of net assets a year (50 * 0.01^2), one of 2% at 2%.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, assert_never

from engine.facts.ids import AccountId, LotId, Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Numbers of the objective and of the search."""

    aversion: Decimal = Decimal(50)  # money per year = aversion * tracking error^2 * net assets
    cost_bps: Decimal = Decimal(5)  # of the value traded
    ticket_cost: Decimal = Decimal(0)  # of each order, whatever its size
    short_term_rate: Decimal = Decimal("0.408")  # where the account states none
    long_term_rate: Decimal = Decimal("0.238")
    shortfall_price: Decimal = Decimal(1)  # per unit of money that a class stays outside its aim
    likeness: Decimal = Decimal("0.7")  # share of own variance that a security shares with its substitutes
    tolerance_bp: Decimal = Decimal("0.5")  # a smaller gap is called optimal
    exact_columns: int = 150  # purchases and lots open up to which a larger gap is branched on
    most_rounds: int = 12  # lists put to the gate before trades are dropped
    netting: bool | None = None  # over the year's return; None: where a carryover or realized gain is stated
    avoid_wash_sales: bool = True  # also where no rule forbids them
    rule_costs: bool = False  # also solve without each rule that may hold the list back
    stated: bool = True  # what accounts and policies state goes before these numbers
    aversion_scale: Decimal = Decimal(1)  # of whatever aversion holds
    aversions: tuple[tuple[AccountId, Decimal], ...] = ()  # found for caps on the tracking error


QUICK_COLUMNS = 40
"""Of `exact_columns` where lists are made by the thousand, as in a simulation of years."""

IntentKind = Literal["rebalance", "harvest", "raise", "invest", "repair"]
BackTo = Literal["target", "nearest edge", "halfway"]


_BACK = {
    None: "bring the accounts back to their targets",
    "target": "bring the accounts back to their targets",
    "nearest edge": "bring the accounts back to the nearest edge of their bands",
    "halfway": "bring the accounts back halfway between the edge of their bands and the target",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One request.

    harvest: sell lots that the mandate's harvest statement selects, and buy what stands in for them.
    raise: `amount` of cash on top of what must be held. invest: spend `amount`, None: all that may be.
    A transition out of a legacy portfolio is a rebalance to target, `anyway`, with a `max_gain`.
    """

    kind: IntentKind = "rebalance"
    amount: Decimal | None = None
    account: AccountId | None = None  # where cash is raised or invested; None: any account of the request
    due: date | None = None  # when the cash is needed: told beside the settlement day; trades are of today
    max_gain: Decimal | None = None  # recognized by this list, in money
    max_tracking_error: Decimal | None = None  # annual, a fraction of one; instead of a price of drift
    locked: tuple[LotId, ...] = ()  # lots that stay
    to: BackTo | None = None  # where classes outside their bands come to; None: what the mandate says
    anyway: bool = False  # also where no trigger calls for a rebalance
    also: tuple[tuple[AccountId, Symbol], ...] = ()  # positions to look at that nothing else wishes for

    @property
    def words(self) -> str:
        """The request in words."""
        limits = [] if self.max_gain is None else [f"recognize at most {told(self.max_gain)} of gains"]
        if self.max_tracking_error is not None:
            limits.append(f"leave a tracking error of at most {100 * self.max_tracking_error:f}%")
        if self.locked:
            limits.append(f"keep {', '.join(self.locked)}")
        return "; ".join((self.goal, *limits))

    @property
    def goal(self) -> str:
        """What is asked for, without its limits."""
        match self.kind:
            case "rebalance" if self.anyway:
                text = f"move to the {self.to or 'target'}, trigger or not"
            case "rebalance":
                text = _BACK[self.to]
            case "harvest":
                text = "harvest losses"
            case "raise":
                text = f"raise {told(self.amount)} in cash" + (f" by {self.due}" if self.due else "")
            case "invest":
                text = "invest cash" if self.amount is None else f"invest {told(self.amount)} of cash"
            case "repair":
                text = "the nearest list that passes"
            case _:
                assert_never(self.kind)
        return text


def told(amount: Decimal | None) -> str:
    """Return an amount of money in words of a request: `50,000`, `1,250.50`."""
    if amount is None:
        return "nothing"
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
