"""The checked policy: what a mandate means, with every name resolved and every gap filled in.

This is the hinge between the text and its uses. `dsl` produces it, `rulebooks` compiles it, the
reference evaluator of the gate reads it directly. A checked rule needs no other part of its file to
be understood: definitions, lists and parameters are already replaced by what they stand for, units
are checked and normalised, and what was unsaid is filled in from the header and the defaults.

Shares are fractions of one: `5%`, `5 points` and `500 bps` all hold the value 0.05, with the words
they were written in kept beside it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from engine.facts.readings import TaxReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a file; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


# ------------------------------------------------------------------ sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that clauses are cited from."""

    name: str
    title: str
    dated: date | None
    sha256: str | None
    clauses_from: str | None  # path of the document's text, relative to the policy's file
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """`because SOURCE "clause" quoting "…"`."""

    source: str
    clause: str
    quote: str | None
    span: Span


# ------------------------------------------------------------------ amounts


class Unit(StrEnum):
    """Units as types; POINTS and BPS are differences of shares, told as percent."""

    SHARE = "share"
    POINTS = "points"
    BPS = "bps"
    MONEY = "money"
    SHARES_HELD = "shares"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"
    YEARS = "years"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A literal: shares normalised to a fraction of one; `currency` for money."""

    value: Decimal
    unit: Unit
    written: str  # as the author wrote it: `5%`, `25,000 USD`
    currency: str | None = None
    parameter: str | None = None  # name of the parameter that this value came from


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentOf:
    """`40% of equities`, `20% of average_daily_volume`, `15% of net_assets`.

    Exactly one of the two is set: a subject, whose measure after the list counts, or the name of a
    weight base (`net_assets`, `total_assets`), attribute or account figure.
    """

    share: Decimal
    written: str
    subject: "Subject | None" = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRef:
    """A figure that the data hold: `benchmark_weight`, `benchmark_esg_score`, a column of the data."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """`2 times benchmark_weight`."""

    factor: Decimal
    of: "AnyAmount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Smaller:
    """`the smaller of A and B`."""

    parts: tuple["AnyAmount", "AnyAmount"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Greater:
    """`the greater of A and B`."""

    parts: tuple["AnyAmount", "AnyAmount"]


AnyAmount = Amount | PercentOf | DataRef | Times | Smaller | Greater


# ------------------------------------------------------------------ predicates


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A word or a quoted text on the right of `is`; both compare as text, case included."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date on the right of a comparison."""

    value: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSet:
    """A set of texts: a `list`, or values in brackets.

    `in_force` gives, for values of a dated list file, the days between which they count (inclusive).
    """

    values: frozenset[str]
    name: str | None = None  # of the list
    in_force: tuple[tuple[str, date | None, date | None], ...] = ()


class Op(StrEnum):
    """The comparisons of the language."""

    IS = "is"
    IS_NOT = "is not"
    IN = "is in"
    NOT_IN = "is not in"
    KNOWN = "is known"
    UNKNOWN = "is unknown"
    AT_LEAST = "is at least"
    AT_MOST = "is at most"
    MORE = "is more than"
    LESS = "is less than"
    BETWEEN = "is between"
    WORSE = "is worse than"
    BETTER = "is better than"
    NOT_WORSE = "is not worse than"
    NOT_BETTER = "is not better than"
    BEFORE = "is before"
    AFTER = "is after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison of an attribute (dotted path as one text) with nothing, one value or two.

    `right` is empty for KNOWN and UNKNOWN, two amounts (or days) for BETWEEN, else one value.
    """

    path: str
    op: Op
    right: tuple[AnyAmount | Text | Day | TextSet, ...]
    span: Span
    measure: "MeasureTerm | None" = None  # in `when` and the like: the path is this measure of the scope


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of the parts, in three-valued logic; empty means true."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """Any of the parts, in three-valued logic."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The opposite, in three-valued logic."""

    part: "Predicate"


Predicate = Comparison | And | Or | Not

ALWAYS = And(parts=())
"""The predicate that everything satisfies."""


# ------------------------------------------------------------------ subjects

