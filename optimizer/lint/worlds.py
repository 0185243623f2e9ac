"""The worlds that lint tries a policy in, and when a finding holds: in every account of some situation.

A condition such as `account.kind is "ira"` is a situation: rules that exclude each other there are wrong
though they agree elsewhere. How much an account is worth and how many issuers there are is no such
situation: only what is so for all of them is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby

from dsl.policy import CheckedPolicy, CheckedRule, Limit
from optimizer.lint.strain import Strain
from optimizer.portfolios.demands import (
    DATA_MEASURES,
    NEVER_TRIED,
    Demand,
    all_demands,
    allows_overdraft,
    compares_with_index,
    measures_of,
)
from optimizer.portfolios.kinds import given, made_up
from optimizer.portfolios.room import Room
from optimizer.portfolios.world import Situation, World, situations
from rulebooks.compile import compile_rulebook
from rulebooks.ground import CompiledRule, GroundBook, Rulebook
from rulebooks.grounding import ground
from rulebooks.predicates import Setting


@dataclass(slots=True, kw_only=True)
class Laid:
    """The policy laid out over one world."""

    world: World
    grounded: GroundBook
    demands: tuple[Demand, ...]
    overdraft: bool = False
    _room: Room | None = None
    _strain: Strain | None = None

    @property
    def strain(self) -> Strain:
        """The rules as switches, made at the first asking."""
        if self._strain is None:
            self._strain = Strain(self.world, self.demands, overdraft=self.overdraft)
        return self._strain

    @property
    def room(self) -> Room:
        """The portfolios that keep every rule, made at the first asking."""
        if self._room is None:
            self._room = Room(self.world, self.demands, overdraft=self.overdraft)
        return self._room


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One situation: every world of it, of which all must agree."""

    worlds: tuple[Laid, ...]

    def strained(self, names: tuple[str, ...]) -> bool:
        """Return whether the rules leave no portfolio in any of the worlds."""
        return all(laid.strain.strained(names) for laid in self.worlds)


def compiled_by_name(rulebook: Rulebook) -> dict[str, CompiledRule]:
    """Return the rules by the names that demands carry."""
    return {
        rule.rule.id if rule.target is None else f"{rule.rule.id}.{rule.target}": rule
        for rule in rulebook.rules
    }


def is_free_of_data(rule: CheckedRule) -> bool:
    """Return whether what a rule says does not hang on an index, a risk model or volumes."""
    return not compares_with_index(rule) and not measures_of(rule) & (DATA_MEASURES | NEVER_TRIED)


def cases(
    policy: CheckedPolicy,
    rules: tuple[CheckedRule, ...],
    *,
    today: date,
    universe: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[Case]:
    """Yield the situations of a policy, its worlds made up from `rules` or of the securities given."""
    rulebook = compile_rulebook((policy,))
    limits = tuple(rule for rule in rules if isinstance(rule.obligation, Limit))
    found = situations((policy,), limits, today=today)
    ordered = sorted(found, key=lambda now: (now.day, now.facts))
    for _, group in groupby(ordered, key=lambda now: (now.day, now.facts)):
        variants = sorted(group, key=lambda now: -now.worth)
        laid = (_laid(rulebook, policy, limits, now, universe) for now in variants)
        yield Case(worlds=tuple(chain.from_iterable(laid)))


def _laid(
    rulebook: Rulebook,
    policy: CheckedPolicy,
    rules: tuple[CheckedRule, ...],
    now: Situation,
    universe: Mapping[str, Mapping[str, str]] | None,
) -> Iterator[Laid]:
    setting = Setting(today=now.day, calendar=policy.calendar)
    whole = any(compares_with_index(rule) for rule in rules)
    singles = [False]
    if any(r.each is not None and isinstance(r.obligation, Limit) and r.obligation.low for r in rules):
        singles.append(True)
    for single in singles:
        made = made_up(rules, setting, single=single) if universe is None else given(universe)
        world = World(situation=now, made=made, whole=whole)
        grounded = ground(rulebook, world.book())
        demands = tuple(
            demand
            for demand in all_demands(grounded)
            if demand.level and not demand.early and is_free_of_data(demand.limit.rule.rule)
        )
        overdraft = allows_overdraft(grounded)
        yield Laid(
            world=world,
            grounded=grounded,
            demands=demands,
            overdraft=overdraft,
        )


def narrowed(
    policy: CheckedPolicy,
    case: Case,
    names: tuple[str, ...],
    rules: Mapping[str, CompiledRule],
    *,
    strained: bool = False,
) -> Case | None:
    """Return a situation with all securities that the named rules alone can tell apart.

    strained: None too where the named rules leave a portfolio there. None where even these securities
    are too many to be made up: what holds in a part of them proves nothing.
    """
    if all(laid.world.made.complete for laid in case.worlds):
        return case
    ids = {rules[name].rule.id for name in names}
    named = tuple(
        dict.fromkeys(
            rule.rule
            for rule in rules.values()
            if (rule.rule.id in ids or rule.rule.exception_to in ids)
            and isinstance(rule.rule.obligation, Limit)
        )
    )
    rulebook = compile_rulebook((policy,))
    found: list[Laid] = []
    for now in dict.fromkeys(laid.world.situation for laid in case.worlds):
        for laid in _laid(rulebook, policy, named, now, None):
            if not laid.world.made.complete or (strained and not laid.strain.strained(names)):
                return None
            found.append(laid)
    return Case(worlds=tuple(found))
