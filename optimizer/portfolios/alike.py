"""Combinations of attributes that the rules treat alike: in the same sets, and in the same groups.

    equities, tech as equities where sector is "tech", for each issuer in equities
    -> equity tech, equity other, anything else; bonds of tech and bonds of others are alike

Of those that the limits alone treat alike, the one that the fewest bans are about is the *main* one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dsl.policy import CheckedRule, Limit, Predicate, Subject
from optimizer.portfolios.choices import (
    OF_LOT_OR_TRADE,
    OF_POSITION,
    averaged_numbers,
    group_attributes,
    is_of_account,
    security_tests,
    subjects_in,
)
from rulebooks.cells import NO_VALUE, Cell
from rulebooks.predicates import Setting, comparisons_of, compiled

Kind = Mapping[str, str | None]
_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """One combination for all that are treated alike.

    main: it stands for those that limits treat alike; grouped: a limit groups or counts it.
    """

    kind: Kind
    main: bool
    grouped: bool


@dataclass(frozen=True, slots=True)
class _Row:
    kind: Kind

    def read(self, path: str) -> Cell:
        text = self.kind.get(path)
        return NO_VALUE if text is None else text


def treated_alike(
    rules: tuple[CheckedRule, ...], combined: tuple[Kind, ...], setting: Setting
) -> tuple[Alike, ...]:
    """Return one of each set of combinations that no rule can tell apart."""
    limits = tuple(rule for rule in rules if isinstance(rule.obligation, Limit))
    others = tuple(rule for rule in rules if not isinstance(rule.obligation, Limit))
    by_limits, by_others = _key(limits, setting), _key(others, setting)
    grouping = [compiled(subject.where, setting) for rule in limits for subject in _grouped(rule)]
    found: dict[tuple[_Key, _Key], Kind] = {}
    for kind in reversed(combined):
        found.setdefault((by_limits(kind), by_others(kind)), kind)
    main: dict[_Key, _Key] = {}
    for seen, banned in found:
        main[seen] = min(main.get(seen, banned), banned, key=_banned)
    return tuple(
        Alike(
            kind=kind,
            main=main[seen] == banned,
            grouped=any(test(_Row(kind)) is not False for test in grouping),
        )
        for (seen, banned), kind in found.items()
    )


def _banned(key: _Key) -> int:
    return sum(answer is not False for answer in key)


def _grouped(rule: CheckedRule) -> Iterator[Subject]:
    limit = rule.obligation
    if isinstance(limit, Limit) and (
        group_attributes(rule) or any(term.measure == "count" for term in limit.measure.terms)
    ):
        yield from subjects_in(rule)


def _key(rules: tuple[CheckedRule, ...], setting: Setting) -> Callable[[Kind], _Key]:
    """Return what the rules can tell of a combination: the answers of their sets, and its groups."""
    tests: dict[Predicate, None] = {}
    values: dict[tuple[str, Predicate | None], None] = {}
    for rule in rules:
        for where in _conditions(rule):
            tests.setdefault(where)
        names = group_attributes(rule)
        for subject in subjects_in(rule) if names else ():
            values.update(dict.fromkeys((name, subject.where) for name in names))
        averaged = averaged_numbers(rule)
        if averaged is not None:
            values.setdefault((averaged[0], None))
    judges = [compiled(test, setting) for test in tests]
    read = [(name, None if where is None else compiled(where, setting)) for name, where in values]

    def key(kind: Kind) -> _Key:
        row = _Row(kind)
        told = [kind.get(name) if test is None or test(row) is not False else False for name, test in read]
        return (*(judge(row) for judge in judges), *told)

    return key


def _conditions(rule: CheckedRule) -> Iterator[Predicate]:
    """Yield the sets of a rule, or where more than attributes of a security decide, each test of them."""
    covered = True
    for subject in subjects_in(rule):
        if _is_of_attributes(subject):
            yield subject.where
        else:
            covered = False
    if not covered or not tuple(subjects_in(rule)):
        yield from security_tests(rule)


def _is_of_attributes(subject: Subject) -> bool:
    return all(
        test.measure is None
        and test.path not in OF_POSITION
        and test.path not in OF_LOT_OR_TRADE
        and not is_of_account(test.path)
        for test in comparisons_of(subject.where)
    )
