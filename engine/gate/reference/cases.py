"""A limit judged on a list: group by group, from the figures before and after it.

What the list cannot have moved is not taken again: a group that holds none of the securities traded, on
an unchanged weight base under an unchanged limit, keeps the verdict that it had without any list.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from dsl.policy import Unit
from engine.gate.reference.answer import Kept, Part
from engine.gate.reference.asked import Asked, View
from engine.gate.reference.bounds import Bound, OverZero
from engine.gate.reference.case import Case, case_of
from engine.gate.reference.figures import bound
from engine.gate.reference.limits import Ceiling, LimitPlan
from engine.gate.reference.measures import weight
from engine.gate.reference.responses import on_active, on_missing, on_passive
from engine.gate.reference.room import Figures, figures
from engine.gate.reference.setting import Listed, nothing_listed
from engine.gate.reference.state import NOTHING
from engine.gate.reference.tables import NO_KEYS, Table
from engine.gate.reference.verdicts import (
    EVERYTHING_IN_SCOPE,
    UNKNOWN_GROUP,
    Gap,
    Group,
    Key,
    NoWitness,
    ReferenceVerdict,
)
from engine.gate.verdict import Outcome


def judge_limit(plan: LimitPlan, done: Listed, touched: Sequence[Key]) -> Part:
    """Return a verdict for every group held or traded (two where data are missing and the rest breaches).

    touched: the positions that the list touches and the limit reads.
    """
    case = case_of(plan, done, touched)
    if case.moved is None or case.is_base_moved:
        return Part(plan.key, _judge_groups(case, plan.reach.groups(touched)))
    kept = plan.kept or standing(plan, done)
    moved = sorted(case.told, key=repr) if len(case.told) > 1 else list(case.told)
    is_bound_moved = bool(plan.tables) and plan.moves_bound(touched)
    if is_bound_moved:
        others = (group for group in kept.by_group if group not in case.moved)
        moved += [group for group in others if not _still_passes(case, group)]
    less = frozenset(moved) if is_bound_moved else case.told
    return Part(plan.key, _judge_groups(case, moved), kept, less, is_bound_moved)


def _judge_groups(case: Case, groups: Iterable[Group]) -> tuple[ReferenceVerdict, ...]:
    found: list[ReferenceVerdict] = []
    for group in groups:
        found += _judge_group(case, group)
    return tuple(found)


def standing(plan: LimitPlan, done: Listed) -> Kept:
    """Return what the rule says without any list: reached once, by the first list that asks."""
    if plan.kept is None:
        case = case_of(plan, nothing_listed(done.setting, done.done), ())
        plan.kept = Kept({group: tuple(_judge_group(case, group)) for group in plan.reach.groups(())})
    return plan.kept


def unmoved(plan: LimitPlan, done: Listed) -> Part:
    """Return the rule's answer on a list that cannot move it: always the same value."""
    if plan.unmoved is None:
        plan.unmoved = Part(plan.key, (), standing(plan, done))
    return plan.unmoved


def _still_passes(case: Case, group: Group) -> bool:
    """Return whether a group that passes without the list stays well within bounds that it has moved."""
    quiet = standing(case.plan, case.done).by_group[group]
    if len(quiet) != 1 or quiet[0].outcome is not Outcome.PASS or quiet[0].headroom_sign != 1:
        return False
    told = quiet[0].after
    if told is None or case.plan.warn_from is not None:
        return False
    try:
        low, high = case.bounds(case.after, group)
    except Gap:
        return False
    return (high is None or told < high) and (low is None or low < told)


def _judge_group(case: Case, group: Group) -> list[ReferenceVerdict]:
    """Return the verdicts on a group: of its figures, where nothing else is to be asked."""
    if not (case.is_sure and case.plan.is_plain):
        return _judge_doubtful(case, group)
    try:
        return [_measured(case, group, case.before(group), case.of_list(group), known_only=False)]
    except (Gap, NoWitness):
        return _judge_doubtful(case, group)


def _judge_doubtful(case: Case, group: Group) -> list[ReferenceVerdict]:
    plan = case.plan
    why_not = plan.why_not or _not_tested(case, group)
    if not plan.is_out_of_force and why_not is None and _is_excepted(case, group):
        return [_plain(plan, group, Outcome.EXCEPTED, None, "exceptions leave nothing of it")]
    try:
        return _tell_group(case, group, why_not)
    except NoWitness as unknown:
        verdict = _plain(plan, group, Outcome.NOT_APPLICABLE, None, f"no second witness: {unknown}")
        return [verdict._replace(witnessed=False)]


