"""What accounts and policies state about costs and prices; the settings stand in where neither does.

    accounts.csv   trading_cost_bps, ticket_cost             before what the policy says
    policy         parameter trading_cost = 3 bps            of the value traded
                   parameter ticket_cost = 4.95 USD          of each order, whatever its size
                   parameter risk_aversion = 50
                   parameter tracking_error_cap = 2%         instead of the aversion
                   parameter price_of_esg = 40 USD           of rule ESG, which warns: it may be left at this
                                                             price for each unit of its limit

An order of 30 shares at 60.00 costs 1,800 * 0.0003 + 4.95 = 5.49.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dsl.policy import Amount, CheckedPolicy, Unit
from dsl.proposing import (
    PRICE_OF,
    RISK_AVERSION,
    TICKET_COST,
    TRACKING_ERROR_CAP,
    TRADING_COST,
)
from engine.facts.failure import InputError
from engine.facts.ids import AccountId
from optimizer.settings import Intent, Settings
from optimizer.tradable import policy_of
from rulebooks.ground import GroundBook

SHARES = (Unit.SHARE, Unit.BPS)
COST_COLUMN, TICKET_COLUMN = "trading_cost_bps", "ticket_cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A number and who gives it, in words."""

    value: Decimal
    source: str


def trading_cost(ground: GroundBook, account: AccountId, settings: Settings) -> Given:
    """Return what trading costs an account, in basis points of the value traded."""
    own = ground.book.accounts[account].attributes.get(COST_COLUMN)
    if own is not None and settings.stated:
        return Given(value=Decimal(own), source="stated by the account")
    found = _parameter(ground, account, TRADING_COST, SHARES, settings)
    if found is not None:
        return Given(value=found.value * 10_000, source=found.source)
    return Given(value=settings.cost_bps, source="assumed")


def ticket_cost(ground: GroundBook, account: AccountId, settings: Settings) -> Given:
    """Return what each order costs an account whatever its size, in the account's currency."""
    own = ground.book.accounts[account].attributes.get(TICKET_COLUMN)
    if own is not None and settings.stated:
        return Given(value=Decimal(own), source="stated by the account")
    found = _parameter(ground, account, TICKET_COST, (Unit.MONEY,), settings)
    return found or Given(value=settings.ticket_cost, source="assumed")


def aversion(ground: GroundBook, account: AccountId, settings: Settings) -> Given:
    """Return the price of an account's variance: money a year = this * tracking error^2 * net assets."""
    for name, price in settings.aversions:
        if name == account:
            return Given(value=price, source="the price of the cap on the tracking error")
    found = _parameter(ground, account, RISK_AVERSION, (Unit.NUMBER,), settings)
    given = found or Given(value=settings.aversion, source="assumed")
    return Given(value=given.value * settings.aversion_scale, source=given.source)


def error_cap(ground: GroundBook, account: AccountId, intent: Intent, settings: Settings) -> Given | None:
    """Return the largest tracking error that an account may be left with, a fraction of one; None: no cap."""
    if intent.max_tracking_error is not None:
        return Given(value=intent.max_tracking_error, source="asked for")
    return _parameter(ground, account, TRACKING_ERROR_CAP, SHARES, settings)


def rule_prices(ground: GroundBook) -> Mapping[str, Decimal]:
    """Return the stated price of each rule that has one: money for each unit by which its limit is left."""
    found: dict[str, Decimal] = {}
    for policy in ground.rulebook.policies:
        names = {price_name(rule.id): rule.id for rule in policy.rules}
        for row in policy.parameters:
            if row.name.startswith(PRICE_OF):
                if row.name not in names:
                    raise _wrong(policy, row.name, "names no rule of the policy", "name a rule that warns")
                found[names[row.name]] = _amount(policy, row.name, row.value, (Unit.MONEY,)).value
    return found


def price_name(rule: str) -> str:
    """Return the name of the parameter that states a rule's price: IPS-4.1 has `price_of_ips_4_1`."""
    return PRICE_OF + re.sub(r"[^a-z0-9]+", "_", rule.lower()).strip("_")


def _parameter(
    ground: GroundBook, account: AccountId, name: str, units: tuple[Unit, ...], settings: Settings
) -> Given | None:
    """Return a parameter of the policies that govern an account; the first policy that states it counts."""
    if not settings.stated:
        return None
    for policy in policy_of(ground, account):
        for row in policy.parameters:
            if row.name == name:
                amount = _amount(policy, name, row.value, units)
                return Given(value=amount.value, source=f"parameter `{name}` of {policy.id}")
    return None


def _amount(policy: CheckedPolicy, name: str, amount: Amount, units: tuple[Unit, ...]) -> Amount:
    if amount.unit not in units or amount.value < 0:
        wanted = " or ".join(unit.value for unit in units)
        raise _wrong(policy, name, f"is {amount.written}", f"give it a positive size in {wanted}")
    return amount


def _wrong(policy: CheckedPolicy, name: str, what: str, cure: str) -> InputError:
    return InputError(f"the parameter `{name}` {what}", place=f"policy {policy.id}", cure=cure)
