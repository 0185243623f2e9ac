"""Netting: short with short, long with long, then across; what is deducted, and what is carried on.

    short -5,000, long -2,000: 3,000 deducted; 2,000 short and 2,000 long carried into the next year

The amount deducted counts as short-term gain first, and it uses up only as much loss as there was income.
Source: 26 U.S.C. 1211(b), 1212(b), 1222, 1411.
"""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
LIMIT = Decimal(3000)
LIMIT_SEPARATE = Decimal(1500)
NIIT_RATE = Decimal("0.038")
NIIT_THRESHOLDS = {
    "single": Decimal(200_000),
    "head_of_household": Decimal(200_000),
    "married_joint": Decimal(250_000),
    "married_separate": Decimal(125_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Netting:
    """A year's capital gains and losses; signed money, carryovers and deduction as sizes."""

    net_short: Decimal  # Schedule D line 7, carryover included
    net_long: Decimal  # line 15
    ordinary_deduction: Decimal  # line 21
    carryover_short: Decimal  # into the next year
    carryover_long: Decimal


def net(
    *,
    short: Decimal,
    long: Decimal,
    carryover_short: Decimal = ZERO,
    carryover_long: Decimal = ZERO,
    filing_status: str | None = None,
    adjusted_taxable_income: Decimal | None = None,
) -> Netting:
    """Return what a year comes to.

    short, long: recognized gains of the year, signed. carryover_*: sizes brought into the year.
    adjusted_taxable_income: as 26 U.S.C. 1212(b)(2)(B) defines it; None means enough.
    """
    assert carryover_short >= 0, "a carryover is a size"
    assert carryover_long >= 0, "a carryover is a size"
    net_short, net_long = short - carryover_short, long - carryover_long
    limit = LIMIT_SEPARATE if filing_status == "married_separate" else LIMIT
    deduction = min(limit, max(ZERO, -(net_short + net_long)))
    consumed = deduction
    if adjusted_taxable_income is not None:
        consumed = min(deduction, max(ZERO, adjusted_taxable_income))
    after = net_short + consumed
    return Netting(
        net_short=net_short,
        net_long=net_long,
        ordinary_deduction=deduction,
        carryover_short=max(ZERO, -after - max(ZERO, net_long)),
        carryover_long=max(ZERO, -net_long - max(ZERO, after)),
    )


def net_investment_income_tax(
    *, magi: Decimal, net_investment_income: Decimal, filing_status: str
) -> Decimal:
    """Return the tax of 3.8% on the lesser of net investment income and what MAGI exceeds the threshold by.

    Source: 26 U.S.C. 1411(a), (b).
    """
    over = max(ZERO, magi - NIIT_THRESHOLDS[filing_status])
    return NIIT_RATE * min(over, max(ZERO, net_investment_income))
