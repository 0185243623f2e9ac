"""A rule in plain words: what it asks, of what, on which data, how it compiles, who may depart from it.

IPS-4.1  One company, five per cent
  asks        each issuer in equities: weight at most the greater of company_cap (5%) and …
  responses   a breach that a list causes: block; one that was there: warn, do not worsen, …
  data        prices, benchmark weights
  compiles to linear: one row for each issuer
  sources     ips §4.1 "no more than the greater of 5% or weighting in the relevant index"
"""

import textwrap
from dataclasses import dataclass
from typing import Any

from dsl.policy import CheckedRule, Citation, ExpectMeasured, ExpectResponse, Limit, Response
from engine.facts.money import plain
from engine.gate.amounts import bound_words, words
from engine.gate.reference import WITNESSED
from rulebooks.catalogue import MEASURES
from rulebooks.forms import FormClass
from rulebooks.ground import CompiledRule, Rulebook
from rulebooks.words import obligation_words, predicate_words, subject_words

_COMPILES = {
    FormClass.BOUNDS: "bounds on single trades",
    FormClass.LINEAR: "a linear row",
    FormClass.HELPERS: "linear rows with helper variables",
    FormClass.CONVEX: "a convex constraint",
    FormClass.INTEGER: "rows with whole-number variables",
    FormClass.GATE_ONLY: "no row: the gate decides, and a proposal that fails is cut and solved again",
}

