"""Limits: a measure of each group against its bound, laid out over a book before any list.

    issuer Acme Corp, at most 5%    before 4.9%, headroom 0.1%
                                    after  5.4%, headroom −0.4%: less than before, so an active breach

Headroom is limit − after, or after − limit, or the smaller of the two. The trades that a verdict names
are those without which the list would leave more headroom. `forbid holding` and the bands of `targets`
are limits too, and so is the rule of the book that cash is at least zero.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import assert_never

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
from engine.gate.reference.benchmarks import groups_in_benchmark
from engine.gate.reference.bounds import Bound
from engine.gate.reference.figures import BASES, BoundTables, bound, literal, read
from engine.gate.reference.measures import LOCAL
from engine.gate.reference.reach import Reach
from engine.gate.reference.room import Figures
from engine.gate.reference.scopes import Scope
from engine.gate.reference.tables import Table
from engine.gate.reference.verdicts import Gap, Group, Key

Bounds = tuple[Bound | None, Bound | None]
"""Low and high of a limit."""


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
    """One limit in one scope, laid out over the book before any list.

    is_plain: it applies today to every group, whatever the list does, and nothing is excepted.
    is_local: only a group's own positions, the base and the bound's subjects move its headroom.
    is_common: every group has the same bounds in one state. is_fixed: every bound is an amount that was
    written, the same in every state; fixed: these, where they can be told. is_value: it bounds the value of
    its groups at the market, or their weight, by such amounts.
    """

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
    key: RuleKey = field(init=False)  # what the rule in this scope is known by
    is_plain: bool = field(init=False)
    is_local: bool = field(init=False)
    is_common: bool = field(init=False)
    is_fixed: bool = field(init=False)
    fixed: Bounds | None = field(init=False)
    is_value: bool = field(init=False)
    reach: Reach = field(init=False)
    kept: Kept | None = None  # what it says without any list
    unmoved: Part | None = None  # its answer on a list that cannot move it
    before: dict[Group, Figures] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out what is the same for every list."""
        household = self.scope.household if self.scope.account is None else ""
        self.key = (self.policy or "", self.rule, self.scope.account or "", household)
        sides = [amount for amount in (self.low, self.high) if amount is not None]
        warned = [*sides, self.warn_from] if self.warn_from is not None else sides
        waived = [ceiling.up_to for ceiling in self.ceilings if ceiling.up_to is not None]
        is_applied = self.why_not is None and not self.unsure and not self.is_out_of_force
        self.is_plain = is_applied and self.raw is None and self.tested != "at_purchase"
        is_of_group = all(term.measure in LOCAL for term in self.terms)
        self.is_local = is_of_group and all(map(_is_local, (*warned, *waived)))
        self.is_common = all(map(_is_common, sides))
        self.is_fixed = all(isinstance(amount, Amount) for amount in warned)
        self.fixed = self._fixed()
        self.is_value = self._is_value()
        self.reach = Reach(
            attribute=self.attribute,
            whole=self.whole,
            raw=self.raw,
            of_terms=tuple(term.table for term in self.terms),
            derived=tuple(term.derived for term in self.terms if term.derived is not None),
            of_bounds=tuple(self.tables.values()),
            of_benchmark=tuple(self._in_benchmark()),
        )

    def _in_benchmark(self) -> Iterator[Group]:
        """Yield the groups that the benchmark holds of, where it is what the rule measures against."""
        for term in self.terms:
            if term.measure == "active_weight":
                with suppress(Gap):
                    weights = groups_in_benchmark(self.view, term.table)
                    yield from (group for group, weight in weights.items() if weight)

    def _is_value(self) -> bool:
        term = self.terms[0]
        is_sum = len(self.terms) == 1 and term.measure in ("value", "weight") and term.derived is None
        return is_sum and self.fixed is not None and self.view.valued_at == "market"

    def _fixed(self) -> Bounds | None:
        """Return the bounds that are the same in every view; None where they are not, or cannot be told."""
        low, high, market = self.low, self.high, self.view.market
        if not isinstance(low, Amount | None) or not isinstance(high, Amount | None):
            return None
        try:
            return (
                None if low is None else literal(low, market),
                None if high is None else literal(high, market),
            )
        except Gap:
            return None

    def moves_bound(self, touched: Iterable[Key]) -> bool:
        """Return whether the subject of a bound has, or may have, one of some positions."""
        return any(table.belongs(key).is_somewhere for table in self.tables.values() for key in touched)

    def reading(self, view: View, group: Group) -> Reading:
        """Return the measure of a group in a view: the sum of its terms."""
        total: Reading | None = None
        for term in self.terms:
            asked = Asked(view, term.table, group, self.unit, term.subject, term.derived, term.period)
            part = read(term.measure, asked)
            total = part if total is None else total.plus(part)
        assert total is not None, "a measure has a term"
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
