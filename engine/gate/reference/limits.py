"""Limits: a measure of each group against its bound, before the list and after all of it.

    issuer Acme Corp, at most 5%    before 4.9%, headroom 0.1%
                                    after  5.4%, headroom −0.4%: less than before, so an active breach

Headroom is limit − after, or after − limit, or the smaller of the two. The trades that a verdict names
are those without which the list would leave more headroom. `forbid holding` and the bands of `targets`
are limits too, and so is the rule of the book that cash is at least zero.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, assert_never

from dsl.policy import (
    Amount,
    AnyAmount,
    AnySubject,
    DataRef,
    Greater,
    PercentOf,
    Period,
    Response,
    Smaller,
    Tested,
    Times,
    Unit,
)
from engine.gate.reference.answer import Kept, Part, RuleKey
from engine.gate.reference.asked import Asked, Reading, View
from engine.gate.reference.bounds import Bound, of_base
from engine.gate.reference.figures import BASES, BoundTables, bound, read
from engine.gate.reference.measures import LOCAL
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed
from engine.gate.reference.state import NOTHING
from engine.gate.reference.tables import Table
from engine.gate.reference.verdicts import (
    Group,
    Key,
    ReferenceVerdict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of a measure laid out: the positions it is taken of."""

    measure: str
    table: Table
    derived: Table | None  # groups of a derived set, or issuers whose weights are capped
    subject: AnySubject | None
    period: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How far a waiver goes: its bound in the rule's measure, or as a weight; None: any size."""

    up_to: AnyAmount | None
    as_weight: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class LimitPlan:
    """One limit in one scope, laid out over the book before any list."""

    policy: str | None
    rule: str
    target: str | None = None
    attribute: str | None
    scope: Scope
    view: View
    unit: Unit
    terms: tuple[Term, ...]
    whole: Table  # the groups, exceptions left out
    raw: Table | None  # the groups with what exceptions select; None without exceptions
    low: AnyAmount | None
    high: AnyAmount | None
    warn_from: AnyAmount | None = None
    tables: BoundTables
    ceilings: tuple[Ceiling, ...] = ()
    active: tuple[Response, ...]
    passive: tuple[Response, ...]
    missing: Response
    tested: Tested = "at_all_times"
    why_not: str | None = None  # why the rule does not apply today
    is_out_of_force: bool = False  # not in force, or its condition does not hold
    unsure: bool = False  # whether it applies is unknown
    kept: Kept | None = None  # what it says without any list
    unmoved: Part | None = None  # its answer on a list that cannot move it
    before: dict[Group, "Figures"] = field(default_factory=dict)
    _is_local: bool | None = None
    _is_common: bool | None = None
    _read: tuple[Table, ...] | None = None
    _groups: dict[Key, frozenset[Group] | None] = field(default_factory=dict)

    @property
    def key(self) -> RuleKey:
        """What the rule in this scope is known by."""
        household = self.scope.household if self.scope.account is None else ""
        return (self.policy or "", self.rule, self.scope.account or "", household)

    def concerns(self, key: Key) -> bool:
        """Return whether a position belongs, or may belong, to anything that the limit reads."""
        if self._read is None:
            found = [table for term in self.terms for table in (term.table, term.derived)]
            found += [self.whole, self.raw, *self.tables.values()]
            self._read = tuple({id(table): table for table in found if table is not None}.values())
        return any(table.belongs(key).is_somewhere for table in self._read)

    def groups_of(self, key: Key) -> frozenset[Group] | None:
        """Return the groups to which a position belongs, or may; None where a derived set has it."""
        if key not in self._groups:
            self._groups[key] = self._find_groups(key)
        return self._groups[key]

    def _find_groups(self, key: Key) -> frozenset[Group] | None:
        if any(term.derived is not None and term.derived.belongs(key).is_somewhere for term in self.terms):
            return None
        tables = [*(term.table for term in self.terms), self.whole, self.raw]
        places = [table.belongs(key) for table in tables if table is not None]
        return frozenset(group for place in places for group in (*place.groups, *place.unknown))

    @property
    def is_local(self) -> bool:
        """Whether only a group's own positions, the base and the bound's subjects move its headroom."""
        if self._is_local is None:
            bounds = [amount for amount in (self.low, self.high, self.warn_from) if amount is not None]
            bounds += [ceiling.up_to for ceiling in self.ceilings if ceiling.up_to is not None]
            self._is_local = all(term.measure in LOCAL for term in self.terms) and all(map(_is_local, bounds))
        return self._is_local

    @property
    def is_fixed(self) -> bool:
        """Whether every bound is an amount that was written, the same in every state."""
        bounds = (self.low, self.high, self.warn_from)
        return all(amount is None or isinstance(amount, Amount) for amount in bounds)

    @property
    def is_common(self) -> bool:
        """Whether every group has the same bounds in one state."""
        if self._is_common is None:
            bounds = [amount for amount in (self.low, self.high) if amount is not None]
            self._is_common = all(map(_is_common, bounds))
        return self._is_common

    def asked(self, view: View, term: Term, group: Group) -> Asked:
        """Return the question of one term."""
        return Asked(
            view=view,
            table=term.table,
            group=group,
            unit=self.unit,
            subject=term.subject,
            derived=term.derived,
            period=term.period,
        )

    def reading(self, view: View, group: Group) -> Reading:
        """Return the measure of a group in a view: the sum of its terms."""
        parts = [read(term.measure, self.asked(view, term, group)) for term in self.terms]
        total = parts[0]
        for part in parts[1:]:
            total = total.plus(part)
        return total

    def bound(self, amount: AnyAmount | None, view: View, group: Group) -> Bound | None:
        """Return a bound of a group in a view; None where there is none."""
        if amount is None:
            return None
        table = self.whole if self.attribute is not None else self.terms[0].table
        first = Asked(
            view=view, table=table, group=group, unit=self.unit, subject=None, derived=None, period=None
        )
        return bound(amount, first, self.tables)


