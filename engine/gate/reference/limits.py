"""Limits: a measure of each group against its bound, before the list and after all of it.

    issuer Acme Corp, at most 5%    before 4.9%, headroom 0.1%
                                    after  5.4%, headroom −0.4%: less than before, so an active breach

Headroom is limit − after, or after − limit, or the smaller of the two. The trades that a verdict names
are those without which the list would leave more headroom. `forbid holding` and the bands of `targets`
are limits too, and so is the rule of the book that cash is at least zero.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

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
from engine.facts.trades import Trade
from engine.gate.reference.asked import Asked, Reading, View
from engine.gate.reference.figures import BoundTables, bound, read
from engine.gate.reference.measures import LOCAL, weight
from engine.gate.reference.responses import on_active, on_missing, on_passive
from engine.gate.reference.scopes import Scope
from engine.gate.reference.setting import Listed, nothing_listed
from engine.gate.reference.state import NOTHING
from engine.gate.reference.tables import Table
from engine.gate.reference.verdicts import (
    EVERYTHING_IN_SCOPE,
    Gap,
    Group,
    Key,
    NoWitness,
    ReferenceVerdict,
)
from engine.gate.verdict import Outcome


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
    _quiet: dict[Group, list[ReferenceVerdict]] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        """Whether only a group's own positions, the base and the bound's subjects move its headroom."""
        bounds = [amount for amount in (self.low, self.high, self.warn_from) if amount is not None]
        ceilings = [c.up_to for c in self.ceilings if c.up_to is not None]
        return all(term.measure in LOCAL for term in self.terms) and all(map(_is_local, (*bounds, *ceilings)))

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

    def bound(self, amount: AnyAmount | None, view: View, group: Group) -> Fraction | None:
        """Return a bound of a group in a view; None where there is none."""
        if amount is None:
            return None
        table = self.whole if self.attribute is not None else self.terms[0].table
        first = self.asked(
            view, Term(measure="", table=table, derived=None, subject=None, period=None), group
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


# ------------------------------------------------------------------ headroom


@dataclass(frozen=True, slots=True)
class Room:
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


def room(reading: Reading, low: Fraction | None, high: Fraction | None) -> Room:
    """Return the headroom of a reading: the smaller of what is left to each bound."""
    sides = []
    if high is not None:
        sides.append(high * reading.base - reading.amount)
    if low is not None:
        sides.append(reading.amount - low * reading.base)
    form = min(sides, default=NOTHING)
    return Room(form / reading.base if reading.base > 0 else None, form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A group in one view: reading, bounds and headroom."""

    reading: Reading
    low: Fraction | None
    high: Fraction | None
    room: Room


def figures(plan: LimitPlan, view: View, group: Group, *, upper_only: bool = False) -> Figures:
    """Return a group's figures in a view; raises Gap where data are missing."""
    reading = plan.reading(view, group)
    low = None if upper_only else plan.bound(plan.low, view, group)
    high = plan.bound(plan.high, view, group)
    return Figures(reading=reading, low=low, high=high, room=room(reading, low, high))


# ------------------------------------------------------------------ judging


def judge_limit(plan: LimitPlan, done: Listed) -> list[ReferenceVerdict]:
    """Return a verdict for every group held or traded (two where data are missing and the rest breaches)."""
    touched = done.touched(plan.scope)
    groups = _groups(plan, touched)
    moved = _moved(plan, done, touched)
    found: list[ReferenceVerdict] = []
    for group in groups:
        if moved is None or group in moved:
            found.extend(_judge_group(plan, done, group, touched))
        else:
            if group not in plan._quiet:
                empty = nothing_listed(done.setting, done.done)
                plan._quiet[group] = _judge_group(plan, empty, group, [])
            found.extend(plan._quiet[group])
    return found


def _groups(plan: LimitPlan, touched: list[Key]) -> list[Group]:
    if plan.attribute is None:
        return [EVERYTHING_IN_SCOPE]
    return list((plan.raw or plan.whole).groups(touched) | plan.whole.groups(touched))


