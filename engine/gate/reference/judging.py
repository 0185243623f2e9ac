"""All rules over all scopes: laid out over a book once, judged for each list."""

from collections.abc import Iterable
from dataclasses import dataclass
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
from engine.gate.reference.answer import Answer, Part
from engine.gate.reference.bans import ban_plan
from engine.gate.reference.built_in import ShortPlan, band_plans, cash_plan, limits_borrowing
from engine.gate.reference.data_gate import DataPlan
from engine.gate.reference.limits import LimitPlan
from engine.gate.reference.per_trade import per_trade_plan
from engine.gate.reference.plans import NO_MONEY, limit_plan
from engine.gate.reference.ready import Judge, Prepared, Ready
from engine.gate.reference.requires import require_plan
from engine.gate.reference.riding import RidingPlan
from engine.gate.reference.scopes import Scope, scopes
from engine.gate.reference.setting import Setting, listed, setting
from engine.gate.reference.state import Done, opening
from engine.gate.reference.telling import Teller
from engine.gate.reference.verdicts import NoWitness, ReferenceVerdict
from engine.gate.reference.windows import window_plan
from engine.ledger.payment import unpaid_lots
from engine.ledger.settle import Settlement


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
    found: list[Part] = []
    for prepared in reference.policies:
        found += prepared.judged(listed(prepared.setting, done))
    return Answer(tuple(found))


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
