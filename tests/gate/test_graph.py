"""Forms laid out once: what a list changes is what a full evaluation finds."""

import random
from fractions import Fraction

import pytest

from engine.facts.ids import AccountId, Symbol
from engine.gate.graph import Graph, root_step
from rulebooks.evaluate import risk_rounded, square_root, value
from rulebooks.forms import (
    Condition,
    Count,
    Form,
    Guarded,
    Largest,
    Linear,
    Term,
    TermKind,
    least,
    linear,
    most,
    total,
)

TERMS = [Term(TermKind.VALUE, AccountId("A"), Symbol(f"S{n}")) for n in range(6)]


def random_linear(chance: random.Random) -> Linear:
    chosen = chance.sample(TERMS, chance.randint(1, 4))
    return linear({t: Fraction(chance.randint(-3, 3), chance.randint(1, 3)) for t in chosen}, Fraction(1, 2))


def random_form(chance: random.Random, depth: int) -> Form:
    if depth == 0:
        return random_linear(chance)
    parts = [random_form(chance, depth - 1) for _ in range(3)]
    match chance.randint(0, 5):
        case 0:
            return total((2, parts[0]), (-1, parts[1]), (Fraction(1, 3), parts[2]))
        case 1:
            return least(*parts)
        case 2:
            return most(*parts)
        case 3:
            return Largest(count=2, parts=tuple(parts))
        case 4:
            return Guarded(tests=(Condition(form=parts[0], strict=chance.random() < 0.5),), form=parts[1])
        case _:
            return Count(parts=tuple(random_linear(chance) for _ in range(3)))


@pytest.mark.parametrize("seed", range(40))
def test_a_change_gives_what_a_full_evaluation_gives(seed: int) -> None:
    chance = random.Random(seed)
    before = {term: Fraction(chance.randint(-2, 5)) for term in TERMS}
    graph = Graph(before.__getitem__)
    forms = [random_form(chance, 2) for _ in range(5)]
    nodes = [graph.add(form) for form in forms]
    first = {t: Fraction(chance.randint(-4, 4)) for t in chance.sample(TERMS, 3)}
    second = {t: Fraction(chance.randint(-4, 4)) for t in chance.sample(TERMS, 2)}
    once = graph.after(first)
    twice = graph.after(second, on=once)
    for state, deltas in ((once, [first]), (twice, [first, second])):
        now = {t: v + sum((d.get(t, Fraction(0)) for d in deltas), Fraction(0)) for t, v in before.items()}
        for form, node in zip(forms, nodes, strict=True):
            assert graph.value(node, state) == value(form, now.__getitem__)
    for form, node in zip(forms, nodes, strict=True):
        assert graph.before(node) == value(form, before.__getitem__)


@pytest.mark.parametrize("seed", range(30))
def test_roots_round_as_the_exact_root_does(seed: int) -> None:
    chance = random.Random(seed)
    square, base = Fraction(chance.randint(0, 10**9)), Fraction(chance.randint(1, 10**6))
    assert root_step(square, base, Fraction(1, 10**6)) == risk_rounded(square_root(square) / base)


def test_a_root_on_the_half_rounds_up() -> None:
    step = Fraction(1, 10)
    assert root_step(Fraction(25, 10_000), Fraction(1), step) == step  # 0.05
    assert root_step(Fraction(2499, 1_000_000), Fraction(1), step) == 0
