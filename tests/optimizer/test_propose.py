"""Whole proposals on small books: what is proposed, what is not, and how it is told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal, Lot
from engine.facts.trades import Side
from engine.gate.verdict import Decision
from optimizer.answer import proposal_data
from optimizer.proposal import Proposal, Status
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import account, book, lot, proposed
from tests.optimizer.worlds import TODAY, WASH

CAP = """rule CAP "One company"
  for each issuer in equities
  limit weight to at most {}%
  because ips "§1"
"""
TURN = """rule TURN "Turnover"
  limit turnover over the last 12 months to at most {}%
  because ips "§8"
"""
CALM = Settings(aversion=Decimal(1))
HARVEST = """harvest losses
  from lots where loss is at least 5% of cost and loss is at least 250 USD
  replacing with substitutes
  because ips "§2"
substitute "AAA" with "BBB" because ips "§2"
"""
SIX = dict.fromkeys(("AAA", "BBB", "CCC", "DDD", "EEE", "FFF"), "0.16")


def sides(proposal: Proposal) -> dict[tuple[str, Side], Decimal]:
    found: dict[tuple[str, Side], Decimal] = {}
    for row in proposal.trades:
        key = (row.trade.symbol, row.trade.side)
        found[key] = found.get(key, Decimal(0)) + row.trade.quantity
    return found


def spread_out() -> list[Lot]:
    return [lot(s, 160, cost="100") for s in SIX]


def mostly_cash() -> Book:
    main = account("MAIN", "84000", benchmark="index")
    return book([lot("AAA", 160, cost="100")], accounts=[main], weights=SIX)


def test_an_account_on_target_is_left_alone() -> None:
    on = book(spread_out(), accounts=[account("MAIN", "4000", benchmark="index")], weights=SIX)
    proposal = proposed(CAP.format(20), on)
    assert proposal.status is Status.NOTHING_TO_DO
    assert proposal.trades == ()
    assert proposal.gate is not None
    assert proposal.gate.decision is Decision.PASS


def test_idle_cash_is_invested_and_stays_within_the_cap() -> None:
    proposal = proposed(CAP.format(12), mostly_cash())
    bought = {symbol: shares for (symbol, side), shares in sides(proposal).items() if side is Side.BUY}
    assert set(bought) == {"BBB", "CCC", "DDD", "EEE", "FFF"}
    assert max(bought.values()) == 120  # 12% of 100,000 at 100 a share, to the last share
    assert proposal.improvement > 0


FLOOR = """rule CASH "Cash in a band"
  limit weight of cash to between {} and 20%
  because ips "§5"
