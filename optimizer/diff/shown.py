"""A limit shown to differ: a portfolio that one version admits, and a list that leads there.

    old T-1 at most 20%, new at most 25%; all start from 15%: buy 7.5% of tech, blocked by the old version

Where many rules changed, their lists start from one portfolio that both versions admit, so that the gate
opens its book once. Else, and where that shows nothing, each portfolio gets a start of its own, a trade
before it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from engine.facts.trades import Trade
from optimizer.diff.difference import Direction, Witness
from optimizer.diff.telling import Findings, witness_of
from optimizer.diff.tickets import fits_tickets, tickets_of, without_crumbs
from optimizer.portfolios.demands import WARN, Demand, is_on_data
from optimizer.portfolios.encode import NotRowsError
from optimizer.portfolios.proof import Judge, book_of, proven
from optimizer.portfolios.room import Room, meets, reader
from optimizer.portfolios.single import starts_before
from optimizer.portfolios.steps import list_between, start_of
from optimizer.portfolios.world import Position, World
from rulebooks.evaluate import value
from rulebooks.forms import Form, Linear, TermKind, least, less
from rulebooks.ground import CompiledRule, GroundBook, GroundLimit, Rulebook


def _group_of(limit: GroundLimit) -> tuple[object, ...]:
    return (limit.rule.rule.id, limit.rule.target, limit.scope, limit.group)


@dataclass(kw_only=True)
class Side:
    """One version laid out over one world, with its rooms by level."""

    rulebook: Rulebook
    grounded: GroundBook
    demands: tuple[Demand, ...]
    world: World
    overdraft: bool
    rooms: dict[int, Room] = field(default_factory=dict)
    alone: dict[str, Rulebook] = field(default_factory=dict)

    def room(self, level: int) -> Room:
        """Return the portfolios that nothing of that level or above forbids."""
        known = self.rooms.get(level)
        if known is None:
            asked = (demand for demand in self.demands if demand.level >= level)
            ticket = max(tickets_of(self.grounded), default=Decimal(0))
            known = self.rooms[level] = Room(self.world, asked, overdraft=self.overdraft, ticket=ticket)
        return known

    def only(self, rule: str) -> Rulebook:
        """Return the rulebook cut down to a rule and its exceptions."""
        known = self.alone.get(rule)
        if known is None:
            kept = (r for r in self.rulebook.rules if rule in (r.rule.id, r.rule.exception_to))
            known = self.alone[rule] = replace(self.rulebook, rules=tuple(kept))
        return known

    @cached_property
    def on_data(self) -> frozenset[str]:
        """The demands that say something else in an account of another worth, index or history."""
        return frozenset(d.name for d in self.demands if is_on_data(d.limit.rule.rule))

    @cached_property
    def demands_by_limit(self) -> dict[int, list[Demand]]:
        """The demands by the identity of their limit."""
        found: dict[int, list[Demand]] = {}
        for demand in self.demands:
            found.setdefault(id(demand.limit), []).append(demand)
        return found

    @cached_property
    def _by_group(self) -> dict[tuple[object, ...], list[GroundLimit]]:
        found: dict[tuple[object, ...], list[GroundLimit]] = {}
        for limit in self.grounded.limits:
            found.setdefault(_group_of(limit), []).append(limit)
        return found

    def limits_of(self, limit: GroundLimit) -> list[GroundLimit]:
        """Return this version's limits of the same rule, scope and group."""
        return self._by_group.get(_group_of(limit), [])

    def of_rule(self, rule: CompiledRule) -> tuple[GroundLimit, ...]:
        """Return the limits of a rule."""
        return tuple(
            limit
            for limit in self.grounded.limits
            if limit.rule.rule.id == rule.rule.id and limit.rule.target == rule.target
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A portfolio that both versions admit, from which the lists of many rules start."""

    held: Mapping[Position, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list that is to be put to the gate, and what is held after it."""

    rule: str
    level: int
    trades: tuple[Trade, ...]
    after: Mapping[Position, Decimal]


def common_start(old: Side, new: Side) -> Start | None:
    """Return a portfolio that nothing of either version objects to, or None."""
    asked = [demand for side in (old, new) for demand in side.demands if demand.level >= WARN]
    try:
        held = Room(old.world, asked, overdraft=old.overdraft and new.overdraft).some()
    except NotRowsError:
        return None
    return None if held is None else Start(held=held)


def of_demand(
    direction: Direction,
    demand: Demand,
    forbids: Side,
    admits: Side,
    ask: Judge,
    known: Findings,
) -> Witness | None:
    """Return the proof that the other version admits what this demand forbids."""
    if _is_said_by(demand, admits):
        if is_on_data(demand.limit.rule.rule):
            known.untried.append(_ON_DATA)
        return None
    room = admits.room(demand.level)
    asked = [d.form for d in room.demands]
    unbuyable = banned(admits.grounded, {"buying", "increasing"})
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
    elif _may_be_left(demand, admits):
        known.untried.append(
            "of the accounts that were tried none shows a difference; one of another worth may"
        )
    return None


_ON_DATA = "no account that was tried shows a difference; one of another worth, index or history may"


def _may_be_left(demand: Demand, admits: Side) -> bool:
    """Return whether the answer hangs on what was settled for the world: worth, index, history."""
    if demand.name in admits.on_data or is_on_data(demand.limit.rule.rule):
        return True
    if not admits.on_data:
        return False
    room = admits.room(demand.level)
    room.leave_out(admits.on_data)
    try:
        return room.is_left(demand.form)
    except NotRowsError:
        return True
    finally:
        room.leave_out(())


def _is_said_by(demand: Demand, admits: Side) -> bool:
    """Return whether the other version asks the same measure of the same group, and as much or more."""
    limit = demand.limit
    for other in admits.limits_of(limit):
        for same in admits.demands_by_limit.get(id(other), ()):
            if same.side != demand.side or same.level < demand.level or other.measure != limit.measure:
                continue
            mine, its = _bound(demand), _bound(same)
            gap = less(mine, its) if demand.side == "high" else less(its, mine)
            if isinstance(gap, Linear) and _is_never_negative(gap):
                return True
    return False


def _bound(demand: Demand) -> Form:
    """Return the amount that a demand compares with: its headroom and the measure, added or taken."""
    limit = demand.limit
    bounds = (limit.warn,) if demand.early else (limit.waived, limit.bound)
    bound = next(bound for bound in bounds if bound is not None)
    found = bound.high if demand.side == "high" else bound.low
    assert found is not None
    return found


def _is_never_negative(form: Linear) -> bool:
    """Return whether a form is at least 0 whatever is held: accounts are worth something."""
    return form.constant >= 0 and all(
        term.kind is TermKind.NET_ASSETS and factor >= 0 for term, factor in form.terms
    )


def list_from(start: Start, demand: Demand, admits: Side) -> Listed | None:
    """Return a list from the common start to a portfolio that misses a demand and that a version admits.

    Raises NotRowsError where the demand has no rows.
    """
    if _is_said_by(demand, admits):
        return None
    room = admits.room(demand.level)
    unbuyable = banned(admits.grounded, {"buying", "increasing"})
    points = room.near(start.held, demand.form, barred=unbuyable)
    for found in () if points is None else room.portfolios(points):
        after = without_crumbs(admits.grounded, start.held, found)
        read = reader(room.world, after, before=start.held)
        wanted = [d.form for d in admits.demands if d.level >= demand.level]
        if value(demand.form, read) >= 0 or any(value(form, read) < 0 for form in wanted):
            continue
        trades = list_between(start.held, after)
        if fits_tickets(admits.grounded, trades, start.held):
            return Listed(rule=demand.rule, level=demand.level, trades=trades, after=after)
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
    for before in _starts(demand, after, admits):
        trades = list_between(before, after)
        if not fits_tickets(admits.grounded, trades, before):
            continue
        judged = proven(
            ask,
            forbids=forbids.rulebook,
            admits=admits.rulebook,
            book=book_of(world, before, trades),
            trades=trades,
            rule=demand.rule,
            level=demand.level,
        )
        if judged is not None:
            return witness_of(direction, world, before, after, judged)
    return None


def _starts(
    demand: Demand, after: Mapping[Position, Decimal], admits: Side
) -> Iterator[Mapping[Position, Decimal]]:
    """Yield where a list to `after` may start: a trade before it, or as near as the limit is kept."""
    down = banned(admits.grounded, {"buying", "increasing"})
    up = banned(admits.grounded, {"selling"})
    lesser = _lesser(admits, demand.level, after)
    tickets = tickets_of(admits.grounded)
    yield from starts_before(
        admits.world, after, demand.form, tickets=tickets, kept_down=down, kept_up=up, lesser=lesser
    )
    solved = start_of(
        admits.world,
        after,
        demand.form,
        kept_down=down,
        kept_up=up,
        overdraft=admits.overdraft,
        lesser=lesser,
    )
    if solved is not None:
        yield solved


def _lesser(admits: Side, level: int, after: Mapping[Position, Decimal]) -> tuple[Form, ...]:
    """Return what the other version lets by with less than the level, and would not let grow worse."""
    read = reader(admits.world, after)
    sides: dict[int, list[Form]] = {}
    for demand in admits.demands:
        if demand.level < level and not demand.early:
            sides.setdefault(id(demand.limit), []).append(demand.form)
    forms = (least(*both) for both in sides.values())
    return tuple(form for form in forms if value(form, read) < 0)


def banned(grounded: GroundBook, actions: set[str]) -> frozenset[Position]:
    """Return the positions that a version does not let be bought, or sold."""
    return frozenset(
        position
        for ban in grounded.bans
        if ban.standing == "applies" and actions & set(ban.actions)
        for position, covered in ban.securities.items()
        if covered is not False
    )