def _tell_group(case: Case, group: Group, why_not: str | None) -> list[ReferenceVerdict]:
    plan, unknown = case.plan, _unknown(case, group)
    try:
        told = case.before(group), case.of_list(group)
    except Gap as gap:
        if why_not is not None:
            return [_plain(plan, group, Outcome.NOT_APPLICABLE, None, why_not)]
        return _tell_gap(case, group, gap, unknown)
    if why_not is not None:
        return [_plain(plan, group, Outcome.NOT_APPLICABLE, None if unknown else told, why_not)]
    if plan.unsure:
        keys = _subject_keys(case, group)
        return [_missing(case, group, keys, "whether the rule applies is unknown")]
    if not unknown:
        return [_measured(case, group, *told, known_only=False)]
    found = [_missing(case, group, unknown, "whether a holding belongs to it is unknown")]
    return found + _known_breach(case, group)[0]


def _tell_gap(case: Case, group: Group, gap: Gap, unknown: frozenset[Key]) -> list[ReferenceVerdict]:
    """Return that a number is missing: of some securities, or one for the whole subject, which says more."""
    if not gap.keys or case.plan.unsure or _lacks_all(case, group):
        return [_missing(case, group, _subject_keys(case, group), gap.why)]
    breach, lacking = _known_breach(case, group)
    return [_missing(case, group, gap.keys | unknown | lacking, gap.why), *breach]


def _lacks_all(case: Case, group: Group) -> bool:
    """Return whether a number is missing for the whole subject, whatever else is beside it."""
    for view in (case.plan.view, case.after):
        try:
            case.figures(view._replace(gaps=set()), group)
        except Gap as gap:
            if not gap.keys:
                return True
    return False


def _known_breach(case: Case, group: Group) -> tuple[list[ReferenceVerdict], frozenset[Key]]:
    """Return the breach of an upper limit by what is known alone, if any, and what is missing beside it."""
    gaps, plan = set[Key](), case.plan
    try:
        before = case.figures(plan.view._replace(gaps=gaps), group, upper_only=True)
        after = case.figures(case.after._replace(gaps=gaps), group, upper_only=True)
    except Gap:
        return [], frozenset(gaps)
    if plan.high is None or group == UNKNOWN_GROUP or after.sign >= 0:
        return [], frozenset(gaps)
    return [_measured(case, group, before, after, known_only=True)], frozenset(gaps)


def _is_excepted(case: Case, group: Group) -> bool:
    """Return whether exceptions select all that the group held or trades."""
    plan = case.plan
    if plan.raw is None or plan.whole.held.get(group) or plan.whole.unknown.get(group):
        return False
    if group not in plan.raw.groups(case.touched):
        return False
    return group not in plan.whole.groups(case.touched)


def _unknown(case: Case, group: Group) -> frozenset[Key]:
    """Return the positions of which it is unknown whether they belong to the group."""
    if case.is_sure:
        return NO_KEYS
    plan, touched, state = case.plan, case.touched, case.after.state
    found = plan.whole.unknowns_in(state, group) if plan.attribute is not None else frozenset[Key]()
    for term in plan.terms:
        found |= term.table.unknowns_in(state, group)
        if term.derived is not None:
            found |= term.derived.all_unknowns(touched)
    return found


def _subject_keys(case: Case, group: Group) -> frozenset[Key]:
    """Return the traded positions of the subject; all where the measure is of no subject."""
    plan = case.plan
    keys = {(trade.account, trade.symbol) for trade in case.done.trades if trade.account in plan.scope.holds}
    tables = [term.derived or term.table for term in plan.terms]
    return frozenset(key for key in keys if any(_is_of(table, key, group) for table in tables))


def _is_of(table: Table, key: Key, group: Group) -> bool:
    where = table.belongs(key)
    if table.subjects.attribute is not None and group == EVERYTHING_IN_SCOPE:
        return where.is_somewhere
    return group in where.groups or group in where.unknown


def _not_tested(case: Case, group: Group) -> str | None:
    """Return why a group that is tested at purchase is not tested: the list does not buy of it, net."""
    plan = case.plan
    if plan.tested != "at_purchase":
        return None
    net, market = NOTHING, plan.view.market.with_old_prices()
    keys = _subject_keys(case, group)
    for trade in case.done.trades:
        if (trade.account, trade.symbol) in keys:
            unit = market.unit(trade.account, trade.symbol)
            net += trade.side.sign * Fraction(trade.quantity) * (unit if unit is not None else Fraction(1))
    return None if net > 0 else "tested at purchase, and the list buys none of it"


# ------------------------------------------------------------------ telling


