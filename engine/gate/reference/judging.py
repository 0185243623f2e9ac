"""All rules over all scopes: laid out over a book once, judged for each list."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import assert_never

from dsl.policy import (
    Action,
    AllowOnly,
    CheckedPolicy,
    CheckedRule,
    Forbid,
    Limit,
    MeasureTerm,
    Not,
    Require,
    Subject,
    Unit,
)
from engine.facts.book import Book
from engine.facts.trades import Trade
from engine.gate.reference.answer import Answer, Part, RuleKey
from engine.gate.reference.asked import View
from engine.gate.reference.bans import ban_plan
from engine.gate.reference.built_in import ShortPlan, band_plans, cash_plan, limits_borrowing
from engine.gate.reference.cases import judge_limit, unmoved
from engine.gate.reference.data_gate import DataPlan
from engine.gate.reference.limits import Judge, LimitPlan
from engine.gate.reference.per_trade import per_trade_plan
from engine.gate.reference.plans import NO_MONEY, limit_plan
from engine.gate.reference.requires import require_plan
from engine.gate.reference.riding import RidingPlan
from engine.gate.reference.scopes import Scope, scopes
from engine.gate.reference.setting import Listed, Setting, listed, setting
from engine.gate.reference.state import Done, opening
from engine.gate.reference.telling import Teller
from engine.gate.reference.verdicts import Key, NoWitness, ReferenceVerdict
from engine.gate.reference.windows import window_plan
from engine.ledger.payment import unpaid_lots
from engine.ledger.settle import Settlement


@dataclass(slots=True, kw_only=True, eq=False)
class Ready:
    """One rule in one scope, ready for any list. limit: its plan, where it is a limit."""

    key: RuleKey
    judge: Judge | None = None
    limit: LimitPlan | None = None
    unwitnessed: Callable[[str], ReferenceVerdict] | None = None
    _last: tuple[list[ReferenceVerdict], Part] | None = None
    _said: Part | None = None  # on the list before

    def part(self, done: Listed, *, may_move: bool) -> Part:
        """Return the rule's verdicts on a list; may_move: the list may move what the limit reads."""
        try:
            if self.limit is None:
                return self._of(done)
            return self._again(judge_limit(self.limit, done)) if may_move else unmoved(self.limit, done)
        except NoWitness as unknown:
            if self.unwitnessed is None:
                raise
            return Part(self.key, (self.unwitnessed(str(unknown)),))

    def _again(self, part: Part) -> Part:
        """Return the answer on the list before in place of one that says the very same."""
        said = self._said
        if said is None or any(getattr(said, name) != getattr(part, name) for name in Part.__slots__):
            self._said = said = part
        return said

    def _of(self, done: Listed) -> Part:
        """Return the verdicts of what is no limit; the same value where the rule says the same."""
        assert self.judge is not None
        found = self.judge(done)
        if self._last is None or found is not self._last[0]:
            self._last = found, Part(self.key, tuple(found))
        return self._last[1]


@dataclass(slots=True, kw_only=True, eq=False)
class Prepared:
    """One policy over a book, with its rules ready to judge."""

    setting: Setting
    rules: tuple[Ready, ...]
    _concerned: dict[Key, frozenset[int]] = field(default_factory=dict)
    _bases: list[tuple[View, list[int]]] | None = None  # the limits that are local, by weight base

    def judged(self, done: Listed) -> Iterator[Part]:
        """Yield each rule's verdicts on a list."""
        moved = set[int]().union(*map(self._concerned_by, done.after.changed))
        for view, numbers in self._by_base():
            if done.moves_base(view):
                moved.update(numbers)
        for number, rule in enumerate(self.rules):
            is_local = rule.limit is not None and rule.limit.is_local
            yield rule.part(done, may_move=number in moved or not is_local)

    def _by_base(self) -> list[tuple[View, list[int]]]:
        """Return the limits that only their own positions and their weight base move, by that base."""
        if self._bases is None:
            found: dict[object, tuple[View, list[int]]] = {}
            for number, rule in enumerate(self.rules):
                if rule.limit is not None and rule.limit.is_local:
                    view = rule.limit.view
                    name = (view.scope, view.base, view.valued_at)
                    found.setdefault(name, (view, []))[1].append(number)
            self._bases = list(found.values())
        return self._bases

    def _concerned_by(self, key: Key) -> frozenset[int]:
        """Return the limits that read a position; those that cannot tell are among them."""
        if key not in self._concerned:
            self._concerned[key] = frozenset(n for n, rule in enumerate(self.rules) if _reads(rule, key))
        return self._concerned[key]


def _reads(rule: Ready, key: Key) -> bool:
    try:
        return rule.limit is not None and rule.limit.concerns(key)
    except NoWitness:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBook:
    """Policies laid out over a book; may be used for any number of lists."""

    policies: tuple[Prepared, ...]


def prepare(policies: tuple[CheckedPolicy, ...], book: Book) -> ReferenceBook:
    """Return the policies laid out over a book: groups found, conditions settled, sums taken."""
    before = opening(book)
    settings = tuple(setting(policy, book, before) for policy in policies)
    built_in = _built_in(settings)
    return ReferenceBook(
        policies=tuple(
            Prepared(setting=own, rules=(*_of_policy(own), *built_in.get(number, ())))
            for number, own in enumerate(settings)
        )
    )


