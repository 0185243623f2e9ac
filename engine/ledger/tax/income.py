"""Income beside the gains of sales: dividends, interest, distributions, and the tax of 3.8% on all of it.

    single, modified adjusted gross income 230,000, net investment income 45,000
      -> 3.8% of 30,000, the part of the income over 200,000: 1,140

Net investment income is the year's net gain (of a net loss, the part that may be deducted), dividends and
interest of taxable accounts, and what accounts.csv or the command state beside: `investment_income`.
Rows whose note says `exempt interest` are left out; `capital gain` dividends are in the net gain.
Source: 26 U.S.C. 1411; 26 CFR 1.1411-4(d), (f)(4); Form 8960.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.facts.accounts import Account
from engine.facts.failure import InputError
from engine.facts.ids import AccountId
from engine.facts.money import EXACT, cents_half_up
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.tax.fund_losses import CAPITAL_GAIN, EXEMPT_INTEREST, is_noted
from engine.ledger.tax.netting import NIIT_THRESHOLDS, Netting, net_investment_income_tax

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """A year's income in taxable accounts, beside the gains of sales."""

    dividends: Decimal  # ordinary dividends, the qualified ones among them
    interest: Decimal
    distributions: Decimal  # capital gain distributions: long-term gain, Schedule D line 13


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentTax:
    """The net investment income tax of a year."""

    magi: Decimal
    threshold: Decimal
    income: Decimal  # net investment income
    tax: Decimal


def income_of(
    transactions: Iterable[Transaction], accounts: Mapping[AccountId, Account], *, year: int
) -> Income:
    """Return what the records tell of a year's dividends and interest."""
    sums = {"dividends": ZERO, "interest": ZERO, "distributions": ZERO}
    for row in transactions:
        kind = _kind(row)
        if kind is not None and row.date.year == year and not accounts[row.account].is_retirement:
            sums[kind] = EXACT.add(sums[kind], row.total)
    return Income(**{name: cents_half_up(amount) for name, amount in sums.items()})


def _kind(row: Transaction) -> str | None:
    if row.type not in (TransactionType.DIVIDEND, TransactionType.INTEREST) or is_noted(row, EXEMPT_INTEREST):
        return None
    if row.type is TransactionType.INTEREST:
        return "interest"
    return "distributions" if is_noted(row, CAPITAL_GAIN) else "dividends"


def investment_tax(
    netting: Netting,
    income: Income,
    *,
    magi: Decimal | None,
    other: Decimal | None,
    filing_status: str | None,
) -> InvestmentTax | None:
    """Return the tax on net investment income; None where the return's income is not stated.

    Raises InputError where the filing status is not stated.
    """
    if magi is None:
        return None
    if filing_status is None:
        raise InputError(
            "the tax on net investment income needs the filing status",
            place="accounts.csv, column filing_status",
            cure=f"state it: {', '.join(NIIT_THRESHOLDS)}",
        )
    total = netting.net_short + netting.net_long
    gain = total if total >= 0 else -netting.ordinary_deduction
    whole = max(ZERO, gain + income.dividends + income.interest + (other or ZERO))
    tax = net_investment_income_tax(magi=magi, net_investment_income=whole, filing_status=filing_status)
    threshold = NIIT_THRESHOLDS[filing_status]
    return InvestmentTax(magi=magi, threshold=threshold, income=whole, tax=cents_half_up(tax))
