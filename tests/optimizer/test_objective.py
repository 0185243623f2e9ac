"""The objective in money: charges for orders, costs and prices that accounts and policies state."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from engine.facts.book import Book
from engine.facts.failure import InputError
from optimizer.build import Problem, build
from optimizer.model import objective
from optimizer.proposal import Proposal
from optimizer.search import search
from optimizer.settings import Intent, Settings
from tests.optimizer.exact import solve_exactly
from tests.optimizer.hand import account, book, laid_out, lot, proposed
from tests.optimizer.test_propose import SIX
from tests.optimizer.worlds import Sizes, make_world

SMALL = Sizes(names=(6, 9), lots=2, accounts=1, net_assets=(20_000, 200_000))


def off_target(**columns: str) -> Book:
    """An account of 100,000 with three lots of one security to sell; `columns` of accounts.csv."""
    lots = [lot("AAA", 200, cost="98", days=500 + k) for k in range(3)]
    main = replace(account("MAIN", "40000", benchmark="index"), attributes=columns)
    return book(lots, accounts=[main], weights=SIX)


def parts(proposal: Proposal, what: str) -> list[Decimal]:
    return [part.amount for row in proposal.trades for part in row.reasons if part.what == what]


def test_an_order_is_charged_once_however_many_lots_it_sells() -> None:
    proposal = proposed("", off_target(ticket_cost="9.95"))
    orders = {(row.trade.symbol, row.trade.side) for row in proposal.trades}
    assert len(proposal.trades) > len(orders)
    assert -sum(parts(proposal, "charge for the order")) == len(orders) * Decimal("9.95")
    assert sum((row.total for row in proposal.trades), Decimal(0)) == proposal.improvement


def test_dear_orders_make_fewer_of_them() -> None:
    counts = []
    for charge in ("0", "8", "400"):
        found = proposed("parameter risk_aversion = 0.05\n", off_target(ticket_cost=charge))
        counts.append(len({(row.trade.symbol, row.trade.side) for row in found.trades}))
    assert counts[0] > counts[1] > counts[2] == 0


@pytest.mark.parametrize("seed", [3, 4])
def test_with_charges_the_list_is_the_exact_optimum(seed: int) -> None:
    world = make_world(seed, SMALL)
    problem = build(
        world.ground, accounts=world.accounts, intent=Intent(), settings=Settings(ticket_cost=Decimal(20))
    )
    ours, exact = search(problem), solve_exactly(problem)
    assert exact.status == "optimal"
    best = objective(problem.model, np.array(exact.steps) * problem.grid.step)
    assert ours.bound <= best + 1e-6
    assert ours.cost <= best + max(0.05, ours.cost - ours.bound)


def costs_told(problem_of: Proposal) -> dict[str, str]:
    return {row.name: row.words for row in problem_of.assumptions}


PARAMETERS = "parameter trading_cost = 20 bps\nparameter ticket_cost = 3 USD\nparameter risk_aversion = 80\n"


def test_what_the_policy_states_is_used_and_named() -> None:
    told = costs_told(proposed(PARAMETERS, off_target()))
    assert "20 bps of the value traded (parameter `trading_cost` of world.home)" in told["trading cost"]
    assert told["ticket"].startswith("each order costs 3")
    assert told["drift"].startswith("drift costs 80 times")


def test_what_the_account_states_goes_before_the_policy() -> None:
    proposal = proposed(PARAMETERS, off_target(trading_cost_bps="7", ticket_cost="1"))
    assert "7 bps of the value traded (stated by the account)" in costs_told(proposal)["trading cost"]
    orders = {(row.trade.symbol, row.trade.side) for row in proposal.trades}
    assert -sum(parts(proposal, "charge for the order")) == len(orders)


def test_a_parameter_in_the_wrong_unit_is_refused() -> None:
    with pytest.raises(InputError, match="ticket_cost"):
        proposed("parameter ticket_cost = 3 bps\n", off_target())


CAP = (
    'rule CAP "One company"\n  for each issuer in holdings where symbol is not "AAA"\n'
    '  limit weight to at most 12%\n  on breach warn\n  because ips "§1"\n'
)


def built(rules: str) -> Problem:
    ground = laid_out(rules, off_target())
    return build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings())


def heaviest(proposal: Proposal) -> Decimal:
    values = {row.trade.symbol: row.value for row in proposal.trades if row.trade.side == "buy"}
    return max(values.values()) / proposal.after.net_assets


def test_a_rule_that_warns_is_left_where_that_is_worth_more_than_its_price() -> None:
    free, cheap, dear, unpriced = (
        proposed(text + CAP, off_target())
        for text in (
            "parameter price_of_cap = 0 USD\n",
            "parameter price_of_cap = 1 USD\n",
            "parameter price_of_cap = 10,000 USD\n",
            "",
        )
    )
    assert heaviest(unpriced) <= Decimal("0.12")
    assert heaviest(dear) <= Decimal("0.12")
    assert heaviest(cheap) > Decimal("0.12")
    assert "CAP" in cheap.let_go
    assert free.objective.total <= cheap.objective.total <= dear.objective.total
    for told in (free, cheap, dear):
        assert sum((row.total for row in told.trades), Decimal(0)) == told.improvement


def test_the_price_is_of_a_percentage_point_of_the_account() -> None:
    """12% of 100,000 is left by 3 points in each of five names: at 50.00 a point that is 750.00."""
    problem = built("parameter price_of_cap = 50 USD\n" + CAP)
    trades = np.zeros(problem.columns.width)
    bought = [i for i, name in enumerate(problem.columns.names) if name.symbol != "AAA"]
    trades[bought] = 1_500.0
    plain = built("parameter price_of_cap = 0 USD\n" + CAP).model
    charged = objective(problem.model, trades) - objective(plain, trades)
    assert charged * problem.columns.unit == pytest.approx(len(bought) * 3 * 50, rel=1e-6)


def test_a_price_for_a_rule_that_blocks_is_told_to_do_nothing() -> None:
    told = proposed("parameter price_of_cap = 1 USD\n" + CAP.replace("warn", "block"), off_target())
    assert heaviest(told) <= Decimal("0.12")
    assert "kept in full" in costs_told(told)["price of CAP"]


def test_a_price_of_no_rule_is_refused() -> None:
    with pytest.raises(InputError, match="price_of_nothing"):
        proposed("parameter price_of_nothing = 1 USD\n", off_target())
