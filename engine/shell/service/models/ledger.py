"""The ledger's answers: `lots` and `tax`."""

from typing import Literal

from pydantic import Field

from engine.shell.service.models.common import Answer, Anything, Coverage, Day, Figure


class Replacement(Answer):
    """A lot that took over a disallowed loss."""

    lot: str
    account: str
    symbol: str
    acquired: Day
    quantity: Figure
    absorbed: Figure
    permanent: bool


class Disposal(Answer):
    """Shares given up; term null in retirement accounts."""

    sale: str
    lot: str
    account: str
    symbol: str
    quantity: Figure
    proceeds: Figure
    basis: Figure
    gain: Figure
    disallowed: Figure
    permanently_disallowed: Figure
    recognized: Figure
    broker_disallowed: Figure
    term: str | None
    acquired: Day
    adjusted_acquired: Day
    sold: Day
    replacements: list[Replacement]
    because: list[str]


class OpenLot(Answer):
    """A lot that is still held."""

    lot: str
    account: str
    symbol: str
    quantity: Figure
    basis: Figure
    original_basis: Figure
    acquired: Day
    adjusted_acquired: Day


class OpenShort(Answer):
    """A short sale that is not covered."""

    lot: str
    account: str
    symbol: str
    quantity: Figure
    proceeds: Figure
    opened: Day
    carried: Figure


class Terms(Answer):
    """Short and long."""

    short: Figure
    long: Figure


class Totals(Answer):
    """Sums over taxable accounts."""

    disallowed: Figure
    permanently_disallowed: Figure
    deferred: Figure
    recognized: Figure


class LotsAnswer(Answer):
    """Open lots, disposals and wash sales."""

    schema_: Literal["guardband/lots/1"] = Field(alias="schema")
    disposals: list[Disposal]
    open_lots: list[OpenLot]
    open_shorts: list[OpenShort]
    by_year: dict[str, Terms]
    totals: Totals
    coverage: Coverage | None
    reconciliation: list[Anything] | None
    fund_losses: list[Anything]
    ahead: Anything | None


class FormRow(Answer):
    """A row of Form 8949."""

    part: str
    box: str
    description: str
    acquired: Day
    sold: Day
    proceeds: Figure
    basis: Figure
    code: str
    adjustment: Figure
    gain: Figure
    sale: str
    lot: str
    account: str
    needs_form_8949: bool


class TaxAnswer(Answer):
    """A household's year; all of them under `households` where every one was asked for."""

    schema_: Literal["guardband/tax/1"] = Field(alias="schema")
    year: int
    household: str | None = None
    rows: list[FormRow] | None = None
    net_short: Figure | None = None
    net_long: Figure | None = None
    ordinary_deduction: Figure | None = None
    carryover_short: Figure | None = None
    carryover_long: Figure | None = None
    qualified_dividends: Figure | None = None
    restated: list[Anything] | None = None
    broker_differences: list[Anything] | None = None
    coverage: Coverage | None = None
    window_is_open: bool | None = None
    dividends: Figure | None = None
    interest: Figure | None = None
    capital_gain_distributions: Figure | None = None
    schedule_d: list[Anything] | None = None
    net_investment_income_tax: Anything | None = None
    form_1099b: Anything | None = None
    households: list["TaxAnswer"] | None = None
