"""The syntax tree: what was written, before any name is looked up.

Words are still words and gaps are still gaps; every node carries its span. Spans do not take part in
comparison, so two texts that differ only in white space have equal trees. `5% of equities` is
`PercentOf(share=Literal("5", "%"), of=Word("equities"))`.
"""

from dataclasses import dataclass, field
from typing import Literal as Choice

from dsl.policy import Op, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has: the stretch of text it came from."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A name, an id, a version or a date as written, or a quoted text without its quotes."""

    text: str


# ------------------------------------------------------------------ amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A number with its unit: `5%` is number `5`, unit `%`; a bare number has unit ``."""

    number: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentOf(Node):
    """`40% of equities`."""

    share: Literal
    of: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Node):
    """A parameter or a figure of the data: `company_cap`, `benchmark_weight`."""

    name: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded(Node):
    """A rating in quotes where an amount is due: `"A-"`."""

    text: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Times(Node):
    """`2 times benchmark_weight`."""

    factor: Literal
    of: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme(Node):
    """`the smaller of A and B`, `the greater of A and B`."""

    which: Choice["smaller", "greater"]
    first: "Amount"
    second: "Amount"
    depth: int = field(default=1, compare=False, repr=False)


Amount = Literal | PercentOf | Named | Graded | Times | Extreme


# ------------------------------------------------------------------ predicates


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted(Node):
    """A quoted text on the right of `is`."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Node):
    """A date on the right of a comparison, as written."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Node):
    """`(sovereign, local_authority)`: values in brackets."""

    values: tuple[Word | Quoted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Node):
    """One comparison; a bare `Word` on the right is an enumeration value or, after `in`, a list."""

    path: Word
    op: Op
    right: tuple[Amount | Word | Quoted | Day | Choices, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Node):
    """Parts joined by `and`."""

    parts: tuple["Predicate", ...]
    depth: int = field(default=1, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Node):
    """Parts joined by `or`."""

    parts: tuple["Predicate", ...]
    depth: int = field(default=1, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Node):
    """`not (…)`."""

    part: "Predicate"
    depth: int = field(default=1, compare=False, repr=False)


Predicate = Test | AllOf | AnyOf | Negation


# ------------------------------------------------------------------ subjects and measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Node):
    """`holdings where …`, or a definition with or without a further condition."""

    noun: Word
    where: Predicate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups(Node):
    """`issuers in ordinary whose weight is more than 5%`; no tests: every group."""

    plural: Word
    within: Select | None
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Largest(Node):
    """`the 5 largest issuers in others`."""

    count: Literal
    plural: Word
    within: Select | None


Subject = Select | Groups | Largest


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Node):
    """`this tax_year`, `over the last 12 months`, `since 2026-01-01`; one is set."""

    name: Word | None = None
    last: Literal | None = None
    since: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Node):
    """One term of a measure."""

    name: Word
    of: Subject | None
    period: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Node):
    """Terms joined by `plus`."""

    terms: tuple[Term, ...]


# ------------------------------------------------------------------ obligations and responses

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


# ------------------------------------------------------------------ clauses of a rule


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


# ------------------------------------------------------------------ header


@dataclass(frozen=True, slots=True, kw_only=True)
class Id(Node):
    """`id hawthorne.ips`."""

    id: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Node):
    """`version 3.1.0`."""

    version: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Supersedes(Node):
    """`supersedes version 3.0.2`."""

    version: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Bring(Node):
    """`extends ID version V` in the header, `use ID version V` as a statement."""

    how: Choice["extends", "use"]
    id: Word
    version: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOf(Node):
    """`source ips = "…" dated D sha256 "…" clauses from "ips.txt"`."""

    name: Word
    title: Word
    dated: Word | None
    sha256: Word | None
    clauses_from: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliesTo(Node):
    """`applies to account "X"` or `applies to every account where …`."""

    noun: Word
    id: Word | None
    where: Predicate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Node):
    """`currency USD`, `calendar "NYSE"`, `weights of net_assets`, `owner "…"`."""

    what: Choice["currency", "calendar", "weights", "owner"]
    value: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(Node):
    """`approved by "CIO: L. Brandt" on D`."""

    by: Word
    day: Word


