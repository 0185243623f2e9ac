"""Every case file, judged; and what would pass, applied, passes."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from engine.facts.trades import Trade
from engine.gate.answer import gate_answer
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from engine.gate.text import gate_text
from engine.gate.verdict import GateAnswer, Outcome, Verdict, WouldPass
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.gate.case_files import CASES, Case, case_name, case_paths, read_case, unmet


@cache
def opened_case(path: Path) -> tuple[Case, OpenBook]:
    """Return a case with its book opened, read once for all tests."""
    case = read_case(path)
    return case, opened_of(case)


def opened_of(case: Case) -> OpenBook:
    return open_book(ground(compile_rulebook(case.policies), case.book))


@pytest.mark.parametrize("path", case_paths(), ids=case_name)
def test_case_says_what_is_expected(path: Path, engine: Inline) -> None:
    case, opened = opened_case(path)
    answer = judge(opened, case.trades, engine=engine)
    assert answer.fault is None, answer.fault
    assert unmet(gate_answer(answer), case.expects) == [], gate_text(answer, everything=True)
    assert path.parent.name == answer.decision.value, "the folder names the decision"


@pytest.mark.parametrize("path", case_paths(), ids=case_name)
def test_order_of_the_list_does_not_matter(path: Path, engine: Inline) -> None:
    case, opened = opened_case(path)
    turned = case.trades[::-1]
    one, other = (judge(opened, trades, engine=engine) for trades in (case.trades, turned))
    assert one.decision is other.decision
    assert one.verdicts == other.verdicts
    assert sorted(one.trades, key=lambda t: t.trade.number) == sorted(
        other.trades, key=lambda t: t.trade.number
    )


@pytest.mark.parametrize("path", case_paths(), ids=case_name)
def test_what_would_pass_passes(path: Path, engine: Inline) -> None:
    case, opened = opened_case(path)
    answer = judge(opened, case.trades, engine=engine)
    for verdict in answer.verdicts:
        for change in verdict.would_pass:
            changed = applied(case.trades, change)
            if changed is None:
                continue
            again = judge(opened, changed, engine=engine)
            assert again.fault is None
            assert like(again, verdict) < like(answer, verdict), (verdict.rule, change)


@pytest.mark.parametrize("path", case_paths(), ids=case_name)
def test_largest_quantity_passes_and_one_more_does_not(path: Path, engine: Inline) -> None:
    case, opened = opened_case(path)
    answer = judge(opened, case.trades, engine=engine)
    for decided in answer.trades:
        most = decided.max_quantity
        if most is None or case.book.accounts[decided.trade.account].fractional:
            continue
        step = case.book.securities[decided.trade.symbol].lot_size
        quantity = Decimal(most.numerator) / Decimal(most.denominator)
        assert quantity % step == 0
        if quantity:
            assert not stopped(opened, case.trades, replace(decided.trade, quantity=quantity), engine)
        assert stopped(opened, case.trades, replace(decided.trade, quantity=quantity + step), engine)


def stopped(opened: OpenBook, trades: tuple[Trade, ...], changed: Trade, engine: Inline) -> bool:
    """Return whether the changed trade is in something that stops it."""
    listed = tuple(changed if trade.number == changed.number else trade for trade in trades)
    answer = judge(opened, listed, engine=engine, explained=False)
    assert answer.fault is None
    decided = next(trade for trade in answer.trades if trade.trade.number == changed.number)
    return decided.decision.value in ("block", "approval")


def applied(trades: tuple[Trade, ...], change: WouldPass) -> tuple[Trade, ...] | None:
    """Return the list with a change made; None for changes of day or security, which need other data."""
    match change.change:
        case "quantity":
            quantity = Decimal(change.to)
            return tuple(replace(t, quantity=quantity) if t.number == change.trade else t for t in trades)
        case "drop":
            return tuple(t for t in trades if t.number != change.trade)
        case "add_trade":
            assert change.added is not None
            return (*trades, change.added)
        case _:
            return None


def like(answer: GateAnswer, verdict: Verdict) -> int:
    """Return how many verdicts of the same rule and group stop a trade in the same way.

    A rule that forbids buying and holding has one for each, under one name.
    """
    place = (verdict.rule, verdict.account, verdict.household, verdict.group, verdict.outcome)
    return sum(
        (other.rule, other.account, other.household, other.group, other.outcome) == place
        and (other.breach == "active" or (other.outcome is Outcome.MISSING_DATA and bool(other.trades)))
        for other in answer.verdicts
    )


def test_the_case_folders_are_not_empty() -> None:
    kinds = {path.relative_to(CASES).parts[0] for path in case_paths()}
    assert {"limit", "window", "ban", "trade", "book", "missing", "waiver", "target"} <= kinds
