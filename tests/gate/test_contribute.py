"""Contributors are told in one order, whatever order their parts came in."""

from fractions import Fraction
from itertools import permutations

from engine.facts.ids import AccountId, Symbol
from engine.gate.contribute import _by_size
from rulebooks.forms import Term, TermKind

A1 = AccountId("A-1")
PARTS = (
    (Term(TermKind.VALUE, A1, Symbol("KO")), Fraction(-5)),
    (Term(TermKind.COST, A1, Symbol("KO")), Fraction(5)),
    (Term(TermKind.VALUE, A1, Symbol("PEP")), Fraction(5)),
    (Term(TermKind.VALUE, A1), Fraction(7)),
)


def test_parts_of_one_size_have_one_order() -> None:
    orders = {tuple(sorted(parts, key=_by_size)) for parts in permutations(PARTS)}
    assert orders == {(PARTS[3], PARTS[1], PARTS[0], PARTS[2])}
