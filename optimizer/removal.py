"""What a rule costs: the same problem solved without it, with an interval that is certain.

The best list with the rule costs between its bound and what was found, and so does the best without:

    with TURN-1     bound -199.656, found -199.649
    without         bound -214.083, found -214.076      in bp of net assets
    TURN-1 costs 14.427, and for certain between 14.420 and 14.434

This is not the marginal price, which is what one unit more of the limit is worth; and the costs of several
rules do not add up. Only rules that could hold a list back are solved without: those with a price, those
that close something, and smallest tickets. A rule that sets the aim itself (`targets`) has no such cost.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from dsl.policy import CheckedRule
from engine.facts.ids import AccountId
from optimizer.binding import binding_rules
from optimizer.build import Problem, build
from optimizer.locks import Lock, force_of
from optimizer.model import INF
from optimizer.proposal import Removal
from optimizer.regimes import bound_of, netted
from optimizer.scale import as_cents
from optimizer.search import Solution, search
from optimizer.tradable import Tradable
from rulebooks.ground import CompiledRule, GroundBook

ZERO = Fraction(0)

MOST_RULES = 12
"""Rules that are solved without, the dearest by marginal price first."""


def removal_costs(solution: Solution, *, resting: frozenset[AccountId] = frozenset()) -> tuple[Removal, ...]:
    """Return what each rule that may hold the list back costs, the dearest first; zeros are left out."""
    problem = solution.problem
    rules = _rules(problem.ground)
    wanted = [name for name in _suspects(solution) if name in rules and force_of(rules[name]) == "hard"]
    found = [_removal(solution, rules[name], resting) for name in wanted[:MOST_RULES]]
    told = [row for row in found if row.amount > 0]
    return tuple(sorted(told, key=lambda row: (-row.amount, row.rule)))


def without_rule(ground: GroundBook, rule: str) -> GroundBook:
    """Return the ground book as if the rule were not there."""
    return replace(
        ground,
        limits=tuple(row for row in ground.limits if row.rule.rule.id != rule),
        per_trade=tuple(row for row in ground.per_trade if row.rule.rule.id != rule),
        bans=tuple(row for row in ground.bans if row.rule.rule.id != rule),
        windows=tuple(row for row in ground.windows if row.rule.rule.id != rule),
        requires=tuple(row for row in ground.requires if row.rule.rule.id != rule),
    )


def _rules(ground: GroundBook) -> dict[str, CheckedRule]:
    """Return the rules that may be left out: those without a class of a target."""
    rows: Iterable[CompiledRule] = (
        row.rule
        for part in (ground.limits, ground.per_trade, ground.bans, ground.windows, ground.requires)
        for row in part
    )
    return {row.rule.id: row.rule for row in rows if row.target is None}


def _suspects(solution: Solution) -> list[str]:
    """Return the names of rules that may hold the list back: priced, closing something wished, or tickets."""
    problem = solution.problem
    priced = [row.rule for row in binding_rules(solution)]
    closing = [lock.name for name in problem.columns.names for lock in _locks(problem, name)]
    tickets = [row.rule.rule.id for row in problem.ground.per_trade if row.account in problem.accounts]
    return list(dict.fromkeys((*priced, *tickets, *sorted(closing))))


def _locks(problem: Problem, name: Tradable) -> list[Lock]:
    """Return the locks of a position that keep it from going where it is wished."""
    wish, held = problem.aims.wishes.get(name.place, ZERO), name.held * name.unit
    found = [name.buy_lock] if wish > held else []
    found += [name.sale_lock] if wish < held else []
    found += [lot.lock for lot in name.lots if wish < held or lot.selected]
    return [lock for lock in found if lock is not None and lock.rule is not None]


def _removal(solution: Solution, rule: CheckedRule, resting: frozenset[AccountId]) -> Removal:
    """Return the cost of one rule by solving without it."""
    problem = solution.problem
    free = search(
        netted(
            build(
                without_rule(problem.ground, rule.id),
                accounts=problem.accounts,
                intent=problem.intent,
                settings=problem.settings,
                resting=resting,
            )
        )
    )
    unit = problem.columns.unit
    saved = _offset(solution) - _offset(free)
    low = max(0.0, solution.bound - free.cost + saved) if solution.bound > -INF else 0.0
    high = max(low, solution.cost - bound_of(free) + saved) if free.bound > -INF else INF
    amount = min(max(solution.cost - free.cost + saved, low), high)
    return Removal(
        rule=rule.id,
        title=rule.title,
        because=rule.because,
        amount=as_cents(amount * unit),
        low=as_cents(low * unit),
        high=None if high == INF else as_cents(high * unit),
        bps=Decimal(round(amount * 100)) / 100,
    )


def _offset(solution: Solution) -> float:
    """Return what the year's tax is more than the problem counts, where it is netted."""
    regime = solution.problem.netting
    return 0.0 if regime is None else regime.offset
