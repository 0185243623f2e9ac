"""Comparing: for each rule that may differ, a portfolio that one version admits and the rule forbids.

    old T-1 at most 20%, new T-1 at most 25%: all rules of the new version are met, the old T-1 is missed
    -> 22.5% tech; the gate blocks the list under the old version and lets it pass under the new

The search goes over made-up securities, one kind for each combination of attributes that the rules can
tell apart, or over securities that are given. What it finds is always put to the gate under both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice

from dsl.policy import CheckedPolicy, CheckedRule, Limit
from engine.facts.ids import Symbol
from engine.gate.engine.port import InferenceEngine
from optimizer.diff.difference import Difference, Direction, Witness
from optimizer.diff.telling import (
    SIDES,
    Findings,
    changed_rule,
    is_tried_only,
    unmoved_rule,
    witness_of,
)
from optimizer.diff.trials import trials_of
from optimizer.diff.versions import Pair, changed_pairs, statements
from optimizer.portfolios.demands import (
    BLOCK,
    DATA_MEASURES,
    NEVER_TRIED,
    NOTHING,
    Demand,
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
from optimizer.portfolios.proof import Judge, book_of, gate_with, proven
from optimizer.portfolios.room import Room, meets, reader
from optimizer.portfolios.steps import list_between, start_of
from optimizer.portfolios.world import Position, World, situations
from rulebooks.compile import compile_rulebook
from rulebooks.evaluate import value
from rulebooks.forms import Form, least
from rulebooks.ground import CompiledRule, GroundBook, GroundLimit, Rulebook
from rulebooks.grounding import ground
from rulebooks.grounding.per_trade import is_per_trade
from rulebooks.predicates import Setting

MOST_GROUPS = 12
"""Groups of a rule that are tried, one of each kind first."""


@dataclass(slots=True, kw_only=True)
class Side:
    """One version laid out over one world, with its rooms by level."""

    rulebook: Rulebook
    grounded: GroundBook
    demands: tuple[Demand, ...]
    world: World
    overdraft: bool
    rooms: dict[int, Room] = field(default_factory=dict)

    def room(self, level: int) -> Room:
        """Return the portfolios that nothing of that level or above forbids."""
        known = self.rooms.get(level)
        if known is None:
            asked = (demand for demand in self.demands if demand.level >= level)
            known = self.rooms[level] = Room(self.world, asked, overdraft=self.overdraft)
        return known

    def of_rule(self, rule: CompiledRule) -> tuple[GroundLimit, ...]:
        """Return the limits of a rule."""
        return tuple(
            limit
            for limit in self.grounded.limits
            if limit.rule.rule.id == rule.rule.id and limit.rule.target == rule.target
        )


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
    found = {pair.key: Findings() for pair in pairs}
    made: Made | None = None
    if pairs:
        ask = gate_with(engine)
        for world in _worlds((old, new), rulebooks, pairs, today, securities):
            made = world.made
            _search(world, rulebooks, pairs, found, ask)
    return Difference(
        old=(old.id, old.version),
        new=(new.id, new.version),
        same_text=old.digest == new.digest,
        same_rules=not pairs,
        rules=tuple(changed_rule(pair, found[pair.key]) for pair in pairs if found[pair.key].witnesses),
        without_effect=tuple(
            unmoved_rule(pair, found[pair.key]) for pair in pairs if not found[pair.key].witnesses
        ),
        statements=statements(old, new),
        securities=0 if made is None else len(made.securities),
        complete=made is None or made.complete,
    )


def _worlds(
    policies: tuple[CheckedPolicy, CheckedPolicy],
    rulebooks: tuple[Rulebook, Rulebook],
    pairs: tuple[Pair, ...],
    today: date,
    securities: Mapping[str, Mapping[str, str]] | None,
) -> Iterator[World]:
    every = tuple(dict.fromkeys(r.rule for rulebook in rulebooks for r in rulebook.rules))
    changed = tuple(
        dict.fromkeys(rule.rule for pair in pairs for rule in (pair.old, pair.new) if rule is not None)
    )
    ordered = (*changed, *(rule for rule in every if rule not in changed))
    whole = any(compares_with_index(rule) for rule in every)
    tight = any(measures_of(rule) & DATA_MEASURES for rule in changed)
    for now in situations(policies, changed, today=today, every=ordered):
        setting = Setting(today=now.day, calendar=policies[1].calendar)
        if securities is not None:
            yield World(situation=now, made=given(securities), whole=whole)
            continue
        made = made_up(ordered, setting)
        yield World(situation=now, made=made, whole=whole)
        if tight:
            yield World(situation=now, made=made, whole=whole, tight=True)
        if _asks_of_every_group(every):
            yield World(situation=now, made=made_up(ordered, setting, single=True), whole=whole)


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
    open_pairs = [pair for pair in pairs if _is_open(pair, found[pair.key])]
    if not open_pairs:
        return
    old, new = _sides(rulebooks, world)
    for pair in open_pairs:
        for direction in SIDES:
            forbids, admits = (old, new) if direction == "loosened" else (new, old)
            rule = pair.old if direction == "loosened" else pair.new
            known = found[pair.key]
            if rule is None or direction in known.witnesses:
                continue
            witness = _witness(direction, rule, forbids, admits, ask, known)
            if witness is not None:
                known.witnesses[direction] = witness


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
    wanted = sum(1 for rule in (pair.old, pair.new) if rule is not None)
    return len(known.witnesses) < wanted


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
    direction: Direction, rule: CompiledRule, forbids: Side, admits: Side, ask: Judge, known: Findings
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
    for trial in islice(
        trials_of(rule, forbids.grounded, admits.grounded, admits.room(level), forbids.world), known.trials
    ):
        known.trials -= 1
        judged = proven(
            ask,
            forbids=forbids.rulebook,
            admits=admits.rulebook,
            book=trial.book,
            trades=trial.trades,
            rule=rule.rule.id,
            level=level,
            screened=True,
        )
        if judged is not None:
            return witness_of(
                direction, forbids.world, trial.before, trial.after, judged, history=trial.history
            )
    return None


def _of_limits(
    direction: Direction, rule: CompiledRule, forbids: Side, admits: Side, ask: Judge, known: Findings
) -> tuple[Witness | None, bool]:
    """Return a proof from the rule's limits, and whether its rows settle that there is none."""
    settled = True
    for limit in _one_of_each_kind(forbids.of_rule(rule), forbids.world.made):
        why = why_not_tried(limit)
        if why is not None:
            known.untried.append(why)
            continue
        for demand in demands_of(limit):
            if demand.level == NOTHING:
                known.untried.append("a breach of it is only reported")
                continue
            try:
                witness = _of_demand(direction, demand, forbids, admits, ask, known)
            except NotRowsError as problem:
                known.untried.append(f"it reads {problem}")
                settled = False
                continue
            known.tried = True
            if witness is not None:
                return witness, True
    return None, settled


