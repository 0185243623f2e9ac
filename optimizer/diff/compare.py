"""Comparing: for each rule that may differ, a portfolio that one version admits and the rule forbids.

    old T-1 at most 20%, new T-1 at most 25%: all rules of the new version are met, the old T-1 is missed
    -> 22.5% tech; the gate blocks the list under the old version and lets it pass under the new

The search goes over made-up securities, one kind for each combination of attributes that the rules can
tell apart, or over securities that are given. What it finds is always put to the gate under both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice

from dsl.policy import CheckedPolicy, CheckedRule, Limit
from engine.facts.ids import Symbol
from engine.gate.engine.port import InferenceEngine
from optimizer.diff.difference import Difference, Direction, Witness
from optimizer.diff.shown import Side, common_start, of_demand
from optimizer.diff.stricter import impossible
from optimizer.diff.telling import (
    SIDES,
    Findings,
    changed_rule,
    is_tried_only,
    unmoved_rule,
    witness_of,
)
from optimizer.diff.together import MOST_GROUPS, one_of_each_kind, shown_together, wanted_of
from optimizer.diff.trials import trials_of
from optimizer.diff.versions import Pair, changed_pairs, statements
from optimizer.portfolios.demands import (
    BLOCK,
    DATA_MEASURES,
    NEVER_TRIED,
    NOTHING,
    all_demands,
    allows_overdraft,
    compares_with_index,
    demands_of,
    level_of,
    measures_of,
    why_not_tried,
)
from optimizer.portfolios.encode import NotRowsError
from optimizer.portfolios.kinds import Made, given, made_up
from optimizer.portfolios.meaning import meanings
from optimizer.portfolios.proof import Judge, gate_with, proven
from optimizer.portfolios.room import Room
from optimizer.portfolios.world import MOST_SITUATIONS, World, situations
from rulebooks.compile import compile_rulebook
from rulebooks.ground import CompiledRule, Rulebook
from rulebooks.grounding import ground
from rulebooks.grounding.per_trade import is_per_trade
from rulebooks.predicates import Setting

FEW = 4
"""Changed rules up to which each proof has a start of its own, and so the shortest list."""

MOST_TRIED = 120
"""Lists of a rule, in each direction, that are put to the gate over all worlds."""


@dataclass(slots=True, kw_only=True)
class Tried:
    """What the worlds held that were gone through, and whether that was all that the rules tell apart."""

    securities: int = 0  # of the first world
    complete: bool = True
    every_situation: bool = True

    def add(self, made: Made) -> None:
        """Count the securities of one more world."""
        self.securities = self.securities or len(made.securities)
        self.complete = self.complete and made.complete

    @property
    def left(self) -> tuple[str, ...]:
        """Why a difference may exist that was not found, in words; empty where all was tried."""
        kinds = () if self.complete else ("not every kind of security was tried",)
        accounts = () if self.every_situation else ("not every kind of account and day was tried",)
        return kinds + accounts


def compare(
    old: CheckedPolicy,
    new: CheckedPolicy,
    *,
    engine: InferenceEngine,
    today: date,
    securities: Mapping[str, Mapping[str, str]] | None = None,
) -> Difference:
    """Return what the versions admit differently; every witness was judged by the gate under both.

    today: a day on which the policies are looked at, unless they come into force later. securities:
    attributes by symbol, instead of made-up ones.
    """
    rulebooks = (compile_rulebook((old,)), compile_rulebook((new,)))
    pairs = changed_pairs(*rulebooks)
    found = {pair.key: Findings(settled=impossible(pair)) for pair in pairs}
    tried = Tried()
    if pairs:
        ask = gate_with(engine)
        for world in _worlds((old, new), rulebooks, pairs, today, securities, tried):
            tried.add(world.made)
            open_pairs = tuple(pair for pair in pairs if _is_open(pair, found[pair.key]))
            if not open_pairs:
                break
            _search(world, rulebooks, open_pairs, found, ask)
    return Difference(
        old=(old.id, old.version),
        new=(new.id, new.version),
        same_text=old.digest == new.digest,
        same_rules=not pairs,
        rules=tuple(changed_rule(pair, found[pair.key]) for pair in pairs if found[pair.key].witnesses),
        without_effect=tuple(
            unmoved_rule(pair, found[pair.key], left=tried.left)
            for pair in pairs
            if not found[pair.key].witnesses
        ),
        statements=statements(old, new),
        securities=tried.securities,
        complete=tried.complete,
    )


def _worlds(
    policies: tuple[CheckedPolicy, CheckedPolicy],
    rulebooks: tuple[Rulebook, Rulebook],
    pairs: tuple[Pair, ...],
    today: date,
    securities: Mapping[str, Mapping[str, str]] | None,
    tried: Tried,
) -> Iterator[World]:
    every = meanings(r.rule for rulebook in rulebooks for r in rulebook.rules)
    changed = meanings(rule.rule for pair in pairs for rule in (pair.old, pair.new) if rule is not None)
    ordered = (*changed, *(rule for rule in every if rule not in changed))
    whole = any(compares_with_index(rule) for rule in every)
    tight = any(measures_of(rule) & DATA_MEASURES for rule in changed)
    known: dict[tuple[date, bool], Made] = {}
    found = situations(policies, changed, today=today, every=ordered, most=MOST_SITUATIONS + 1)
    tried.every_situation = len(found) <= MOST_SITUATIONS
    for now in found[:MOST_SITUATIONS]:
        setting = Setting(today=now.day, calendar=policies[1].calendar)
        if securities is not None:
            yield World(situation=now, made=given(securities), whole=whole)
            continue
        for single in (False, True) if _asks_of_every_group(every) else (False,):
            made = known.get((now.day, single)) or made_up(ordered, setting, single=single)
            known[now.day, single] = made
            yield World(situation=now, made=made, whole=whole)
            if tight and not single:
                yield World(situation=now, made=made, whole=whole, tight=True)


def _asks_of_every_group(rules: tuple[CheckedRule, ...]) -> bool:
    return any(
        rule.each is not None and isinstance(rule.obligation, Limit) and rule.obligation.low is not None
        for rule in rules
    )


# ------------------------------------------------------------------ the search


def _search(
    world: World,
    rulebooks: tuple[Rulebook, Rulebook],
    pairs: tuple[Pair, ...],
    found: dict[tuple[str, str], Findings],
    ask: Judge,
) -> None:
    old, new = _sides(rulebooks, world)
    start = common_start(old, new) if len(pairs) > FEW else None
    if start is not None:
        shown_together(start, pairs, old, new, found, ask)
    for pair in pairs:
        for direction, rule, forbids, admits in wanted_of(pair, old, new, found[pair.key]):
            witness = _witness(direction, rule, forbids, admits, ask, found[pair.key])
            if witness is not None:
                found[pair.key].witnesses[direction] = witness


def _sides(rulebooks: tuple[Rulebook, Rulebook], world: World) -> tuple[Side, Side]:
    """Return both versions laid out; the index is fitted where the rules leave nothing beside it."""
    old, new = (_side(rulebook, world) for rulebook in rulebooks)
    if not world.whole or new.room(BLOCK).find():
        return old, new
    free = [d for d in new.demands if d.level >= BLOCK and not compares_with_index(d.limit.rule.rule)]
    room = Room(world, free, overdraft=new.overdraft)
    for points in room.find():
        held = next(iter(room.portfolios(points)))
        shares: dict[Symbol, Decimal] = {}
        for (_, symbol), money in held.items():
            shares[symbol] = shares.get(symbol, Decimal(0)) + money
        total = sum(shares.values(), Decimal(0))
        if total:
            index = {s: (money / total).quantize(Decimal("0.000001")) for s, money in shares.items()}
            fitted = replace(world, index=index)
            return _side(rulebooks[0], fitted), _side(rulebooks[1], fitted)
    return old, new


def _is_open(pair: Pair, known: Findings) -> bool:
    return any(
        rule is not None and known.wants(direction)
        for direction, rule in zip(SIDES, (pair.old, pair.new), strict=True)
    )


def _side(rulebook: Rulebook, world: World) -> Side:
    grounded = ground(rulebook, world.book())
    return Side(
        rulebook=rulebook,
        grounded=grounded,
        demands=all_demands(grounded),
        world=world,
        overdraft=allows_overdraft(grounded),
    )


def _witness(
    direction: Direction,
    rule: CompiledRule,
    forbids: Side,
    admits: Side,
    ask: Judge,
    known: Findings,
) -> Witness | None:
    if measures_of(rule.rule) & NEVER_TRIED:
        known.untried.append("no made-up securities have the data that it reads")
        return None
    if isinstance(rule.rule.obligation, Limit) and not is_per_trade(rule.rule):
        witness, settled = _of_limits(direction, rule, forbids, admits, ask, known)
        if witness is not None or settled:
            return witness
    level = level_of(rule.rule)
    if level == NOTHING:
        known.untried.append("a breach of it is only reported")
        return None
    known.tried = known.tried or is_tried_only(rule)
    try:
        return _of_trials(direction, rule, forbids, admits, ask, known)
    except NotRowsError as problem:
        known.untried.append(f"it reads {problem}")
        return None


def _of_trials(
    direction: Direction, rule: CompiledRule, forbids: Side, admits: Side, ask: Judge, known: Findings
) -> Witness | None:
    """Return a proof from lists that are put to the gate as they are."""
    room = admits.room(level_of(rule.rule))
    tried = trials_of(rule, forbids.grounded, admits.grounded, room, forbids.world)
    left = known.trials.get(direction, MOST_TRIED)
    screens = (forbids.only(rule.rule.id), admits.only(rule.rule.id))
    for trial in islice(tried, left):
        left = known.trials[direction] = left - 1
        judged = proven(
            ask,
            forbids=forbids.rulebook,
            admits=admits.rulebook,
            book=trial.book,
            trades=trial.trades,
            rule=rule.rule.id,
            level=level_of(rule.rule),
            screens=screens,
        )
        if judged is not None:
            return witness_of(
                direction, forbids.world, trial.before, trial.after, judged, history=trial.history
            )
    return None


def _of_limits(
    direction: Direction,
    rule: CompiledRule,
    forbids: Side,
    admits: Side,
    ask: Judge,
    known: Findings,
) -> tuple[Witness | None, bool]:
    """Return a proof from the rule's limits, and whether its rows settle that there is none."""
    settled = True
    limits = one_of_each_kind(forbids.of_rule(rule), forbids.world.made)
    if len(limits) > MOST_GROUPS:
        known.untried.append("it has more kinds of groups than were tried")
    for limit in limits[:MOST_GROUPS]:
        why = why_not_tried(limit)
        if why is not None:
            known.untried.append(why)
            continue
        for demand in demands_of(limit):
            if demand.level == NOTHING:
                known.untried.append("a breach of it is only reported")
                continue
            try:
                witness = of_demand(direction, demand, forbids, admits, ask, known)
            except NotRowsError as problem:
                known.untried.append(f"it reads {problem}")
                settled = False
                continue
            known.tried = True
            if witness is not None:
                return witness, True
    return None, settled
