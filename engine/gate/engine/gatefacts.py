"""What the gate tells the inference, and what it is told back: plain values.

Rules, groups, trades, symbols and names are opaque texts here; the gate chooses them. A headroom is the
distance to a limit, negative beyond it, in any unit, exact. `gatebase` says what follows from what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Literal, NamedTuple

Exact = int | Decimal | Fraction
On = Literal["active", "passive", "missing", "early"]
Does = Literal["block", "approval", "warn", "report", "cure", "do_not_worsen", "notify"]
Relation = Literal["same", "identical", "substitute"]


class Decision(IntEnum):
    """What becomes of a trade, from best to worst."""

    PASS = 0
    WARN = 1
    APPROVAL = 2
    BLOCK = 3


class Standing(Enum):
    """How one group stands to one rule after the list."""

    HOLDS = "holds"
    EARLY = "early"  # holds, but beyond the level from which to warn
    NEW = "new"  # active: the list breaks what held before
    WORSENED = "worsened"  # active: the list worsens a breach that existed
    PASSIVE = "passive"  # a breach that the list does not worsen
    WAIVED = "waived"
    EXCEPTED = "excepted"
    MISSING = "missing"


class Headroom(NamedTuple):
    """One rule and group, measured; (rule, group) is unique.

    before, after: None where data are missing, both then. early: headroom after to the level from which
    to warn, None where the rule has none.
    """

    rule: str
    group: str
    before: Exact | None
    after: Exact | None
    early: Exact | None = None


class Touch(NamedTuple):
    """A trade that lowers the headroom of (rule, group); with data missing, one in what is missing."""

    rule: str
    group: str
    trade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One of the rule's responses, to a breach that is active or passive, to missing data, or early."""

    rule: str
    on: On
    does: Does


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A waiver in force for (rule, group): headroom after to the waived bound; None waives any size."""

    name: str
    rule: str
    group: str
    after: Exact | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """An exception that leaves nothing of (rule, group) under the rule."""

    exception: str
    rule: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowEvent:
    """An event that opens a window of a rule, in the past (`trade` None) or in the list.

    first, last: days (ordinals) between which an act of the rule meets it, both included. scope: the
    household or account within which they meet. apart: the order whose acts do not count (the one that
    acquired the very shares sold), None if there is none. A sale from several lots is one event a lot.
    """

    name: str
    rule: str
    scope: str
    symbol: str
    relation: Relation
    first: int
    last: int
    trade: str | None = None
    apart: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowAct:
    """What a rule forbids inside a window, in the past (`trade` None) or in the list.

    order: acts of one order share it; None is an order of its own. waiver: the name of a waiver in
    force for it, else None.
    """

    name: str
    rule: str
    scope: str
    symbol: str
    day: int
    order: str | None = None
    trade: str | None = None
    waiver: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Two symbols that are identical (closed transitively, either way), or one that stands in for the other.

    A substitute is one of the event for the act: an event in `one` meets an act in `other`, not the reverse.
    """

    relation: Literal["identical", "substitute"]
    one: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCase:
    """One trade list as the inference sees it."""

    trades: tuple[str, ...]
    headrooms: tuple[Headroom, ...] = ()
    touches: tuple[Touch, ...] = ()
    responses: tuple[Response, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    events: tuple[WindowEvent, ...] = ()
    acts: tuple[WindowAct, ...] = ()
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one response of a rule comes to for a group: its decision for the trades concerned."""

    rule: str
    group: str
    on: On
    does: Does
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An act inside the window of an event, one of them at least in the list.

    trades: those of the list that complete it, both if both are; none under a waiver.
    """

    rule: str
    act: str
    event: str
    trades: tuple[str, ...]
    waiver: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a trade does not simply pass: by a group of a rule, or by a pair (`group` None)."""

    trade: str
    rule: str
    group: str | None
    pair: tuple[str, str] | None  # act, event
    on: On
    does: Does
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that follows for one list; tuples are sorted.

    standings: every (rule, group) sent. waivers: names of the waivers in force and kept to, of those
    that are WAIVED; exceptions likewise. effects: every response consulted, also those that decide
    nothing. decisions: every trade sent. decision: of the list.
    """

    standings: Mapping[tuple[str, str], Standing]
    waivers: Mapping[tuple[str, str], tuple[str, ...]]
    exceptions: Mapping[tuple[str, str], tuple[str, ...]]
    effects: tuple[Effect, ...]
    pairs: tuple[Pair, ...]
    stops: tuple[Stop, ...]
    decisions: Mapping[str, Decision]
    decision: Decision
