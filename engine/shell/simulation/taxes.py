"""What a year of a simulated household costs, and what selling everything on a day would.

    used      recognized short -10,000, long 4,000 at 35% and 15%: -3,500 + 600 = 2,900 saved at once, because
              the household has other gains that the losses meet
    carried   the same: net -6,000; 3,000 off income saves 1,050, and 3,000 short are carried on

The figures of a year are those of `guardband tax`: rows of Form 8949, netting, qualified dividends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from engine.facts.accounts import Account
from engine.facts.book import Records
from engine.facts.ids import AccountId, HouseholdId
from engine.facts.lots import Lot
from engine.facts.money import cents_half_up
from engine.facts.readings import TaxReading
from engine.ledger.tax.netting import Netting, net
from engine.ledger.tax.year import tax_year
from engine.ledger.terms import term
from engine.shell.simulation.market import Market
from engine.shell.simulation.state import YearTax
from engine.shell.simulation.study import Losses
from optimizer.settings import Settings

ZERO = Decimal(0)
Rates = tuple[Decimal, Decimal]


def rates_of(accounts: Iterable[Account]) -> Rates:
    """Return the short-term and long-term rate of a household: those of its first taxable account."""
    taxable = sorted((row for row in accounts if not row.is_retirement), key=lambda row: row.account)
    first, plain = (taxable[0] if taxable else None), Settings()
    short = None if first is None else first.short_term_rate
    long = None if first is None else first.long_term_rate
    return (
        plain.short_term_rate if short is None else short,
        plain.long_term_rate if long is None else long,
    )


def year_tax(
    records: Records,
    *,
    household: HouseholdId,
    year: int,
    as_of: date,
    reading: TaxReading,
    losses: Losses,
    brought: YearTax | None,
) -> YearTax:
    """Return what a year comes to as known on a day; `brought`: the year before, for its carryovers."""
    if losses == "carried" and brought is not None:
        records = replace(records, accounts=with_carryovers(records.accounts, brought))
    found = tax_year(records, year=year, as_of=as_of, reading=reading, household=household)
    rates = rates_of(row for row in records.accounts.values() if row.household == household)
    short = sum((row.gain for row in found.rows if row.part == "I"), ZERO)
    long = sum((row.gain for row in found.rows if row.part == "II"), ZERO)
    on_gains = at_rates(short, long, rates) if losses == "used" else netted(found.netting, rates)
    income = found.income
    other = income.dividends + income.interest - found.qualified_dividends
    return YearTax(
        year=year,
        short=short,
        long=long + income.distributions,
        losses=-sum((row.gain for row in found.rows if row.gain < 0), ZERO),
        disallowed=sum((row.adjustment for row in found.rows), ZERO),
        dividends=income.dividends + income.interest,
        tax_on_gains=cents_half_up(on_gains),
        tax_on_income=cents_half_up(rates[1] * found.qualified_dividends + rates[0] * other),
        carryover_short=found.netting.carryover_short if losses == "carried" else ZERO,
        carryover_long=found.netting.carryover_long if losses == "carried" else ZERO,
    )


def at_rates(short: Decimal, long: Decimal, rates: Rates) -> Decimal:
    """Return the tax on gains and losses that are all put to use."""
    return rates[0] * short + rates[1] * long


def netted(netting: Netting, rates: Rates) -> Decimal:
    """Return the tax on a year's net gain; negative by what the deduction from income saves."""
    short, long = netting.net_short, netting.net_long
    if short + long <= 0:
        return -rates[0] * netting.ordinary_deduction
    if short >= 0 and long >= 0:
        return at_rates(short, long, rates)
    return (rates[0] if short > 0 else rates[1]) * (short + long)


def with_carryovers(accounts: Mapping[AccountId, Account], brought: YearTax) -> dict[AccountId, Account]:
    """Return accounts with what the year before carries on; on every row, as of one return."""
    short, long = brought.carryover_short or None, brought.carryover_long or None
    return {name: replace(row, carryover_short=short, carryover_long=long) for name, row in accounts.items()}


def tax_on_all(
    lots: Iterable[Lot],
    records: Records,
    market: Market,
    day: date,
    *,
    household: HouseholdId,
    losses: Losses,
    brought: YearTax | None,
) -> Decimal:
    """Return the tax of selling every lot of the household's taxable accounts at a day's prices.

    brought: the last year, whose carryovers are used up; its own gains are taxed already.
    """
    rates = rates_of(row for row in records.accounts.values() if row.household == household)
    gains = {"short": ZERO, "long": ZERO}
    for lot in lots:
        account = records.accounts[lot.account]
        price = market.price(lot.symbol, day)
        if account.household == household and not account.is_retirement and price is not None:
            gains[term(lot.adjusted_acquired, day)] += lot.quantity * price - lot.basis
    if losses == "used":
        return cents_half_up(at_rates(gains["short"], gains["long"], rates))
    left = net(
        short=gains["short"],
        long=gains["long"],
        carryover_short=ZERO if brought is None else brought.carryover_short,
        carryover_long=ZERO if brought is None else brought.carryover_long,
    )
    return cents_half_up(netted(left, rates))
