"""What one grounding shares: the state, the rows, and a scene for every policy and scope.

Scopes: a rule per account is judged over each governed account alone; across a household over every
account of the household in the book, and stops trades where the policy governs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from dsl.policy import Applies, CheckedPolicy, CheckedRule, MeasureTerm, Predicate, Require
from engine.facts.book import Book
from engine.facts.calendar import period_end
from engine.facts.ids import AccountId
from rulebooks.ground import CompiledRule, Rulebook, Scope, Standing
from rulebooks.predicates import Setting, holds, paths_of
from rulebooks.rows import AccountRow, Facts
from rulebooks.scene import Position, Scene
from rulebooks.state import PRICE_AGE_DAYS, BookState, book_state
from rulebooks.universe import Slice, slices_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """How a rule stands in a scope; `unknown` says which condition the data do not tell."""

    standing: Standing
    why_not: str | None = None
    unknown: str | None = None


APPLIES = Stands(standing="applies")


@dataclass(slots=True, kw_only=True)
class Laying:
    """One rulebook over one book."""

    book: Book
    rulebook: Rulebook
    state: BookState
    facts: Facts
    measure: Callable[[Scene, MeasureTerm], Fraction | None]  # a measure of a scope before trading
    governed: dict[str, tuple[AccountId, ...]] = field(default_factory=dict)  # policy -> accounts
    exceptions: dict[tuple[str, str], list[CompiledRule]] = field(default_factory=dict)  # policy, base rule
    _scenes: dict[tuple[str, Scope, str, str], Scene] = field(default_factory=dict)
    _slices: dict[AccountId, tuple[Slice, ...]] = field(default_factory=dict)
    _unpriced: dict[tuple[AccountId, int | None], frozenset[Position]] = field(default_factory=dict)
    _bases: dict[tuple[str, Scope], Scene] = field(default_factory=dict)

    @property
    def accounts(self) -> tuple[AccountId, ...]:
        """The accounts that some policy governs."""
        return tuple(sorted({account for accounts in self.governed.values() for account in accounts}))

    def policy_of(self, rule: CompiledRule) -> CheckedPolicy:
        """Return the policy that a rule is in force by."""
        return next(policy for policy in self.rulebook.policies if policy.id == rule.governed_by)

    def scopes(self, rule: CompiledRule) -> tuple[Scope, ...]:
        """Return the scopes that a rule is judged over."""
        governed = self.governed[rule.governed_by]
        if rule.rule.scope == "account":
            return tuple(self._account_scope(account) for account in governed)
        households = sorted({self.book.accounts[account].household for account in governed})
        return tuple(
            Scope(
                household=household,
                account=None,
                holds=self.book.household_accounts(household),
                stops=tuple(a for a in governed if self.book.accounts[a].household == household),
            )
            for household in households
        )

    def _account_scope(self, account: AccountId) -> Scope:
        household = self.book.accounts[account].household
        return Scope(household=household, account=account, holds=(account,), stops=(account,))

    def scene(self, rule: CompiledRule, scope: Scope) -> Scene:
        """Return the scene of a rule in a scope; scenes of one policy and base are shared."""
        policy = self.policy_of(rule)
        key = (policy.id, scope, rule.rule.base, rule.rule.valued_at)
        known = self._scenes.get(key)
        if known is None:
            first = self._bases.get((policy.id, scope))
            known = self._scenes[key] = self._new_scene(policy, scope, rule.rule, first)
            self._bases.setdefault((policy.id, scope), known)
        return known

    def _new_scene(
        self, policy: CheckedPolicy, scope: Scope, rule: CheckedRule, sibling: Scene | None
    ) -> Scene:
        age = None if checks_price_age(policy) else PRICE_AGE_DAYS
        unpriced = frozenset().union(*(self._without_price(account, age) for account in scope.holds))
        universe = tuple(part for account in scope.holds for part in self.slices(account))
        return Scene(
            policy=policy,
            scope=scope,
            facts=self.facts,
            setting=Setting(today=self.book.as_of, calendar=policy.calendar),
            base_name=rule.base,
            valued_at=rule.valued_at,
            unpriced=unpriced,
            universe=universe if sibling is None else sibling.universe,
            cache={} if sibling is None else sibling.cache,
        )

    def slices(self, account: AccountId) -> tuple[Slice, ...]:
        """Return the slices of one account, not looking through funds."""
        if account not in self._slices:
            self._slices[account] = slices_of(self.facts, account, look_through=False)
        return self._slices[account]

    def _without_price(self, account: AccountId, age: int | None) -> frozenset[Position]:
        key = (account, age)
        if key not in self._unpriced:
            self._unpriced[key] = frozenset(
                (account, symbol)
                for symbol in self.book.securities
                if self.state.missing(account, symbol, age_days=age) is not None
            )
        return self._unpriced[key]

    def stands(self, rule: CheckedRule, scene: Scene) -> Stands:
        """Return how a rule stands: its dates, its `when` and `unless`, its test days."""
        outside = not_in_force(rule, scene)
        if outside is not None:
            return Stands(standing="not_applicable", why_not=outside)
        return self.conditions(rule, scene)

    def setting(self, scene: Scene) -> Setting:
        """Return the setting in which conditions may name measures of the scope."""
        return replace(scene.setting, measure=lambda term: self.measure(scene, term))

    def conditions(self, rule: CheckedRule, scene: Scene) -> Stands:
        """Return how a rule stands by its conditions, read before trading."""
        unknown: str | None = None
        for word, wanted, predicate in (("when", True, rule.when), ("unless", False, rule.unless)):
            if predicate is None:
                continue
            result = holds(predicate, scene.row, self.setting(scene))
            if result is None:
                unknown = f"`{word}` is unknown: {', '.join(dict.fromkeys(paths_of(predicate)))}"
            elif result is not wanted:
                fails = "does not hold" if wanted else "holds"
                return Stands(standing="not_applicable", why_not=f"its `{word}` condition {fails}")
        return Stands(standing="applies", unknown=unknown)


def not_in_force(rule: CheckedRule, scene: Scene) -> str | None:
    """Return why a rule is not judged today: its own dates, the policy's dates, or its test days."""
    today, policy = scene.setting.today, scene.policy
    for first in (policy.effective_from, rule.effective_from):
        if first is not None and today < first:
            return f"in force from {first.isoformat()}"
    for last in (policy.effective_until, rule.effective_until):
        if last is not None and today > last:
            return f"in force until {last.isoformat()}"
    if rule.tested == "at_period_end":
        end = period_end(today, rule.period or "quarter", policy.calendar)
        if today != end:
            return f"tested at each {rule.period or 'quarter'} end, next on {end.isoformat()}"
    return None


