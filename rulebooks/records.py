"""Records: rules as rows that can be queried, and the printed form that a rulebook's hash is of.

    rule IPS-4.1, for_each issuer, measure weight, bound "at most 5%", unit percent, class linear, …

Records hold no file, line or order, so that moving statements about changes nothing; they hold all
that a verdict can depend on, so that equal hashes mean equal rules.
"""

import hashlib
import json
from collections.abc import Mapping

from dsl.policy import (
    AllowOnly,
    Applies,
    CheckedPolicy,
    CheckedRule,
    Citation,
    Forbid,
    Limit,
    Rebalance,
    Require,
    Response,
    Trigger,
)
from engine.facts.readings import TaxReading
from rulebooks.ground import Rulebook
from rulebooks.words import (
    amount_words,
    bound_words,
    measure_words,
    obligation_words,
    predicate_words,
    subject_words,
    window_words,
)

Record = tuple[tuple[str, str], ...]


def rule_record(rule: CheckedRule, *, unit: str, form_class: str, measure: str, target: str | None) -> Record:
    """Return a rule as one row; every value is text, absent is empty."""
    row = {
        "policy": rule.policy,
        "rule": rule.id,
        "title": rule.title,
        "target": target or "",
        "scope": rule.scope,
        "for_each": "" if rule.each is None else rule.each.attribute,
        "in": "" if rule.each is None else subject_words(rule.each.within),
        "measure": measure,
        "subject": _subject(rule),
        "bound": _bound(rule),
        "unit": unit,
        "class": form_class,
        "obligation": obligation_words(rule.obligation),
        "base": rule.base,
        "valued_at": rule.valued_at,
        "looking_through": "yes" if rule.look_through else "no",
        "tested": rule.tested if rule.period is None else f"{rule.tested} {rule.period}",
        "when": "" if rule.when is None else predicate_words(rule.when),
        "unless": "" if rule.unless is None else predicate_words(rule.unless),
        "warn_from": "" if rule.warn_from is None else amount_words(rule.warn_from),
        "missing": rule.missing.words,
        "active": _responses(rule.on_active),
        "passive": _responses(rule.on_passive),
        "exception_to": rule.exception_to or "",
        "effective_from": "" if rule.effective_from is None else rule.effective_from.isoformat(),
        "effective_until": "" if rule.effective_until is None else rule.effective_until.isoformat(),
        "source": "; ".join(sorted({citation.source for citation in rule.because})),
        "clause": _cited(rule.because),
        "quote": "; ".join(sorted({c.quote for c in rule.because if c.quote is not None})),
    }
    return tuple(row.items())


def _subject(rule: CheckedRule) -> str:
    match rule.obligation:
        case Limit(measure=measure):
            return measure_words(measure)
        case Forbid(subject=subject) | AllowOnly(subject=subject):
            return subject_words(subject)
        case Require(predicate=predicate):
            return predicate_words(predicate)


def _bound(rule: CheckedRule) -> str:
    match rule.obligation:
        case Limit():
            return bound_words(rule.obligation)
        case Forbid(window=window) if window is not None:
            return window_words(window)
        case _:
            return ""


def _responses(responses: tuple[Response, ...]) -> str:
    return ", ".join(sorted(response.words for response in responses))


def _cited(because: tuple[Citation, ...]) -> str:
    return "; ".join(sorted({f"{citation.source} {citation.clause}" for citation in because}))


# ------------------------------------------------------------------ the policy's own statements


def policy_records(policy: CheckedPolicy) -> tuple[Record, ...]:
    """Return what else of a policy decides: who it governs, its tax readings, targets, waivers."""
    rows: list[tuple[str, str]] = [
        ("applies_to", _applies(policy.applies_to)),
        ("base", policy.base),
        ("calendar", policy.calendar or ""),
        ("currency", policy.currency),
        ("effective_from", str(policy.effective_from or "")),
        ("effective_until", str(policy.effective_until or "")),
        ("missing", policy.missing.words),
        *_tax(policy.tax),
        *(("substitute", f"{s.symbol} with {' then '.join(s.replacements)}") for s in policy.substitutes),
        *(("rebalance", _rebalance(row)) for row in policy.rebalances),
        *(("waive", _waiver(policy, index)) for index in range(len(policy.waivers))),
    ]
    if policy.harvest is not None:
        paired = "replacing with substitutes" if policy.harvest.with_substitutes else ""
        rows.append(("harvest", f"{subject_words(policy.harvest.lots)} {paired}".strip()))
    named = (("policy", policy.id), ("version", policy.version))
    return tuple((*named, row) for row in sorted(rows))


def _applies(applies: Applies | None) -> str:
    if applies is None:
        return "every account"
    where = "" if applies.where is None else f" where {predicate_words(applies.where)}"
    return f"{applies.noun} {applies.id or 'every'}{where}"


def _tax(tax: TaxReading) -> list[tuple[str, str]]:
    wash = [(f"wash_sales.{name}", str(getattr(tax.wash, name))) for name in tax.wash.__dataclass_fields__]
    groups = [("identical", f"{group}: {symbol}") for symbol, group in tax.identical.items()]
    return [("lots relieved by", tax.relief), *wash, *groups]


def _rebalance(row: Rebalance) -> str:
    triggers = " or ".join(sorted(_trigger(trigger) for trigger in row.triggers))
    most = row.at_most_every
    often = "" if most is None else f" at most once every {most.count} {most.unit}"
    return f"{row.targets} {triggers} back to {row.back_to}{often}"


def _trigger(trigger: Trigger) -> str:
    if trigger.band:
        return "when any class leaves its band"
    if trigger.each is not None:
        return f"each {trigger.each} on the {trigger.day} business day"
    return "" if trigger.when is None else f"when {predicate_words(trigger.when)}"


def _waiver(policy: CheckedPolicy, index: int) -> str:
    waiver = policy.waivers[index]
    amount = "" if waiver.up_to is None else f" up to {amount_words(waiver.up_to)}"
    until = waiver.until.isoformat()
    return f"{waiver.rule} for {waiver.noun} {waiver.id}{amount} until {until} by {waiver.approved_by}"


# ------------------------------------------------------------------ hash and rows


def hash_of(records: tuple[Record, ...]) -> str:
    """Return the SHA-256 of records, whatever their order."""
    lines = sorted(json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def rows(rulebook: Rulebook) -> tuple[Mapping[str, str], ...]:
    """Return the rules of a rulebook as rows, in rulebook order."""
    return tuple(dict(rule.record) for rule in rulebook.rules)
