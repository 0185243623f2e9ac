"""Limits laid out: one value per group, with measure, base and bounds as forms.

    for each issuer in equities limit weight to at most 5%
    Acme Corp: measure value(ACME) + value(ACME.PR), base net_assets, high 0.05 * net_assets

`forbid holding S` is the limit that the value of S is at most 0; a band of a `targets` statement is a
limit of its class's weight. A held position without price makes every figure over the header's base
unknown in that position.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dsl.policy import (
    AllowOnly,
    AnyAmount,
    Forbid,
    Limit,
    MeasureTerm,
    Not,
    Subject,
    Waiver,
)
from rulebooks.catalogue import MEASURES
from rulebooks.forms import ZERO, constant, least, most, total
from rulebooks.ground import Bound, CompiledRule, GroundLimit, Scope, Standing
from rulebooks.grounding.amounts import Laid, Ruler, bound_form, is_groupless
from rulebooks.grounding.exceptions import leaving, plain_subject
from rulebooks.grounding.laying import Laying, Stands
from rulebooks.grounding.taken import Lens, Part, is_whole, parts_of, taken_of
from rulebooks.grounding.waivers import Waived, waived_ban, waived_by, waivers_of
from rulebooks.measures.active_weight import ACTIVE_WEIGHT, benchmark_weight
from rulebooks.measures.model import with_offset
from rulebooks.scene import Ask, Figure, Position, Scene
from rulebooks.universe import Slice

GroupName = tuple[str, str | None] | None
UNBOUNDED = Bound(low=None, high=None)
NO_SIDE = Laid(form=None)

WITH_HISTORY = frozenset(
    {"turnover", "realized_short_term_gains", "realized_long_term_gains", "net_realized_gains"}
)
"""Measures of which a stated figure is what happened so far; of others it is the figure itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One rule in one scope, as its groups are laid out."""

    rule: CompiledRule
    scope: Scope
    scene: Scene
    stands: Stands
    lens: Lens
    sides: dict[tuple[int, bool], Laid] = field(default_factory=dict)  # bounds that all groups share


def sheet_of(laying: Laying, rule: CompiledRule, scope: Scope) -> Sheet:
    """Return what the groups of a rule in a scope share."""
    scene = laying.scene(rule, scope)
    lens = Lens(
        scene=scene,
        look_through=rule.rule.look_through,
        valued_at=rule.rule.valued_at,
        excepted=leaving(laying, rule, scene),
    )
    return Sheet(
        rule=rule,
        scope=scope,
        scene=scene,
        stands=laying.stands(rule.rule, scene),
        lens=lens,
    )


def ground_limits(laying: Laying, rule: CompiledRule, scope: Scope) -> Iterator[GroundLimit]:
    """Yield a limit for every group of a rule in a scope."""
    obligation = rule.rule.obligation
    assert isinstance(obligation, Limit)
    sheet = sheet_of(laying, rule, scope)
    each = rule.rule.each
    attribute = None if each is None else each.attribute
    tables = [_table(sheet, term, attribute) for term in obligation.measure.terms]
    names = list(parts_of(sheet.lens, (each.within,), attribute)) if each is not None else [None]
    for name in sorted(names, key=lambda name: (name is None, name or "")):
        group = None if attribute is None else (attribute, name)
        parts = [table.get(name) or Part() for table in tables]
        yield _limit(sheet, obligation, group, parts)


def _table(sheet: Sheet, term: MeasureTerm, attribute: str | None) -> dict[str | None, Part]:
    each = sheet.rule.rule.each
    own = () if term.of is None and each is not None else (plain_subject(term.of),)
    return parts_of(sheet.lens, (*(() if each is None else (each.within,)), *own), attribute)


def _limit(sheet: Sheet, obligation: Limit, group: GroupName, parts: list[Part]) -> GroundLimit:
    standing = _standing(sheet, parts, group)
    if standing == "excepted":
        nothing = Figure(measure=ZERO, base=None)
        return _laid(sheet, group, "excepted", nothing, Sides(), excepted=_gone(parts))
    figures = [
        _figure(sheet, obligation, term, part)
        for term, part in zip(obligation.measure.terms, parts, strict=True)
    ]
    figure = _plus(figures)
    slices = tuple(part for row in parts for part in row.sure)
    sides = _sides(sheet, obligation, group, figure, slices)
    laid = _laid(sheet, group, standing, figure, sides, excepted=_gone(parts))
    laid = replace(laid, in_benchmark=_is_in_benchmark(sheet.scene, obligation, parts))
    gaps = sheet.scene.base_gaps if figure.base is not None and figure.money else ()
    return _with_gaps(sheet, laid, (*gaps, *sides.unknown))


def _standing(sheet: Sheet, parts: list[Part], group: GroupName) -> Standing:
    """Return how a group stands; excepted where exceptions left nothing of what is held."""
    if sheet.stands.standing != "applies" or not all(part.is_excepted for part in parts):
        return sheet.stands.standing
    held = sheet.scene.facts.state.quantities
    is_held = any(position in held for position in _gone(parts))
    return "excepted" if is_held or group is not None else "applies"


def _is_in_benchmark(scene: Scene, obligation: Limit, parts: list[Part]) -> bool:
    """Return whether a group is measured against a benchmark that holds of it."""
    return any(
        term.measure == ACTIVE_WEIGHT.name and bool(benchmark_weight(scene, part.sure)[0])
        for term, part in zip(obligation.measure.terms, parts, strict=True)
    )


def _with_gaps(sheet: Sheet, limit: GroundLimit, gaps: tuple[Position, ...]) -> GroundLimit:
    """Return a limit with what its base and bound lack; a group of which nothing is held keeps it apart."""
    if not gaps:
        return limit
    held = sheet.scene.facts.state.quantities
    is_held = limit.group is None or any(p in held for p in (*limit.members, *limit.unknown))
    unknown = dict.fromkeys((*limit.unknown, *gaps)) if is_held else limit.unknown
    return replace(limit, unknown=tuple(unknown), gaps=tuple(dict.fromkeys(gaps)))


def _gone(parts: list[Part]) -> tuple[Position, ...]:
    return tuple(dict.fromkeys(part.position for row in parts for part in row.gone))


def _figure(sheet: Sheet, obligation: Limit, term: MeasureTerm, part: Part) -> Figure:
    rule, measure = sheet.rule.rule, obligation.measure
    module = MEASURES[term.measure]
    whole = rule.each is None and is_whole(term.of)
    ask = Ask(name=term.measure, unit=measure.unit, valued_at=rule.valued_at, period=term.period)
    figure = module.figure(sheet.scene, taken_of(sheet.lens, term.of, part, whole=whole), ask)
    return as_stated(sheet.scene, term.measure, figure)


def as_stated(scene: Scene, name: str, figure: Figure) -> Figure:
    """Return a figure as an example states it: `given that turnover 12%`.

    A measure with a history starts from what is stated and moves with the list; any other stands still.
    """
    stated = scene.stated(name)
    if stated is None:
        return figure
    if name not in WITH_HISTORY:
        return Figure(measure=constant(stated), base=None, money=figure.money and figure.base is None)
    wanted = stated if figure.base is None else stated * scene.value(figure.base)
    shifted = with_offset(figure.measure, wanted - scene.value(figure.measure))
    return replace(figure, measure=shifted, missing=None)


def _plus(figures: list[Figure]) -> Figure:
    if len(figures) == 1:
        return figures[0]
    return Figure(
        measure=total(*((1, figure.measure) for figure in figures)),
        base=figures[0].base,
        members=tuple(dict.fromkeys(m for figure in figures for m in figure.members)),
        unknown=tuple(dict.fromkeys(u for figure in figures for u in figure.unknown)),
        missing=next((figure.missing for figure in figures if figure.missing), None),
        money=all(figure.money for figure in figures),
        rounded=any(figure.rounded for figure in figures),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The bounds of one group: the limit's, the early warning's and the waiver's."""

    bound: Bound = UNBOUNDED
    warn: Bound | None = None
    waiver: Waiver | None = None
    waived: Bound | None = None
    missing: str | None = None
    unknown: tuple[Position, ...] = ()


