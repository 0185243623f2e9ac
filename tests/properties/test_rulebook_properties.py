"""What holds of every rulebook: the order of statements plays no part, and a rule more only tightens.

`parse, print, parse gives the same tree` and `formatting twice is formatting once` are in
tests/dsl/test_properties.py. At full size:

    GUARDBAND_RULEBOOKS=2000 python -m pytest tests/properties/test_rulebook_properties.py --long
"""

import os
import re
from dataclasses import replace
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.check import check
from dsl.library import library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy, Limit
from engine.facts.book import Book
from engine.facts.failure import InputErrors
from engine.facts.trades import Side, Trade
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.verdict import Decision, GateAnswer
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.properties import worlds
from tests.properties.worlds import mandates
from tests.rule_kinds.cases import FILES
from tests.shared import ROOT

LONG = int(os.environ.get("GUARDBAND_RULEBOOKS", "500"))
SEEDS = st.integers(0, 1_000_000)
ENGINE = Inline()
LIBRARY = sorted((ROOT / "rulebooks" / "library").glob("*.mandate"))
TEXTS = tuple(path.read_text(encoding="utf-8") for path in (*FILES.values(), *LIBRARY))
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large)


# ------------------------------------------------------------------ order of statements


def drawn_text(seed: int) -> str:
    """Return the text of a mandate drawn from a seed."""
    with patch.object(mandates, "checked_policy", lambda text: text):
        text = mandates.drawn_policy(Random(seed), worlds.PLAIN)
    assert isinstance(text, str)
    return text


def statements(text: str) -> list[str]:
    """Return the statements of a mandate, header first: each begins at the first column of a line."""
    bare = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    return [
        part.rstrip("\n") + "\n" for part in re.split(r"^(?=\S)", bare, flags=re.MULTILINE) if part.strip()
    ]


def hash_of(text: str) -> str:
    """Return the hash of the rulebook of a mandate's text."""
    checked = check(
        parse(text, file="drawn.mandate"),
        catalogue=catalogue(),
        library=library_of([(path.name, path.read_text(encoding="utf-8"), no_files) for path in LIBRARY]),
        files=no_files,
        schema=None,
        today=None,
    )
    assert checked.policy is not None, [d for d in checked.diagnostics if d.severity == "error"]
    return compile_rulebook((checked.policy,)).hash


def assert_order_plays_no_part(text: str, chance: Random) -> None:
    header, *rest = statements(text)
    expected = hash_of(text)
    chance.shuffle(rest)
    assert hash_of("\n".join((header, *rest))) == expected


@settings(max_examples=15, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_statements_plays_no_part_in_a_drawn_mandate(seed: int, chance: Random) -> None:
    assert_order_plays_no_part(drawn_text(seed), chance)


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_the_order_of_statements_plays_no_part_in_a_real_one(text: str, chance: Random) -> None:
    assert_order_plays_no_part(text, chance)


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, st.data())
def test_another_rule_is_another_hash(seed: int, data: st.DataObject) -> None:
    """The hash is of what the mandate says: without any one of its rules it is another."""
    header, *rest = statements(drawn_text(seed))
    rules = [part for part in rest if part.startswith("rule ")]
    gone = data.draw(st.sampled_from(rules))
    name = gone.split()[1]
    fewer = [part for part in rest if part is not gone and not _rests_on(part, name)]
    assert hash_of("\n".join((header, *rest))) != hash_of("\n".join((header, *fewer)))


def _rests_on(statement: str, rule: str) -> bool:
    """Return whether a statement is an exception to a rule, or a waiver of it."""
    return re.search(rf"(exception to|^waive) {rule}\b", statement) is not None


# ------------------------------------------------------------------ a rule more


def without(policy: CheckedPolicy, rule: str) -> CheckedPolicy:
    """Return a policy as it was before a rule, its exceptions and its waivers were added."""
    return replace(
        policy,
        rules=tuple(row for row in policy.rules if rule not in (row.id, row.exception_to)),
        waivers=tuple(row for row in policy.waivers if row.rule != rule),
        targets=tuple(row for row in policy.targets if row.name != rule),
    )


