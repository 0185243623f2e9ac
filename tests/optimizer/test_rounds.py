"""Rounds between search and gate, where the gate knows of more than the search: it has the last word."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.trades import Side, Trade
from engine.gate.verdict import Decision, Fault, GateAnswer
from optimizer.proposal import Proposal
from optimizer.propose import Judge, propose
from optimizer.repair import repair
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import laid_out, real_judge
from tests.optimizer.test_propose import CAP, SIX, mostly_cash, sides
from tests.optimizer.test_repair import kept, trade

BAN = 'rule BAN "Ban"\n  forbid buying securities where symbol is "BBB"\n  because ips "§1"\n'


def gate_of(rules: str) -> Judge:
    return real_judge(laid_out(rules, mostly_cash()))


def judged_by(judge: Judge, rules: str = "", settings: Settings | None = None) -> Proposal:
    """Return what is proposed under `rules` for 84,000 of cash, where another gate judges."""
    ground = laid_out(rules, mostly_cash())
    return propose(
        ground, accounts=ground.accounts, intent=Intent(), settings=settings or Settings(), judge=judge
    )


def test_what_only_the_gate_forbids_is_closed_and_the_rest_is_bought() -> None:
    bought = sides(judged_by(gate_of(BAN)))
    assert {symbol for symbol, _ in bought} == set(SIX) - {"BBB"}


@pytest.mark.parametrize("rounds", [1, 2, 8])
def test_a_limit_that_the_gate_draws_tighter_is_kept_in_as_many_rounds_as_may_be(rounds: int) -> None:
    """At most 16% by the search, 15.9% by the gate: a share of 100 is 0.1%."""
    found = judged_by(gate_of(CAP.format("15.9")), CAP.format(16), Settings(most_rounds=rounds))
    assert found.gate is not None
    assert found.gate.decision is Decision.PASS
    assert max(sides(found).values(), default=Decimal(0)) <= 159


def test_nothing_is_proposed_where_the_gate_fails() -> None:
    real = gate_of("")

    def failing(trades: tuple[Trade, ...]) -> GateAnswer:
        answer = real(trades)
        return replace(answer, fault=Fault(reason="out of time", bundle="")) if trades else answer

    assert judged_by(failing).trades == ()


def unsaid(real: Judge) -> Judge:
    """Return a gate that stops every list and names no trade."""

    def judge(trades: tuple[Trade, ...]) -> GateAnswer:
        answer = real(trades)
        return replace(answer, decision=Decision.BLOCK, verdicts=()) if trades else answer

    return judge


def test_a_list_that_is_stopped_without_a_verdict_is_dropped_whole() -> None:
    assert judged_by(unsaid(gate_of(""))).trades == ()


def test_a_given_list_that_is_stopped_without_a_verdict_is_dropped_whole() -> None:
    ground = laid_out("", mostly_cash())
    given = (trade(1, Side.BUY, "BBB", "2"), trade(2, Side.BUY, "CCC", "1"))
    found = repair(ground, given, settings=Settings(), judge=unsaid(gate_of("")))
    assert kept(found) == {}


def test_a_given_list_is_dropped_where_the_gate_fails() -> None:
    real = gate_of("")

    def failing(trades: tuple[Trade, ...]) -> GateAnswer:
        answer = real(trades)
        return replace(answer, fault=Fault(reason="out of time", bundle="")) if trades else answer

    ground = laid_out("", mostly_cash())
    found = repair(ground, (trade(1, Side.BUY, "BBB", "2"),), settings=Settings(), judge=failing)
    assert kept(found) == {}
