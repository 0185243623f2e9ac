"""The difference of two policies, as values.

T-1 loosened: at most 20% -> at most 25%
witness: before 20% tech; buy 25,000 S1; blocked by version 1.0.0, passes version 1.1.0
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from dsl.policy import Span
from engine.facts.trades import Trade
from optimizer.portfolios.world import Position

Direction = Literal["loosened", "tightened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the gate said of the rule that forbids: figures in its unit, percent of 100."""

    rule: str
    group: tuple[tuple[str, str | None], ...]
    measure: str
    unit: str
    before: Fraction | None
    after: Fraction | None
    limit: Fraction | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A portfolio and a list that one version admits and the other does not; the gate judged both.

    before, after: money in each position, the rest is cash. securities: what is held or traded, with the
    attributes that count. old, new: the gate's decisions.
    """

    direction: Direction
    day: date
    worth: Decimal
    facts: tuple[tuple[str, str], ...]
    securities: Mapping[str, Mapping[str, str]]
    before: Mapping[Position, Decimal]
    after: Mapping[Position, Decimal]
    trades: tuple[Trade, ...]
    old: str
    new: str
    told: Told
    history: tuple[str, ...] = ()  # what happened before, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRule:
    """A rule by which the versions differ in what they admit.

    was, now: the rule in words, None where the version does not have it. because: what else changed its
    reach, such as an exception or a waiver.
    """

    rule: str
    title: str
    change: Literal["loosened", "tightened", "both"]
    was: str | None
    now: str | None
    was_at: Span | None
    now_at: Span | None
    because: tuple[str, ...]
    witnesses: tuple[Witness, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmoved:
    """A rule whose words changed, and no portfolio was found that one version alone admits."""

    rule: str
    fields: tuple[str, ...]  # what differs, such as `bound`
    why: str  # why it makes no difference, or why that is not known
    decided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All that differs between two versions.

    complete: whether every combination of attributes that the rules can tell apart was tried.
    statements: what else was said differently, in words: (`-` or `+`, statement).
    """

    old: tuple[str, str]  # id, version
    new: tuple[str, str]
    same_text: bool
    same_rules: bool
    rules: tuple[ChangedRule, ...]
    without_effect: tuple[Unmoved, ...]
    statements: tuple[tuple[str, str], ...]
    securities: int
    complete: bool