def _is_local(amount: AnyAmount) -> bool:
    match amount:
        case Amount():
            return True
        case PercentOf(subject=subject):
            return subject is not None
        case DataRef():
            return True
        case Times(of=of):
            return _is_local(of)
        case Smaller(parts=parts) | Greater(parts=parts):
            return all(map(_is_local, parts))
        case _:
            assert_never(amount)


def _is_common(amount: AnyAmount) -> bool:
    match amount:
        case Amount():
            return True
        case PercentOf(subject=subject, name=name):
            return subject is not None or name in BASES
        case DataRef():
            return False
        case Times(of=of):
            return _is_common(of)
        case Smaller(parts=parts) | Greater(parts=parts):
            return all(map(_is_common, parts))
        case _:
            assert_never(amount)


def groups_of(plan: LimitPlan, keys: list[Key]) -> set[Group] | None:
    """Return the groups to which some positions belong, or may; None where a derived set has them."""
    found: set[Group] = set()
    for key in keys:
        groups = plan.groups_of(key)
        if groups is None:
            return None
        found |= groups
    return found


# ------------------------------------------------------------------ headroom


class Room(NamedTuple):
    """Headroom: in the measure's unit where its base is positive, and times the base in any case."""

    ratio: Fraction | None
    form: Fraction

    @property
    def sign(self) -> int:
        """-1 in breach, 0 at the limit, 1 within it."""
        return (self.form > 0) - (self.form < 0)

    def is_less_than(self, other: "Room") -> bool:
        """Return whether there is less headroom here than there."""
        if self.ratio is not None and other.ratio is not None:
            return self.ratio < other.ratio
        return self.form < other.form


def room(reading: Reading, low: Bound | None, high: Bound | None) -> Room:
    """Return the headroom of a reading: the smaller of what is left to each bound."""
    sides = []
    if high is not None:
        sides.append(of_base(high, reading.base) - reading.amount)
    if low is not None:
        sides.append(reading.amount - of_base(low, reading.base))
    form = min(sides, default=NOTHING)
    return Room(form / reading.base if reading.base > 0 else None, form)


class Figures(NamedTuple):
    """A group in one view: reading, bounds and headroom."""

    reading: Reading
    low: Bound | None
    high: Bound | None
    room: Room


Judge = Callable[[Listed], list[ReferenceVerdict]]
"""A rule in one scope, ready for any list."""