SubjectKind = Literal["holdings", "securities", "trades", "lots"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A set of holdings, securities, trades or lots: those for which `where` is true.

    Definitions are replaced by what they stand for; `name` remembers the word that was written.
    """

    kind: SubjectKind
    where: Predicate
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTest:
    """One test of a derived set, `whose weight is more than 5%`: a measure of each group."""

    measure: str
    op: Op  # AT_LEAST, AT_MOST, MORE or LESS
    bound: AnyAmount


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsWhose:
    """`issuers in ordinary whose weight is more than 5%`: holdings of the groups that pass every test."""

    attribute: str  # singular: issuer
    within: Subject
    tests: tuple[GroupTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestGroups:
    """`the 5 largest issuers in others`, by weight."""

    count: int
    attribute: str  # singular: issuer
    within: Subject


AnySubject = Subject | GroupsWhose | LargestGroups

EVERYTHING = Subject(kind="holdings", where=ALWAYS)
"""All holdings of the scope."""


# ------------------------------------------------------------------ measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """`30 days`, `20 business_days`, `12 months`."""

    count: int
    unit: Literal["days", "business_days", "months", "years"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`this tax_year` (name), `over the last 12 months` (last), `since 2026-01-01` (since); one is set."""

    name: str | None = None
    last: Duration | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTerm:
    """One term of a measure: its catalogue name, what it is taken of, and over which period.

    `of` None means: the group where the rule has `for each`, else everything in scope. A term such as
    `equities_weight` is already turned into `weight` of that definition.
    """

    measure: str
    of: AnySubject | None = None
    period: Period | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A sum of terms of one unit (`plus`); the unit is what answers are told in."""

    terms: tuple[MeasureTerm, ...]
    unit: Unit
    written: str

    @property
    def name(self) -> str:
        """The measure's name in answers: terms joined by ` plus `."""
        return " plus ".join(term.measure for term in self.terms)


# ------------------------------------------------------------------ obligations


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`limit MEASURE to …`: `low` for at least, `high` for at most, both for between and exactly."""

    measure: Measure
    low: AnyAmount | None
    high: AnyAmount | None


class Action(StrEnum):
    """What a trade does to a subject."""

    BUYING = "buying"
    SELLING = "selling"
    HOLDING = "holding"
    SHORTING = "shorting"
    INCREASING = "increasing"


Relation = Literal["same", "identical", "substitute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`within 30 days before or after a loss_sale of an identical security`."""

    duration: Duration
    before: bool  # the trade may be up to that long before the event
    after: bool
    event: str  # loss_sale, purchase, sale, or an event of events.csv
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbid:
    """`forbid ACTION or ACTION SUBJECT window`."""

    actions: tuple[Action, ...]
    subject: Subject
    window: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowOnly:
    """`allow only ACTION SUBJECT`: every such action outside the subject is forbidden."""

    actions: tuple[Action, ...]
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """`require PRED`: a fact of the account that must hold before anything trades."""

    predicate: Predicate


Obligation = Limit | Forbid | AllowOnly | Require


# ------------------------------------------------------------------ responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What follows a breach; `role`, `within`, `who` belong to approval, cure and notify."""

    kind: Literal["block", "approval", "warn", "report", "cure", "do_not_worsen", "notify"]
    role: str | None = None
    within: Duration | None = None
    who: str | None = None

    @property
    def words(self) -> str:
        """The response as the language writes it."""
        match self.kind:
            case "approval":
                return f'require approval of "{self.role}"'
            case "notify":
                return f'notify "{self.who}"'
            case "cure":
                assert self.within is not None
                return f"cure within {self.within.count} {self.within.unit}"
            case "do_not_worsen":
                return "do not worsen"
            case other:
                return other


BLOCK = Response(kind="block")
REPORT = Response(kind="report")
DO_NOT_WORSEN = Response(kind="do_not_worsen")

Tested = Literal["at_all_times", "at_purchase", "daily", "at_period_end"]
ValuedAt = Literal["market", "cost", "par", "notional"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """`for each ATTRIBUTE in SUBJECT except …`; excepted holdings are already out of `within`.

    `attribute` is a column (`issuer`, `sector`), or `security`, `account`, `trade`, `lot`.
    """

    attribute: str
    within: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRule:
    """One obligation, complete in itself."""

    id: str
    title: str
    policy: str  # id of the policy it stands in
    effective_from: date | None
    effective_until: date | None
    exception_to: str | None
    scope: Literal["account", "household"]
    each: Grouping | None
    when: Predicate | None
    unless: Predicate | None
    obligation: Obligation
    base: str  # weight base: net_assets, total_assets, …
    look_through: bool
    valued_at: ValuedAt
    tested: Tested
    period: str | None  # quarter, month, year where tested at_period_end
    warn_from: AnyAmount | None
    missing: Response
    on_active: tuple[Response, ...]
    on_passive: tuple[Response, ...]
    because: tuple[Citation, ...]
    span: Span  # the whole rule
    where: Span  # the obligation, from its first word


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


# ------------------------------------------------------------------ the policy


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPolicy:
    """One mandate, checked, with everything that it extends and uses already folded in.

    `rules` hold the policy's own rules and those inherited, each knowing its `policy`; order carries
    no meaning. `digest` is the SHA-256 of the policy's own text.
    """

    id: str
    title: str
    version: str
    effective_from: date | None
    effective_until: date | None
    supersedes: str | None
    extends: tuple[str, str] | None  # id, version
    uses: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    applies_to: Applies | None
    currency: str
    calendar: str | None
    base: str
    missing: Response
    owner: str | None
    approved: tuple[str, date] | None
    parameters: tuple[Parameter, ...]
    definitions: tuple[Definition, ...]
    lists: tuple[NamedList, ...]
    identical: tuple[IdenticalSet, ...]
    substitutes: tuple[Substitutes, ...]
    targets: tuple[Targets, ...]
    rebalances: tuple[Rebalance, ...]
    harvest: Harvest | None
    tax: TaxReading
    rules: tuple[CheckedRule, ...]
    waivers: tuple[Waiver, ...]
    manuals: tuple[Manual, ...]
    examples: tuple[Example, ...]
    digest: str
    file: str