_TESTED = {
    "at_all_times": "at all times",
    "at_purchase": "at purchase: only where a list buys of it, net",
    "daily": "daily",
    "at_period_end": "on the last business day of each",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExplained:
    """One rule, told; lines are label and text, in the order they are read."""

    rule: str
    policy: str
    title: str
    form_class: str
    lines: tuple[tuple[str, str], ...]
    because: tuple[Citation, ...]
    examples: tuple[str, ...]
    file: str
    line: int


def explain(rulebook: Rulebook, rule: str | None = None) -> tuple[RuleExplained, ...]:
    """Return every rule told in words, or the one named; empty where no rule has that name."""
    rows: dict[tuple[str, str], RuleExplained] = {}
    for compiled in rulebook.rules:
        if rule is None or compiled.rule.id == rule:
            key = (compiled.rule.policy, compiled.rule.id)
            rows.setdefault(key, _explained(rulebook, compiled))
    return tuple(rows.values())


def _explained(rulebook: Rulebook, compiled: CompiledRule) -> RuleExplained:
    rule = compiled.rule
    examples = tuple(
        example.title
        for policy in rulebook.policies
        for example in policy.examples
        if any(isinstance(e, ExpectResponse | ExpectMeasured) and e.rule == rule.id for e in example.expects)
    )
    lines = [
        ("asks", _asks(rulebook, compiled)),
        ("applies", _applies(rule)),
        ("tested", _tested(rule)),
        ("responses", _responses(rule)),
        ("data", _data(rule)),
        ("compiles to", _compiles(compiled)),
        ("exceptions", "; ".join(_exceptions(rulebook, rule))),
        ("waivers", "; ".join(_waivers(rulebook, rule))),
        ("sources", "; ".join(map(_source, rule.because))),
        ("examples", "; ".join(examples) or "none"),
    ]
    return RuleExplained(
        rule=rule.id,
        policy=rule.policy,
        title=rule.title if compiled.target is None else f"Bands of {rule.id}",
        form_class=compiled.form_class.value,
        lines=tuple((label, text) for label, text in lines if text),
        because=rule.because,
        examples=examples,
        file=rule.where.file,
        line=rule.where.line,
    )


def _asks(rulebook: Rulebook, compiled: CompiledRule) -> str:
    rule = compiled.rule
    if compiled.target is not None:
        return _bands(rulebook, rule.id)
    obligation = rule.obligation
    if isinstance(obligation, Limit):
        asked = f"{obligation.measure.written} {bound_words(obligation)}"
    else:
        asked = obligation_words(obligation)
    if rule.each is not None:
        within = rule.each.within
        asked = f"each {rule.each.attribute} in {within.name or subject_words(within)}: {asked}"
    across = " (all accounts of the household together)" if rule.scope == "household" else ""
    return asked + across


def _bands(rulebook: Rulebook, name: str) -> str:
    bands = (
        f"{one.name} {plain(one.low * 100)}% to {plain(one.high * 100)}%"
        for policy in rulebook.policies
        for targets in policy.targets
        if targets.name == name
        for one in targets.classes
    )
    return f"weights within their bands: {', '.join(bands)}"


def _applies(rule: CheckedRule) -> str:
    parts = []
    if rule.effective_from is not None:
        parts.append(f"from {rule.effective_from.isoformat()}")
    if rule.effective_until is not None:
        parts.append(f"until {rule.effective_until.isoformat()}")
    if rule.when is not None:
        parts.append(f"when {predicate_words(rule.when)}")
    if rule.unless is not None:
        parts.append(f"unless {predicate_words(rule.unless)}")
    return ", ".join(parts) or "always"


def _tested(rule: CheckedRule) -> str:
    tested = _TESTED[rule.tested] + (f" {rule.period}" if rule.period else "")
    extras = [tested, f"weights of {rule.base.replace('_', ' ')}"]
    if rule.valued_at != "market":
        extras.append(f"valued at {rule.valued_at}")
    if rule.look_through:
        extras.append("looking through funds")
    if rule.warn_from is not None:
        extras.append(f"warns from {words(rule.warn_from)}")
    return ", ".join(extras)


def _responses(rule: CheckedRule) -> str:
    return (
        f"a breach that a list causes or worsens: {_said(rule.on_active)}; "
        f"one that was there before: {_said(rule.on_passive)}; missing data: {rule.missing.words}"
    )


def _said(responses: tuple[Response, ...]) -> str:
    return ", ".join(response.words for response in responses) or "nothing"


def _data(rule: CheckedRule) -> str:
    if not isinstance(rule.obligation, Limit):
        return "the list, and the columns that its words name"
    needs = [need for term in rule.obligation.measure.terms for need in MEASURES[term.measure].needs]
    return ", ".join(dict.fromkeys(needs)) or "prices and positions"


def _compiles(compiled: CompiledRule) -> str:
    each = "" if compiled.rule.each is None else f", for each {compiled.rule.each.attribute}"
    witnesses = "" if _has_two_witnesses(compiled.rule) else "; one evaluator knows the measure"
    return f"{compiled.form_class.value}: {_COMPILES[compiled.form_class]}{each}{witnesses}"


def _has_two_witnesses(rule: CheckedRule) -> bool:
    if not isinstance(rule.obligation, Limit):
        return True
    return all(term.measure in WITNESSED for term in rule.obligation.measure.terms)


def _exceptions(rulebook: Rulebook, rule: CheckedRule) -> list[str]:
    told = [f"is itself an exception to {rule.exception_to}"] if rule.exception_to is not None else []
    others = {
        other.rule.id: other.rule.title for other in rulebook.rules if other.rule.exception_to == rule.id
    }
    return [*told, *(f"{name} ({title})" for name, title in sorted(others.items()))]


def _waivers(rulebook: Rulebook, rule: CheckedRule) -> list[str]:
    return [
        f"for {waiver.noun} {waiver.id or 'all'}"
        f"{'' if waiver.up_to is None else ' up to ' + words(waiver.up_to)}"
        f" until {waiver.until.isoformat()}, approved by {waiver.approved_by}"
        for policy in rulebook.policies
        for waiver in policy.waivers
        if waiver.rule == rule.id
    ]


def _source(citation: Citation) -> str:
    quote = f' "{citation.quote}"' if citation.quote else ""
    return f"{citation.source} {citation.clause}{quote}"


def explain_answer(rulebook: Rulebook, rules: tuple[RuleExplained, ...]) -> dict[str, Any]:
    """Return the explained rules as plain data: `guardband/explain/1`."""
    return {
        "schema": "guardband/explain/1",
        "rulebook": {"id": rulebook.id, "version": rulebook.version, "hash": rulebook.hash},
        "rules": [
            {
                "rule": rule.rule,
                "policy": rule.policy,
                "title": rule.title,
                "class": rule.form_class,
                **{label.replace(" ", "_"): text for label, text in rule.lines if label != "examples"},
                "because": [{"source": c.source, "clause": c.clause, "quote": c.quote} for c in rule.because],
                "examples": list(rule.examples),
                "where": {"file": rule.file, "line": rule.line},
            }
            for rule in rules
        ],
    }


def explain_text(rules: tuple[RuleExplained, ...], *, width: int = 100) -> str:
    """Return the explained rules for people."""
    return "\n\n".join(_rule_text(rule, width) for rule in rules)


def _rule_text(rule: RuleExplained, width: int) -> str:
    left, right = f"{rule.rule}  {rule.title}", f"{rule.file}:{rule.line}"
    rows = [f"{left}{' ' * max(2, width - len(left) - len(right))}{right}"]
    for label, text in rule.lines:
        head = f"  {label:<13}"
        rows += textwrap.wrap(
            text,
            width=width,
            initial_indent=head,
            subsequent_indent=" " * len(head),
            break_on_hyphens=False,
        )
    return "\n".join(rows)
