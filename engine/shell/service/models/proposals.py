"""The solver's answers: `rebalance`, `harvest`, `repair`, `why`, `why-not`."""

from typing import Literal

from pydantic import Field

from engine.shell.service.models.common import Answer, Citation, Day, Figure, SideWord
from engine.shell.service.models.gate import GateAnswer

Status = Literal["optimal", "feasible", "nothing_to_do", "infeasible"]


class Part(Answer):
    """One part of what a trade is worth, in money."""

    what: str
    rule: str | None
    amount: Figure


class ProposedTrade(Answer):
    """One row of a proposal: one lot sold, or one purchase."""

    trade: int
    account: str
    side: SideWord
    symbol: str
    quantity: Figure
    lot: str | None
    price: Figure
    value: Figure
    gain: Figure | None
    term: str | None
    tax: Figure
    reasons: list[Part]
    tax_later: Figure
    charges: list[Part]
    margin: Figure | None


class Objective(Answer):
    """What a list comes to, in money; the parts add up to total."""

    drift: Figure
    tax: Figure
    cost: Figure
    total: Figure


class Asked(Answer):
    """What was asked for, and what was reached."""

    what: str
    asked: Figure
    bound: str
    reached: Figure
    kept: bool


class Binding(Answer):
    """A rule that holds the list back, and what it costs."""

    rule: str
    group: str | None
    price: Figure
    unit: str
    because: list[Citation]
    words: str


class Removal(Answer):
    """What the list would be worth without a rule."""

    rule: str
    title: str
    because: list[Citation]
    cost: Figure
    bps: Figure
    at_least: Figure
    at_most: Figure | None


class TaxAt(Answer):
    """The tax at other rates."""

    points: str
    tax: Figure


class Conflict(Answer):
    """A rule of those that exclude each other."""

    rule: str
    group: str | None
    because: list[Citation]
    words: str


class Relaxation(Answer):
    """How far a rule would have to give way."""

    rule: str
    words: str
    amount: Figure
    unit: str
    limit: Figure | None
    relaxed: Figure | None


class ClassFigure(Answer):
    """One class of the figures before and after."""

    class_: str = Field(alias="class")
    weight: Figure
    target: Figure | None
    low: Figure | None
    high: Figure | None


class Figures(Answer):
    """Where accounts stand."""

    net_assets: Figure
    cash: Figure
    drift: Figure
    tracking_error: Figure | None
    unrealized_gain: Figure
    classes: list[ClassFigure]


class AccountChange(Answer):
    """One account before and after."""

    account: str
    before: Figures
    after: Figures


class Assumption(Answer):
    """A number that was assumed."""

    name: str
    value: str
    words: str


class Changed(Answer):
    """A trade of a given list that was changed so that the list passes."""

    trade: int
    account: str
    side: SideWord
    symbol: str
    from_: Figure = Field(alias="from")
    to: Figure
    rules: list[str]


class ProposalAnswer(Answer):
    """A proposal with the gate's answer for exactly its trades."""

    schema_: Literal["guardband/rebalance/1", "guardband/harvest/1", "guardband/repair/1"] = Field(
        alias="schema"
    )
    as_of: Day
    status: Status
    intent: str
    currency: str
    asked: list[Asked]
    trades: list[ProposedTrade]
    objective: Objective
    doing_nothing: Objective
    gap: Figure | None
    rounds: int
    binding: list[Binding]
    removals: list[Removal]
    tax_at: list[TaxAt]
    conflict: list[Conflict]
    relaxations: list[Relaxation]
    let_go: list[str]
    gate: GateAnswer | None
    before: Figures
    after: Figures
    accounts: list[AccountChange]
    assumptions: list[Assumption]
    notes: list[str]
    changes: list[Changed]


class WhyTrade(Answer):
    """What one trade is worth, part by part."""

    trade: int
    account: str
    side: SideWord
    symbol: str
    quantity: Figure
    lot: str | None
    value: Figure
    parts: list[Part]
    total: Figure
    tax_now: Figure
    tax_later: Figure
    charges: list[Part]
    margin: Figure | None


class WhyAnswer(Answer):
    """Why trades are proposed."""

    schema_: Literal["guardband/why/1"] = Field(alias="schema")
    as_of: Day
    status: Status
    intent: str
    currency: str
    trades: list[WhyTrade]
    trades_in_all: int
    total: Figure
    doing_nothing: Figure
    with_the_list: Figure
    notes: list[str]


class WhyNotRow(Answer):
    """Why an account does not buy, or sell, a security."""

    account: str
    side: str
    words: str
    rule: str | None
    margin: Figure | None
    parts: list[Part]


class WhyNotAnswer(Answer):
    """Why a security is not traded."""

    schema_: Literal["guardband/why-not/1"] = Field(alias="schema")
    as_of: Day
    symbol: str
    currency: str
    answers: list[WhyNotRow]
