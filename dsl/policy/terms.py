"""What rules are made of: places, citations, amounts with units, predicates, subjects, measures.

`5%`, `5 points` and `500 bps` are all the value 0.05 with another unit and the words they were written in.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal


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