def _sides(
    sheet: Sheet, obligation: Limit, group: GroupName, figure: Figure, slices: tuple[Slice, ...]
) -> Sides:
    rule = sheet.rule.rule
    ruler = Ruler(
        base=figure.base,
        money=figure.money,
        unit=obligation.measure.unit,
        valued_at=rule.valued_at,
        look_through=rule.look_through,
        group=slices,
    )
    low, high = (_side(sheet, amount, ruler) for amount in (obligation.low, obligation.high))
    missing = low.missing or high.missing
    if missing is not None:
        return Sides(missing=missing)
    waived = waived_by(sheet.scene, waivers_of(sheet.scene, rule.id, group), ruler)
    bound = Bound(low=low.form, high=high.form)
    return Sides(
        bound=bound,
        warn=_warn(sheet, ruler, bound),
        waiver=waived.told,
        waived=_waived(waived, bound),
        unknown=(*low.unknown, *high.unknown),
    )


def _laid(
    sheet: Sheet,
    group: GroupName,
    standing: Standing,
    figure: Figure,
    sides: Sides,
    *,
    excepted: tuple[Position, ...] = (),
) -> GroundLimit:
    return GroundLimit(
        rule=sheet.rule,
        scope=sheet.scope,
        group=group,
        standing=standing,
        why_not=sheet.stands.why_not if standing != "excepted" else "an exception governs all of it",
        measure=figure.measure,
        base=figure.base,
        bound=sides.bound,
        warn=sides.warn,
        waiver=sides.waiver,
        waived=sides.waived,
        members=figure.members,
        unknown=figure.unknown,
        missing=sheet.stands.unknown or figure.missing or sides.missing,
        rounded=figure.rounded,
        purchase_only=sheet.rule.rule.tested == "at_purchase",
        target=sheet.rule.target,
        excepted=excepted,
        maybe=figure.unknown,
        of_bound=sides.unknown,
    )