def is_in_force(rule: CheckedRule, scene: Scene) -> bool:
    """Return whether a rule's dates contain today, test days aside."""
    return on_dates(rule, scene.policy, scene.setting.today)


def on_dates(rule: CheckedRule, policy: CheckedPolicy, today: date) -> bool:
    """Return whether the dates of a rule, and of the policy it is in force by, contain a day."""
    firsts, lasts = (
        (policy.effective_from, rule.effective_from),
        (policy.effective_until, rule.effective_until),
    )
    return all(first is None or first <= today for first in firsts) and all(
        last is None or today <= last for last in lasts
    )


def checks_price_age(policy: CheckedPolicy) -> bool:
    """Return whether a policy has a rule of its own on the age of prices."""
    return any(
        isinstance(rule.obligation, Require) and "price_age" in paths_of(rule.obligation.predicate)
        for rule in policy.rules
    )


def governed_accounts(
    policy: CheckedPolicy, facts: Facts, only: Iterable[AccountId] | None
) -> tuple[AccountId, ...]:
    """Return the accounts of the book that a policy governs, in id order."""
    wanted = set(facts.book.accounts if only is None else only)
    setting = Setting(today=facts.today, calendar=policy.calendar)
    return tuple(
        account
        for account in sorted(facts.book.accounts)
        if account in wanted and _applies(policy.applies_to, account, facts, setting)
    )


def _applies(applies: Applies | None, account: AccountId, facts: Facts, setting: Setting) -> bool:
    if applies is None:
        return True
    if applies.id is not None:
        row = facts.book.accounts[account]
        named = row.household if applies.noun == "household" else row.account
        if named != applies.id:
            return False
    return applies.where is None or _says(applies.where, account, facts, setting) is True


def _says(where: Predicate, account: AccountId, facts: Facts, setting: Setting) -> bool | None:
    return holds(where, AccountRow(facts, (account,)), setting)


def open_laying(
    rulebook: Rulebook,
    book: Book,
    accounts: Iterable[AccountId] | None,
    *,
    measure: Callable[[Scene, MeasureTerm], Fraction | None],
) -> Laying:
    """Return the shared part of a grounding."""
    state = book_state(book, currency_of(rulebook))
    facts = Facts(state, rulebook.tax)
    only = None if accounts is None else tuple(accounts)
    laying = Laying(book=book, rulebook=rulebook, state=state, facts=facts, measure=measure)
    for policy in rulebook.policies:
        laying.governed[policy.id] = governed_accounts(policy, facts, only)
    for rule in rulebook.rules:
        if rule.rule.exception_to is not None:
            laying.exceptions.setdefault((rule.governed_by, rule.rule.exception_to), []).append(rule)
    return laying


def currency_of(rulebook: Rulebook) -> str | None:
    """Return the currency that figures are told in: the policies', the first by name where they differ."""
    currencies = sorted({policy.currency for policy in rulebook.policies})
    return currencies[0] if currencies else None
