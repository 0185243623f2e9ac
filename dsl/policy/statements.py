"""The other statements of a policy, checked: targets, harvests, waivers, examples and the like."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from dsl.policy.rules import DO_NOT_WORSEN, REPORT, Response
from dsl.policy.terms import (
    Amount,
    AnyAmount,
    AnySubject,
    Citation,
    Duration,
    Predicate,
    Span,
    Subject,
    TextSet,
)

# ------------------------------------------------------------------ other statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Applies:
    """`applies to account "X"` (`id` set) or `applies to every account where …` (`where` set)."""

    noun: str  # account, portfolio, fund, household
    id: str | None
    where: Predicate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A dial with its value for this client and its legal range."""

    name: str
    value: Amount
    low: Amount | None
    high: Amount | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """`define NAME as SUBJECT`, resolved."""

    name: str
    subject: AnySubject
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedList:
    """`list NAME are …` or `from "file"`, with the values read."""

    name: str
    values: TextSet
    file: str | None
    sha256: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class IdenticalSet:
    """`identical NAME are "A", "B"`."""

    name: str
    symbols: tuple[str, ...]
    because: tuple[Citation, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitutes:
    """`substitute "A" with "B" then "C"`: ordered harvest replacements."""

    symbol: str
    replacements: tuple[str, ...]
    because: tuple[Citation, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetClass:
    """One class of a `targets` statement: target (None: a range only) and its band, fractions of one.

    `low` and `high` are what the band comes to.
    """

    name: str
    subject: Subject
    target: Decimal | None
    low: Decimal
    high: Decimal
    within: str | None  # the parent class
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """A `targets` statement; each class also acts as a rule named by the statement."""

    name: str
    classes: tuple[TargetClass, ...]
    on_active: tuple[Response, ...]
    because: tuple[Citation, ...]
    span: Span
    on_passive: tuple[Response, ...] = (REPORT, DO_NOT_WORSEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When a rebalance acts: a band left, a calendar day, or a predicate; one is set."""

    band: bool = False
    each: str | None = None  # month, quarter, year
    day: Literal["first", "last"] | None = None  # business day of the period
    when: Predicate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebalance:
    """`rebalance NAME when … back to … at most once every …`."""

    targets: str
    triggers: tuple[Trigger, ...]
    back_to: Literal["target", "nearest_edge", "halfway"]
    at_most_every: Duration | None
    because: tuple[Citation, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """`harvest losses from lots where … replacing with substitutes`."""

    lots: Subject
    with_substitutes: bool
    because: tuple[Citation, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """`waive RULE for account "A" up to 1.5% until D approved by "W"`."""

    rule: str
    noun: str
    id: str
    up_to: AnyAmount | None
    until: date
    approved_by: str
    because: tuple[Citation, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """A clause that a person judges."""

    source: str
    clause: str
    what: str
    reviewed_each: str
    by: str
    span: Span


# ------------------------------------------------------------------ examples


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenHolding:
    """`given holding "X" weight 5% with …`; attributes as text."""

    symbol: str
    weight: Decimal
    attributes: tuple[tuple[str, str], ...]
    account: str | None = None  # `for account "A"`; None: the account under test


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLot:
    """`given lot "X" bought D cost A worth B with …`."""

    symbol: str
    bought: date
    cost: Decimal
    worth: Decimal
    attributes: tuple[tuple[str, str], ...]
    account: str | None = None  # `for account "A"`; None: the account under test


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenEvent:
    """`given purchase of "SPY" on D with …`."""

    event: str
    symbol: str
    day: date
    attributes: tuple[tuple[str, str], ...]
    account: str | None = None  # `for account "A"`; None: the account under test


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleTrade:
    """`trade buy 5,000 USD of "ACME"`; money where `currency`, else shares."""

    side: str
    amount: Decimal
    currency: str | None
    symbol: str
    account: str | None = None  # `for account "A"`; None: the account under test


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectPass:
    """The decision is pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectResponse:
    """`expect block by ID`: the response is among the rule's responses."""

    response: Response
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectMeasured:
    """`expect ID measured 5.4%`: after, at the value's decimals."""

    rule: str
    value: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectRebalance:
    """`expect rebalance NAME`: a trigger of that statement holds."""

    targets: str


Expectation = ExpectPass | ExpectResponse | ExpectMeasured | ExpectRebalance


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A test that travels with the policy."""

    title: str
    day: date | None
    value: Decimal | None
    holdings: tuple[GivenHolding, ...]
    lots: tuple[GivenLot, ...]
    events: tuple[GivenEvent, ...]
    facts: tuple[tuple[str, str], ...]  # `given that net_realized_gains 21,000 USD`
    trades: tuple[ExampleTrade, ...]
    expects: tuple[Expectation, ...]
    span: Span
