"""Limits `for each trade`, laid out: which trades are the subject, and the bound of each security.

    for each trade except trades where closes_position is yes
    limit trade_value to at least 1,000 USD        every (symbol, side) a member, closing `excluded`

A bound is a number, or a form where the list moves it (10% of net_assets, or of equities, is taken after
the list); one that the data do not tell makes that symbol missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from dsl.policy import AnyAmount, CheckedRule, Limit, Unit, Waiver
from engine.facts.ids import Symbol
from engine.facts.trades import Side
from rulebooks.catalogue import MEASURES
from rulebooks.forms import Form, TermKind, least, most, terms_of
from rulebooks.ground import Bound, CompiledRule, PerTrade, Scope
from rulebooks.grounding.amounts import Ruler, bound_form, is_groupless
from rulebooks.grounding.bans import leaving_tests
from rulebooks.grounding.exceptions import leaving
from rulebooks.grounding.laying import Laying
from rulebooks.grounding.waivers import of_any_size, waived_by, waivers_of
from rulebooks.members import Verdict, either, less
from rulebooks.predicates import Test, compiled, paths_of
from rulebooks.rows import TradeRow
from rulebooks.scene import Position, Scene
from rulebooks.universe import Slice

Pair = tuple[Fraction | None, Fraction | None]
Members = dict[tuple[Symbol, Side], Verdict]
Closing = Literal["excluded", "only"] | None
OF_THE_TRADE = frozenset({"side", "closes_position"})
"""What conditions may read of a trade alone: the same for every security."""


def is_per_trade(rule: CheckedRule) -> bool:
    """Return whether a rule is a limit `for each trade`."""
    return isinstance(rule.obligation, Limit) and rule.each is not None and rule.each.attribute == "trade"


def ground_per_trade(laying: Laying, rule: CompiledRule, scope: Scope) -> Iterator[PerTrade]:
    """Yield the limit for every account whose trades the rule may stop."""
    scene = laying.scene(rule, scope)
    obligation, each = rule.rule.obligation, rule.rule.each
    assert isinstance(obligation, Limit)
    assert each is not None
    module = MEASURES[obligation.measure.terms[0].measure]
    assert module.per_trade is not None, "the checker lets measures of one trade pass only"
    stands = laying.stands(rule.rule, scene)
    test = compiled(each.within.where, scene.setting)
    exceptions = leaving_tests(scene, leaving(laying, rule, scene))
    for account in scope.stops:
        slices = tuple(part for part in laying.slices(account) if not part.is_cash)
        members, closing = _members(scene, slices, test, exceptions, frozenset(paths_of(each.within.where)))
        if stands.unknown is not None:
            members = dict.fromkeys(members)
        laid = _bounds(scene, obligation.low, obligation.high, slices, obligation.measure.unit)
        early = rule.rule.warn_from
        warn = _bounds(scene, None, early, slices if early is not None else (), obligation.measure.unit)
        waivers = waivers_of(scene, rule.rule.id)
        waiver = of_any_size(waivers) or next(iter(waivers), None)
        waived = _waived(scene, obligation, waivers)
        yield PerTrade(
            rule=rule,
            scope=scope,
            account=account,
            standing=stands.standing,
            why_not=stands.why_not,
            measure=module.per_trade,
            members=members,
            closing=closing,
            bounds=laid.fixed,
            missing=laid.missing,
            warn={name: pair for name, pair in warn.fixed.items() if name not in warn.missing},
            waiver=waiver,
            waived=None if waived is None else _before(scene, waived.bound),
            moving=laid.moving,
            warn_moving={name: bound for name, bound in warn.moving.items() if name not in warn.missing},
            waived_moving=None if waived is None or not _moves(waived.bound) else waived.bound,
            unsure=laid.unsure,
            warn_unsure=warn.unsure,
            waived_unsure=() if waived is None else waived.unsure,
        )


def _members(
    scene: Scene, slices: tuple[Slice, ...], test: Test, exceptions: list[Test], paths: frozenset[str]
) -> tuple[Members, Closing]:
    """Return which trades are the subject, and how trades that sell all that is held stand."""

    def verdict(part: Slice, side: Side, *, closes: bool) -> Verdict:
        row = TradeRow(scene.row_of(part), side=side.value, closes=closes)
        member = test(row)
        return less(member, either([exception(row) for exception in exceptions])) if exceptions else member

    is_shared = paths <= OF_THE_TRADE and not exceptions

    def verdicts(*, closes: bool) -> Members:
        if not is_shared:
            return {(p.symbol, side): verdict(p, side, closes=closes) for p in slices for side in Side}
        own = {side: verdict(slices[0], side, closes=closes) for side in Side} if slices else {}
        return {(part.symbol, side): own[side] for part in slices for side in Side}

    staying = verdicts(closes=False)
    if "closes_position" not in paths:
        return _without_false(staying), None
    closing = verdicts(closes=True)
    if any(closing[key] is False and member is not False for key, member in staying.items()):
        return _without_false(staying), "excluded"
    if any(closing[key] is not False and member is False for key, member in staying.items()):
        return _without_false(closing), "only"
    return _without_false(staying), None


def _without_false(members: Members) -> Members:
    return {key: member for key, member in members.items() if member is not False}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bounds:
    """Bounds by symbol: as numbers before trading, as forms where a list moves them; which are unknown.

    unsure: positions that a moving bound may or may not be a part of, or whose value it lacks.
    """

    fixed: dict[Symbol, Pair]
    moving: dict[Symbol, Bound]
    missing: frozenset[Symbol]
    unsure: dict[Symbol, tuple[Position, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waived:
    """The bound within a waiver, and the positions that it is unsure of."""

    bound: Bound
    unsure: tuple[Position, ...]


def _bounds(
    scene: Scene, low: AnyAmount | None, high: AnyAmount | None, slices: tuple[Slice, ...], unit: Unit
) -> _Bounds:
    """Return (low, high) by symbol, and the symbols of which a bound is unknown."""
    fixed: dict[Symbol, Pair] = {}
    moving: dict[Symbol, Bound] = {}
    missing: set[Symbol] = set()
    unsure: dict[Symbol, tuple[Position, ...]] = {}
    shared: _Security | None = None
    is_shared = all(amount is None or is_groupless(amount) for amount in (low, high))
    for part in slices:
        one = shared or _security(scene, low, high, part, unit)
        shared = one if is_shared else None
        fixed[part.symbol] = one.before
        if one.moves:
            moving[part.symbol] = one.bound
        if one.lacking:
            unsure[part.symbol] = one.lacking
        if one.is_missing:
            missing.add(part.symbol)
    return _Bounds(fixed=fixed, moving=moving, missing=frozenset(missing), unsure=unsure)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Security:
    """The bound of one security, or of all where it is the same for each."""

    bound: Bound
    before: Pair
    moves: bool
    lacking: tuple[Position, ...]
    is_missing: bool


def _security(
    scene: Scene, low: AnyAmount | None, high: AnyAmount | None, part: Slice, unit: Unit
) -> _Security:
    ruler = Ruler(base=None, money=unit is Unit.MONEY, unit=unit, group=(part,))
    below = None if low is None else bound_form(scene, low, ruler)
    above = None if high is None else bound_form(scene, high, ruler)
    bound = Bound(low=None if below is None else below.form, high=None if above is None else above.form)
    laid = [side for side in (below, above) if side is not None]
    lacking = tuple(dict.fromkeys(position for side in laid for position in side.unknown))
    is_untold = any(side.missing is not None for side in laid)
    is_held = any(position in scene.facts.state.quantities for position in lacking)
    return _Security(
        bound=bound,
        before=_before(scene, bound),
        moves=_moves(bound),
        lacking=lacking,
        is_missing=is_untold or is_held or bool(_reads_net_assets(bound) and scene.base_gaps),
    )


def _before(scene: Scene, bound: Bound) -> Pair:
    """Return a bound before trading."""
    low, high = (None if side is None else scene.value(side) for side in (bound.low, bound.high))
    return (low, high)


def _moves(bound: Bound) -> bool:
    """Return whether a list moves a bound: it reads what is held."""
    return any(side is not None and bool(terms_of(side)) for side in (bound.low, bound.high))


def _reads_net_assets(bound: Bound) -> bool:
    """Return whether a bound is of all that the accounts hold."""
    sides = [side for side in (bound.low, bound.high) if side is not None]
    return any(term.kind is TermKind.NET_ASSETS for side in sides for term in terms_of(side))


def _waived(scene: Scene, obligation: Limit, waivers: tuple[Waiver, ...]) -> _Waived | None:
    """Return how far waivers go, on each side the furthest of those known; None: any size, or none."""
    if not waivers or of_any_size(waivers) is not None:
        return None
    unit = obligation.measure.unit
    amounts = waived_by(scene, waivers, Ruler(base=None, money=unit is Unit.MONEY, unit=unit)).amounts
    known = [laid for laid in amounts if not (scene.base_gaps and _reads_net_assets(_both(laid.form)))]
    known = [laid for laid in known if not laid.unknown] or known
    forms = [laid.form for laid in known if laid.form is not None]
    if not forms:
        return _Waived(bound=Bound(low=None, high=None), unsure=())
    unsure = tuple(dict.fromkeys(position for laid in known for position in laid.unknown))
    return _Waived(bound=Bound(low=least(*forms), high=most(*forms)), unsure=unsure)


def _both(form: Form | None) -> Bound:
    return Bound(low=form, high=form)
