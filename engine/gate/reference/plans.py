"""From a checked rule to its limits in every scope: subjects, exceptions, waivers, what the day allows."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from dsl.policy import (
    ALWAYS,
    EVERYTHING,
    Amount,
    AnyAmount,
    AnySubject,
    CheckedPolicy,
    CheckedRule,
    Greater,
    GroupsWhose,
    LargestGroups,
    Limit,
    MeasureTerm,
    PercentOf,
    Predicate,
    Require,
    Smaller,
    Subject,
    Times,
    Unit,
    Waiver,
)
from engine.facts.calendar import period_end
from engine.facts.ids import AccountId, Symbol
from engine.gate.reference.account_facts import holds
from engine.gate.reference.asked import View
from engine.gate.reference.benchmarks import benchmark
from engine.gate.reference.limits import Ceiling, LimitPlan, Term
from engine.gate.reference.market import is_cash
from engine.gate.reference.predicates import Lookup, Truth, all_of, any_of, opposite
from engine.gate.reference.scopes import Scope, names_scope
from engine.gate.reference.setting import Setting
from engine.gate.reference.state import NOTHING
from engine.gate.reference.tables import OwnRow, Selects, Subjects, Table, table
from engine.gate.reference.values import Absent, Value
from engine.gate.reference.verdicts import NoWitness

NO_MONEY = Amount(value=Decimal(0), unit=Unit.MONEY, written="0")
"""The bound of `forbid holding`."""


def in_force(policy: CheckedPolicy, rule: CheckedRule, today: date) -> bool:
    """Return whether policy and rule are in force on a day, first and last days included."""
    first, last = rule.effective_from, rule.effective_until
    return is_current(policy, today) and (first is None or first <= today) and (last is None or today <= last)


def is_current(policy: CheckedPolicy, today: date) -> bool:
    """Return whether a policy is in force on a day, first and last days included."""
    first, last = policy.effective_from, policy.effective_until
    return (first is None or first <= today) and (last is None or today <= last)


def applies(setting: Setting, rule: CheckedRule, view: View) -> Truth:
    """Return whether a rule applies to a scope today; None where its conditions are unknown."""
    if not in_force(setting.policy, rule, setting.book.as_of):
        return False
    when = True if rule.when is None else condition(setting, rule.when, view)
    unless = False if rule.unless is None else condition(setting, rule.unless, view)
    return all_of([when, opposite(unless)])


def condition(setting: Setting, predicate: Predicate, view: View, row: Lookup | None = None) -> Truth:
    """Return whether a condition on a scope holds before the list; row: what facts but measures are of."""

    def subject(term: MeasureTerm, own: View) -> tuple[Table, Table | None]:
        laid_out = term_of(setting, term, own, within=None, attribute=None, less=(), look_through=False)
        return laid_out.table, laid_out.derived

    return holds(predicate, view._replace(valued_at="market"), subject, row)


def why_not(setting: Setting, rule: CheckedRule, standing: Truth) -> str | None:
    """Return why a rule is not judged today; None where it is."""
    today = setting.book.as_of
    if standing is False:
        return "not in force, or its condition does not hold"
    end = period_end(today, rule.period or "quarter", setting.policy.calendar)
    if rule.tested == "at_period_end" and today != end:
        return f"tested at each {rule.period or 'quarter'} end"
    return None


# ------------------------------------------------------------------ exceptions and waivers


def exceptions(setting: Setting, rule: CheckedRule, view: View) -> tuple[Selects, ...]:
    """Return what each exception to a rule selects, among those that apply today."""
    found: list[Selects] = []
    for other in setting.policy.rules:
        if other.exception_to == rule.id:
            standing = applies(setting, other, view)
            if standing is not False:
                found.append(_selects(setting, other, standing, view))
    return tuple(found)


def _selects(setting: Setting, exception: CheckedRule, standing: Truth, view: View) -> Selects:
    parts = [
        Subjects(market=setting.market, parts=(part,), own=own_row(setting, view))
        for part in selected(exception)
    ]
    return lambda account, symbol: all_of(
        [standing, any_of([part.is_member(account, symbol) for part in parts])]
    )


def selected(rule: CheckedRule) -> tuple[Subject, ...]:
    """Return the subjects that a rule is about."""
    if rule.each is not None:
        return (rule.each.within,)
    match rule.obligation:
        case Limit(measure=measure):
            return tuple(_plain(term.of) for term in measure.terms)
        case Require():
            return (EVERYTHING,)
        case other:
            return (other.subject,)


def _plain(subject: AnySubject | None) -> Subject:
    match subject:
        case None:
            return EVERYTHING
        case Subject():
            return subject
        case _:
            return subject.within


def waivers(setting: Setting, rule_id: str, scope: Scope) -> tuple[Waiver, ...]:
    """Return the waivers of a rule that cover a scope and have not expired."""
    return tuple(
        waiver
        for waiver in setting.policy.waivers
        if waiver.rule == rule_id
        and waiver.until >= setting.book.as_of
        and names_scope(waiver.noun, waiver.id, scope)
    )


def ceilings(setting: Setting, rule_id: str, scope: Scope, *, as_weight: bool = False) -> tuple[Ceiling, ...]:
    """Return how far the waivers of a rule go in a scope."""
    return tuple(
        Ceiling(up_to=waiver.up_to, as_weight=as_weight) for waiver in waivers(setting, rule_id, scope)
    )


# ------------------------------------------------------------------ subjects


def own_row(setting: Setting, view: View) -> OwnRow:
    """Return the figures of a holding before the list that conditions may name."""

    def row(account: AccountId, symbol: Symbol, path: str) -> Value | None:
        if path not in ("value", "quantity", "weight", "benchmark_weight"):
            return None
        if path == "benchmark_weight":
            weights = benchmark(view)
            return None if weights is None else Fraction(weights.get(symbol, 0))
        held = setting.before.position((account, symbol)).quantity
        if path == "quantity":
            return Absent.NONE if is_cash(symbol) else held
        unit = setting.market.unit(account, symbol)
        if unit is None:
            return Absent.UNKNOWN if held else NOTHING
        base = Fraction(1) if path == "value" else view.base_amount()
        return held * unit / base if base else Absent.UNKNOWN

    return row


def laid_out(
    setting: Setting,
    view: View,
    parts: Iterable[Subject],
    *,
    less: tuple[Selects, ...] = (),
    attribute: str | None = None,
    look_through: bool = False,
) -> Table:
    """Return the positions that all the parts select, by attribute; rules that name the same share it."""
    named = tuple(dict.fromkeys(part for part in parts if part != EVERYTHING)) or (EVERYTHING,)
    name = (view.everything, view.base, view.valued_at, named, less, attribute, look_through)
    if name not in setting.tables:
        subjects = Subjects(
            market=setting.market,
            parts=named,
            less=less,
            attribute=attribute,
            look_through=look_through,
            own=own_row(setting, view),
        )
        setting.tables[name] = table(subjects, view.scope, setting.before)
    return setting.tables[name]


def term_of(
    setting: Setting,
    term: MeasureTerm,
    view: View,
    *,
    within: Subject | None,
    attribute: str | None,
    less: tuple[Selects, ...],
    look_through: bool,
) -> Term:
    """Return one term of a measure laid out over a scope."""
    plain = _holdings(term)
    parts = (plain,) if within is None else (within, plain)

    def by_attribute(by: str | None) -> Table:
        return laid_out(setting, view, parts, less=less, attribute=by, look_through=look_through)

    by = "issuer" if term.measure == "capped_weight" else None
    if isinstance(term.of, (GroupsWhose, LargestGroups)):
        by = term.of.attribute
    return Term(
        measure=term.measure,
        table=by_attribute(attribute),
        derived=by_attribute(by) if by is not None and within is None else None,
        subject=term.of,
        period=term.period,
    )


def _holdings(term: MeasureTerm) -> Subject:
    """Return the holdings that a term is about; trades are counted by another way."""
    plain = _plain(term.of)
    if plain.kind == "trades" and term.measure == "count":
        return EVERYTHING
    if plain.kind == "lots":
        if plain.where == ALWAYS:
            return EVERYTHING
        raise NoWitness(f"{term.measure} of lots with a condition")
    return plain


def bound_tables(
    setting: Setting, view: View, amounts: Iterable[AnyAmount | None], *, look_through: bool = False
) -> dict[int, Table]:
    """Return the subject of each `N% of SUBJECT` among some amounts, laid out over a scope."""
    found: dict[int, Table] = {}
    for amount in amounts:
        for part in _parts(amount):
            if isinstance(part, PercentOf) and part.subject is not None:
                found[id(part)] = laid_out(setting, view, (part.subject,), look_through=look_through)
    return found


def _parts(amount: AnyAmount | None) -> list[AnyAmount]:
    match amount:
        case None:
            return []
        case Times(of=of):
            return [amount, *_parts(of)]
        case Smaller(parts=parts) | Greater(parts=parts):
            return [amount, *(inner for part in parts for inner in _parts(part))]
        case _:
            return [amount]


# ------------------------------------------------------------------ limits


def limit_plan(
    setting: Setting,
    rule: CheckedRule,
    scope: Scope,
    *,
    terms: tuple[MeasureTerm, ...],
    unit: Unit,
    low: AnyAmount | None,
    high: AnyAmount | None,
    waived_as_weight: bool = False,
) -> LimitPlan:
    """Return a rule's limit laid out over one scope."""
    view = setting.view(scope, base=rule.base, valued_at=rule.valued_at)
    within, attribute = (None, None) if rule.each is None else (rule.each.within, rule.each.attribute)
    if attribute in ("lot", "trade"):
        raise NoWitness(f"for each {attribute}")
    less = exceptions(setting, rule, view)
    standing = applies(setting, rule, view)
    caps = ceilings(setting, rule.id, scope, as_weight=waived_as_weight)

    def laid_out_terms(less: tuple[Selects, ...]) -> tuple[Term, ...]:
        return tuple(
            term_of(
                setting,
                term,
                view,
                within=within,
                attribute=attribute,
                less=less,
                look_through=rule.look_through,
            )
            for term in terms
        )

    def groups(less: tuple[Selects, ...]) -> Table:
        return laid_out(
            setting,
            view,
            selected(rule)[:1],
            less=less,
            attribute=attribute,
            look_through=rule.look_through,
        )

    own = laid_out_terms(less)
    return LimitPlan(
        policy=rule.policy,
        rule=rule.id,
        attribute=attribute,
        scope=scope,
        view=view,
        unit=unit,
        terms=own,
        whole=own[0].table if within is None else groups(less),
        raw=(laid_out_terms(())[0].table if within is None else groups(())) if less else None,
        low=low,
        high=high,
        warn_from=rule.warn_from,
        tables=bound_tables(
            setting,
            view,
            (low, high, rule.warn_from, *(cap.up_to for cap in caps)),
            look_through=rule.look_through,
        ),
        ceilings=caps,
        active=rule.on_active,
        passive=rule.on_passive,
        missing=rule.missing,
        tested=rule.tested,
        why_not=why_not(setting, rule, standing),
        is_out_of_force=standing is False,
        unsure=standing is None,
    )
