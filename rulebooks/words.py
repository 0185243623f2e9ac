"""Checked values in words: conditions, subjects, amounts and measures, as the language writes them.

equities whose meaning is `holdings where asset_class is equity` prints as exactly that; names of
definitions are left out, so that two texts that mean the same print the same.
"""

from typing import assert_never

from dsl.policy import (
    ALWAYS,
    AllowOnly,
    Amount,
    And,
    AnyAmount,
    AnySubject,
    Comparison,
    DataRef,
    Day,
    Forbid,
    Greater,
    GroupsWhose,
    LargestGroups,
    Limit,
    Measure,
    MeasureTerm,
    Not,
    Obligation,
    Op,
    Or,
    PercentOf,
    Period,
    Predicate,
    Require,
    Smaller,
    Subject,
    Text,
    TextSet,
    Times,
    Window,
)
from engine.facts.money import plain


def amount_words(amount: AnyAmount) -> str:
    """Return an amount as it was written, names of parameters and definitions resolved."""
    match amount:
        case Amount(written=written):
            return written
        case PercentOf(subject=subject, name=name, share=share):
            of = name if subject is None else subject_words(subject)
            return f"{plain(share * 100)}% of {of}"
        case DataRef(name=name):
            return name
        case Times(factor=factor, of=of):
            return f"{plain(factor)} times {amount_words(of)}"
        case Smaller(parts=(a, b)):
            return f"the smaller of {amount_words(a)} and {amount_words(b)}"
        case Greater(parts=(a, b)):
            return f"the greater of {amount_words(a)} and {amount_words(b)}"
        case _:
            assert_never(amount)


def predicate_words(predicate: Predicate) -> str:
    """Return a condition in words, parts in a fixed order."""
    match predicate:
        case And(parts=parts):
            return _joined(parts, " and ") or "always"
        case Or(parts=parts):
            return _joined(parts, " or ") or "never"
        case Not(part=part):
            return f"not ({predicate_words(part)})"
        case Comparison():
            return _comparison_words(predicate)
        case _:
            assert_never(predicate)


def _joined(parts: tuple[Predicate, ...], word: str) -> str:
    texts = [
        predicate_words(p) if isinstance(p, Comparison | Not) else f"({predicate_words(p)})" for p in parts
    ]
    return word.join(sorted(dict.fromkeys(texts)))


def _comparison_words(test: Comparison) -> str:
    right = [_right_words(value) for value in test.right]
    if test.op is Op.BETWEEN:
        return f"{test.path} {test.op.value} {right[0]} and {right[1]}"
    return " ".join([test.path, test.op.value, *right])


def _right_words(value: AnyAmount | Text | Day | TextSet) -> str:
    match value:
        case Text(value=text):
            return f'"{text}"'
        case Day(value=day):
            return day.isoformat()
        case TextSet(values=values, in_force=in_force):
            dated = [f'"{v}" from {first or "ever"} until {last or "ever"}' for v, first, last in in_force]
            named = {v for v, _, _ in in_force}
            return "(" + ", ".join(sorted([*(f'"{v}"' for v in values - named), *dated])) + ")"
        case _:
            return amount_words(value)


def subject_words(subject: AnySubject) -> str:
    """Return a subject in words."""
    match subject:
        case Subject(kind=kind, where=where):
            return kind if where == ALWAYS else f"{kind} where {predicate_words(where)}"
        case GroupsWhose(attribute=attribute, within=within, tests=tests):
            tested = " and ".join(sorted(f"{t.measure} {t.op.value} {amount_words(t.bound)}" for t in tests))
            return f"{attribute} groups in {subject_words(within)} whose {tested}"
        case LargestGroups(count=count, attribute=attribute, within=within):
            return f"the {count} largest {attribute} groups in {subject_words(within)}"
        case _:
            assert_never(subject)


def measure_words(measure: Measure) -> str:
    """Return a measure in words."""
    return " plus ".join(sorted(_term_words(term) for term in measure.terms))


def _term_words(term: MeasureTerm) -> str:
    words = [term.measure]
    if term.of is not None:
        words.append(f"of {subject_words(term.of)}")
    if term.period is not None:
        words.append(_period_words(term.period))
    return " ".join(words)


def _period_words(period: Period) -> str:
    if period.since is not None:
        return f"since {period.since.isoformat()}"
    if period.last is not None:
        return f"over the last {period.last.count} {period.last.unit}"
    return f"this {period.name}"


def bound_words(limit: Limit) -> str:
    """Return the bound of a limit in words."""
    low, high = limit.low, limit.high
    if low is not None and high is not None:
        if low == high:
            return f"exactly {amount_words(low)}"
        return f"between {amount_words(low)} and {amount_words(high)}"
    if high is not None:
        return f"at most {amount_words(high)}"
    return "" if low is None else f"at least {amount_words(low)}"


def window_words(window: Window) -> str:
    """Return a window in words."""
    sides = " or ".join(word for word, there in (("before", window.before), ("after", window.after)) if there)
    duration = f"{window.duration.count} {window.duration.unit}"
    return f"within {duration} {sides} {window.event} of {window.relation}"


def obligation_words(obligation: Obligation) -> str:
    """Return an obligation in words."""
    match obligation:
        case Limit(measure=measure):
            return f"limit {measure_words(measure)} to {bound_words(obligation)}"
        case Forbid(actions=actions, subject=subject, window=window):
            what = f"forbid {_actions(actions)} {subject_words(subject)}"
            return what if window is None else f"{what} {window_words(window)}"
        case AllowOnly(actions=actions, subject=subject):
            return f"allow only {_actions(actions)} {subject_words(subject)}"
        case Require(predicate=predicate):
            return f"require {predicate_words(predicate)}"
        case _:
            assert_never(obligation)


def _actions(actions: tuple[str, ...]) -> str:
    return " or ".join(sorted(str(action) for action in actions))
