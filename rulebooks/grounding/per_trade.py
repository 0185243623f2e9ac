"""Limits `for each trade`, laid out: which trades are the subject, and the bound of each security.

    for each trade except trades where closes_position is yes
    limit trade_value to at least 1,000 USD        every (symbol, side) a member, closing `excluded`

A bound is a number before trading; one that the data do not tell makes that symbol missing.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from dsl.policy import AnyAmount, CheckedRule, Limit, Unit
from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side
from rulebooks.catalogue import measure_named
from rulebooks.ground import CompiledRule, PerTrade, Scope
from rulebooks.grounding.amounts import Ruler, fixed_amount
from rulebooks.grounding.exceptions import excepted_subjects
from rulebooks.grounding.laying import Laying
from rulebooks.grounding.waivers import waiver_of
from rulebooks.members import Verdict, either, less
from rulebooks.predicates import Test, compiled, paths_of
from rulebooks.rows import TradeRow
from rulebooks.scene import Scene
from rulebooks.universe import Slice

Bounds = tuple[object, object]
Closing = Literal["excluded", "only"] | None


def is_per_trade(rule: CheckedRule) -> bool:
    """Return whether a rule is a limit `for each trade`."""
    return isinstance(rule.obligation, Limit) and rule.each is not None and rule.each.attribute == "trade"


def ground_per_trade(laying: Laying, rule: CompiledRule, scope: Scope) -> Iterator[PerTrade]:
    """Yield the limit for every account whose trades the rule may stop."""
    scene = laying.scene(rule, scope)
    obligation, each = rule.rule.obligation, rule.rule.each
    assert isinstance(obligation, Limit)
    assert each is not None
    module = measure_named(obligation.measure.terms[0].measure)
    assert module.per_trade is not None, "the checker lets measures of one trade pass only"
    stands = laying.stands(rule.rule, scene)
    test = compiled(each.within.where, scene.setting)
    exceptions = [compiled(s.where, scene.setting) for s in excepted_subjects(laying, rule, scene)]
    for account in scope.stops:
        slices = tuple(part for part in laying.slices(account) if not part.is_cash)
        members, closing = _members(slices, test, exceptions, list(paths_of(each.within.where)))
        if stands.unknown is not None:
            members = dict.fromkeys(members)
        unit = obligation.measure.unit
        lows, no_low = _amounts(scene, obligation.low, slices, unit)
        highs, no_high = _amounts(scene, obligation.high, slices, unit)
        warns, _ = _amounts(scene, rule.rule.warn_from, slices, unit)
        waiver = waiver_of(scene, rule.rule.id)
        yield PerTrade(
            rule=rule,
            scope=scope,
            account=account,
            standing=stands.standing,
            why_not=stands.why_not,
            measure=module.per_trade,
            members=members,
            closing=closing,
            bounds={s.symbol: (lows.get(s.symbol), highs.get(s.symbol)) for s in slices},
            missing=no_low | no_high,
            warn={symbol: (None, w) if obligation.high is not None else (w, None) for symbol, w in warns.items()},
            waiver=waiver,
            waived=None if waiver is None or waiver.up_to is None else _waived(scene, obligation, waiver.up_to),
        )
