"""Gate and reference agree on every verdict over random policies, books and lists.

Everyday a few hundred lists are judged by both. At full size, a million verdicts with counters of what
they covered, drawn by Hypothesis (`differential`; there in parts, by two processes):

    GUARDBAND_VERDICTS=1000000 GUARDBAND_SEED=1 python -m pytest tests/properties/test_agreement.py --long -s

A disagreement is told with its seed and made small. The worlds of a plain seed are those in which it once
came to one; what they show is told as the one rule, with its exceptions and waivers, and the fewest trades.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from dsl.policy import CheckedPolicy
from engine.facts.book import Book
from engine.facts.failure import InputErrors
from engine.facts.trades import Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.verdict import GateAnswer
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.properties.differential import run, run_seed
from tests.properties.worlds import PLAIN, Mix, world_of

EVERYDAY = 24
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


@dataclass(frozen=True, slots=True)
class Judged:
    """One list of a world, judged by both."""

    policy: CheckedPolicy
    book: Book
    trades: tuple[Trade, ...]
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
        yield Judged(policy, book, trades, answer, _differences(answer))


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


def test_books_and_lists_that_hypothesis_draws_are_judged_alike_and_worth_judging() -> None:
    """They breach, pass and come near their limits; the shares owed are those of the long run.

    What a seed draws depends on the modules that are loaded, whose constants Hypothesis uses too: a few
    books are only asked to be no empty ones.
    """
    quotas = run_seed(1, books=4)
    assert quotas.verdicts > 200
    assert min(quotas.shares["breach"], quotas.shares["pass"], quotas.shares["near"]) > 10


@pytest.mark.long
def test_a_million_verdicts_agree() -> None:
    wanted = int(os.environ.get("GUARDBAND_VERDICTS", "1000000"))
    first = int(os.environ.get("GUARDBAND_SEED", "1"))
    done = run(wanted, first=first, say=lambda words: print(words, flush=True))
    print(f"\n{done.words()}")
    assert not done.apart, "\n".join(f"seed {seed}: {words}" for seed, words in done.apart.items())
    if done.quotas.verdicts >= OWED_FROM:
        assert not done.quotas.short(), "\n".join(done.quotas.short())
