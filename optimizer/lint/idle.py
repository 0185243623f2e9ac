"""Rules that can never bind, because others already forbid all that they forbid.

    ONE at most 5% for each issuer, TEN at most 10% for each issuer: TEN never binds, ONE is why

Only a policy's own rules are told of: what it inherits may well be looser than what it says itself.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from dsl.diagnostics import Label, finding
from dsl.policy import CheckedPolicy, CheckedRule, Limit
from optimizer.lint.finding import Finding
from optimizer.lint.worlds import Case, Laid, cases, is_free_of_data
from optimizer.portfolios.demands import Demand, level_of, measures_of
from optimizer.portfolios.encode import NotRowsError
from rulebooks.ground import CompiledRule

WITH_SHORTS = frozenset({"gross_exposure", "net_exposure", "borrowing"})
"""Measures that shorts and debts move; no made-up portfolio has any."""

MOST_TRIED = 200
"""Rules up to which each is tried against all others."""


def idle(
    policy: CheckedPolicy,
    every: tuple[Case, ...],
    rules: dict[str, CompiledRule],
    *,
    today: date,
    but: frozenset[str],
    universe: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[Finding]:
    """Yield a finding for each rule that no portfolio breaks alone; `but` are in a conflict already."""
    gone: set[str] = set()
    own = [
        name
        for name, rule in rules.items()
        if rule.rule.policy == policy.id and rule.target is None and _can_be_idle(rule.rule)
    ]
    for name in sorted(own[:MOST_TRIED], key=lambda n: (-rules[n].rule.where.line, n)):
        if name in but or not _is_idle(every, name, rules[name].rule, frozenset(gone | but)):
            continue
        why = _why(every, name, rules[name].rule, frozenset(gone | but))
        if universe is None and not _holds_in_full(policy, name, why, rules, today):
            continue
        gone.add(name)
        yield _finding(name, why, rules)


def _can_be_idle(rule: CheckedRule) -> bool:
    return (
        isinstance(rule.obligation, Limit)
        and level_of(rule) > 0
        and is_free_of_data(rule)
        and not measures_of(rule) & WITH_SHORTS
    )


def _is_idle(every: tuple[Case, ...], name: str, rule: CheckedRule, gone: frozenset[str]) -> bool:
    """Return whether the rule has something to say somewhere and nowhere says what others do not."""
    spoken = False
    for case in every:
        for laid in case.worlds:
            asked = [demand for demand in laid.demands if demand.name == name]
            if not asked:
                continue
            spoken = True
            if _binds(laid, asked, rule, gone):
                return False
    return spoken


def _binds(laid: Laid, asked: list[Demand], rule: CheckedRule, gone: frozenset[str]) -> bool:
    room = laid.room
    room.leave_out({d.name for d in laid.demands if d.name == rule.id or not _counts(d, rule, gone)})
    for demand in _kinds(asked, laid):
        try:
            if room.is_left(demand.form):
                return True
        except NotRowsError:
            return True
    return False


def _counts(demand: Demand, rule: CheckedRule, gone: frozenset[str]) -> bool:
    """Return whether another demand is there whenever the rule is, and weighs at least as much."""
    other = demand.limit.rule.rule
    return (
        demand.name not in gone
        and demand.level >= level_of(rule)
        and other.tested in ("at_all_times", "daily", rule.tested)
        and (other.tested != "at_period_end" or other.period == rule.period)
    )


def _kinds(asked: list[Demand], laid: Laid) -> list[Demand]:
    """Return one demand for each kind of group."""
    seen: dict[tuple[object, ...], Demand] = {}
    for demand in asked:
        members = sorted(laid.world.made.kind_of.get(symbol, -1) for _, symbol in demand.limit.members)
        seen.setdefault((demand.side, *members), demand)
    return list(seen.values())


def _why(every: tuple[Case, ...], name: str, rule: CheckedRule, gone: frozenset[str]) -> tuple[str, ...]:
    """Return the rules without which it would bind: none can be left out."""
    names = sorted(
        {d.name for case in every for laid in case.worlds for d in laid.demands if _counts(d, rule, gone)}
        - {name}
    )
    core = set(names)
    for other in names:
        if _is_idle(every, name, rule, gone | (set(names) - core) | {other}):
            core.discard(other)
    return tuple(sorted(core))


def _holds_in_full(
    policy: CheckedPolicy, name: str, why: tuple[str, ...], rules: dict[str, CompiledRule], today: date
) -> bool:
    """Return whether it is so for all combinations that these rules alone can tell apart."""
    named = tuple(rules[other].rule for other in (name, *why))
    excepting = tuple(r.rule for r in rules.values() if r.rule.exception_to in {rule.id for rule in named})
    small = tuple(cases(policy, (*named, *excepting), today=today))
    if not all(laid.world.made.complete for case in small for laid in case.worlds):
        return False
    others = frozenset(rules) - {name, *why}
    return _is_idle(small, name, rules[name].rule, others)


def _finding(name: str, why: tuple[str, ...], rules: dict[str, CompiledRule]) -> Finding:
    rule = rules[name].rule
    others = ", ".join(f"`{other}`" for other in why)
    return Finding(
        diagnostic=finding(
            "W0703",
            f"`{name}` can never bind: "
            + (f"what it forbids is already forbidden by {others}" if why else "nothing can exceed it"),
            rule.where,
            secondary=tuple(
                Label(span=rules[other].rule.where, text=f"`{other}` is the tighter limit") for other in why
            ),
            help="remove it, or tighten it",
        ),
        rules=(name, *why),
    )