HeaderClause = (
    Id | Version | Effective | Supersedes | Bring | SourceOf | AppliesTo | Setting | IfMissing | Approved
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header(Node):
    """`policy "title"` and its clauses."""

    title: Word
    clauses: tuple[HeaderClause, ...]


# ------------------------------------------------------------------ other statements


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterOf(Node):
    """`parameter NAME = VALUE between A and B`."""

    name: Word
    value: Literal
    low: Literal | None
    high: Literal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTo(Node):
    """`set NAME = VALUE because …`."""

    name: Word
    value: Literal
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Define(Node):
    """`define NAME as SUBJECT`."""

    name: Word
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAre(Node):
    """`list NAME are "A", "B"`."""

    name: Word
    values: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFrom(Node):
    """`list NAME from "file.csv" sha256 "…"`."""

    name: Word
    file: Word
    sha256: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identical(Node):
    """`identical NAME are "A", "B" because …`."""

    name: Word
    symbols: tuple[Word, ...]
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute(Node):
    """`substitute "A" with "B" then "C" because …`."""

    symbol: Word
    replacements: tuple[Word, ...]
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTarget(Node):
    """`us_equity 42% band 5 points within equity`, or `alternatives from 0% to 20%`."""

    name: Word
    target: Literal | None
    band: Amount | None
    low: Literal | None
    high: Literal | None
    within: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsOf(Node):
    """`targets NAME` with its classes, responses and citations in the order written."""

    name: Word
    parts: tuple[ClassTarget | OnBreach | Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger(Node):
    """`when any class leaves its band`, `each quarter on the last business day`, `when (PRED)`."""

    band: bool = False
    each: Word | None = None
    day: Word | None = None
    when: Predicate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RebalanceOf(Node):
    """`rebalance NAME …`."""

    targets: Word
    triggers: tuple[Trigger, ...]
    back_to: Choice["target", "nearest edge", "halfway"]
    at_most_every: Literal | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestOf(Node):
    """`harvest losses from lots where … replacing with substitutes`."""

    lots: Select
    replacing: Word | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Node):
    """One reading in a `wash_sales` statement: `spouse_basis unchanged`."""

    name: Word
    value: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class WashSales(Node):
    """`wash_sales` and its switches."""

    switches: tuple[Switch, ...]
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relieved(Node):
    """`lots relieved by fifo because …`."""

    method: Word
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive(Node):
    """`waive RULE for account "A" up to 1.5% until D approved by "W" because …`."""

    rule: Word
    noun: Word
    id: Word
    up_to: Amount | None
    until: Word
    approved_by: Word
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualOf(Node):
    """`manual SOURCE "clause" "what" reviewed each quarter by "ROLE"`."""

    source: Word
    clause: Word
    what: Word
    period: Word
    by: Word


# ------------------------------------------------------------------ examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Node):
    """`issuer "Acme Corp"`, `asset_class equity`, `benchmark_weight 3%` after `with`."""

    path: Word
    value: Word | Quoted | Literal | Day


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDate(Node):
    """`given date D`."""

    day: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenValue(Node):
    """`given value 1,000,000 USD`."""

    value: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenHolding(Node):
    """`given holding "X" weight 5% with … for account "A"`."""

    symbol: Word
    weight: Literal
    attributes: tuple[Attribute, ...]
    account: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLot(Node):
    """`given lot "X" bought D cost A worth B with … for account "A"`."""

    symbol: Word
    bought: Word
    cost: Literal
    worth: Literal
    attributes: tuple[Attribute, ...]
    account: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenEvent(Node):
    """`given purchase of "SPY" on D with … for account "A"`."""

    event: Word
    symbol: Word
    day: Word
    attributes: tuple[Attribute, ...]
    account: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFact(Node):
    """`given that net_realized_gains 21,000 USD`."""

    attribute: Attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOf(Node):
    """`trade buy 5,000 USD of "ACME" for account "A"`."""

    side: Word
    amount: Literal
    symbol: Word
    account: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectPass(Node):
    """`expect pass`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectResponse(Node):
    """`expect block by RULE`."""

    response: Response
    rule: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectMeasured(Node):
    """`expect RULE measured 5.4%`."""

    rule: Word
    value: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectRebalance(Node):
    """`expect rebalance NAME`."""

    targets: Word


Given = GivenDate | GivenValue | GivenHolding | GivenLot | GivenEvent | GivenFact
Expect = ExpectPass | ExpectResponse | ExpectMeasured | ExpectRebalance


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleOf(Node):
    """`example "title"` with its givens, trades and expectations in the order written."""

    title: Word
    parts: tuple[Given | TradeOf | Expect, ...]


Statement = (
    Bring
    | ParameterOf
    | SetTo
    | Define
    | ListAre
    | ListFrom
    | Identical
    | Substitute
    | TargetsOf
    | RebalanceOf
    | HarvestOf
    | WashSales
    | Relieved
    | Rule
    | Waive
    | ManualOf
    | ExampleOf
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Node):
    """A whole mandate: its header (None where it could not be read) and its statements, in order."""

    header: Header | None
    statements: tuple[Statement, ...]
