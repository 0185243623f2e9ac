"""The gate's answers: `gate`, `drift`, `headroom`, `check`."""

from typing import Any, Literal

from pydantic import Field

from engine.shell.service.models.common import (
    Answer,
    Anything,
    Citation,
    Coverage,
    Day,
    DecisionWord,
    Figure,
    RulebookName,
    SideWord,
    Where,
)


class TradeDecided(Answer):
    """One trade with its decision; max_quantity null where no rule bounds it."""

    trade: int
    account: str
    side: SideWord
    symbol: str
    quantity: Figure
    decision: DecisionWord
    rules: list[str]
    max_quantity: Figure | None
    price: Figure | None = None
    lot: str | None = None
    reason: str | None = None


class Contributor(Answer):
    """What a measure is made of."""

    symbol: str | None
    amount: Figure
    account: str | None = None
    note: str | None = None


class Added(Answer):
    """A trade that would make room."""

    account: str
    side: SideWord
    symbol: str
    quantity: Figure


class WouldPass(Answer):
    """One change with which the rule would pass."""

    change: str
    trade: int | None
    to: str | None
    added: Added | None = None


class Window(Answer):
    """Days, both included."""

    from_: Day = Field(alias="from")
    until: Day


class Verdict(Answer):
    """What one rule says of one group, with the evidence; figures in `unit`."""

    rule: str
    policy: str | None
    account: str | None = None
    household: str | None = None
    title: str
    group: dict[str, str | None]
    outcome: Literal["pass", "breach", "waived", "excepted", "missing_data", "not_applicable"]
    breach: str | None
    responses: list[str]
    decision: DecisionWord
    measure: str
    unit: str | None
    before: Figure | None
    after: Figure | None
    limit: Figure | None
    headroom: Figure | None
    low: Figure | None = None
    high: Figure | None = None
    contributors: list[Contributor]
    trades: list[int]
    because: list[Citation]
    where: Where | None
    would_pass: list[WouldPass]
    reason: str | None
    limit_words: str | None = None
    considered: list[str] | None = None
    window: Window | None = None
    event: dict[str, Any] | None = None
    coverage: Coverage | None = None
    cure_due: Day | None = None
    groups_passed: int | None = None
    class_: str | None = Field(default=None, alias="class")


class LargestPassing(Answer):
    """The largest part of a list that passes."""

    trades: list[int]
    value: Figure
    currency: str
    decision: DecisionWord
    exact: bool
    method: str


class Fault(Answer):
    """Why no answer could be reached; everything is blocked."""

    reason: str
    bundle: str


class GateAnswer(Answer):
    """The gate's answer for exactly one list."""

    schema_: Literal["guardband/gate/1"] = Field(alias="schema")
    as_of: Day
    decision: DecisionWord
    rulebook: RulebookName
    facts_hash: str
    policies: list[RulebookName]
    trades: list[TradeDecided]
    verdicts: list[Verdict]
    evaluators: list[str]
    largest_passing: LargestPassing | None = None
    fault: Fault | None = None


class ClassDrift(Answer):
    """One class, in percent; target null for a range alone, low and high null without a band."""

    class_: str = Field(alias="class")
    weight: Figure
    target: Figure | None
    low: Figure | None
    high: Figure | None
    drift: Figure | None
    outside: bool


class AccountDrift(Answer):
    """One account against its targets."""

    account: str
    target: str | None
    classes: list[ClassDrift]
    rebalance: bool
    why: list[str]


class DriftAnswer(Answer):
    """Where each account stands."""

    schema_: Literal["guardband/drift/1"] = Field(alias="schema")
    as_of: Day
    accounts: list[AccountDrift]


class Stop(Answer):
    """A rule that stops one share more."""

    rule: str
    policy: str | None
    decision: DecisionWord
    reason: str | None
    at: str


class Room(Answer):
    """How much of a security may be traded, in one trade alone."""

    account: str
    symbol: str
    side: SideWord
    max_quantity: str | None
    value: Figure | None
    currency: str
    rules: list[str]
    stops: list[Stop]
    refused: str | None = None


class Coming(Answer):
    """Cash to come."""

    date: Day
    amount: Figure
    what: str


class Cash(Answer):
    """An account's cash: settled, and to come."""

    account: str
    currency: str
    settled: Figure
    coming: list[Coming]


class HeadroomAnswer(Answer):
    """What may be bought or sold today."""

    schema_: Literal["guardband/headroom/1"] = Field(alias="schema")
    as_of: Day
    rulebook: RulebookName
    cash: list[Cash]
    rooms: list[Room]


class Span(Answer):
    """A place in a mandate, from and to."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Finding(Answer):
    """One thing that is wrong with a mandate."""

    code: str
    severity: str
    message: str
    help: str | None
    where: Span
    label: str | None = None
    see: list[Anything] = []


class CheckAnswer(Answer):
    """Everything that is wrong with mandates."""

    schema_: Literal["guardband/check/1"] = Field(alias="schema")
    findings: list[Finding]
