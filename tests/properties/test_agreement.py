"""Gate and reference agree on every verdict over random policies, books and lists.

Everyday a few hundred lists are judged by both. At full size, a million verdicts with counters of what
they covered:

    GUARDBAND_VERDICTS=1000000 GUARDBAND_SEED=1 python -m pytest tests/properties/test_agreement.py --long -s

A disagreement is told with its seed and made small: the one rule, with its exceptions and waivers, and
the fewest trades that still show it.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest

from dsl.policy import CheckedPolicy
from engine.facts.book import Book
from engine.facts.failure import InputErrors
from engine.facts.trades import Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.reference import Answer
from engine.gate.reference import judge as reference_judge
from engine.gate.verdict import GateAnswer, Outcome, Verdict
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.properties.quotas import Quotas
from tests.properties.worlds import PLAIN, WIDE, Mix, world_of

EVERYDAY = 60
"""Worlds of an everyday run, three lists each."""

FIRST_SEED = 1_000

OWED_FROM = 100_000
"""Verdicts from which on a run owes every quota; a shorter one may draw too little of something rare."""

ENGINE = Inline()


def differences(policy: CheckedPolicy, book: Book, trades: tuple[Trade, ...]) -> list[str]:
    """Return where the two evaluators differ on a list, in the words of the fault; none where they agree."""
    opened = open_book(ground(compile_rulebook((policy,)), book))
    try:
        answer = judge(opened, trades, engine=ENGINE, explained=False)
    except InputErrors:
        return []
    return _differences(answer)


def smallest(policy: CheckedPolicy, book: Book, trades: tuple[Trade, ...], rule: str) -> str:
    """Return the rule and the fewest trades on which the two still differ, in words."""
    only = replace(
        policy,
        rules=tuple(row for row in policy.rules if rule in (row.id, row.exception_to)),
        targets=tuple(row for row in policy.targets if row.name == rule),
    )
    policy = only if differences(only, book, trades) else policy
    for trade in trades:
        fewer = tuple(other for other in trades if other is not trade)
        if differences(policy, book, fewer):
            trades = fewer
    told = differences(policy, book, trades)
    listed = "; ".join(f"{t.account} {t.side} {t.quantity} {t.symbol} at {t.price}" for t in trades)
    return f"{told[:1]} on [{listed}] under {[row.obligation for row in policy.rules][:1]}"


def rule_of(difference: str) -> str:
    """Return the rule that a difference is about."""
    parts = [part.split(":")[0].strip() for part in difference.split(" / ")]
    return parts[0] if parts[0].startswith("BOOK") or len(parts) < 2 else parts[1]


@dataclass(slots=True)
class Coverage:
    """What a run has covered."""

    verdicts: int = 0
    near: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    clauses: Counter[str] = field(default_factory=Counter)

    def add(self, one: "Judged") -> None:
        """Count the verdicts of one list."""
        policy, rows = one.policy, one.rows
        self.near += sum(is_near(verdict) for verdict in one.answer.verdicts)
        titles = {rule.id: rule.title for rule in policy.rules}
        exceptions = {rule.exception_to for rule in policy.rules}
        waived = {waiver.rule for waiver in policy.waivers}
        for row in rows:
            if not row.witnessed or (row.rule == "BOOK-DATA" and row.outcome is Outcome.PASS):
                continue
            self.verdicts += 1
            self.outcomes[f"{row.outcome} {row.breach or ''} {row.decision}".strip()] += 1
            self.kinds[titles.get(row.rule, "targets" if row.target else row.rule)] += 1
            self.clauses["with exceptions"] += row.rule in exceptions
            self.clauses["with waivers"] += row.rule in waived
            self.clauses["excepted"] += row.outcome is Outcome.EXCEPTED
            self.clauses["early warning"] += row.warned
            self.clauses["worsened"] += row.worsened
            self.clauses["across household"] += row.household is not None

    def words(self) -> str:
        """Return the counters, one line each."""
        lines = [f"{self.verdicts} verdicts, {self.near} near their limit"]
        for name, counter in (("outcome", self.outcomes), ("kind", self.kinds), ("clause", self.clauses)):
            lines += [f"  {name} {key}: {count}" for key, count in counter.most_common()]
        return "\n".join(lines)


def is_near(verdict: Verdict) -> bool:
    """Return whether a figure is within about one share of its limit: 20 USD, or 2 bp of an account."""
    if verdict.headroom is None:
        return False
    return abs(verdict.headroom) <= (Fraction(2, 100) if verdict.unit == "percent" else 20)


@dataclass(frozen=True, slots=True)
class Judged:
    """One list of a world, judged by both."""

    policy: CheckedPolicy
    book: Book
    trades: tuple[Trade, ...]
    rows: Answer
    answer: GateAnswer
    told: list[str]  # where the two differ


def judged(seed: int, *, lists: int = 3, mix: Mix = PLAIN) -> Iterator[Judged]:
    """Return each list of a world with what both say of it."""
    policy, book, drawn = world_of(seed, lists=lists, mix=mix)
    opened = open_book(ground(compile_rulebook((policy,)), book))
    for trades in drawn:
        try:
            answer = judge(opened, trades, engine=ENGINE, explained=False)
        except InputErrors:
            continue
        rows = reference_judge(opened.reference, trades, opened.listed(trades).settlement)
        yield Judged(policy, book, trades, rows, answer, _differences(answer))


def _differences(answer: GateAnswer) -> list[str]:
    if answer.fault is None:
        return []
    return list(json.loads(answer.fault.bundle or "{}").get("differences", [answer.fault.reason]))


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + EVERYDAY))
def test_gate_and_reference_agree(seed: int) -> None:
    for one in judged(seed):
        if one.told:
            pytest.fail(f"seed {seed}: {in_short(one)}", pytrace=False)


def in_short(one: Judged) -> str:
    """Return the smallest case of a disagreement, in words."""
    return smallest(one.policy, one.book, one.trades, rule_of(one.told[0]))


def test_the_everyday_worlds_are_worth_judging() -> None:
    """The worlds breach, pass, miss data and come near their limits often enough to mean something."""
    coverage = Coverage()
    for seed in range(FIRST_SEED, FIRST_SEED + 25):
        for one in judged(seed, mix=WIDE):
            coverage.add(one)
    breaches = sum(count for words, count in coverage.outcomes.items() if words.startswith("breach"))
    passes = sum(count for words, count in coverage.outcomes.items() if words.startswith("pass"))
    missing = sum(count for words, count in coverage.outcomes.items() if words.startswith("missing"))
    assert coverage.verdicts > 500
    assert min(breaches, passes) * 5 > coverage.verdicts
    assert min(missing, coverage.near) > 20


@pytest.mark.long
def test_a_million_verdicts_agree() -> None:
    wanted = int(os.environ.get("GUARDBAND_VERDICTS", "1000000"))
    seed = first = int(os.environ.get("GUARDBAND_SEED", "1"))
    coverage, found, quotas = Coverage(), list[str](), Quotas()
    while coverage.verdicts < wanted and len(found) < 20:
        for one in judged(seed, lists=12, mix=WIDE):
            coverage.add(one)
            near = sum(is_near(verdict) for verdict in one.answer.verdicts)
            quotas.add(one.policy, [row for row in one.rows if row.witnessed], near)
            if one.told:
                found.append(f"seed {seed}: {in_short(one)}")
        seed += 1
    print(f"\nseeds {first} to {seed - 1}, {len(found)} disagreements: {quotas.table()}")
    assert not found, "\n".join(found)
    if quotas.verdicts >= OWED_FROM:
        assert not quotas.short(), "\n".join(quotas.short())
