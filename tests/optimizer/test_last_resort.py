"""What is left of a list where rounds run out: what the gate names goes, and promises hold."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.book import Book
from engine.facts.trades import Side, Trade
from engine.gate.verdict import Decision, GateAnswer
from optimizer.proposal import Proposal, Status
from optimizer.propose import Judge, propose
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import account, book, laid_out, lot, real_judge
from tests.optimizer.test_propose import SIX, mostly_cash, sides

ONE = Settings(most_rounds=1)


def ban(number: int, action: str, symbol: str) -> str:
    return (
        f'rule B{number} "Ban"\n  forbid {action} securities where symbol is "{symbol}"\n  because ips "§1"\n'
    )


def one_at_a_time(real: Judge) -> Judge:
    """Return a gate that tells only the first of the verdicts that stop a list."""

    def judge(trades: tuple[Trade, ...]) -> GateAnswer:
        answer = real(trades)
        stopping = [row for row in answer.verdicts if row.decision.rank > Decision.WARN.rank and row.trades]
        return replace(answer, verdicts=tuple(sorted(stopping, key=lambda row: row.rule))[:1])

    return judge


def found(on: Book, *, hidden: str, intent: Intent | None = None, settings: Settings = ONE) -> Proposal:
    """Return what is proposed where only the gate knows the rules, and tells them one at a time."""
    ground = laid_out("", on)
    judge = one_at_a_time(real_judge(laid_out(hidden, on)))
    return propose(
        ground, accounts=ground.accounts, intent=intent or Intent(), settings=settings, judge=judge
    )


def test_trades_that_are_named_go_one_by_one_and_the_rest_stays() -> None:
    """One round closes B1; B2 and B3 are told of what is left, and only they go."""
    rules = "".join(ban(n, "buying", symbol) for n, symbol in enumerate(("BBB", "CCC", "DDD"), start=1))
    proposal = found(mostly_cash(), hidden=rules)
    assert {symbol for symbol, _ in sides(proposal)} == {"AAA", "EEE", "FFF"}
    assert proposal.gate is not None
    assert proposal.gate.decision is Decision.PASS
    assert proposal.status is Status.FEASIBLE
    assert "2 trades were dropped because the gate did not pass them" in proposal.notes


SECTOR = """rule SECTOR "One sector"
  for each sector in equities
  limit weight to at most {}%
  because ips "§1"
"""


def test_a_cap_of_a_sector_that_the_gate_draws_tighter_is_met_without_closing_a_trade() -> None:
    """At most 30% by the search, 29.95% by the gate, in each of two accounts: a share is 0.1%."""
    owned = [account(name, "84000", benchmark="index") for name in ("MAIN", "OTHER")]
    held = [lot("AAA", 160, cost="100", account=name) for name in ("MAIN", "OTHER")]
    sectors = {"BBB": "Energy", "CCC": "Energy", "DDD": "Energy"}
    on = book(held, accounts=owned, weights=SIX, sectors=sectors)
    ground = laid_out(SECTOR.format(30), on)
    judge = real_judge(laid_out(SECTOR.format("29.95"), on))
    proposal = propose(
        ground, accounts=ground.accounts, intent=Intent(), settings=Settings(most_rounds=2), judge=judge
    )
    for name in ("MAIN", "OTHER"):
        energy = {
            row.trade.symbol: row.trade.quantity
            for row in proposal.trades
            if row.trade.account == name and row.trade.symbol in sectors
        }
        assert set(energy) == set(sectors)
        assert 297 <= sum(energy.values()) <= 299
    assert proposal.gate is not None
    assert proposal.gate.decision is Decision.PASS


@pytest.mark.parametrize("hidden", [False, True])
def test_a_gain_goes_too_where_the_loss_that_pays_for_it_is_stopped(hidden: bool) -> None:
    """No gain may be recognized in sum: AAA at a gain is sold against the loss on BBB."""
    on = book(
        [lot("AAA", 600, cost="60"), lot("BBB", 400, cost="170")],
        accounts=[account("MAIN", "10000", benchmark="index")],
        weights=SIX,
    )
    intent = Intent(to="target", anyway=True, max_gain=Decimal(0))
    rules = ban(1, "buying", "CCC") + ban(2, "selling", "BBB") if hidden else ""
    proposal = found(on, hidden=rules, intent=intent, settings=replace(ONE, aversion=Decimal(500)))
    sold = {symbol for symbol, side in sides(proposal) if side is Side.SELL}
    assert sold == (set() if hidden else {"AAA", "BBB"})
    assert proposal.asked[0].kept