def _moved(plan: LimitPlan, done: Listed, touched: list[Key]) -> set[Group] | None:
    """Return the groups whose headroom the list may move; None: any of them."""
    if not plan.is_local:
        return None
    if not touched:
        return set()
    after = plan.view.at(done.after, done.done)
    if any(table.belongs(key).is_somewhere for table in plan.tables.values() for key in touched):
        return None
    if done.moves_base(after):
        return None
    moved: set[Group] = set()
    for term in plan.terms:
        for key in touched:
            if term.derived is not None and term.derived.belongs(key).is_somewhere:
                return None
            where = term.table.belongs(key)
            moved.update(where.groups, where.unknown)
    for table in (plan.whole, plan.raw):
        for key in touched if table is not None else ():
            where = table.belongs(key) if table is not None else plan.whole.belongs(key)
            moved.update(where.groups, where.unknown)
    return moved


def _judge_group(plan: LimitPlan, done: Listed, group: Group, touched: list[Key]) -> list[ReferenceVerdict]:
    is_judged = not plan.is_out_of_force and _not_tested(plan, done, group) is None
    if is_judged and _is_excepted(plan, group, touched):
        return [_plain(plan, group, Outcome.EXCEPTED, None, "exceptions leave nothing of it")]
    try:
        return _tell_group(plan, done, group, touched)
    except NoWitness as unknown:
        verdict = _plain(plan, group, Outcome.NOT_APPLICABLE, None, f"no second witness: {unknown}")
        return [_unwitnessed(verdict)]


def _tell_group(plan: LimitPlan, done: Listed, group: Group, touched: list[Key]) -> list[ReferenceVerdict]:
    why_not = plan.why_not or _not_tested(plan, done, group)
    unknown = _unknown(plan, group, touched)
    try:
        told = figures(plan, plan.view, group), figures(plan, plan.view.at(done.after, done.done), group)
    except Gap as gap:
        if why_not is not None:
            return [_plain(plan, group, Outcome.NOT_APPLICABLE, None, why_not)]
        return _tell_gap(plan, done, group, gap, unknown)
    if why_not is not None:
        return [_plain(plan, group, Outcome.NOT_APPLICABLE, None if unknown else told, why_not)]
    if plan.unsure:
        keys = _subject_keys(plan, done, group)
        return [_missing(plan, done, group, keys, "whether the rule applies is unknown")]
    if not unknown:
        return [_measured(plan, done, group, *told, known_only=False)]
    found = [_missing(plan, done, group, unknown, "whether a holding belongs to it is unknown")]
    return found + _known_breach(plan, done, group)[0]


def _tell_gap(
    plan: LimitPlan, done: Listed, group: Group, gap: Gap, unknown: frozenset[Key]
) -> list[ReferenceVerdict]:
    """Return that a number is missing: of some securities, or one for the whole subject."""
    if not gap.keys:
        return [_missing(plan, done, group, _subject_keys(plan, done, group), gap.why)]
    breach, lacking = _known_breach(plan, done, group)
    return [_missing(plan, done, group, gap.keys | unknown | lacking, gap.why), *breach]


def _known_breach(
    plan: LimitPlan, done: Listed, group: Group
) -> tuple[list[ReferenceVerdict], frozenset[Key]]:
    """Return the breach of an upper limit by what is known alone, if any, and what is missing beside it."""
    gaps = set[Key]()
    view = replace(plan.view, gaps=gaps)
    try:
        before = figures(plan, view, group, upper_only=True)
        after = figures(plan, view.at(done.after, done.done), group, upper_only=True)
    except Gap:
        return [], frozenset(gaps)
    if plan.high is None or group == (None,) or after.room.sign >= 0:
        return [], frozenset(gaps)
    return [_measured(plan, done, group, before, after, known_only=True)], frozenset(gaps)


