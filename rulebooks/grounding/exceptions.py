"""Exceptions: what an exception in force selects leaves the base rule's subject.

    UCITS-52.1 `for each issuer in paper at most 10%`, exception UCITS-52.3 for government paper:
    a bond issued by France leaves 52.1 and is judged by 52.3 alone

An exception to an exception takes from the exception only; its own selection stays out of the base.
"""

from dataclasses import dataclass

from dsl.policy import (
    EVERYTHING,
    AllowOnly,
    AnySubject,
    CheckedRule,
    Forbid,
    Limit,
    Require,
    Subject,
)
from rulebooks.ground import CompiledRule
from rulebooks.grounding.laying import Laying, is_in_force
from rulebooks.members import Verdict, either, less, memberships
from rulebooks.scene import Scene


def plain_subject(subject: AnySubject | None) -> Subject:
    """Return the subject that a derived set is derived from; everything where there is none."""
    if subject is None:
        return EVERYTHING
    return subject if isinstance(subject, Subject) else subject.within


def subjects_of(rule: CheckedRule) -> tuple[Subject, ...]:
    """Return what a rule is about."""
    match rule.obligation:
        case Limit(measure=measure):
            if rule.each is not None:
                return (rule.each.within,)
            return tuple(plain_subject(term.of) for term in measure.terms)
        case Forbid(subject=subject) | AllowOnly(subject=subject):
            return (subject,)
        case Require():
            return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A subject that leaves a rule; not `sure` where the exception's own conditions are unknown."""

    subject: Subject
    sure: bool

    def verdict(self, selected: Verdict) -> Verdict:
        """Return whether something that the subject selects leaves the rule."""
        return None if selected is True and not self.sure else selected


def leaving(laying: Laying, rule: CompiledRule, scene: Scene) -> tuple[Leaving, ...]:
    """Return what leaves a rule by its exceptions that are in force and whose conditions may hold."""
    found: list[Leaving] = []
    for other in laying.exceptions.get((rule.governed_by, rule.rule.id), ()):
        stands = laying.conditions(other.rule, scene)
        if is_in_force(other.rule, scene) and stands.standing == "applies":
            sure = stands.unknown is None
            found.extend(Leaving(subject=subject, sure=sure) for subject in subjects_of(other.rule))
    return tuple(found)


def excepted_slices(scene: Scene, gone: tuple[Leaving, ...], *, look_through: bool) -> tuple[Verdict, ...]:
    """Return, slice by slice, whether it leaves; empty where nothing does."""
    if not gone:
        return ()
    columns = [
        [row.verdict(member) for member in memberships(scene, row.subject, look_through=look_through)]
        for row in gone
    ]
    return tuple(either(list(verdicts)) for verdicts in zip(*columns, strict=True))


def without(members: tuple[Verdict, ...], excepted: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Return membership less exceptions."""
    if not excepted:
        return members
    return tuple(less(member, gone) for member, gone in zip(members, excepted, strict=True))