def _side(sheet: Sheet, amount: AnyAmount | None, ruler: Ruler) -> Laid:
    """Return one side of a bound; what does not depend on the group is laid out once."""
    if amount is None:
        return NO_SIDE
    if not is_groupless(amount) or (ruler.base is not None and ruler.base is not sheet.scene.base):
        return bound_form(sheet.scene, amount, ruler)
    key = (id(amount), ruler.base is None)
    known = sheet.sides.get(key)
    if known is None:
        known = sheet.sides[key] = bound_form(sheet.scene, amount, ruler)
    return known


def _warn(sheet: Sheet, ruler: Ruler, bound: Bound) -> Bound | None:
    """Return the early warning, on the side of the bound that it is nearer to before trading."""
    if sheet.rule.rule.warn_from is None:
        return None
    form = _side(sheet, sheet.rule.rule.warn_from, ruler).form
    if form is None:
        return None
    if bound.low is not None and bound.high is not None:
        low, edge, high = (sheet.scene.value(side) for side in (bound.low, form, bound.high))
        on_ceiling = abs(high - edge) <= abs(edge - low)
    else:
        on_ceiling = bound.high is not None
    return Bound(low=None, high=form) if on_ceiling else Bound(low=form, high=None)


def _waived(waived: Waived, bound: Bound) -> Bound | None:
    """Return the bound within waivers: each side as far as the furthest amount; None: none, or any size."""
    if not waived.forms:
        return None
    return Bound(
        low=None if bound.low is None else least(bound.low, *waived.forms),
        high=None if bound.high is None else most(bound.high, *waived.forms),
    )


# ------------------------------------------------------------------ forbid holding


def ground_holding(laying: Laying, rule: CompiledRule, scope: Scope) -> GroundLimit:
    """Return `forbid holding S` (or holding outside S) as the limit that its value is at most 0."""
    sheet = sheet_of(laying, rule, scope)
    part = parts_of(sheet.lens, (forbidden_subject(rule),), None)[None]
    scene = sheet.scene
    worth, lacking = scene.worth(tuple(part.sure), rule.rule.valued_at)
    figure = Figure(
        measure=worth,
        base=None,
        members=tuple(dict.fromkeys(s.position for s in part.sure)),
        unknown=tuple(dict.fromkeys((*(s.position for s in part.maybe), *lacking))),
    )
    waived = waived_ban(scene, rule.rule.id)
    sides = Sides(bound=Bound(low=None, high=ZERO), waiver=waived.told, waived=waived_weight(waived))
    return _laid(sheet, None, _standing(sheet, [part], None), figure, sides, excepted=_gone([part]))


def waived_weight(waived: Waived) -> Bound | None:
    """Return the bound of a ban's waivers: the subject's value within a weight; None: none, or any size."""
    return Bound(low=None, high=most(*waived.forms)) if waived.forms else None


def forbidden_subject(rule: CompiledRule) -> Subject:
    """Return what a rule forbids: its subject, or everything but its subject under `allow only`."""
    match rule.rule.obligation:
        case Forbid(subject=subject):
            return subject
        case AllowOnly(subject=subject):
            kind = "securities" if subject.kind == "holdings" else subject.kind
            return Subject(kind=kind, where=Not(part=subject.where), name=subject.name)
        case _:
            raise AssertionError("only forbid and allow only forbid something")
