"""Accounts: who owns them, how they are taxed, what has been realized so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.facts.ids import AccountId, HouseholdId

RETIREMENT_KINDS = frozenset({"ira", "roth_ira", "401k", "hsa", "529"})
"""Kinds of account in which a gain or a loss is no taxable event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One row of accounts.csv; None means the file does not say."""

    account: AccountId
    household: HouseholdId
    owner: str  # self, spouse or entity
    kind: str  # taxable, ira, roth_ira, 401k, hsa, 529, trust, fund
    currency: str
    cash: Decimal  # on the as-of date
    short_term_rate: Decimal | None = None  # all-in marginal rate, a fraction of one
    long_term_rate: Decimal | None = None
    filing_status: str | None = None
    tax_status: str = "investor"  # investor, dealer or trader_475f
    adjusted_taxable_income: Decimal | None = None
    carryover_short: Decimal | None = None  # positive sizes, brought into the year
    carryover_long: Decimal | None = None
    realized_short: Decimal | None = None  # of the year so far, where there is no history
    realized_long: Decimal | None = None
    turnover: Decimal | None = None  # a fraction of one
    fractional: bool = False  # may hold fractions of a share
    policy: str | None = None
    model: str | None = None
    benchmark: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)  # every column as text, blanks left out
    magi: Decimal | None = None  # modified adjusted gross income of the return, gains included
    investment_income: Decimal | None = None  # net, beside the gains, dividends and interest of the book
    average_cost: str | None = None  # shares under the average cost election: `yes`, or symbols

    @property
    def is_retirement(self) -> bool:
        """Whether sales in this account are no taxable events."""
        return self.kind in RETIREMENT_KINDS