def _is_excepted(plan: LimitPlan, group: Group, touched: list[Key]) -> bool:
    """Return whether exceptions select all that the group held or trades."""
    if plan.raw is None or plan.whole.held.get(group) or plan.whole.unknown.get(group):
        return False
    if group not in plan.raw.groups(touched):
        return False
    return group not in plan.whole.groups(touched)


def _unknown(plan: LimitPlan, group: Group, touched: list[Key]) -> frozenset[Key]:
    """Return the positions of which it is unknown whether they belong to the group."""
    found = plan.whole.unknowns(group, touched) if plan.attribute is not None else frozenset[Key]()
    for term in plan.terms:
        found |= term.table.unknowns(group, touched)
        if term.derived is not None:
            for inner in term.derived.groups(touched):
                found |= term.derived.unknowns(inner, touched)
    return found


def _subject_keys(plan: LimitPlan, done: Listed, group: Group) -> frozenset[Key]:
    """Return the traded positions of the subject; all where the measure is of no subject."""
    keys = {(trade.account, trade.symbol) for trade in done.trades if trade.account in plan.scope.holds}
    tables = [term.derived or term.table for term in plan.terms]
    return frozenset(key for key in keys if any(_is_of(table, key, group) for table in tables))


def _is_of(table: Table, key: Key, group: Group) -> bool:
    where = table.belongs(key)
    if table.subjects.attribute is not None and group == EVERYTHING_IN_SCOPE:
        return where.is_somewhere
    return group in where.groups or group in where.unknown


def _not_tested(plan: LimitPlan, done: Listed, group: Group) -> str | None:
    """Return why a group that is tested at purchase is not tested: the list does not buy of it, net."""
    if plan.tested != "at_purchase":
        return None
    net = NOTHING
    keys = _subject_keys(plan, done, group)
    for trade in done.trades:
        if (trade.account, trade.symbol) in keys:
            unit = plan.view.market.unit(trade.account, trade.symbol)
            net += trade.side.sign * Fraction(trade.quantity) * (unit if unit is not None else Fraction(1))
    return None if net > 0 else "tested at purchase, and the list buys none of it"


# ------------------------------------------------------------------ telling


def _measured(
    plan: LimitPlan, done: Listed, group: Group, before: Figures, after: Figures, *, known_only: bool
) -> ReferenceVerdict:
    named = _named(plan, done, group, after.room, known_only=known_only)
    if after.room.sign >= 0:
        warned = _is_warned(plan, done, group, after)
        return _verdict(
            plan, group, Outcome.PASS, before, after, named, "warn" if warned else "pass", warned=warned
        )
    if _is_waived(plan, done, group, after):
        return _verdict(plan, group, Outcome.WAIVED, before, after, named, "pass")
    got_less = after.room.is_less_than(before.room)
    worsened = got_less and before.room.sign < 0
    kind: Literal["active", "passive"] = "active" if got_less else "passive"
    decision = (
        on_active(plan.active, plan.passive, worsened=worsened) if got_less else on_passive(plan.passive)
    )
    return _verdict(
        plan, group, Outcome.BREACH, before, after, named, decision, breach=kind, worsened=worsened
    )


def _named(plan: LimitPlan, done: Listed, group: Group, left: Room, *, known_only: bool) -> frozenset[int]:
    """Return the trades without which the list would leave more headroom."""
    found = set[int]()
    for trade in done.trades:
        if trade.account in plan.scope.stops and _may_move(plan, done, group, trade):
            view = plan.view.at(done.without(trade), done.done.without(trade.number))
            view = replace(view, gaps=set()) if known_only else view
            try:
                other = figures(plan, view, group, upper_only=known_only)
            except Gap:
                continue
            if left.is_less_than(other.room):
                found.add(trade.number)
    return frozenset(found)


