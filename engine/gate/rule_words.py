"""What verdicts say of a rule whatever a list does, worded once for an opened book.

IPS-4.1: bound "at most 5%", as it was written; of net assets; one waiver and no exception name it
"""

from dataclasses import dataclass

from dsl.policy import CheckedRule, Forbid, Limit, Waiver
from engine.gate.amounts import bound_words, is_literal
from engine.gate.measure import OpenBook
from rulebooks.ground import CompiledRule
from rulebooks.words import subject_words


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """The fixed words of a rule.

    bound: None where the rule is no limit. is_literal: the bound is the number that was written. base: what
    a weight is a part of, empty for other measures. waivers, exceptions: those that name the rule.
    """

    rule: CompiledRule
    measure: str  # as the rule writes it
    form_class: str
    bound: str | None
    is_literal: bool
    base: str
    waivers: tuple[Waiver, ...]
    exceptions: tuple[CheckedRule, ...]


def words_of(opened: OpenBook, rule: CompiledRule) -> RuleWords:
    """Return the fixed words of a rule of an opened book, or of one that every book has."""
    known: RuleWords | None = opened.words.get(id(rule))
    if known is None:
        known = opened.words[id(rule)] = _worded(opened, rule)
    return known


def _worded(opened: OpenBook, compiled: CompiledRule) -> RuleWords:
    rule, rulebook = compiled.rule, opened.ground.rulebook
    policies = (policy for policy in rulebook.policies if policy.id in (rule.policy, compiled.governed_by))
    others = (other.rule for other in rulebook.rules if other.governed_by == compiled.governed_by)
    limit = rule.obligation if isinstance(rule.obligation, Limit) else None
    return RuleWords(
        rule=compiled,
        measure=written_measure(compiled),
        form_class=compiled.form_class.value,
        bound=None if limit is None else bound_words(limit),
        is_literal=limit is not None and is_literal(limit.low) and is_literal(limit.high),
        base=f" of {rule.base.replace('_', ' ')}" if compiled.measure == "weight" else "",
        waivers=tuple(w for policy in policies for w in policy.waivers if w.rule == rule.id),
        exceptions=tuple(other for other in others if other.exception_to == rule.id),
    )


def written_measure(rule: CompiledRule) -> str:
    """Return the measure as the rule writes it."""
    obligation = rule.rule.obligation
    if isinstance(obligation, Limit):
        return obligation.measure.written
    if isinstance(obligation, Forbid):
        return f"{rule.measure} of {obligation.subject.name or subject_words(obligation.subject)}"
    return rule.measure
