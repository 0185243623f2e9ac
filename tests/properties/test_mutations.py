"""One operator of the gate's own program flipped: gate and reference must come to differ within seconds.

The programs that the gate hands to the rules engine are plain values. Here an engine stands between
that flips one comparison of one rule before it is run, and nothing else knows. The worlds in which the
two agree untouched must then show a difference (or a fault).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from dsl.policy import CheckedPolicy
from engine.facts.book import Book
from engine.facts.trades import Trade
from engine.gate.engine.faults import EngineFault
from engine.gate.engine.inline import Inline
from engine.gate.engine.program import Compare, Conclusions, Fact, JoinRule, Op, Program, ThresholdRule
from engine.gate.judge import judge, open_book
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.properties.worlds import world_of
from tests.reference_evaluator.small import account, book_of, policy_of, security, trades_of

WORLDS = range(2_000, 2_040)

EQUIVALENT = frozenset({("stands new", 0, Op.LTE), ("calm", 0, Op.GT)})
"""Flips that change no answer: a new breach has lost headroom by its very nature, so that `change <= 0`
says the same as `change < 0`; an early warning is sent as a sign that is never zero."""

FLIPPED = {
    Op.GTE: (Op.GT, Op.LT),
    Op.GT: (Op.GTE, Op.LTE),
    Op.LT: (Op.LTE, Op.GTE),
    Op.LTE: (Op.LT, Op.GT),
}

Place = tuple[str, int]
"""A rule of a program, and which of its comparisons of numbers is meant."""


@dataclass
class Flipping:
    """An engine that flips one comparison, or none, of the programs it is handed."""

    place: Place | None = None
    to: Op | None = None
    inner: Inline = field(default_factory=Inline)
    seen: dict[Place, Op] = field(default_factory=dict)
    _known: dict[int, tuple[Program, Program]] = field(default_factory=dict)

    def infer(self, program: Program, facts: tuple[Fact, ...]) -> Conclusions | EngineFault:
        if id(program) not in self._known:
            rules = tuple(self._rule(rule) for rule in program.rules)
            joins = tuple(self._join(join) for join in program.joins)
            self._known[id(program)] = program, replace(program, rules=rules, joins=joins)
        return self.inner.infer(self._known[id(program)][1], facts)

    def close(self) -> None:
        self.inner.close()

    def _rule(self, rule: ThresholdRule) -> ThresholdRule:
        if not isinstance(rule.require, Compare):
            return rule
        return replace(rule, require=self._compare(rule.require, (rule.name, 0)))

    def _join(self, join: JoinRule) -> JoinRule:
        number, matches = 0, []
        for match in join.matches:
            where = []
            for condition in match.where:
                if isinstance(condition, Compare) and condition.op in FLIPPED:
                    condition = self._compare(condition, (join.name, number))
                    number += 1
                where.append(condition)
            matches.append(replace(match, where=tuple(where)))
        return replace(join, matches=tuple(matches))

    def _compare(self, condition: Compare, place: Place) -> Compare:
        if condition.op not in FLIPPED:
            return condition
        self.seen[place] = condition.op
        if place == self.place and self.to is not None:
            return replace(condition, op=self.to)
        return condition


def at_its_warning() -> tuple[CheckedPolicy, Book, list[tuple[Trade, ...]]]:
    """Return a list that takes an issuer exactly to the amount from which the rule warns."""
    policy = policy_of(
        'rule R "cap"\n  for each issuer in holdings\n  limit weight to at most 6%\n  warn from 5%\n'
        '  because ips "§1"\n'
    )
    book = book_of(accounts=(account(cash="10000"),), securities=(security("ACME"),))
    return policy, book, [trades_of("buy 50 ACME"), trades_of("buy 49 ACME")]


def worlds_that_agree() -> Iterator[tuple[object, tuple[object, ...]]]:
    """Return books, opened, with the lists on which the two agree."""
    engine = Flipping()
    for policy, book, lists in (at_its_warning(), *map(world_of, WORLDS)):
        opened = open_book(ground(compile_rulebook((policy,)), book))
        agreed = tuple(t for t in lists if judge(opened, t, engine=engine, explained=False).fault is None)
        yield opened, agreed


@pytest.fixture(scope="module")
def agreed() -> list[tuple[object, tuple[object, ...]]]:
    return list(worlds_that_agree())


@pytest.fixture(scope="module")
def places(agreed: list[tuple[object, tuple[object, ...]]]) -> dict[Place, Op]:
    engine = Flipping()
    for opened, lists in agreed:
        for trades in lists:
            judge(opened, trades, engine=engine, explained=False)  # type: ignore[arg-type]
    return engine.seen


def is_noticed(place: Place, to: Op, agreed: list[tuple[object, tuple[object, ...]]]) -> bool:
    """Return whether some list draws a fault once a comparison is flipped."""
    engine = Flipping(place, to)
    return any(
        judge(opened, trades, engine=engine, explained=False).fault is not None  # type: ignore[arg-type]
        for opened, lists in agreed
        for trades in lists
    )


DECIDING: tuple[Place, ...] = (("holds", 0), ("stands new", 0), ("stands new", 1), ("stands passive", 0))
"""Comparisons on which every verdict hangs, tried everyday; the rest in the full run."""


@pytest.mark.parametrize("place", DECIDING, ids=lambda place: f"{place[0]} {place[1]}")
def test_a_deciding_comparison_flipped_is_noticed(
    place: Place, agreed: list[tuple[object, tuple[object, ...]]], places: dict[Place, Op]
) -> None:
    for to in FLIPPED[places[place]]:
        if (*place, to) in EQUIVALENT:
            continue
        assert is_noticed(place, to, agreed), f"{place} flipped to {to} went unnoticed"


@pytest.mark.long
def test_every_comparison_flipped_is_noticed(
    agreed: list[tuple[object, tuple[object, ...]]], places: dict[Place, Op]
) -> None:
    flips = [(place, to) for place, op in sorted(places.items(), key=str) for to in FLIPPED[op]]
    flips = [(place, to) for place, to in flips if (*place, to) not in EQUIVALENT]
    unnoticed = [(place, to) for place, to in flips if not is_noticed(place, to, agreed)]
    print(f"\n{len(flips)} flips, {len(unnoticed)} unnoticed")
    assert not unnoticed
