"""What the words of two versions settle: a rule that asks for as much or more cannot be the looser one.

    tech at most 25%, now at most 20%    -> what the new rule admits the old one admits: tightened, if at all
    within 30 days, now within 60 days   -> the same

Only rules that are the same but for bounds or the length of a window are settled so; all others are tried.
"""

from dataclasses import replace

from dsl.policy import (
    Amount,
    AnyAmount,
    CheckedRule,
    DataRef,
    Forbid,
    Greater,
    Limit,
    PercentOf,
    Smaller,
    Times,
)
from optimizer.diff.difference import Direction
from optimizer.diff.versions import Pair
from optimizer.portfolios.meaning import meaning

_INDEX = DataRef(name="benchmark_weight")


def impossible(pair: Pair) -> frozenset[Direction]:
    """Return the directions in which the two versions of a rule cannot differ."""
    if pair.old is None or pair.new is None or pair.because:
        return frozenset()
    old, new = meaning(pair.old.rule), meaning(pair.new.rule)
    found: set[Direction] = set()
    if _asks_as_much(new, old):
        found.add("loosened")
    if _asks_as_much(old, new):
        found.add("tightened")
    return frozenset(found)


def _asks_as_much(one: CheckedRule, other: CheckedRule) -> bool:
    """Return whether all that keeps to one rule keeps to the other."""
    mine, its = one.obligation, other.obligation
    if replace(one, obligation=its, warn_from=other.warn_from) != other:
        return False
    match mine, its:
        case Limit(), Limit():
            # a warning is given beside the bound, on the side that the bound is on
            return (
                mine.measure == its.measure
                and one.warn_from == other.warn_from
                and _within(its.low, mine.low)
                and _within(mine.high, its.high)
            )
        case Forbid(window=long), Forbid(window=short) if long is not None and short is not None:
            return (
                replace(mine, window=short) == its
                and replace(long, duration=short.duration) == short
                and long.duration.unit == short.duration.unit
                and long.duration.count >= short.duration.count
            )
        case _:
            return mine == its


def _within(least: AnyAmount | None, most: AnyAmount | None) -> bool:
    """Return whether one bound is nowhere above another; False where that does not show."""
    match least, most:
        case None, None:
            return True
        case Amount(), Amount():
            return (least.unit, least.currency) == (most.unit, most.currency) and least.value <= most.value
        case PercentOf(), PercentOf():
            same = (least.subject, least.name) == (most.subject, most.name)
            return same and least.share <= most.share
        case Times(), Times():
            return least.of == most.of == _INDEX and 0 <= least.factor <= most.factor
        case Smaller(parts=mine), Smaller(parts=its):
            return all(_within(a, b) for a, b in zip(mine, its, strict=True))
        case Greater(parts=mine), Greater(parts=its):
            return all(_within(a, b) for a, b in zip(mine, its, strict=True))
        case _:
            return False
