"""A study: what is replayed, from when until when, and which runs stand side by side.

    Run(name="as written")                     the mandates as they are
    Run(name="no wash rule", wash_sales=False) the same without the mandates and readings about wash sales
    Run(name="no harvesting", harvest=False)   the same, and no loss is worth anything

A run names its mandates; a study that names none takes those that the book's accounts name.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from engine.facts.ids import AccountId

Every = Literal["day", "week", "month", "quarter", "year"]
"""How often something happens: on the first trading day of each."""

Losses = Literal["used", "carried"]
"""What a loss meets.

used: gains that the household has elsewhere, all of it, at once, at the account's own rates.
carried: the gains of the account, 3,000 a year of income, and later years.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Money that comes (amount > 0) or goes (amount < 0), the first day of the replay excepted."""

    account: AccountId
    every: Every
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One of the runs that are compared.

    policies: files or ids; empty: those of the study. wash_sales False: losses are never disallowed (the
    ledger takes the household for a dealer's, 26 U.S.C. 1091(a)) and `without` are left out. harvest False:
    no harvest is proposed and no loss weighs anything.
    """

    name: str
    policies: tuple[str, ...] = ()
    wash_sales: bool = True
    harvest: bool = True
    every: Every | None = None  # None: as the study says
    aversion: Decimal | None = None  # None: the optimizer's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything that is asked of a simulation, beside the book itself."""

    title: str
    book: str
    policies: tuple[str, ...]
    since: date | None = None  # None: the first day of the prices
    until: date | None = None  # None: their last
    every: Every = "month"  # how often the monitor looks
    flows: tuple[Flow, ...] = ()
    monthly: Decimal = Decimal(0)  # into (or, negative, out of) each account, each month, beside the flows
    cost_bps: Decimal = Decimal(5)  # of what is bought and sold, paid out of cash
    losses: Losses = "used"
    runs: tuple[Run, ...] = ()


WASH_POLICY = "us.wash_sales"
"""The shipped mandate about wash sales, which a run without them leaves out."""


def standard_runs() -> tuple[Run, ...]:
    """Return the three runs of a study that names none."""
    return (
        Run(name="as written"),
        Run(name="no wash-sale rule", wash_sales=False),
        Run(name="no harvesting", harvest=False),
    )
