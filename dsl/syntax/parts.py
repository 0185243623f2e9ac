"""Inner nodes: amounts, conditions, subjects and measures.

`5% of equities` is `PercentOf(share=Literal("5", "%"), of=Word("equities"))`.
"""

from dataclasses import dataclass, field
from typing import Literal as Choice

from dsl.policy import Op
from dsl.syntax.base import Node, Word


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
