"""Nodes of the statements other than rules and examples."""

from dataclasses import dataclass

from dsl.syntax.base import Node, Word
from dsl.syntax.parts import Amount, Literal, Predicate, Select, Subject
from dsl.syntax.rules import Because, OnBreach


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
    back_to: Word  # target, nearest edge or halfway
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
