"""Plain values for a rules engine: programs, facts and what follows from them.

A program says what to conclude from facts, and knows nothing of policies, books or measures. It has
two parts. A `ThresholdRule` looks at one fact and ends, in Kleene's three-valued logic, as HOLDS,
FAILS or UNKNOWN: a field that a fact does not have is unknown, and an unknown comparison is neither
true nor false. A `JoinRule` looks at several facts at once, and reports them or derives a new fact
from them, which further joins may use.

    cap = ThresholdRule(name="cap", kind="headroom", require=Compare(op=Op.GTE, field="after", right=0.0))
    Fact(id="h1", kind="headroom", fields=(("after", -4000.0),))    cap of h1 -> FAILS
    Fact(id="h2", kind="headroom", fields=())                       cap of h2 -> UNKNOWN

Texts are only ever compared for equality. Numbers are floats, exact for whole numbers below 2^53.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple

FactId = str
Scalar = str | bool | int | float


class Op(Enum):
    """Comparisons of numbers; EQ and NEQ also join texts of two facts."""

    LT = "$lt"
    LTE = "$lte"
    GT = "$gt"
    GTE = "$gte"
    EQ = "$eq"
    NEQ = "$neq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Another field of the same fact, on the right of a comparison."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """A field of a fact that an earlier alias of the same join stands for."""

    alias: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Equals:
    """The field is this text or truth value."""

    field: str
    value: str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """The field is present and is not this text or truth value."""

    field: str
    value: str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """The field stands in this relation to a number, to another field, or to a field of another fact.

    `Field` is for threshold rules only, `Of` for joins only.
    """

    op: Op
    field: str
    right: float | Field | Of


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of the parts; at least one."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """Any of the parts; at least one; threshold rules only."""

    parts: tuple["Condition", ...]


Condition = Equals | Differs | Compare | And | Or
Single = Equals | Differs | Compare
"""What a join may ask of one fact: a list of these, all of which must be true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRule:
    """What every fact of a kind must satisfy; each ends as HOLDS, FAILS or UNKNOWN."""

    name: str
    kind: str
    require: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One fact of a join: its alias, its kind, and what it must satisfy.

    One fact never stands for two aliases of the same match.
    """

    alias: str
    kind: str
    where: tuple[Single, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derive:
    """Conclude a new fact; equal facts are derived once, whatever led to them."""

    kind: str
    fields: tuple[tuple[str, Of | str | float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Conclude nothing further: the matched facts are the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRule:
    """When facts meet: at most five of them, each joined to earlier ones by equal texts and by ranges.

    priority: lower runs first; it sets the order of work only, never the answer.
    """

    name: str
    matches: tuple[Match, ...]
    then: Derive | Report
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Rules to run together. Names of rules and of joins are unique."""

    rules: tuple[ThresholdRule, ...] = ()
    joins: tuple[JoinRule, ...] = ()


class Fact(NamedTuple):
    """One thing known. A field left out is unknown; ids are unique within one call."""

    id: FactId
    kind: str
    fields: tuple[tuple[str, Scalar], ...]


class Outcome(IntEnum):
    """What a threshold rule says of a fact."""

    UNKNOWN = 0
    HOLDS = 1
    FAILS = 2


class Joined(NamedTuple):
    """One match of a join: the facts by alias, in the order of the join's matches."""

    join: str
    facts: tuple[FactId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusions:
    """Everything that follows from the facts; the same facts in any order give the same conclusions.

    `rows`: per kind, the ids of the facts sent, sorted. `columns`: per threshold rule, its kind and one
    byte (an `Outcome`) for each of that kind's rows. `joined` holds every match of every join, also of
    those that derive; `derived` the facts concluded, with ids that start with `+`. Both are sorted.
    """

    rows: Mapping[str, tuple[FactId, ...]]
    columns: Mapping[str, tuple[str, bytes]]
    joined: tuple[Joined, ...]
    derived: tuple[Fact, ...]

    def outcome(self, rule: str, fact: FactId) -> Outcome:
        """Return what a threshold rule says of a fact of its kind; KeyError where it is not of that kind."""
        for row, outcome in self.column(rule):
            if row == fact:
                return outcome
        raise KeyError(fact)

    def column(self, rule: str) -> Iterator[tuple[FactId, Outcome]]:
        """Return what a threshold rule says of every fact of its kind, in order of fact id."""
        kind, column = self.columns[rule]
        return zip(self.rows.get(kind, ()), map(Outcome, column), strict=True)

    def of_join(self, join: str) -> tuple[Joined, ...]:
        """Return the matches of one join."""
        return tuple(match for match in self.joined if match.join == join)
