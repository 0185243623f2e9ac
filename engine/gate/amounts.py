"""Amounts in words: how a bound was written, and figures as people read them.

the greater of 5% and benchmark_weight        5.40%        4,000.00 USD        120 shares
"""

from fractions import Fraction
from typing import assert_never

from dsl.policy import Amount, AnyAmount, DataRef, Greater, Limit, PercentOf, Smaller, Times
from engine.facts.money import plain, steps

_PLACES = {"percent": 2, "days": 0, "count": 0, "shares": 0}
_MOST = 8


def words(amount: AnyAmount) -> str:
    """Return an amount in the words of the mandate."""
    match amount:
        case Amount(written=written, parameter=parameter):
            return written if parameter is None else f"{parameter} ({written})"
        case PercentOf(written=written):
            return written
        case DataRef(name=name):
            return name
        case Times(factor=factor, of=of):
            return f"{plain(factor)} times {words(of)}"
        case Smaller(parts=(left, right)):
            return f"the smaller of {words(left)} and {words(right)}"
        case Greater(parts=(left, right)):
            return f"the greater of {words(left)} and {words(right)}"
        case _:
            assert_never(amount)


def bound_words(limit: Limit) -> str:
    """Return `at most 5%`, `at least 2%`, `between 2% and 6%`, `exactly 10%`."""
    match limit.low, limit.high:
        case None, None:
            return "nothing"
        case None, high:
            assert high is not None
            return f"at most {words(high)}"
        case low, None:
            assert low is not None
            return f"at least {words(low)}"
        case low, high:
            assert low is not None
            assert high is not None
            return f"exactly {words(low)}" if low == high else f"between {words(low)} and {words(high)}"


def is_literal(amount: AnyAmount | None) -> bool:
    """Return whether a bound is the number that was written, so that it needs no explanation."""
    return amount is None or (isinstance(amount, Amount) and amount.parameter is None)


def people(value: Fraction, unit: str, *, apart_from: Fraction | None = None) -> str:
    """Return a figure for people, with as many decimals as keep it apart from another one."""
    places = _PLACES.get(unit, 2)
    told = steps(value, places=places)
    if apart_from is not None and value != apart_from:
        while places < _MOST and told == steps(apart_from, places=places) and told != value * 10**places:
            places += 1
            told = steps(value, places=places)
    number = _grouped(told, places)
    match unit:
        case "percent":
            return f"{number}%"
        case "ratio" | "count":
            return number
        case _:
            return f"{number} {unit}"


def _grouped(told: int, places: int) -> str:
    """Return so many steps of the last of `places` decimals as a number, its thousands apart."""
    sign, (whole, part) = "-" if told < 0 else "", divmod(abs(told), 10**places)
    return f"{sign}{whole:,}.{part:0{places}d}" if places else f"{sign}{whole:,}"