"""


@pytest.mark.parametrize(("floor", "after"), [("10%", 10_000), ("10.1%", 10_100), ("10.11%", 10_200)])
def test_cash_above_its_band_is_not_spent_through_the_floor(floor: str, after: int) -> None:
    """Of 84% in cash, shares of 100 spend what is above the floor, and not a share more."""
    proposal = proposed(FLOOR.format(floor), mostly_cash())
    spent = sum(100 * shares * side.sign for (_, side), shares in sides(proposal).items())
    assert 84_000 - spent == after


def test_the_cap_that_binds_is_named_with_its_clause() -> None:
    on = book(
        [lot("AAA", 160, cost="100")], accounts=[account("MAIN", "84000", benchmark="index")], weights=SIX
    )
    proposal = proposed(CAP.format(12), on)
    assert {row.rule for row in proposal.binding} == {"CAP"}
    assert {cite.clause for row in proposal.binding for cite in row.because} == {"§1"}
    assert all(row.price > 0 for row in proposal.binding)


def test_losses_are_harvested_where_the_mandate_selects_them() -> None:
    lots = [lot("AAA", 100, cost="150"), lot("AAA", 60, cost="103", days=900), *spread_out()[1:]]
    on = book(lots, accounts=[account("MAIN", "4000", benchmark="index")], weights=SIX)
    proposal = proposed(HARVEST + CAP.format(60), on, Intent(kind="harvest"), CALM)
    assert {row.trade.lot for row in proposal.trades if row.trade.side is Side.SELL} == {"MAIN-AAA-800"}
    assert sides(proposal)[("AAA", Side.SELL)] == 100
    assert {symbol for symbol, side in sides(proposal) if side is Side.BUY} == {"BBB"}
    sale = next(row for row in proposal.trades if row.trade.side is Side.SELL)
    assert (sale.gain, sale.term, sale.tax) == (Decimal("-5000.00"), "long", Decimal("-1000.00"))


def test_no_loss_is_sold_that_a_recent_purchase_would_disallow() -> None:
    lots = [
        lot("AAA", 100, cost="150"),
        lot("AAA", 10, cost="100", days=20, account="IRA"),
        *spread_out()[1:],
    ]
    on = book(
        lots,
        accounts=[account("MAIN", "4000", benchmark="index"), account("IRA", "9000", kind="ira")],
        weights=SIX,
    )
    proposal = proposed(HARVEST + WASH, on, Intent(kind="harvest"))
    assert not [row for row in proposal.trades if row.trade.lot == "MAIN-AAA-800"]


def test_a_loss_sale_and_a_purchase_of_the_same_security_never_share_a_list() -> None:
    lots = [lot("AAA", 300, cost="150"), *spread_out()[1:]]
    on = book(
        lots,
        accounts=[
            account("MAIN", "4000", benchmark="index"),
            account("IRA", "60000", kind="ira", benchmark="index"),
        ],
        weights=SIX,
    )
    proposal = proposed(HARVEST + WASH, on)
    found = sides(proposal)
    assert proposal.trades
    assert not (("AAA", Side.SELL) in found and ("AAA", Side.BUY) in found)


def test_small_tickets_are_not_written_but_a_small_position_may_be_closed() -> None:
    ticket = (
        'rule TICKET "Ticket"\n  for each trade except trades where closes_position is yes\n'
        '  limit trade_value to at least 1,000 USD\n  because ips "§5"\n'
    )
    ban = (
        'rule OUT "Out"\n  limit weight of holdings where symbol is "ZZZ" to at most 0%\n  on breach warn\n'
        '  because ips "§6"\n'
    )
    lots = [*spread_out(), lot("ZZZ", 5, cost="90")]
    on = book(lots, accounts=[account("MAIN", "4000", benchmark="index")], weights=SIX)
    proposal = proposed(ticket + ban, on)
    assert sides(proposal)[("ZZZ", Side.SELL)] == 5
    assert all(row.value >= 1000 for row in proposal.trades if row.trade.symbol != "ZZZ")


def test_locked_lots_stay() -> None:
    lots = [lot("AAA", 100, cost="150"), *spread_out()[1:]]
    on = book(lots, accounts=[account("MAIN", "4000", benchmark="index")], weights=SIX)
    proposal = proposed(HARVEST, on, Intent(kind="harvest", locked=(LotId("MAIN-AAA-800"),)))
    assert proposal.status is Status.NOTHING_TO_DO


def test_a_class_outside_its_band_comes_back_to_the_edge_and_no_further() -> None:
    rules = (
        'targets mix\n  equities 60% band 5 points\n  cash 40% from 30% to 50%\n  because ips "§4"\n'
        'rebalance mix\n  when any class leaves its band\n  back to nearest edge\n  because ips "§4"\n'
    )
    on = book([lot(s, 120, cost="95") for s in SIX], accounts=[account("MAIN", "28000")], weights=None)
    proposal = proposed(rules, on)
    weight = {row.name: row.weight for row in proposal.after.classes}
    assert Decimal("0.64") < weight["equities"] <= Decimal("0.65")
    assert all(row.trade.side is Side.SELL for row in proposal.trades)


def test_inside_the_bands_there_is_nothing_to_do() -> None:
    rules = (
        'targets mix\n  equities 60% band 5 points\n  cash 40% from 30% to 50%\n  because ips "§4"\n'
        'rebalance mix\n  when any class leaves its band\n  back to target\n  because ips "§4"\n'
    )
    on = book([lot(s, 105, cost="95") for s in SIX], accounts=[account("MAIN", "37000")])
    proposal = proposed(rules, on)
    assert proposal.status is Status.NOTHING_TO_DO
    assert "inside its band" in proposal.notes[0]


def test_cash_is_raised_from_the_lots_that_cost_least_tax() -> None:
    lots = [lot("AAA", 200, cost="40", name="dear"), lot("AAA", 200, cost="99", days=900, name="cheap")]
    on = book([*lots, *spread_out()[1:]], accounts=[account("MAIN", "1000")])
    proposal = proposed("", on, Intent(kind="raise", amount=Decimal(15000)))
    assert proposal.after.cash >= 15000
    assert "dear" not in {row.trade.lot for row in proposal.trades}
    assert proposal.objective.tax < 100


def test_cash_beyond_a_turnover_cap_is_a_conflict_with_a_cure_that_works() -> None:
    on = book(spread_out(), accounts=[account("MAIN", "4000")])
    intent = Intent(kind="raise", amount=Decimal(24000))
    stuck = proposed(TURN.format(5), on, intent)
    assert stuck.status is Status.INFEASIBLE
    assert stuck.trades == ()
    assert [row.rule for row in stuck.conflict if row.because] == ["TURN"]
    cure = stuck.relaxations[0]
    assert (cure.rule, cure.unit) == ("TURN", "percentage points")
    assert cure.amount == 5  # 20,000 more cash is 10% of 100,000 in turnover; 5% is allowed
    cured = proposed(TURN.format(5 + cure.amount), on, intent)
    assert cured.status is not Status.INFEASIBLE
    assert cured.after.cash >= 24000


def test_a_security_sold_at_a_loss_last_week_is_not_bought_back() -> None:
    on = book(
        [lot("AAA", 160, cost="100")], accounts=[account("MAIN", "84000", benchmark="index")], weights=SIX
    )
    sold = TODAY - timedelta(days=7)
    loss = Disposal(
        sale=TransactionId("s1"),
        lot=LotId("gone"),
        account=AccountId("MAIN"),
        symbol=Symbol("BBB"),
        quantity=Decimal(10),
        proceeds=Decimal(900),
        basis=Decimal(1500),
        gain=Decimal(-600),
        disallowed=Decimal(0),
        permanently_disallowed=Decimal(0),
        recognized=Decimal(-600),
        broker_disallowed=Decimal(0),
        term="long",
        acquired=sold - timedelta(days=700),
        adjusted_acquired=sold - timedelta(days=700),
        sold=sold,
    )
    proposal = proposed("", replace(on, disposals=(loss,)))
    assert ("BBB", Side.BUY) not in sides(proposal)
    assert ("CCC", Side.BUY) in sides(proposal)


def test_the_answer_has_the_keys_of_the_contract_and_adds_up() -> None:
    on = book(
        [lot("AAA", 160, cost="100")], accounts=[account("MAIN", "84000", benchmark="index")], weights=SIX
    )
    proposal = proposed(CAP.format(12), on)
    data = proposal_data(proposal, gate={"decision": "pass"})
    assert list(data)[:3] == ["schema", "as_of", "status"]
    for key in ("trades", "objective", "gap", "rounds", "binding", "conflict", "gate", "before", "after"):
        assert key in data
    objective = data["objective"]
    assert isinstance(objective, dict)
    parts = sum(Decimal(str(objective[k])) for k in ("drift", "tax", "cost"))
    assert parts == Decimal(str(objective["total"]))
    reasons = sum(reason.amount for row in proposal.trades for reason in row.reasons)
    assert reasons == proposal.improvement


def test_a_sector_above_one_limit_and_below_another_is_left_as_it_is() -> None:
    rules = (
        'rule HIGH "High"\n  limit weight of holdings where sector is "Tech" to at most 30%\n'
        '  because ips "§1"\n'
        'rule LOW "Low"\n  limit weight of holdings where sector is "Tech" to at least 40%\n'
        '  because ips "§1"\n'
    )
    sectors = {"AAA": "Tech", "BBB": "Tech"}
    lots = [lot("AAA", 240, cost="90"), lot("BBB", 113, cost="90"), lot("CCC", 300, cost="99")]
    prices = {"AAA": "100.13", "BBB": "99.71", **dict.fromkeys(("CCC", "DDD", "EEE", "FFF"), "100")}
    on = book(
        lots,
        accounts=[account("MAIN", "35000", benchmark="index")],
        weights=SIX,
        sectors=sectors,
        prices=prices,
    )
    proposal = proposed(rules, on)
    assert proposal.trades
    assert proposal.rounds == 1
    assert not {row.trade.symbol for row in proposal.trades} & set(sectors)


def test_fractions_of_shares_stay_below_a_gain_budget_to_the_cent() -> None:
    budget = (
        'rule GAINS "Gains"\n  limit net_realized_gains this tax_year to at most 500 USD\n'
        '  because ips "§2"\n'
    )
    lots = [lot("AAA", 800, cost="61.37"), lot("BBB", 40, cost="93.11")]
    main = replace(account("MAIN", "2000", benchmark="index"), fractional=True)
    proposal = proposed(budget, book(lots, accounts=[main], weights=SIX))
    gains = sum((row.gain for row in proposal.trades if row.gain is not None), Decimal(0))
    assert proposal.rounds == 1
    assert Decimal(499) < gains <= 500
