"""Fingerprints: equal facts in any order are one text, others another; what is no fact is refused."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.gate.fingerprint import canonical
from engine.gate.verdict import Decision


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a", "b", "c"}, frozenset(("c", "b", "a"))),
        ([1, "x"], (1, "x")),
        (Decimal("1.50"), Decimal("1.5")),
        (Fraction(1, 2), Fraction(2, 4)),
        (Decision.BLOCK, "block"),
    ],
)
def test_equal_facts_are_one_text(one: object, same: object) -> None:
    assert canonical(one) == canonical(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        ((("a",), "b"), ("a", ("b",))),
        ({"a": 1}, {"a": 2}),
        ({"a"}, {"b"}),
        (date(2026, 3, 10), date(2026, 3, 11)),
        (None, "-"),
        (True, "yes"),
    ],
)
def test_other_facts_are_another(one: object, other: object) -> None:
    assert canonical(one) != canonical(other)


def test_what_has_no_place_among_facts_is_refused() -> None:
    with pytest.raises(TypeError, match="float has no place among facts"):
        canonical({"price": 1.5})
