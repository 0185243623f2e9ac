"""Repair: a list that the gate would stop comes back as the part of it that passes."""

from dataclasses import replace
from decimal import Decimal

from engine.facts.ids import AccountId, LotId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.verdict import Decision
from optimizer.proposal import Proposal, Status
from optimizer.repair import repair
from optimizer.settings import Settings
from tests.optimizer.hand import account, book, laid_out, lot, real_judge
from tests.optimizer.test_propose import CAP, SIX


def trade(number: int, side: Side, symbol: str, quantity: str, lot_name: str | None = None) -> Trade:
    return Trade(
        number=number,
        account=AccountId("MAIN"),
        side=side,
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        lot=None if lot_name is None else LotId(lot_name),
    )


def repaired(rules: str, *trades: Trade, cash: str = "84000") -> Proposal:
    on = book([lot("AAA", 160, cost="60")], accounts=[account("MAIN", cash, benchmark="index")], weights=SIX)
    ground = laid_out(rules, on)
    return repair(ground, trades, settings=Settings(), judge=real_judge(ground))


def kept(proposal: Proposal) -> dict[tuple[str, str], Decimal]:
    return {(row.trade.side.value, row.trade.symbol): row.trade.quantity for row in proposal.trades}


def test_a_list_that_passes_is_kept_as_it_is() -> None:
    proposal = repaired(CAP.format(20), trade(1, Side.BUY, "BBB", "100"), trade(2, Side.BUY, "CCC", "50"))
    assert kept(proposal) == {("buy", "BBB"): 100, ("buy", "CCC"): 50}


def test_a_purchase_over_the_cap_is_cut_to_the_last_share_that_fits() -> None:
    proposal = repaired(CAP.format(12), trade(1, Side.BUY, "BBB", "150"), trade(2, Side.BUY, "CCC", "50"))
    assert kept(proposal) == {("buy", "BBB"): 120, ("buy", "CCC"): 50}
    assert proposal.gate is not None
    assert proposal.gate.decision is Decision.PASS


def test_cash_is_not_overdrawn() -> None:
    proposal = repaired("", trade(1, Side.BUY, "BBB", "150"), trade(2, Side.BUY, "CCC", "150"), cash="20000")
    assert sum(kept(proposal).values()) == 200


def test_a_list_of_which_nothing_passes_comes_back_empty() -> None:
    ban = 'rule BAN "Ban"\n  forbid buying securities where symbol is "BBB"\n  because ips "§1"\n'
    proposal = repaired(ban, trade(1, Side.BUY, "BBB", "10"))
    assert proposal.status is Status.NOTHING_TO_DO
    assert proposal.trades == ()
    assert proposal.notes


def test_a_sale_over_several_lots_is_cut_where_the_gains_reach_their_limit() -> None:
    """Lots at 90 and 60, 10 shares each: 100 of gains from the first, then 40 for each share."""
    limit = "limit net_realized_gains this tax_year to at most 300 USD"
    gains = f'rule GAINS "Gains"\n  {limit}\n  because ips "§1"\n'
    on = book(
        [lot("AAA", 10, cost="90", days=900), lot("AAA", 10, cost="60", days=800)],
        accounts=[account("MAIN", "0")],
    )
    ground = laid_out(gains, on)
    judge = real_judge(ground)
    found = repair(ground, (trade(1, Side.SELL, "AAA", "20"),), settings=Settings(), judge=judge)
    assert sum(row.trade.quantity for row in found.trades) == 15
    assert judge((trade(1, Side.SELL, "AAA", "16"),)).decision is Decision.BLOCK


def test_a_purchase_of_an_account_with_fractions_is_cut_within_a_share() -> None:
    on = book(
        [lot("AAA", 160, cost="60")],
        accounts=[replace(account("MAIN", "84000", benchmark="index"), fractional=True)],
        weights=SIX,
    )
    ground = laid_out(CAP.format("12.05"), on)
    found = repair(ground, (trade(1, Side.BUY, "BBB", "130"),), settings=Settings(), judge=real_judge(ground))
    assert kept(found) == {("buy", "BBB"): Decimal("120.5")}
