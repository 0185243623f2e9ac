"""Nodes of rules: obligations, responses, citations and the other clauses."""

from dataclasses import dataclass
from typing import Literal as Choice

from dsl.syntax.base import Node, Word
from dsl.syntax.parts import Amount, Literal, Measure, Predicate, Select

BoundKind = Choice["at most", "at least", "between", "exactly"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Node):
    """`limit MEASURE to BOUND`; `second` is set for `between`."""

    measure: Measure
    bound: BoundKind
    first: Amount
    second: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """`within 30 days before or after a loss_sale of an identical security`."""

    duration: Literal
    direction: Choice["before", "after", "before or after"]
    event: Word
    relation: Choice["same", "identical", "substitute"]
    noun: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbid(Node):
    """`forbid ACTION or ACTION SUBJECT window`."""

    actions: tuple[Word, ...]
    subject: Select
    window: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowOnly(Node):
    """`allow only ACTION SUBJECT`."""

    actions: tuple[Word, ...]
    subject: Select


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(Node):
    """`require PRED`."""

    predicate: Predicate


Obligation = Limit | Forbid | AllowOnly | Require


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Node):
    """`block`, `require approval of "CIO"`, `cure within 30 days`, …"""

    kind: Choice["block", "approval", "warn", "report", "cure", "do_not_worsen", "notify"]
    who: Word | None = None
    within: Literal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Because(Node):
    """`because SOURCE "clause" quoting "…"`."""

    source: Word
    clause: Word
    quote: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective(Node):
    """`effective from D until D`."""

    start: Word
    until: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionTo(Node):
    """`exception to RULE`."""

    rule: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(Node):
    """`across household` or `per account`."""

    word: Choice["across", "per"]
    noun: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Node):
    """`for each issuer in core_bonds except holdings where …`."""

    attribute: Word
    within: Select | None
    excepts: tuple[Select, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class When(Node):
    """`when PRED`."""

    predicate: Predicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless(Node):
    """`unless PRED`."""

    predicate: Predicate


@dataclass(frozen=True, slots=True, kw_only=True)
class LookThrough(Node):
    """`looking through funds`."""

    noun: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuedAt(Node):
    """`valued at cost`."""

    how: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested(Node):
    """`tested at purchase`, `tested at each quarter end`, `tested daily`, `tested at all times`."""

    when: Choice["at_purchase", "at_all_times", "daily", "at_period_end"]
    period: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnFrom(Node):
    """`warn from 4.5%`."""

    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class IfMissing(Node):
    """`if data is missing RESPONSE`, and `missing data RESPONSE` in the header."""

    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBreach(Node):
    """`on active breach block`; no kind: both."""

    kind: Choice["active", "passive"] | None
    responses: tuple[Response, ...]


RuleClause = (
    Effective
    | ExceptionTo
    | Scope
    | ForEach
    | When
    | Unless
    | Limit
    | Forbid
    | AllowOnly
    | Require
    | LookThrough
    | ValuedAt
    | Tested
    | WarnFrom
    | IfMissing
    | OnBreach
    | Because
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Node):
    """`rule ID "title"` and its clauses, in the order written."""

    id: Word
    title: Word
    clauses: tuple[RuleClause, ...]
