"""All rules over all scopes: laid out over a book once, judged for each list."""

from collections.abc import Iterable
from dataclasses import dataclass

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
from engine.gate.reference.bans import ban_plan
from engine.gate.reference.built_in import ShortPlan, band_plans, cash_plan, limits_borrowing
from engine.gate.reference.cases import judge_limit
from engine.gate.reference.limits import Judge, LimitPlan
from engine.gate.reference.per_trade import per_trade_plan
from engine.gate.reference.plans import NO_MONEY, limit_plan
from engine.gate.reference.requires import require_plan
from engine.gate.reference.scopes import Scope, scopes
from engine.gate.reference.setting import Listed, Setting, listed, setting
from engine.gate.reference.state import Done, opening
from engine.gate.reference.telling import Teller
from engine.gate.reference.verdicts import NoWitness, ReferenceVerdict
from engine.gate.reference.windows import window_plan
from engine.ledger.settle import Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One policy over a book, with its rules ready to judge."""

    setting: Setting
    judges: tuple[Judge, ...]


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
            Prepared(setting=own, judges=(*_of_policy(own), *built_in.get(number, ())))
            for number, own in enumerate(settings)
        )
    )


def judge(
    reference: ReferenceBook, trades: tuple[Trade, ...], settlement: Settlement
) -> tuple[ReferenceVerdict, ...]:
    """Return a verdict for every rule, scope and group that is held or traded."""
    done = Done(trades=trades, settlement=settlement)
    found: list[ReferenceVerdict] = []
    for prepared in reference.policies:
        own = listed(prepared.setting, done)
        for one in prepared.judges:
            found.extend(one(own))
    return tuple(found)


def evaluate(
    policies: tuple[CheckedPolicy, ...], book: Book, trades: tuple[Trade, ...], settlement: Settlement
) -> tuple[ReferenceVerdict, ...]:
    """Return the verdicts on a list, from the checked policies, the book and what the ledger settles."""
    return judge(prepare(policies, book), trades, settlement)


def _built_in(settings: tuple[Setting, ...]) -> dict[int, list[Judge]]:
    """Return the rules of the book, each account's with the first policy that governs it."""
    found: dict[int, list[Judge]] = {}
    seen = set[str]()
    borrowing = {account for own in settings if limits_borrowing(own) for account in own.accounts}
    for number, own in enumerate(settings):
        for scope in scopes("account", own.accounts, own.book):
            assert scope.account is not None
            if scope.account in seen:
                continue
            seen.add(scope.account)
            found.setdefault(number, []).append(ShortPlan(setting=own, scope=scope).judge)
            if scope.account not in borrowing:
                found[number].append(_limit(cash_plan(own, scope)))
    return found


def _of_policy(own: Setting) -> Iterable[Judge]:
    for rule in own.policy.rules:
        for scope in scopes(rule.scope, own.accounts, own.book):
            yield from _of_rule(own, rule, scope)
    for targets in own.policy.targets:
        for scope in scopes("account", own.accounts, own.book):
            yield from (_limit(plan) for plan in band_plans(own, targets, scope))


def _of_rule(own: Setting, rule: CheckedRule, scope: Scope) -> list[Judge]:
    """Return the judges of a rule in a scope; one that says so where this evaluator cannot judge it."""
    try:
        return [_witnessed(judge_rule, rule, scope) for judge_rule in _plans(own, rule, scope)]
    except NoWitness as unknown:
        why = str(unknown)
        return [lambda _: [Teller(rule=rule, scope=scope).unwitnessed(why)]]


def _witnessed(judge_rule: Judge, rule: CheckedRule, scope: Scope) -> Judge:
    def judged(done: Listed) -> list[ReferenceVerdict]:
        try:
            return judge_rule(done)
        except NoWitness as unknown:
            return [Teller(rule=rule, scope=scope).unwitnessed(str(unknown))]

    return judged


def _plans(own: Setting, rule: CheckedRule, scope: Scope) -> list[Judge]:
    match rule.obligation:
        case Limit() if rule.each is not None and rule.each.attribute == "trade":
            return [per_trade_plan(own, rule, scope).judge]
        case Limit(measure=measure, low=low, high=high):
            plan = limit_plan(own, rule, scope, terms=measure.terms, unit=measure.unit, low=low, high=high)
            return [_limit(plan)]
        case Forbid(window=window) if window is not None:
            return [window_plan(own, rule, scope).judge]
        case Forbid(actions=actions, subject=subject):
            return _ban(own, rule, scope, actions, subject)
        case AllowOnly(actions=actions, subject=subject):
            outside = Subject(kind=subject.kind, where=Not(part=subject.where))
            return _ban(own, rule, scope, actions, outside)
        case Require():
            return [require_plan(own, rule, scope).judge]


def _ban(
    own: Setting, rule: CheckedRule, scope: Scope, actions: tuple[Action, ...], held: Subject
) -> list[Judge]:
    """Return a ban on trades, and the limit that `holding` among its actions is."""
    found: list[Judge] = []
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
        found.append(_limit(plan))
    return found


def _limit(plan: LimitPlan) -> Judge:
    return lambda done: judge_limit(plan, done)
