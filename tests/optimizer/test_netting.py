"""True netting: the tax of a year against plain sums, and lists against every list of a small account."""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from engine.facts.book import Book
from optimizer.build import Problem, build
from optimizer.model import objective, row_values, violation
from optimizer.netting import CONES, Return
from optimizer.proposal import Proposal
from optimizer.regimes import bound_of, held, netted, return_of
from optimizer.search import search
from optimizer.settings import Intent, Settings
from tests.optimizer.exact import solve_exactly
from tests.optimizer.hand import MAIN, account, book, laid_out, lot, proposed
from tests.optimizer.test_propose import SIX
from tests.optimizer.worlds import Sizes, make_world

SHORT, LONG = Fraction(40, 100), Fraction(20, 100)


def year(short: Fraction | int, long: Fraction | int) -> Return:
    return Return(
        accounts=(MAIN,), short=Fraction(short), long=Fraction(long), short_rate=SHORT, long_rate=LONG
    )


def eaten(short: Fraction, long: Fraction) -> Fraction:
    """The tax of a year by netting step by step: the loss of one kind eats the gain of the other."""
    if short < 0 < long or long < 0 < short:
        size = min(abs(short), abs(long))
        short += size if short < 0 else -size
        long += size if long < 0 else -size
    return SHORT * short + LONG * long


@pytest.mark.parametrize(
    ("short", "long", "tax"),
    [
        (10_000, 5_000, 5_000),
        (10_000, -4_000, 2_400),
        (10_000, -14_000, -800),
        (-4_000, 10_000, 1_200),
        (-14_000, 10_000, -1_600),
        (-1_000, -1_000, -600),
    ],
)
def test_the_tax_of_a_year_in_each_of_the_six_cones(short: int, long: int, tax: int) -> None:
    assert year(0, 0).tax(Fraction(short), Fraction(long)) == tax


def test_any_year_is_netted_as_step_by_step_and_mean_rates_add_up() -> None:
    rng = random.Random(5)
    for _ in range(2_000):
        a, b, c, d = (Fraction(rng.randint(-20, 20) * 500) for _ in range(4))
        now = year(a, b)
        assert now.tax(a + c, b + d) == eaten(a + c, b + d)
        of_short, of_long = now.mean_rates(c, d)
        assert of_short * c + of_long * d == now.added(c, d) == eaten(a + c, b + d) - eaten(a, b)


# ------------------------------------------------------------------ proposals


def heavy(*, carryover_short: str = "0", carryover_long: str = "0") -> Book:
    """An account of 100,000 that is heavy in AAA, bought long ago for less."""
    main = replace(
        account("MAIN", "10000", benchmark="index"),
        carryover_short=Decimal(carryover_short),
        carryover_long=Decimal(carryover_long),
    )
    return book([lot("AAA", 900, cost="70")], accounts=[main], weights=SIX)


def sold(proposal: Proposal) -> Decimal:
    return sum((row.value for row in proposal.trades if row.trade.side == "sell"), Decimal(0))


def gain_of(proposal: Proposal) -> Decimal:
    return sum((row.gain for row in proposal.trades if row.gain is not None), Decimal(0))


MILD = "parameter risk_aversion = 1.5\n"


def test_a_gain_that_eats_a_short_term_carryover_costs_the_short_term_rate() -> None:
    plain, eats = proposed(MILD, heavy()), proposed(MILD, heavy(carryover_short="40000"))
    assert Decimal(0) < sold(eats) < sold(plain)
    assert abs(eats.objective.tax - gain_of(eats) * Decimal("0.40")) <= Decimal("0.05")
    assert sum((row.total for row in eats.trades), Decimal(0)) == eats.improvement
    told = {row.name: row.words for row in eats.assumptions}
    assert "short-term gains stand at -40000" in told["netting"]


def test_beyond_the_carryover_a_gain_costs_its_own_rate_again() -> None:
    proposal = proposed(MILD, heavy(carryover_short="1000"))
    gain = gain_of(proposal)
    assert gain > 1000
    expected = Decimal(400) + (gain - 1000) * Decimal("0.20")
    assert abs(proposal.objective.tax - expected) <= Decimal("0.05")


