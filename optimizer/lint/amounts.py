"""`5%` where `5 points` was likely meant, and the other way round.

when (active_weight is more than 5%)          a difference of shares: 5 points
cash 4% band 5 points                          wider than the target itself: 25% of target?
small_caps 3% band 5% of target                0.15 points: 5 points?
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from dsl.diagnostics import finding
from dsl.policy import Amount, CheckedPolicy, Comparison, Predicate, TargetClass, Unit
from dsl.words import shipped
from engine.facts.money import plain
from optimizer.lint.finding import Finding
from optimizer.lint.sources import narrowed
from rulebooks.predicates import comparisons_of

NARROW = Decimal("0.005")
"""Half a point: a band as narrow as that is left at every move of the market."""


def confused(policy: CheckedPolicy, text: str) -> Iterator[Finding]:
    """Yield a finding for each amount that likely has the wrong one of the two units."""
    for targets in policy.targets:
        for row in targets.classes:
            if row.span.file == policy.file:
                yield from _of_band(row, text)
    for predicate in _conditions(policy):
        for test in comparisons_of(predicate):
            if test.span.file == policy.file:
                yield from _of_test(test)
    yield from _early_warnings(policy)


def _of_band(row: TargetClass, text: str) -> Iterator[Finding]:
    words = text.split("\n")[row.span.line - 1][row.span.column - 1 :]
    target, width = row.target, row.high - (row.target or row.high)
    band = re.search(r"\bband\s+(\S+ points?|\S+% of target)\b", words)
    if band is None or target is None or not target:
        return
    said = band[1]
    span = narrowed(row.span, text, said)
    if said.endswith("of target") and width < NARROW:
        share = said.partition("%")[0]
        yield Finding(
            diagnostic=finding(
                "W0705",
                f"a band of `{said}` on {_percent(target)} is {_percent(width)} wide",
                span,
                label="points are likely meant",
                help=f"write {share} points, or a wider share of the target",
            )
        )
    elif not said.endswith("of target") and width >= target:
        share = plain(Decimal(said.split(" ")[0]))
        yield Finding(
            diagnostic=finding(
                "W0705",
                f"a band of `{said}` on a target of {_percent(target)} reaches down to nothing",
                span,
                label="a share of the target is likely meant",
                help=f"write {share}% of target, or `from 0% to {_percent(row.high)}`",
            )
        )


def _conditions(policy: CheckedPolicy) -> Iterator[Predicate]:
    for rule in policy.rules:
        yield from (condition for condition in (rule.when, rule.unless) if condition is not None)
    for row in policy.rebalances:
        yield from (trigger.when for trigger in row.triggers if trigger.when is not None)


def _of_test(test: Comparison) -> Iterator[Finding]:
    if test.measure is None or not _is_difference(test.measure.measure):
        return
    for amount in test.right:
        if isinstance(amount, Amount) and amount.unit is Unit.SHARE:
            points = amount.written.rstrip("%")
            yield Finding(
                diagnostic=finding(
                    "W0705",
                    f"`{test.path}` is a difference of shares, `{amount.written}` a share",
                    test.span,
                    label="points are likely meant",
                    help=f"write {points} points",
                )
            )


def _early_warnings(policy: CheckedPolicy) -> Iterator[Finding]:
    for rule in policy.rules:
        warn = rule.warn_from
        names = [term.measure for term in getattr(getattr(rule.obligation, "measure", None), "terms", ())]
        if rule.policy != policy.id or not isinstance(warn, Amount) or warn.unit is not Unit.SHARE:
            continue
        if any(_is_difference(name) for name in names):
            yield Finding(
                diagnostic=finding(
                    "W0705",
                    f"`{names[0]}` is a difference of shares, `{warn.written}` a share",
                    rule.where,
                    label="points are likely meant in `warn from`",
                    help=f"write {warn.written.rstrip('%')} points",
                ),
                rules=(rule.id,),
            )


def _is_difference(measure: str) -> bool:
    entry = shipped().measures.get(measure)
    return entry is not None and entry.difference


def _percent(share: Decimal) -> str:
    return f"{plain(share * 100)}%"
