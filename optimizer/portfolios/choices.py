"""What matters of an attribute: one value for each answer that the tests of a policy can give.

    sector is "tech", sector is in ("tech", "energy")      tech, energy, anything else
    maturity is at most 2 years                             2 years, less, more

Two values that no test can tell apart are one; the first that an author wrote stands for both.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

from dsl.policy import (
    AllowOnly,
    Amount,
    AnyAmount,
    AnySubject,
    CheckedRule,
    Comparison,
    Day,
    Forbid,
    Greater,
    GroupsWhose,
    LargestGroups,
    Limit,
    Op,
    PercentOf,
    Predicate,
    Require,
    Smaller,
    Subject,
    Text,
    TextSet,
    Times,
    Unit,
)
from dsl.ratings import NOTCHES, notch
from dsl.words import shipped
from engine.facts.money import plain
from rulebooks.cells import NO_VALUE, Cell
from rulebooks.measures.average import MEASURES as AVERAGES
from rulebooks.predicates import Setting, comparisons_of, compiled

OF_ACCOUNT = frozenset({"account", "household", "portfolio_value", "net_assets", "total_assets", "cash"})
"""Paths that are about the account, in a condition on a security too."""

OF_POSITION = frozenset(
    {"quantity", "value", "weight", "cost", "price", "price_age", "price_date", "volume", "benchmark_weight"}
)
"""Paths that follow from what is held; no representative can be made up for them."""

OF_LOT_OR_TRADE = frozenset(
    {
        "lot", "acquired", "adjusted_acquired", "basis", "original_basis", "gain", "loss", "holding_days",
        "days_to_long_term", "term", "side", "closes_position", "trade_value", "trade_shares",
    }
)  # fmt: skip
_AVERAGED = frozenset(module.name for module in AVERAGES)
_MOST_VALUES = 12
OTHER = "other"


@dataclass(frozen=True, slots=True)
class _OneCell:
    """A row that has one cell."""

    path: str
    cell: Cell

    def read(self, path: str) -> Cell:
        return self.cell if path == self.path else NO_VALUE


# ------------------------------------------------------------------ what a rule tests


def subjects_in(rule: CheckedRule) -> Iterator[Subject]:
    """Yield every plain set that a rule names: grouped, measured, forbidden, or part of a bound."""
    if rule.each is not None:
        yield rule.each.within
    match rule.obligation:
        case Limit(measure=measure, low=low, high=high):
            for term in measure.terms:
                yield from _plain(term.of)
            for amount in (low, high, rule.warn_from):
                yield from _in_amount(amount)
        case Forbid(subject=subject) | AllowOnly(subject=subject):
            yield subject
        case Require():
            return
        case _:
            assert_never(rule.obligation)


def _plain(subject: AnySubject | None) -> Iterator[Subject]:
    match subject:
        case None:
            return
        case Subject():
            yield subject
        case GroupsWhose(within=within, tests=tests):
            yield within
            for test in tests:
                yield from _in_amount(test.bound)
        case LargestGroups(within=within):
            yield within
        case _:
            assert_never(subject)


def _in_amount(amount: AnyAmount | None) -> Iterator[Subject]:
    match amount:
        case PercentOf(subject=subject) if subject is not None:
            yield subject
        case Times(of=of):
            yield from _in_amount(of)
        case Smaller(parts=parts) | Greater(parts=parts):
            for part in parts:
                yield from _in_amount(part)
        case _:
            return


def security_tests(rule: CheckedRule) -> tuple[Comparison, ...]:
    """Return every comparison of an attribute of securities."""
    found = [test for subject in subjects_in(rule) for test in comparisons_of(subject.where)]
    if isinstance(rule.obligation, Require):
        found += [t for t in comparisons_of(rule.obligation.predicate) if not is_of_account(t.path)]
    return tuple(test for test in found if not is_of_account(test.path))


def account_tests(rule: CheckedRule) -> tuple[Comparison, ...]:
    """Return every comparison of a fact of the account; measures of the scope are left out."""
    found = [test for subject in subjects_in(rule) for test in comparisons_of(subject.where)]
    found = [test for test in found if is_of_account(test.path)]
    conditions: list[Predicate] = [p for p in (rule.when, rule.unless) if p is not None]
    if isinstance(rule.obligation, Require):
        conditions.append(rule.obligation.predicate)
    found += [test for condition in conditions for test in comparisons_of(condition)]
    return tuple(test for test in found if test.measure is None)


def is_of_account(path: str) -> bool:
    """Return whether a path is a fact of the account or of the day."""
    return path.startswith("account.") or path in OF_ACCOUNT or path in ("today", "data_age")


def group_attributes(rule: CheckedRule) -> tuple[str, ...]:
    """Return the attributes by which a rule tells groups apart."""
    found = [] if rule.each is None else [rule.each.attribute]
    if isinstance(rule.obligation, Limit):
        for term in rule.obligation.measure.terms:
            if isinstance(term.of, GroupsWhose | LargestGroups):
                found.append(term.of.attribute)
    return tuple(name for name in found if name not in ("account", "trade", "lot"))


# ------------------------------------------------------------------ values


def choices(
    path: str, tests: Iterable[Comparison], setting: Setting, *, all_values: bool = False
) -> tuple[str | None, ...]:
    """Return values of a path, one for each way in which the tests can come out; None is `unknown`.

    all_values: keep every value that is written, because the policy tells groups apart by it.
    """
    mine = tuple(dict.fromkeys(test for test in tests if test.path == path))
    judges = [compiled(test, setting) for test in mine]
    seen: dict[tuple[object, ...], str | None] = {}
    kept: list[str | None] = []
    for text, written in _proposed(path, mine):
        row = _OneCell(path, NO_VALUE if text is None else text)
        signature = tuple(judge(row) for judge in judges)
        fresh = signature not in seen
        if fresh or (all_values and written and len(kept) < _MOST_VALUES):
            seen.setdefault(signature, text)
            kept.append(text)
    return tuple(kept)


def _proposed(path: str, tests: tuple[Comparison, ...]) -> Iterator[tuple[str | None, bool]]:
    """Yield candidate values, those that an author wrote first, then what lies beside and between them."""
    entry = shipped().attributes.get(path)
    dated = entry is not None and entry.unit is Unit.DATE
    written: list[object] = [right for test in tests for right in test.right]
    for right in written:
        yield from _written(right)
    numbers = {Fraction(right.value) for right in written if isinstance(right, Amount)}
    yield from ((text, False) for text in beside(numbers))
    if any(test.op in _RATED for test in tests):
        for grade in NOTCHES:
            if notch(grade) is not None and not grade[-1].isdigit():
                yield grade, False
    elif not numbers and not dated:
        listed = () if entry is None else entry.values
        yield from ((value, False) for value in listed if value not in ("cash", "option"))
        if entry is None or not entry.closed:
            yield _not_among(written), False
    if any(test.op in (Op.KNOWN, Op.UNKNOWN) for test in tests):
        yield None, False


def _not_among(written: list[object]) -> str:
    """Return a value that no test names: an author may well have written `other`."""
    named = {right.value for right in written if isinstance(right, Text)}
    named |= {value for right in written if isinstance(right, TextSet) for value in right.values}
    return OTHER if OTHER not in named else f"none of {len(named)}"


def _written(right: object) -> Iterator[tuple[str, bool]]:
    """Yield the values that one side of a test names; of a day, also the days beside it."""
    match right:
        case Text(value=value):
            yield value, True
        case TextSet(values=values):
            yield from ((value, True) for value in sorted(values)[:_MOST_VALUES])
        case Day(value=day):
            yield from _around(day)
        case _:
            return


def _around(day: date) -> Iterator[tuple[str, bool]]:
    for shift in (0, -1, 1):
        yield (day + timedelta(days=shift)).isoformat(), shift == 0


_RATED = (Op.WORSE, Op.BETTER, Op.NOT_WORSE, Op.NOT_BETTER)


def beside(numbers: Iterable[Fraction]) -> tuple[str, ...]:
    """Return each number, what lies between two, half of the least and twice the greatest, as text."""
    marks = sorted(set(numbers))
    if not marks:
        return ()
    between = [(low + high) / 2 for low, high in pairwise(marks)]
    outer = [marks[0] / 2 if marks[0] else Fraction(-1), marks[-1] * 2 if marks[-1] else Fraction(1)]
    return tuple(_text(number) for number in (*marks, *between, *outer))


def _text(number: Fraction) -> str:
    return plain(Decimal(number.numerator) / Decimal(number.denominator))


def averaged_numbers(rule: CheckedRule) -> tuple[str, tuple[Fraction, ...]] | None:
    """Return the attribute that a rule averages and the numbers that bound it, or None."""
    if not isinstance(rule.obligation, Limit):
        return None
    limit = rule.obligation
    known = shipped().measures
    names = [t.measure for t in limit.measure.terms if t.measure in _AVERAGED or t.measure not in known]
    bounds = [a for a in (limit.low, limit.high, rule.warn_from) if isinstance(a, Amount)]
    return (names[0], tuple(Fraction(a.value) for a in bounds)) if names and bounds else None