def test_long_term_losses_against_short_term_gains_of_the_year_save_the_short_term_rate() -> None:
    main = replace(account("MAIN", "10000", benchmark="index"), realized_short=Decimal(50_000))
    lots = [lot("AAA", 300, cost="110"), lot("BBB", 200, cost="101")]
    on = replace(book(lots, accounts=[main], weights=SIX), disposals=None)
    proposal = proposed("", on)
    lost = gain_of(proposal)
    assert lost < 0
    assert abs(proposal.objective.tax - lost * Decimal("0.40")) <= Decimal("0.05")
    assert [row.points for row in proposal.tax_at] == [-5, 5]
    assert abs(proposal.tax_at[1].tax - lost * Decimal("0.45")) <= Decimal("0.05")


def test_without_stated_figures_each_kind_counts_by_itself() -> None:
    told = {row.name: row.value for row in proposed("", heavy()).assumptions}
    assert told["netting"] == "each kind by itself"


# ------------------------------------------------------------------ against every list


def mixed(short: int, long: int) -> Problem:
    """Two securities to sell, with lots of every kind; nothing may be bought."""
    main = replace(account("MAIN", "500"), carryover_short=Decimal(short), carryover_long=Decimal(long))
    lots = [
        lot("AAA", 5, cost="140", days=100, name="short loss"),
        lot("AAA", 5, cost="60", days=900, name="long gain"),
        lot("BBB", 5, cost="55", days=90, name="short gain"),
        lot("BBB", 5, cost="150", days=800, name="long loss"),
    ]
    rules = 'rule BAN "Ban"\n  forbid buying securities where asset_class is equity\n  because ips "§1"\n'
    ground = laid_out("parameter risk_aversion = 3\n" + rules, book(lots, accounts=[main]))
    return build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings(netting=True))


def untaxed(problem: Problem) -> Problem:
    tax = np.array([float(row.tax) for _, row in problem.columns.lots])
    lots = replace(problem.model.lots, cost=problem.model.lots.cost - tax)
    return replace(problem, model=replace(problem.model, lots=lots))


def best_of_all(problem: Problem, tax_return: Return) -> float:
    """What the best list of all costs in units, each list by itself and netted exactly."""
    bare, columns = untaxed(problem), problem.columns
    lots = [row for _, row in columns.lots]
    best = float("inf")
    for steps in product(range(6), repeat=len(lots)):
        trades = np.array([0] * columns.count + list(steps)) * problem.grid.step
        if violation(bare.model.rows, row_values(bare.model, trades)).max(initial=0.0) > 1e-9:
            continue
        gains = {"short": Fraction(0), "long": Fraction(0)}
        for count, row in zip(steps, lots, strict=True):
            assert row.term is not None
            gains[row.term] += Fraction(row.recognized) * (count * 100)
        tax = float(tax_return.added(gains["short"], gains["long"])) / columns.unit
        best = min(best, float(objective(bare.model, trades) + tax))
    return best


@pytest.mark.parametrize("carried", [(0, 0), (300, 0), (0, 300), (120, 40)])
def test_the_best_of_the_cones_is_the_best_of_all_lists(carried: tuple[int, int]) -> None:
    problem = mixed(*carried)
    tax_return = return_of(problem)
    assert tax_return is not None
    best = best_of_all(problem, tax_return)
    found = search(netted(problem))
    regime = found.problem.netting
    assert regime is not None
    assert found.cost + regime.offset == pytest.approx(best, abs=0.05)
    assert bound_of(found) + regime.offset <= best + 1e-6


@pytest.mark.parametrize("seed", [4, pytest.param(3, marks=pytest.mark.long)])
def test_with_every_kind_of_rule_the_best_cone_is_found(seed: int) -> None:
    """Each cone by SCIP; ours is as good as the best of them, up to the gap told."""
    sizes = Sizes(names=(6, 8), lots=2, accounts=1, net_assets=(20_000, 300_000))
    world = make_world(seed, sizes)
    problem = build(world.ground, accounts=world.accounts, intent=Intent(), settings=Settings(netting=True))
    tax_return = return_of(problem)
    assert tax_return is not None
    costs = []
    for cone in CONES:
        one = held(problem, tax_return, cone)
        exact = solve_exactly(one, limit=20.0)
        if exact.cost < 1e10 and one.netting is not None:
            costs.append(exact.cost + one.netting.offset)
    found = search(netted(problem))
    assert found.problem.netting is not None
    offset, bound = found.problem.netting.offset, bound_of(found)
    assert bound + offset <= min(costs) + 1e-3
    assert found.cost + offset <= min(costs) + max(0.05, found.cost - bound)
