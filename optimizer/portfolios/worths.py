"""How much an account is worth in a made-up world: where limits in money lie inside limits in shares.

    cash at least 2,000 USD, now 3,000 USD; cash from 1% to 8%
    -> 2,500 / 2.8%, about 88,400: there 2,500 is cash that the shares admit, and only one version does

A share of an account says the same of every account, an amount of money does not: what it leaves open
is tried at some worths only, and proves nothing of the others.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import chain, islice, pairwise
from math import isqrt

from dsl.policy import (
    Amount,
    AnyAmount,
    AnySubject,
    CheckedRule,
    Greater,
    Limit,
    Predicate,
    Smaller,
    Times,
    Unit,
)
from optimizer.portfolios.choices import account_tests

WORTH = Decimal(1_000_000)
"""What an account is worth unless a rule speaks of amounts of money."""

OF_TRADES = frozenset(
    {
        "turnover",
        "net_realized_gains",
        "realized_short_term_gains",
        "realized_long_term_gains",
        "tax_cost",
        "disallowed_loss",
    }
)
"""Measures of what is traded; they have no rows, whatever is held."""

MOST_WORTHS = 16
_OF_WORTH = ("portfolio_value", "net_assets", "total_assets", "cash")
_SHARES = (Fraction(1), Fraction(1, 2), Fraction(1, 5), Fraction(1, 20), Fraction(2))
_HUNDRED = 100


def worths(rules: tuple[CheckedRule, ...], every: tuple[CheckedRule, ...]) -> tuple[Decimal, ...]:
    """Return the worths to try for `rules`, the most telling first; none where no amount is named.

    every: all rules in force, of which the shares that are asked of the same sets are read.
    """
    bounds = _money_bounds(rules)
    marks = _marks(rules)
    if not marks:
        return ()
    within = list(_inside_shares(bounds, every))
    ample = _ample(marks)
    beside = {_rounded(Fraction(mark) / share) for mark in marks for share in _SHARES}
    rest = sorted((size for size in {*beside, *marks} if size != ample), reverse=True)
    return tuple(dict.fromkeys((*within[:1], ample, *within[1:], *rest)))[:MOST_WORTHS]


def usual_worths(every: tuple[CheckedRule, ...]) -> tuple[Decimal, ...]:
    """Return the worths to try for rules that name no amount: large, and one that others leave room in."""
    ample = _ample(_marks(every))
    return tuple(dict.fromkeys((ample, *islice(_inside_shares(_money_bounds(every), every), 1))))


def _ample(marks: set[Decimal]) -> Decimal:
    return max(WORTH, max(marks, default=Decimal(0)) * _HUNDRED)


def _marks(rules: tuple[CheckedRule, ...]) -> set[Decimal]:
    named = (chain(_money_of(rule), _conditions(rule)) for rule in rules)
    return {abs(mark) for mark in chain.from_iterable(named)} - {Decimal(0)}


def hangs_on_worth(rule: CheckedRule) -> bool:
    """Return whether a limit says something else of a small account than of a large one."""
    return any(True for _ in _conditions(rule)) or any(_money_of(rule))


def _money_bounds(rules: Iterable[CheckedRule]) -> dict[AnySubject | None, set[Decimal]]:
    """Return the amounts of money in limits, by the set that they are asked of."""
    found: dict[AnySubject | None, set[Decimal]] = {}
    for rule in rules:
        marks = {abs(mark) for mark in _money_of(rule)} - {Decimal(0)}
        if marks:
            found.setdefault(_asked_of(rule), set()).update(marks)
    return found


def _money_of(rule: CheckedRule) -> Iterator[Decimal]:
    if isinstance(rule.obligation, Limit) and not _is_of_trades(rule):
        for bound in (rule.obligation.low, rule.obligation.high, rule.warn_from):
            for amount in _amounts(bound):
                if amount.unit in (Unit.MONEY, Unit.SHARES_HELD):
                    yield amount.value


def _is_of_trades(rule: CheckedRule) -> bool:
    """Return whether a limit is on trades, of which any account can have some of any size."""
    assert isinstance(rule.obligation, Limit)
    names = {term.measure for term in rule.obligation.measure.terms}
    return names <= OF_TRADES or (rule.each is not None and rule.each.attribute == "trade")


def _conditions(rule: CheckedRule) -> Iterator[Decimal]:
    for test in account_tests(rule):
        if test.path in _OF_WORTH:
            yield from (amount.value for amount in test.right if isinstance(amount, Amount))


def _amounts(amount: AnyAmount | None) -> Iterator[Amount]:
    match amount:
        case Amount():
            yield amount
        case Times(of=of):
            yield from _amounts(of)
        case Smaller(parts=parts) | Greater(parts=parts):
            for part in parts:
                yield from _amounts(part)
        case _:
            return


def _asked_of(rule: CheckedRule) -> AnySubject | None:
    """Return the set that a limit is on; None where it adds up several."""
    assert isinstance(rule.obligation, Limit)
    terms = rule.obligation.measure.terms
    if len(terms) != 1:
        return None
    return terms[0].of if terms[0].of is not None or rule.each is None else rule.each.within


def _inside_shares(
    bounds: dict[AnySubject | None, set[Decimal]], every: tuple[CheckedRule, ...]
) -> Iterator[Decimal]:
    """Yield worths at which an amount, or what lies between two, is a share that other limits admit."""
    for subject, marks in bounds.items():
        ends = _shares_of(subject, every)
        if not ends:
            continue
        exact = sorted(Fraction(mark) for mark in marks)
        between = [(low + high) / 2 for low, high in pairwise(exact)] or exact
        middle = _root(min(ends) * max(ends)) if len(ends) > 1 else min(ends) / 2
        yield from (_rounded(mark / middle) for mark in between)
        edges = sorted({mark / end for mark in exact for end in ends})
        yield from (_rounded((low + high) / 2) for low, high in pairwise(edges))
        yield from (_rounded(edge) for edge in edges)


def _shares_of(subject: AnySubject | None, every: tuple[CheckedRule, ...]) -> set[Fraction]:
    """Return the shares, above 0 and below 1, between which the limits on a set keep it."""
    where = _where(subject)
    found = set()
    for rule in every:
        if isinstance(rule.obligation, Limit) and where is not None and _where(_asked_of(rule)) == where:
            for bound in (rule.obligation.low, rule.obligation.high):
                found |= {Fraction(a.value) for a in _amounts(bound) if a.unit is Unit.SHARE}
    return {share for share in found if 0 < share < 1}


def _where(subject: AnySubject | None) -> Predicate | None:
    return getattr(subject, "where", None)


def _root(number: Fraction) -> Fraction:
    """Return about the square root, to a millionth."""
    size = 10**12
    return Fraction(isqrt(int(number * size)), 10**6)


def _rounded(worth: Fraction) -> Decimal:
    """Return a worth in whole hundreds, or in cents where it is small."""
    step = Fraction(_HUNDRED) if worth > 100 * _HUNDRED else Fraction(1, _HUNDRED)
    whole = max(1, round(worth / step)) * step
    return Decimal(whole.numerator) / Decimal(whole.denominator)
