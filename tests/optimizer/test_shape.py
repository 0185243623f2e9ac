"""The shape of a headroom form: how it bends, its linear parts, the planes that touch it, the kept pattern.

Values of A 30, B 20 and C 5, and cash of 45.
"""

from fractions import Fraction

import pytest

from engine.facts.ids import AccountId, Symbol
from optimizer.shape import (
    EPSILON,
    MOST_PARTS,
    Curve,
    as_it_stands,
    counts_of,
    curve_of,
    linear_parts,
    pattern_rows,
    patterned,
    settled,
    tangent,
)
from rulebooks.evaluate import value
from rulebooks.forms import (
    Condition,
    Count,
    Form,
    Guarded,
    Largest,
    Least,
    Linear,
    Most,
    Risk,
    Sum,
    Term,
    TermKind,
    constant,
    linear,
    total,
)

MAIN = AccountId("MAIN")


def of(symbol: str) -> Term:
    return Term(TermKind.VALUE, MAIN, Symbol(symbol))


HELD = {of("A"): Fraction(30), of("B"): Fraction(20), of("C"): Fraction(5)}
A, B, C = (linear({term: Fraction(1)}) for term in HELD)
read = HELD.__getitem__
ABOVE_10 = tuple((Condition(form=linear({term: Fraction(1)}, Fraction(-10)), strict=True),) for term in HELD)
LEAST, MOST, LARGEST = Least(parts=(A, B)), Most(parts=(A, B)), Largest(count=2, parts=(A, B, C))
IN, OUT = Guarded(tests=ABOVE_10[0], form=A), Guarded(tests=ABOVE_10[2], form=C)  # A is above 10, C is not
HEADS = Count(parts=(A, B, C))


def risk(amount: int) -> Risk:
    """Return the risk of one active position with a loading of 2 and a specific risk of 3."""
    return Risk(
        actives=((Symbol("A"), linear({of("A"): Fraction(amount)})),),
        exposures=((Fraction(2),),),
        covariance=((Fraction(4),),),
        specific=(Fraction(3),),
    )


def plus(*parts: tuple[int, Form]) -> Sum:
    return Sum(parts=tuple((Fraction(factor), part) for factor, part in parts))


@pytest.mark.parametrize(
    ("form", "curve"),
    [
        (A, Curve.LINEAR),
        (LEAST, Curve.CONCAVE),
        (MOST, Curve.CONVEX),
        (LARGEST, Curve.CONVEX),
        (risk(1), Curve.CONVEX),
        (IN, Curve.OTHER),
        (HEADS, Curve.OTHER),
        (Least(parts=(MOST,)), Curve.CONVEX),  # of one part: that part
        (Least(parts=(MOST, A)), Curve.OTHER),
        (plus((2, A), (-1, B)), Curve.LINEAR),
        (plus((1, A), (-1, LARGEST)), Curve.CONCAVE),
        (plus((1, A), (-1, LEAST)), Curve.CONVEX),
        (plus((1, LEAST), (1, MOST)), Curve.OTHER),
        (plus((-1, IN)), Curve.OTHER),
    ],
)
def test_how_a_form_bends(form: Form, curve: Curve) -> None:
    assert curve_of(form) is curve


ASSETS = Term(TermKind.NET_ASSETS, MAIN)


def share_of(percent: int) -> Linear:
    """Return a share of net assets, which no trade at the book's prices moves."""
    return linear({ASSETS: Fraction(percent, 100)})


@pytest.mark.parametrize(
    ("form", "left"),
    [
        (Most(parts=(share_of(12), share_of(15))), share_of(15)),
        (Least(parts=(share_of(12), share_of(15))), share_of(12)),
        (Least(parts=(share_of(12), constant(9))), constant(9)),  # 12% are 12
        (Least(parts=(share_of(12), A)), Least(parts=(share_of(12), A))),  # a list moves A
        (A, A),
        # 5% of net assets, nothing at the least: what an issuer counts of a diversified portfolio
        (
            Least(parts=(A, Most(parts=(share_of(5), constant(0))))),
            Least(parts=(A, share_of(5))),
        ),
        (
            Guarded(tests=(), form=Least(parts=(A, Most(parts=(share_of(5), constant(0)))))),
            Guarded(tests=(), form=Least(parts=(A, share_of(5)))),
        ),
        (
            plus((1, A), (2, Most(parts=(share_of(5), constant(0))))),
            total((1, A), (1, share_of(10))),
        ),
    ],
)
def test_of_several_amounts_that_no_trade_moves_the_one_that_counts_is_left(form: Form, left: Form) -> None:
    assert settled(form, {**HELD, ASSETS: Fraction(100)}.__getitem__) == left