def _may_move(plan: LimitPlan, done: Listed, group: Group, trade: Trade) -> bool:
    if not plan.is_local:
        return True
    state = done.without(trade)
    tables = [
        *plan.tables.values(),
        *(table for term in plan.terms for table in (term.table, term.derived) if table),
    ]
    if any(
        _is_of(table, key, group) or (table in plan.tables.values() and table.belongs(key).is_somewhere)
        for table in tables
        for key in state.changed
    ):
        return True
    return done.trade_moves_base(trade, plan.view.at(done.after, done.done))


def _is_warned(plan: LimitPlan, done: Listed, group: Group, after: Figures) -> bool:
    """Return whether the early warning is on: the figure has come as near its limit as it says."""
    view = plan.view.at(done.after, done.done)
    try:
        edge = plan.bound(plan.warn_from, view, group)
    except Gap:
        return False
    if edge is None:
        return False
    beyond = edge * after.reading.base - after.reading.amount
    if after.low is None:
        return beyond <= 0
    if after.high is None:
        return beyond >= 0
    is_upper = abs(after.high - edge) <= abs(edge - after.low)
    return beyond <= 0 if is_upper else beyond >= 0


def _is_waived(plan: LimitPlan, done: Listed, group: Group, after: Figures) -> bool:
    return any(_is_within(plan, ceiling, done, group, after) for ceiling in plan.ceilings)


def _is_within(plan: LimitPlan, ceiling: Ceiling, done: Listed, group: Group, after: Figures) -> bool:
    """Return whether a breach stays within what a waiver allows."""
    if ceiling.up_to is None:
        return True
    view = plan.view.at(done.after, done.done)
    try:
        if ceiling.as_weight:
            asked = plan.asked(view, plan.terms[0], group)
            share = weight(_in_shares(asked))
            limit = bound(ceiling.up_to, _in_shares(asked), plan.tables)
            return room(share, None, limit).sign >= 0
        limit = plan.bound(ceiling.up_to, view, group) or NOTHING
    except Gap:
        return False
    low = None if after.low is None else min(after.low, limit)
    high = None if after.high is None else max(after.high, limit)
    return room(after.reading, low, high).sign >= 0


def _in_shares(asked: Asked) -> Asked:
    return replace(asked, unit=Unit.SHARE)


def _missing(plan: LimitPlan, done: Listed, group: Group, keys: frozenset[Key], why: str) -> ReferenceVerdict:
    trades = done.numbers(keys, plan.scope)
    return _verdict(
        plan, group, Outcome.MISSING_DATA, None, None, trades, on_missing(plan.missing, trades), why=why
    )


def _plain(
    plan: LimitPlan, group: Group, outcome: Outcome, told: tuple[Figures, Figures] | None, why: str
) -> ReferenceVerdict:
    before, after = told if told is not None else (None, None)
    return _verdict(plan, group, outcome, before, after, frozenset(), "pass", why=why)


def _unwitnessed(verdict: ReferenceVerdict) -> ReferenceVerdict:
    return replace(verdict, witnessed=False)


def _verdict(
    plan: LimitPlan,
    group: Group,
    outcome: Outcome,
    before: Figures | None,
    after: Figures | None,
    trades: frozenset[int],
    decision: str,
    *,
    breach: Literal["active", "passive"] | None = None,
    worsened: bool = False,
    warned: bool = False,
    why: str = "",
) -> ReferenceVerdict:
    return ReferenceVerdict(
        policy=plan.policy,
        rule=plan.rule,
        account=plan.scope.account,
        household=plan.scope.household if plan.scope.account is None else None,
        group=None if plan.attribute is None else (plan.attribute, group[0]),
        target=plan.target,
        outcome=outcome,
        breach=breach,
        before=None if before is None else before.reading.told,
        after=None if after is None else after.reading.told,
        headroom_sign=None if after is None else after.room.sign,
        headroom=None if after is None else after.room.ratio,
        worsened=worsened,
        warned=warned,
        trades=trades,
        decision=decision,
        why=why,
    )


Judge = Callable[[Listed], list[ReferenceVerdict]]
"""A rule in one scope, ready for any list."""
