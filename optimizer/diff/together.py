"""Many changed rules shown at once: all lists first, then one small book on which the gate judges them.

    50 changed rules, 500 securities: each list starts from one portfolio; the book has what is held and
    what any list trades, and the gate opens it once under each version

A rule that this does not show gets lists of its own.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from dsl.policy import Limit
from optimizer.diff.difference import Direction
from optimizer.diff.shown import Listed, Side, Start, list_from
from optimizer.diff.telling import SIDES, Findings, is_tried_only, witness_of
from optimizer.diff.trials import first_steps
from optimizer.diff.versions import Key, Pair
from optimizer.portfolios.demands import NOTHING, demands_of, level_of, why_not_tried
from optimizer.portfolios.encode import NotRowsError
from optimizer.portfolios.kinds import Made
from optimizer.portfolios.proof import Judge, proven
from rulebooks.ground import CompiledRule, GroundLimit

MOST_GROUPS = 12
"""Groups of a rule that are tried, one of each kind first."""

Wanted = tuple[Direction, CompiledRule, Side, Side]
"""A direction to prove, the rule that forbids, and the versions that forbid and admit."""


def wanted_of(pair: Pair, old: Side, new: Side, known: Findings) -> Iterator[Wanted]:
    """Yield what is still to be proven of a pair."""
    for direction in SIDES:
        forbids, admits = (old, new) if direction == "loosened" else (new, old)
        rule = pair.old if direction == "loosened" else pair.new
        if rule is not None and known.wants(direction):
            yield direction, rule, forbids, admits


def shown_together(
    start: Start,
    pairs: tuple[Pair, ...],
    old: Side,
    new: Side,
    found: Mapping[Key, Findings],
    ask: Judge,
) -> None:
    """Put a list for each pair to the gate, all on one book, and keep the proofs."""
    lists = [
        (pair.key, wanted, listed)
        for pair in pairs
        for wanted in wanted_of(pair, old, new, found[pair.key])
        if (listed := _list_of(wanted, start)) is not None
    ]
    symbols = {symbol for _, symbol in start.held}
    symbols |= {trade.symbol for _, _, listed in lists for trade in listed.trades}
    book = old.world.book(start.held, only=symbols)
    for key, (direction, _, forbids, admits), listed in lists:
        judged = proven(
            ask,
            forbids=forbids.rulebook,
            admits=admits.rulebook,
            book=book,
            trades=listed.trades,
            rule=listed.rule,
            level=listed.level,
        )
        if judged is not None:
            found[key].witnesses[direction] = witness_of(
                direction, forbids.world, start.held, listed.after, judged
            )


def _list_of(wanted: Wanted, start: Start) -> Listed | None:
    _, rule, forbids, admits = wanted
    level = level_of(rule.rule)
    if is_tried_only(rule):
        return None if level == NOTHING else next(_steps(wanted, start, level), None)
    assert isinstance(rule.rule.obligation, Limit)
    for limit in one_of_each_kind(forbids.of_rule(rule), forbids.world.made)[:MOST_GROUPS]:
        for demand in demands_of(limit) if why_not_tried(limit) is None else ():
            try:
                listed = list_from(start, demand, admits) if demand.level != NOTHING else None
            except NotRowsError:
                continue
            if listed is not None:
                return listed
    return None


def _steps(wanted: Wanted, start: Start, level: int) -> Iterator[Listed]:
    _, rule, forbids, admits = wanted
    room = admits.room(level)
    for trial in islice(first_steps(rule, forbids.grounded, admits.grounded, room, start.held), 1):
        yield Listed(rule=rule.rule.id, level=level, trades=trial.trades, after=trial.after)


def one_of_each_kind(limits: tuple[GroundLimit, ...], made: Made) -> tuple[GroundLimit, ...]:
    """Return the limits of a rule, groups of the same kinds of securities once."""
    seen: dict[tuple[object, ...], GroundLimit] = {}
    for limit in limits:
        members = sorted(made.kind_of.get(symbol, -1) for _, symbol in limit.members)
        key = (limit.scope, limit.standing, limit.group is None, *members)
        seen.setdefault(key, limit)
    return tuple(seen.values())