@pytest.mark.parametrize(
    ("form", "least"),
    [
        (A, [30]),
        (LEAST, [30, 20]),
        (Least(parts=(LEAST, C)), [30, 20, 5]),
        (plus((2, A), (1, LEAST)), [90, 80]),
        (plus((2, A), (-3, MOST)), [-30, 0]),  # less three times the larger: the least of both
    ],
)
def test_the_least_of_the_linear_parts_is_the_form(form: Form, least: list[int]) -> None:
    parts = linear_parts(form)
    assert parts is not None
    assert [value(part, read) for part in parts] == least
    assert value(form, read) == min(least)


@pytest.mark.parametrize(
    "form",
    [
        MOST,
        LARGEST,
        IN,
        HEADS,
        risk(1),
        Least(parts=(A, IN)),
        plus((1, A), (1, MOST)),
        plus((1, A), (-1, LEAST)),  # less the smaller of two is convex
        plus((1, A), (-1, Most(parts=(IN,)))),
        Least(parts=(A,) * (MOST_PARTS + 1)),
        plus(*((1, LEAST) for _ in range(7))),  # 128 sums
    ],
)
def test_what_has_no_linear_parts_or_too_many_has_none(form: Form) -> None:
    assert linear_parts(form) is None


@pytest.mark.parametrize(
    ("form", "touching"),
    [
        (A, A),
        (LEAST, B),
        (MOST, A),
        (LARGEST, linear({of("A"): Fraction(1), of("B"): Fraction(1)})),
        (plus((2, MOST), (-1, C)), linear({of("A"): Fraction(2), of("C"): Fraction(-1)})),
        (IN, A),
        (OUT, constant(0)),
        (HEADS, constant(3)),
        (risk(0), constant(0)),  # nothing is active: no slope
        (risk(1), linear({of("A"): Fraction(5)})),  # sqrt(2 * 4 * 2 + 3 * 3) for each unit
    ],
)
def test_the_tangent_touches_the_form(form: Form, touching: Linear) -> None:
    assert tangent(form, read) == touching
    assert value(touching, read) == pytest.approx(value(form, read))


def test_a_pattern_may_count_what_does_not_stand() -> None:
    assert tangent(OUT, read, lambda _: True) == C


@pytest.mark.parametrize(
    ("form", "kept", "known"),
    [
        (IN, A, A),
        (OUT, constant(0), OUT),
        (total((1, IN), (1, OUT)), A, total((1, A), (1, OUT))),
        (Least(parts=(IN, B)), LEAST, LEAST),
        (Largest(count=1, parts=(IN, OUT)), Largest(count=1, parts=(A, constant(0))), None),
        (HEADS, HEADS, HEADS),
    ],
)
def test_within_a_pattern_a_form_goes_without_its_tests(form: Form, kept: Form, known: Form | None) -> None:
    inside = as_it_stands(read)
    assert patterned(form, inside) == kept
    assert value(kept, read) == value(form, read)
    if known is not None:
        assert patterned(form, inside, only=True) == known


@pytest.mark.parametrize(
    ("form", "least"),
    [
        (A, []),
        (HEADS, []),
        (risk(1), []),
        (IN, [30 - 10 - EPSILON]),  # it counts for the headroom: it must stay above 10
        (plus((-1, IN)), []),  # it counts against it: what leaves is no loss
        (OUT, []),
        (plus((-1, OUT)), [10 - 5]),  # it would count against it: it must stay out
        (Most(parts=(IN, plus((-1, OUT)))), [30 - 10 - EPSILON, 10 - 5]),
    ],
)
def test_the_rows_that_keep_the_pattern_have_the_room_of_today(form: Form, least: list[Fraction]) -> None:
    found = pattern_rows(form, read, as_it_stands(read))
    assert [value(row, read) for row in found] == least


def test_a_test_that_is_no_row_is_kept_by_its_tangent() -> None:
    """The larger of A and B, 30, is above 10: as long as A is."""
    form = Guarded(tests=(Condition(form=plus((1, MOST), (-1, constant(10))), strict=False),), form=A)
    assert [value(row, read) for row in pattern_rows(form, read, as_it_stands(read))] == [20]


def test_a_count_is_found_with_the_sign_with_which_it_enters() -> None:
    form = Least(parts=(plus((-2, HEADS), (1, A)), plus((1, HEADS)), IN, risk(1)))
    assert counts_of(form) == ((HEADS, -1), (HEADS, 1))
