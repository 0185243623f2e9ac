"""Facts that must hold before anything trades: `require price_age is at most 3 business_days`.

A fact of the account that fails stops every trade in it; with no trade it is a passive breach (across a
household each account answers for its own trades). A fact of each security stops the trades in the
securities of which it fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dsl.policy import CheckedRule, Comparison, Not, Predicate, Require, Unit
from engine.facts.ids import AccountId, Symbol
from engine.gate.reference.account_facts import fact, is_of_account
from engine.gate.reference.asked import View
from engine.gate.reference.measures import MEASURES
from engine.gate.reference.plans import applies, ceilings, condition, why_not
from engine.gate.reference.predicates import Lookup, Truth
from engine.gate.reference.scopes import Scope, scopes
from engine.gate.reference.setting import Listed, Setting
from engine.gate.reference.telling import Teller
from engine.gate.reference.values import Value
from engine.gate.reference.verdicts import ReferenceVerdict
from engine.gate.verdict import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirePlan:
    """A required fact in one scope; `of_accounts` is empty where it is one of each security."""

    setting: Setting
    teller: Teller
    view: View
    predicate: Predicate
    of_accounts: Mapping[AccountId, Truth]
    is_waived: bool
    why_not: str | None
    unsure: bool

    def judge(self, done: Listed) -> list[ReferenceVerdict]:
        """Return a breach for the trades for which the fact does not hold."""
        if self.why_not is not None:
            return self.teller.nothing(self.why_not)
        scope = self.teller.scope
        own = [trade for trade in done.trades if trade.account in scope.stops]
        facts = {trade.number: self._fact(done, trade.number) for trade in own}
        hits = frozenset(number for number, fact in facts.items() if fact is False and not self.unsure)
        doubts = frozenset(n for n, fact in facts.items() if fact is None or (fact is False and self.unsure))
        found = []
        is_blind = None in self.of_accounts.values() or (self.unsure and False in self.of_accounts.values())
        if doubts or is_blind:
            found.append(self.teller.missing(doubts, why="a required fact is not known"))
        if (hits or self._fails_alone()) and self.is_waived:
            found.append(self.teller.tell(Outcome.WAIVED, trades=hits))
        elif hits:
            found.append(self.teller.active(hits, why="a required fact does not hold"))
        elif self._fails_alone():
            found.append(self.teller.passive(why="a required fact does not hold"))
        return found or self.teller.nothing(None)

    def _fails_alone(self) -> bool:
        return False in self.of_accounts.values() and not self.unsure

    def _fact(self, done: Listed, number: int) -> Truth:
        trade = next(trade for trade in done.trades if trade.number == number)
        if self.of_accounts:
            return self.of_accounts[trade.account]
        row = facts_of(self.setting, self.view, trade.account, trade.symbol)
        return condition(self.setting, self.predicate, self.view, row)


def facts_of(setting: Setting, view: View, account: AccountId, symbol: Symbol | None) -> Lookup:
    """Return the facts of a trade: figures of the scope, columns of its account, what is its security's."""
    (one,) = scopes("account", (account,), setting.book)
    own = setting.view(one, base=view.base)

    def row(path: str, unit: Unit | None) -> Value:
        if symbol is not None and not is_of_account(path, own):
            return setting.market.of_security(account, symbol, path, unit)
        return fact(path, unit, view if path in MEASURES else own)

    return row


def _comparisons(predicate: Predicate) -> list[Comparison]:
    match predicate:
        case Comparison():
            return [predicate]
        case Not(part=part):
            return _comparisons(part)
        case both:
            return [one for part in both.parts for one in _comparisons(part)]


def _is_of_account(one: Comparison, view: View) -> bool:
    return one.measure is not None or is_of_account(one.path, view)


def require_plan(setting: Setting, rule: CheckedRule, scope: Scope) -> RequirePlan:
    """Return a requirement laid out over one scope."""
    obligation = rule.obligation
    assert isinstance(obligation, Require)
    view = setting.view(scope, base=rule.base)
    standing = applies(setting, rule, view)
    of_accounts = dict[AccountId, Truth]()
    if all(_is_of_account(one, view) for one in _comparisons(obligation.predicate)):
        for account in sorted(scope.stops):
            row = facts_of(setting, view, account, None)
            of_accounts[account] = condition(setting, obligation.predicate, view, row)
    return RequirePlan(
        setting=setting,
        teller=Teller(rule=rule, scope=scope),
        view=view,
        predicate=obligation.predicate,
        of_accounts=of_accounts,
        is_waived=any(ceiling.up_to is None for ceiling in ceilings(setting, rule.id, scope)),
        why_not=why_not(setting, rule, standing),
        unsure=standing is None,
    )
