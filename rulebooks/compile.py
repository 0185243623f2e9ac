"""Compiling: checked policies to one rulebook, independent of any book.

Each rule gets its class, the name and unit of its measure, and its record; each class of a `targets`
statement becomes a rule named by the statement. Statement order plays no part:

    compile_rulebook((policy,)) has the same hash however the file is arranged

Where two policies extend the same one, its rules are there once for each, governed by each.
"""

from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from typing import assert_never

from dsl.catalogue import Catalogue
from dsl.policy import (
    AllowOnly,
    Amount,
    CheckedPolicy,
    CheckedRule,
    Forbid,
    Limit,
    Measure,
    MeasureTerm,
    Obligation,
    Require,
    TargetClass,
    Targets,
    Unit,
)
from engine.facts.ids import Symbol
from engine.facts.readings import Relief, TaxReading, WashReadings
from rulebooks.classes import class_of
from rulebooks.ground import CompiledRule, Rulebook
from rulebooks.records import hash_of, policy_records, rule_record

_UNITS = {
    Unit.SHARE: "percent",
    Unit.POINTS: "percent",
    Unit.BPS: "percent",
    Unit.SHARES_HELD: "shares",
    Unit.DAYS: "days",
    Unit.BUSINESS_DAYS: "days",
    Unit.MONTHS: "days",
    Unit.YEARS: "years",
}


def compile_rulebook(policies: tuple[CheckedPolicy, ...], *, catalogue: Catalogue | None = None) -> Rulebook:
    """Return the rulebook of policies in force together, in order of policy and rule id.

    catalogue: the vocabulary that the policies were checked with; the compiled form does not depend on it.
    """
    ordered = tuple(sorted(policies, key=lambda policy: policy.id))
    currency = min((policy.currency for policy in ordered), default="USD")
    rules = [rule for policy in ordered for rule in _rules(policy, currency)]
    rules.sort(key=lambda r: (r.governed_by, r.rule.policy, r.rule.id, r.target or ""))
    records = [rule.record for rule in rules]
    return Rulebook(
        id="+".join(policy.id for policy in ordered),
        version="+".join(policy.version for policy in ordered),
        hash=hash_of((*records, *(record for policy in ordered for record in policy_records(policy)))),
        policies=ordered,
        rules=tuple(rules),
        tax=merged_tax(tuple(policy.tax for policy in ordered)),
    )


def _rules(policy: CheckedPolicy, currency: str) -> Iterable[CompiledRule]:
    for rule in policy.rules:
        yield compile_rule(rule, governed_by=policy.id, currency=currency)
    for targets in policy.targets:
        for target in targets.classes:
            rule = target_rule(policy, targets, target)
            yield compile_rule(rule, governed_by=policy.id, currency=currency, target=target.name)


def compile_rule(
    rule: CheckedRule, *, governed_by: str, currency: str, target: str | None = None
) -> CompiledRule:
    """Return one rule compiled; `currency` is what money is told in."""
    form_class = class_of(rule)
    measure, unit = measure_and_unit(rule.obligation, currency)
    record = rule_record(rule, unit=unit, form_class=form_class.value, measure=measure, target=target)
    return CompiledRule(
        rule=rule,
        form_class=form_class,
        measure=measure,
        unit=unit,
        record=(("governed_by", governed_by), *record),
        governed_by=governed_by,
        target=target,
    )


def measure_and_unit(obligation: Obligation, currency: str) -> tuple[str, str]:
    """Return the name and unit that answers tell an obligation's figure in."""
    match obligation:
        case Limit(measure=measure):
            return measure.name, unit_of(measure, currency)
        case Forbid() | AllowOnly():
            return "value", currency
        case Require():
            return "require", "count"
        case _:
            assert_never(obligation)


def unit_of(measure: Measure, currency: str) -> str:
    """Return the unit of a measure in answers."""
    if measure.unit is Unit.MONEY:
        return currency
    if any(term.measure == "count" for term in measure.terms):
        return "count"
    return _UNITS.get(measure.unit, "ratio")


def target_rule(policy: CheckedPolicy, targets: Targets, target: TargetClass) -> CheckedRule:
    """Return the band of one class as a rule named by its statement."""
    term = MeasureTerm(measure="weight", of=target.subject)
    measure = Measure(terms=(term,), unit=Unit.SHARE, written=f"weight of {target.name}")
    return CheckedRule(
        id=targets.name,
        title=f"Band of {target.name}",
        policy=policy.id,
        effective_from=None,
        effective_until=None,
        exception_to=None,
        scope="account",
        each=None,
        when=None,
        unless=None,
        obligation=Limit(measure=measure, low=_share(target.low), high=_share(target.high)),
        base=policy.base,
        look_through=False,
        valued_at="market",
        tested="at_all_times",
        period=None,
        warn_from=None,
        missing=policy.missing,
        on_active=targets.on_active,
        on_passive=targets.on_passive,
        because=targets.because,
        span=targets.span,
        where=target.span,
    )


def _share(value: Decimal) -> Amount:
    percent = (value * 100).normalize()
    return Amount(value=value, unit=Unit.SHARE, written=f"{percent:f}%")


# ------------------------------------------------------------------ tax readings


def merged_tax(readings: tuple[TaxReading, ...]) -> TaxReading:
    """Return the readings together: what any policy departs from the default in, groups joined.

    Where two policies depart differently, the first by policy id counts.
    """
    default = WashReadings()
    chosen: dict[str, object] = {}
    for field in fields(WashReadings):
        own = getattr(default, field.name)
        departing = [value for r in readings if (value := getattr(r.wash, field.name)) != own]
        chosen[field.name] = departing[0] if departing else own
    reliefs: list[Relief] = [reading.relief for reading in readings if reading.relief != "fifo"]
    return TaxReading(
        wash=WashReadings(**chosen),  # type: ignore[arg-type]  # each value comes from a field of that name
        relief=reliefs[0] if reliefs else "fifo",
        identical=joined_groups(readings),
    )


def joined_groups(readings: tuple[TaxReading, ...]) -> dict[Symbol, str]:
    """Return identical groups with groups that share a symbol joined under the first name of both."""
    names: dict[str, str] = {}

    def root(name: str) -> str:
        while names.setdefault(name, name) != name:
            name = names[name]
        return name

    found: dict[Symbol, str] = {}
    for reading in readings:
        for symbol, group in reading.identical.items():
            here, there = root(group), root(found.get(symbol, group))
            first, second = sorted((here, there))
            names[second] = first
            found[symbol] = group
    return {symbol: root(group) for symbol, group in sorted(found.items())}