def addable(policy: CheckedPolicy) -> list[str]:
    """Return the rules whose addition may only tighten.

    Two kinds of rule take the place of a default that stands where nothing is said, by the contract: a
    limit on `borrowing` lifts the demand that cash is never below zero, and a rule on `price_age` says
    how old a price may be instead of five days.
    """
    lifting = {row.id for row in policy.rules if _lifts_a_default(row.obligation)}
    bases = [row.id for row in policy.rules if row.exception_to is None and row.id not in lifting]
    return bases + [row.name for row in policy.targets]


def _lifts_a_default(obligation: object) -> bool:
    if isinstance(obligation, Limit):
        return any(term.measure == "borrowing" for term in obligation.measure.terms)
    return "price_age" in repr(obligation)


def answer_of(policy: CheckedPolicy, book: Book, trades: tuple[Trade, ...]) -> GateAnswer | None:
    """Return the gate's answer; None for a list that cannot be read at all."""
    opened = open_book(ground(compile_rulebook((policy,)), book))
    try:
        return judge(opened, trades, engine=ENGINE, explained=False)
    except InputErrors:
        return None


def assert_adding_only_tightens(seed: int, pick: int) -> int:
    """Add one rule of a world and compare the answers to its lists; return how many it made worse."""
    policy, book, lists = worlds.world_of(seed)
    names = addable(policy)
    if not names:
        return 0
    name = names[pick % len(names)]
    worse = 0
    for trades in lists:
        before, after = answer_of(without(policy, name), book, trades), answer_of(policy, book, trades)
        if before is None or after is None:
            assert before is after
            continue
        if before.fault or after.fault:
            continue  # the two evaluators disagree: test_agreement.py is about that
        where = f"seed {seed}, rule {name}"
        assert after.decision.rank >= before.decision.rank, where
        for one, other in zip(before.trades, after.trades, strict=True):
            assert one.trade == other.trade
            assert other.decision.rank >= one.decision.rank, where
        worse += after.decision.rank > before.decision.rank
    return worse


@settings(max_examples=15, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, st.integers(0, 20))
def test_adding_a_rule_never_admits_what_was_refused(seed: int, pick: int) -> None:
    assert_adding_only_tightens(seed, pick)


def test_the_lists_are_such_that_a_rule_more_stops_some() -> None:
    """Without this the property above could hold of nothing."""
    assert sum(assert_adding_only_tightens(seed, seed) for seed in (4, 19, 32, 36)) >= 2


def test_a_limit_on_borrowing_is_one_of_the_two_rules_that_lift_a_default() -> None:
    """The exceptions to the property are as the contract has them: nothing more is left out of it."""
    kinds = ("rule ", "waive ", "targets ")
    header = "".join(part for part in statements(drawn_text(0)) if not part.startswith(kinds))
    header = re.sub(r"^  applies to .*\n", "", header, flags=re.MULTILINE)
    limit = 'rule R-1 "t"\n  limit borrowing to at most 10%\n  because ips "§1"\n'
    _, book, _ = worlds.world_of(0)
    account = next(iter(book.accounts))
    cash = book.accounts[account].cash
    symbol = next(
        symbol
        for symbol, row in sorted(book.securities.items())
        if symbol in book.prices and row.asset_class and row.instrument
    )
    trade = Trade(
        number=1, account=account, side=Side.BUY, symbol=symbol,
        quantity=(cash + 1) / book.prices[symbol].price,
    )  # fmt: skip
    answers = [
        answer_of(mandates.checked_policy(text), book, (trade,)) for text in (header, header + "\n" + limit)
    ]
    assert [answer.decision for answer in answers if answer] == [Decision.BLOCK, Decision.PASS]


@pytest.mark.long
@settings(max_examples=LONG, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(SEEDS, st.integers(0, 20), st.randoms(use_true_random=False))
def test_both_properties_at_full_size(seed: int, pick: int, chance: Random) -> None:
    assert_adding_only_tightens(seed, pick)
    assert_order_plays_no_part(drawn_text(seed), chance)