def judge(reference: ReferenceBook, trades: tuple[Trade, ...], settlement: Settlement) -> Answer:
    """Return a verdict for every rule, scope and group that is held or traded."""
    done = Done(listed=trades, settlement=settlement)
    lists = ((prepared, listed(prepared.setting, done)) for prepared in reference.policies)
    return Answer(tuple(part for prepared, own in lists for part in prepared.judged(own)))


def evaluate(
    policies: tuple[CheckedPolicy, ...], book: Book, trades: tuple[Trade, ...], settlement: Settlement
) -> tuple[ReferenceVerdict, ...]:
    """Return the verdicts on a list, from the checked policies, the book and what the ledger settles."""
    return tuple(judge(prepare(policies, book), trades, settlement))


def _built_in(settings: tuple[Setting, ...]) -> dict[int, list[Ready]]:
    """Return the rules of the book, each account's with the first policy that governs it."""
    found: dict[int, list[Ready]] = {}
    seen = set[str]()
    lame = unpaid_lots(settings[0].book) if settings else {}
    borrowing = {account for own in settings if limits_borrowing(own) for account in own.accounts}
    for number, own in enumerate(settings):
        for scope in scopes("account", own.accounts, own.book):
            assert scope.account is not None
            if scope.account in seen:
                continue
            seen.add(scope.account)
            short = ShortPlan(setting=own, scope=scope)
            found.setdefault(number, []).append(Ready(key=short.key, judge=short.judge))
            governing = tuple(other for other in settings if scope.account in other.accounts)
            data = DataPlan(settings=governing, scope=scope)
            found[number].append(Ready(key=data.key, judge=data.judge))
            if scope.account not in borrowing and any(account == scope.account for account, _ in lame):
                riding = RidingPlan(scope=scope, unpaid=lame)
                found[number].append(Ready(key=riding.key, judge=riding.judge))
            if scope.account not in borrowing:
                taking = (
                    n for n, s in enumerate(settings) if s.market.takes_old and scope.account in s.accounts
                )
                payer = next(taking, number)  # any policy's own rule on old prices counts
                cash = cash_plan(settings[payer], scope)
                found.setdefault(payer, []).append(Ready(key=cash.key, limit=cash))
    return found


def _of_policy(own: Setting) -> Iterable[Ready]:
    for rule in own.policy.rules:
        for scope in scopes(rule.scope, own.accounts, own.book):
            yield from _of_rule(own, rule, scope)
    for targets in own.policy.targets:
        for scope in scopes("account", own.accounts, own.book):
            yield from (Ready(key=plan.key, limit=plan) for plan in band_plans(own, targets, scope))


def _of_rule(own: Setting, rule: CheckedRule, scope: Scope) -> list[Ready]:
    """Return a rule in a scope; one that says so where this evaluator cannot judge it."""
    teller = Teller(rule=rule, scope=scope)
    try:
        plans = _plans(own, rule, scope)
    except NoWitness as unknown:
        alone = [teller.unwitnessed(str(unknown))]
        return [Ready(key=teller.key, judge=lambda _: alone)]
    return [
        Ready(key=teller.key, limit=plan, unwitnessed=teller.unwitnessed)
        if isinstance(plan, LimitPlan)
        else Ready(key=teller.key, judge=plan, unwitnessed=teller.unwitnessed)
        for plan in plans
    ]


def _plans(own: Setting, rule: CheckedRule, scope: Scope) -> list[Judge | LimitPlan]:
    match rule.obligation:
        case Limit() if rule.each is not None and rule.each.attribute == "trade":
            return [per_trade_plan(own, rule, scope).judge]
        case Limit(measure=measure, low=low, high=high):
            plan = limit_plan(own, rule, scope, terms=measure.terms, unit=measure.unit, low=low, high=high)
            return [plan]
        case Forbid(window=window) if window is not None:
            return [window_plan(own, rule, scope).judge]
        case Forbid(actions=actions, subject=subject):
            return _ban(own, rule, scope, actions, subject)
        case AllowOnly(actions=actions, subject=subject):
            outside = Subject(kind=subject.kind, where=Not(part=subject.where))
            return _ban(own, rule, scope, actions, outside)
        case Require():
            return [require_plan(own, rule, scope).judge]
        case _:
            assert_never(rule.obligation)


def _ban(
    own: Setting, rule: CheckedRule, scope: Scope, actions: tuple[Action, ...], held: Subject
) -> list[Judge | LimitPlan]:
    """Return a ban on trades, and the limit that `holding` among its actions is."""
    found: list[Judge | LimitPlan] = []
    if any(action is not Action.HOLDING for action in actions):
        found.append(ban_plan(own, rule, scope).judge)
    if Action.HOLDING in actions:
        plan = limit_plan(
            own,
            rule,
            scope,
            terms=(MeasureTerm(measure="value", of=held),),
            unit=Unit.MONEY,
            low=None,
            high=NO_MONEY,
            waived_as_weight=True,
        )
        found.append(plan)
    return found
