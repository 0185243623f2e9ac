"""The worlds that lint tries a policy in, and when a finding holds: in every account of some situation.

A condition such as `account.kind is "ira"` is a situation: rules that exclude each other there are wrong
though they agree elsewhere. How much an account is worth and how many issuers there are is no such
situation: only what is so for all of them is told.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
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

_MOST_WORTHS = 6


@dataclass(slots=True, kw_only=True)
class Laid:
    """The policy laid out over one world, at the first asking: most worlds are never asked."""

    world: World
    rulebook: Rulebook
    ask: Callable[[], tuple[GroundBook, tuple[Demand, ...]]]
    _told: tuple[GroundBook, tuple[Demand, ...]] | None = None
    _room: Room | None = None
    _strain: Strain | None = None

    @property
    def grounded(self) -> GroundBook:
        """The rules over the book of this world."""
        return self._answer()[0]

    @property
    def demands(self) -> tuple[Demand, ...]:
        """What is asked of portfolios here."""
        return self._answer()[1]

    @property
    def overdraft(self) -> bool:
        """Whether cash may be below 0."""
        return allows_overdraft(self.grounded)

    def _answer(self) -> tuple[GroundBook, tuple[Demand, ...]]:
        if self._told is None:
            self._told = self.ask()
        return self._told

    @property
    def strain(self) -> Strain:
        """The rules as switches, made at the first asking."""
        if self._strain is None:
            self._strain = Strain(self.world, self.demands, overdraft=self.overdraft)
        return self._strain

    def keeps(self, names: tuple[str, ...]) -> bool:
        """Return whether an earlier answer has shown a portfolio that keeps these rules."""
        return self._strain is not None and self._strain.known(names) is False

    def keeps_all(self) -> bool:
        """Return whether a portfolio keeps every rule; an answer that does not come is none."""
        names = self.strain.names
        self.strain.strained(names)
        return self.keeps(names)

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
        if any(laid.keeps(names) for laid in self.worlds):
            return False
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
    found = situations((policy,), limits, today=today, most_worths=_MOST_WORTHS)
    ordered = sorted(found, key=_of_one_account)
    for _, group in groupby(ordered, key=_of_one_account):
        variants = sorted(group, key=lambda now: -now.worth)
        laid = (_laid(rulebook, policy, limits, now, universe) for now in variants)
        yield Case(worlds=tuple(chain.from_iterable(laid)))


def _of_one_account(now: Situation) -> tuple[object, ...]:
    """Return what is settled of an account but its worth."""
    return (now.day, now.facts, now.household, now.accounts)


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
        yield Laid(world=world, rulebook=rulebook, ask=partial(_grounded, rulebook, world))


def _grounded(rulebook: Rulebook, world: World) -> tuple[GroundBook, tuple[Demand, ...]]:
    grounded = ground(rulebook, world.book())
    return grounded, tuple(
        demand
        for demand in all_demands(grounded)
        if demand.level and not demand.early and is_free_of_data(demand.limit.rule.rule)
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
    whole = compile_rulebook((policy,))
    rulebook = replace(
        whole, rules=tuple(rule for rule in whole.rules if rule.rule in named or _borrows(rule))
    )
    found: list[Laid] = []
    for now in dict.fromkeys(laid.world.situation for laid in case.worlds):
        for laid in _laid(rulebook, policy, named, now, None):
            if not laid.world.made.complete or (strained and not laid.strain.strained(names)):
                return None
            found.append(laid)
    return Case(worlds=tuple(found))


def _borrows(rule: CompiledRule) -> bool:
    """Return whether a rule limits borrowing, and with that lets cash be below 0 for all others."""
    return "borrowing" in rule.measure.split(" plus ")