def _measured(
    case: Case, group: Group, before: Figures, after: Figures, *, known_only: bool
) -> ReferenceVerdict:
    plan = case.plan
    if after.sign >= 0:
        level = None if plan.warn_from is None else _warning(case, case.after, group, after)
        if level is None or level.sign > 0:
            return _verdict(plan, group, Outcome.PASS, before, after, frozenset(), "pass")
        named = _warners(case, group, after, level)
        return _verdict(plan, group, Outcome.PASS, before, after, named, "warn", warned=True)
    named = _named(case, group, after, known_only=known_only)
    if any(_is_within(case, ceiling, group, after) for ceiling in plan.ceilings):
        return _verdict(plan, group, Outcome.WAIVED, before, after, named, "pass")
    got_less = after.has_less_room_than(before)
    worsened = got_less and before.sign < 0
    kind: Literal["active", "passive"] = "active" if got_less else "passive"
    decision = (
        on_active(plan.active, plan.passive, worsened=worsened) if got_less else on_passive(plan.passive)
    )
    return _verdict(
        plan, group, Outcome.BREACH, before, after, named, decision, breach=kind, worsened=worsened
    )


def _named(case: Case, group: Group, after: Figures, *, known_only: bool) -> frozenset[int]:
    """Return the trades without which the list would leave more headroom."""
    found = set[int]()
    for trade in case.done.trades if known_only else case.movers(group):
        if trade.account in case.plan.scope.stops:
            try:
                other = case.without(trade, group, after, known_only=known_only)
            except Gap:
                continue
            if other is not None and after.has_less_room_than(other):
                found.add(trade.number)
    return frozenset(found)


def _warning(case: Case, view: View, group: Group, told: Figures) -> Figures | None:
    """Return a group's figures against the early warning instead of its limit; None without a warning."""
    if case.plan.warn_from is None:
        return None
    try:
        edge = case.plan.bound(case.plan.warn_from, view, group)
    except Gap:
        return None
    assert edge is not None
    low, high = told.low, told.high
    is_upper = low is None or (high is not None and _is_nearer(edge, high, low))
    sides = (None, edge) if is_upper else (edge, None)
    return figures(told.reading, *sides)


def _is_nearer(edge: Bound, high: Bound, low: Bound) -> bool:
    """Return whether an early warning is nearer to the upper of two bounds."""
    if isinstance(edge, OverZero) or isinstance(high, OverZero) or isinstance(low, OverZero):
        return edge > low
    return abs(high - edge) <= abs(edge - low)


def _warners(case: Case, group: Group, after: Figures, level: Figures) -> frozenset[int]:
    """Return the trades that took the measure nearer to the early warning, or further beyond it."""
    found = set[int]()
    for trade in case.movers(group):
        if trade.account in case.plan.scope.stops:
            try:
                other = case.without(trade, group, after, known_only=False)
            except Gap:
                continue
            other = None if other is None else _warning(case, case.view_without(trade), group, other)
            if other is not None and level.has_less_room_than(other):
                found.add(trade.number)
    return frozenset(found)


def _is_within(case: Case, ceiling: Ceiling, group: Group, after: Figures) -> bool:
    """Return whether a breach stays within what a waiver allows."""
    if ceiling.up_to is None:
        return True
    plan, view = case.plan, case.after
    try:
        if ceiling.as_weight:
            first = plan.terms[0]
            asked = Asked(view, first.table, group, Unit.SHARE, first.subject, first.derived, first.period)
            return figures(weight(asked), None, bound(ceiling.up_to, asked, plan.tables)).sign >= 0
        limit = plan.bound(ceiling.up_to, view, group) or NOTHING
    except Gap:
        return False
    low = None if after.low is None else min(after.low, limit)
    high = None if after.high is None else max(after.high, limit)
    return figures(after.reading, low, high).sign >= 0


def _missing(case: Case, group: Group, keys: frozenset[Key], why: str) -> ReferenceVerdict:
    plan = case.plan
    trades = case.done.numbers(keys, plan.scope)
    return _verdict(
        plan, group, Outcome.MISSING_DATA, None, None, trades, on_missing(plan.missing, trades), why=why
    )


def _plain(
    plan: LimitPlan, group: Group, outcome: Outcome, told: tuple[Figures, Figures] | None, why: str
) -> ReferenceVerdict:
    before, after = told if told is not None else (None, None)
    return _verdict(plan, group, outcome, before, after, frozenset(), "pass", why=why)


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
    low, high = (None, None) if after is None or after.told is None else (after.low, after.high)
    assert not isinstance(low, OverZero), "a bound over a base of zero is told of no reading"
    assert not isinstance(high, OverZero), "a bound over a base of zero is told of no reading"
    return ReferenceVerdict(  # by place: with nineteen names it takes three times as long
        plan.policy,
        plan.rule,
        plan.scope.account,
        plan.scope.household if plan.scope.account is None else None,
        None if plan.attribute is None else (plan.attribute, group[0]),
        plan.target,
        outcome,
        breach,
        None if before is None else before.told,
        None if after is None else after.told,
        None if after is None else after.sign,
        worsened,
        warned,
        trades,
        decision,
        True,
        why,
        low,
        high,
    )
