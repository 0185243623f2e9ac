"""Every list on a tiny book against arithmetic by hand: blocked exactly where a rule is broken.

Three securities at 10, 20 and 5, a few shares of each and some cash; every list of whole shares is judged
under every rule. The arithmetic is written here once more, in plain numbers, for each measure:

    weight of A   10 a / (10 a + 20 b + 5 c + cash)       a, b, c: shares after the list

A list is blocked if and only if some rule is beyond its limit and further beyond than it was before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import pytest

from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.reference_evaluator.small import account, book_of, lot, policy_of, security, trades_of

ENGINE = Inline()
PRICES = {"A": 10, "B": 20, "C": 5}
HELD = {"A": 3, "B": 2, "C": 4}
COSTS = {"A": 8, "B": 25, "C": 5}
DURATION = {"A": 2, "B": 7, "C": 4}
CASH = 50
MOVES = (-2, 0, 1, 2)
"""Shares of each security that a list buys (or sells, below 0): 63 lists with one trade or more."""


@dataclass(frozen=True)
class Shares:
    """What is held, and what the list has moved; all whole shares."""

    held: dict[str, int]
    moved: dict[str, int]

    @property
    def cash(self) -> int:
        return CASH - sum(PRICES[s] * n for s, n in self.moved.items())

    def value(self, *names: str) -> int:
        return sum(PRICES[s] * self.held[s] for s in names)

    @property
    def worth(self) -> int:
        return self.value(*PRICES) + self.cash

    def weight(self, *names: str) -> Fraction:
        return Fraction(self.value(*names), self.worth)

    def gains(self) -> int:
        return sum(-n * (PRICES[s] - COSTS[s]) for s, n in self.moved.items() if n < 0)

    def traded(self) -> Fraction:
        return Fraction(sum(PRICES[s] * abs(n) for s, n in self.moved.items()), 2)

    def average(self, of: dict[str, int]) -> Fraction:
        total = self.value(*PRICES)
        return Fraction(sum(of[s] * self.value(s) for s in PRICES), total) if total else Fraction(0)


Figure = Callable[[Shares], Fraction | int]


@dataclass(frozen=True)
class Rule:
    """A rule as text, and by hand: figures that are to be at most (or at least) a limit."""

    text: str
    figures: tuple[Figure, ...]
    most: Fraction | int | None = None
    least: Fraction | int | None = None

    def room(self, after: Shares, figure: Figure) -> Fraction:
        measured, sides = Fraction(figure(after)), list[Fraction]()
        if self.most is not None:
            sides.append(self.most - measured)
        if self.least is not None:
            sides.append(measured - self.least)
        return min(sides)


def part(percent: int) -> Fraction:
    return Fraction(percent, 100)


BEFORE = Shares(HELD, {})
ANY = "securities where asset_class is equity"
RULES = {
    "weight of each issuer": Rule(
        "for each issuer in eq\n  limit weight to at most 25%",
        tuple(lambda s, name=name: s.weight(name) for name in PRICES),  # type: ignore[misc]
        most=part(25),
    ),
    "weight of a sector": Rule(
        "limit weight of tech to at most 40%", (lambda s: s.weight("A", "B"),), part(40)
    ),
    "weight between": Rule(
        "limit weight of tech to between 30% and 50%", (lambda s: s.weight("A", "B"),), part(50), part(30)
    ),
    "value": Rule("limit value of tech to at most 80 USD", (lambda s: s.value("A", "B"),), 80),
    "quantity": Rule(
        "for each security in eq\n  limit quantity to at most 4 shares",
        tuple(lambda s, name=name: s.held[name] for name in PRICES),  # type: ignore[misc]
        most=4,
    ),
    "cash": Rule("limit cash to at least 30 USD", (lambda s: s.cash,), least=30),
    "count": Rule(
        "limit count of holdings to at least 3",
        (lambda s: sum(1 for n in s.held.values() if n),),
        least=3,
    ),
    "two largest": Rule(
        "limit weight of the 2 largest issuers in eq to at most 50%",
        (lambda s: Fraction(sum(sorted(s.value(n) for n in PRICES)[1:]), s.worth),),
        most=part(50),
    ),
    "those above": Rule(
        "limit weight of issuers in eq whose weight is more than 20% to at most 30%",
        (lambda s: sum((s.weight(n) for n in PRICES if s.weight(n) > part(20)), Fraction(0)),),
        most=part(30),
    ),
    "gains": Rule("limit net_realized_gains this tax_year to at most 2 USD", (lambda s: s.gains(),), most=2),
    "turnover": Rule(
        "limit turnover this year to at most 10%", (lambda s: s.traded() / BEFORE.worth,), most=part(10)
    ),
    "duration": Rule("limit duration of eq to at most 4 years", (lambda s: s.average(DURATION),), most=4),
}

CASH_RULE = Rule("", (lambda s: s.cash,), least=0)


def lists() -> Iterator[tuple[tuple[str, ...], Shares]]:
    """Return every list as words, with what it leaves."""
    for moves in product(MOVES, repeat=len(PRICES)):
        moved = {name: n for name, n in zip(PRICES, moves, strict=True) if n}
        words = tuple(f"{'buy' if n > 0 else 'sell'} {abs(n)} {name}" for name, n in moved.items())
        if words:
            yield words, Shares({name: HELD[name] + moved.get(name, 0) for name in PRICES}, moved)


def is_stopped(rule: Rule, after: Shares) -> bool:
    """Return whether a list makes a breach by hand, or makes one worse."""
    return any(rule.room(after, f) < 0 and rule.room(after, f) < rule.room(BEFORE, f) for f in rule.figures)


@pytest.mark.parametrize("name", RULES)
def test_a_list_is_blocked_exactly_where_arithmetic_by_hand_says_so(name: str) -> None:
    rule = RULES[name]
    text = "define eq as holdings where asset_class is equity\n"
    text += 'define tech as holdings where sector is "tech"\n'
    text += f'rule R "{name}"\n  {rule.text}\n  because ips "§1"\n'
    sectors = {"A": "tech", "B": "tech", "C": "health"}
    book = book_of(
        accounts=(account(cash=str(CASH)),),
        securities=tuple(security(s, sector=sectors[s], duration=str(DURATION[s])) for s in PRICES),
        lots=tuple(lot(s, str(HELD[s]), basis=str(COSTS[s] * HELD[s])) for s in PRICES),
        prices={s: str(price) for s, price in PRICES.items()},
    )
    opened = open_book(ground(compile_rulebook((policy_of(text),)), book))
    seen = {True: 0, False: 0}
    for words, after in lists():
        answer = judge(opened, trades_of(*words), engine=ENGINE, explained=False)
        assert answer.fault is None, answer.fault
        by_hand = is_stopped(rule, after) or is_stopped(CASH_RULE, after)
        assert (answer.decision.value == "block") == by_hand, words
        seen[by_hand] += 1
    assert min(seen.values()) > 5, "lists on both sides of the limit"