def _one_of_each_kind(limits: tuple[GroundLimit, ...], made: Made) -> tuple[GroundLimit, ...]:
    """Return the limits of a rule, groups of the same kinds of securities once."""
    seen: dict[tuple[object, ...], GroundLimit] = {}
    for limit in limits:
        members = sorted(made.kind_of.get(symbol, -1) for _, symbol in limit.members)
        key = (limit.scope, limit.standing, limit.group is None, *members)
        seen.setdefault(key, limit)
    return tuple(seen.values())[:MOST_GROUPS]


def _of_demand(
    direction: Direction, demand: Demand, forbids: Side, admits: Side, ask: Judge, known: Findings
) -> Witness | None:
    """Return the proof that the other version admits what this demand forbids."""
    room = admits.room(demand.level)
    asked = [d.form for d in room.demands]
    unbuyable = _banned(admits.grounded, {"buying", "increasing"})
    unconfirmed = False
    for barred in dict.fromkeys((unbuyable, frozenset())):
        for points in room.find(missing=(demand.form,), barred=barred):
            unconfirmed = True
            for after in room.portfolios(points):
                if not meets(room.world, after, asked, overdraft=admits.overdraft):
                    continue
                witness = _shown(direction, demand, after, forbids, admits, ask)
                if witness is not None:
                    return witness
    if unconfirmed:
        known.untried.append("a portfolio was found, and the gate did not confirm it")
    return None


def _shown(
    direction: Direction,
    demand: Demand,
    after: Mapping[Position, Decimal],
    forbids: Side,
    admits: Side,
    ask: Judge,
) -> Witness | None:
    world = forbids.world
    before = start_of(
        world,
        after,
        demand.form,
        kept_down=_banned(admits.grounded, {"buying", "increasing"}),
        kept_up=_banned(admits.grounded, {"selling"}),
        overdraft=admits.overdraft,
        lesser=_lesser(admits, demand.level, after),
    )
    if before is None:
        return None
    trades = list_between(before, after)
    judged = proven(
        ask,
        forbids=forbids.rulebook,
        admits=admits.rulebook,
        book=book_of(world, before, trades),
        trades=trades,
        rule=demand.rule,
        level=demand.level,
    )
    return None if judged is None else witness_of(direction, world, before, after, judged)


def _lesser(admits: Side, level: int, after: Mapping[Position, Decimal]) -> tuple[Form, ...]:
    """Return what the other version lets by with less than the level, and would not let grow worse."""
    read = reader(admits.world, after)
    sides: dict[int, list[Form]] = {}
    for demand in admits.demands:
        if demand.level < level and not demand.early:
            sides.setdefault(id(demand.limit), []).append(demand.form)
    forms = (least(*both) for both in sides.values())
    return tuple(form for form in forms if value(form, read) < 0)


def _banned(grounded: GroundBook, actions: set[str]) -> frozenset[Position]:
    return frozenset(
        position
        for ban in grounded.bans
        if ban.standing == "applies" and actions & set(ban.actions)
        for position, covered in ban.securities.items()
        if covered is not False
    )
