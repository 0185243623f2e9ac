"""Exceptions: what an exception in force selects leaves the base rule's subject.

    UCITS-52.1 `for each issuer in paper at most 10%`, exception UCITS-52.3 for government paper:
    a bond issued by France leaves 52.1 and is judged by 52.3 alone

An exception to an exception takes from the exception only; its own selection stays out of the base.
"""

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


def exceptions_to(laying: Laying, rule: CompiledRule, scene: Scene) -> tuple[CheckedRule, ...]:
    """Return the exceptions to a rule that are in force in a scene and whose conditions hold."""
    return tuple(
        other.rule
        for other in laying.exceptions.get((rule.governed_by, rule.rule.id), ())
        if is_in_force(other.rule, scene) and laying.conditions(other.rule, scene).standing == "applies"
    )


def excepted_subjects(laying: Laying, rule: CompiledRule, scene: Scene) -> tuple[Subject, ...]:
    """Return the subjects that leave a rule."""
    return tuple(subject for other in exceptions_to(laying, rule, scene) for subject in subjects_of(other))


def excepted_slices(
    scene: Scene, subjects: tuple[Subject, ...], *, look_through: bool
) -> tuple[Verdict, ...]:
    """Return, slice by slice, whether any of the subjects selects it; empty where there are none."""
    if not subjects:
        return ()
    found = [memberships(scene, subject, look_through=look_through) for subject in subjects]
    return tuple(either(list(row)) for row in zip(*found, strict=True))


def without(members: tuple[Verdict, ...], excepted: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Return membership less exceptions."""
    if not excepted:
        return members
    return tuple(less(member, gone) for member, gone in zip(members, excepted, strict=True))
