"""A floor under what counts with 5% a name at the most: eight names of 10% each, wished at 65, 29 and 1%.

Of net assets of 100,000 USD each of the eight counts with 5,000; 100 shares cost 10,000. To keep 30% the two
large ones count with 5,000 each, so that the six small ones must be worth 20,000 together: 200 shares.
"""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import Book
from engine.facts.trades import Side
from engine.gate.verdict import Decision
from optimizer import search
from optimizer.build import Problem, build
from optimizer.curved import missed_curves
from optimizer.model import Floats
from optimizer.proposal import Proposal
from optimizer.search import Solution
from optimizer.settings import Intent, Settings
from tests.optimizer.exact import solve_exactly
from tests.optimizer.hand import account, book, laid_out, lot, proposed

LARGE, SMALL = ("AAA", "BBB"), ("CCC", "DDD", "EEE", "FFF", "GGG", "HHH")
WISHES = {"AAA": "0.65", "BBB": "0.29"} | dict.fromkeys(SMALL, "0.01")
START = 100


def eight(*, votes: int) -> Book:
    """Return the book; votes: shares of each issuer that may vote."""
    made = book(
        [lot(symbol, START, cost="99") for symbol in (*LARGE, *SMALL)],
        accounts=[account("MAIN", "20000", benchmark="index")],
        weights=WISHES,
    )
    told = {"voting_shares_outstanding": str(votes)}
    securities = {
        symbol: replace(row, attributes={**row.attributes, **told}) for symbol, row in made.securities.items()
    }
    return replace(made, securities=securities)


def rule(percent: int) -> str:
    return f'rule R "d"\n  limit capped_weight of equities to at least {percent}%\n  because ips "§1"\n'


def at_least(percent: int, *, votes: int = 100_000_000) -> Proposal:
    return proposed(rule(percent), eight(votes=votes))


def shares(proposal: Proposal) -> dict[str, int]:
    """Return what is held of each name after the list."""
    held = dict.fromkeys((*LARGE, *SMALL), START)
    for row in proposal.trades:
        sign = 1 if row.trade.side is Side.BUY else -1
        held[str(row.trade.symbol)] += sign * int(row.trade.quantity)
    return held


def counted(held: dict[str, int], *, votes: int) -> Fraction:
    """Return the part of 100,000 USD that counts: 5% a name, where no more than 10% of its votes are held."""
    return Fraction(sum(min(n * 100, 5_000) for n in held.values() if n * 10 <= votes), 100_000)


@pytest.mark.parametrize(("percent", "together"), [(10, 60), (20, 100), (30, 200), (38, 280), (40, 300)])
def test_the_small_names_keep_exactly_what_the_floor_needs(percent: int, together: int) -> None:
    told = at_least(percent)
    held = shares(told)
    assert told.status == "optimal"
    assert told.gate is not None
    assert told.gate.decision is Decision.PASS
    assert sum(held[symbol] for symbol in SMALL) == together
    assert counted(held, votes=100_000_000) >= Fraction(percent, 100)


@pytest.mark.parametrize("votes", [1_000, 1_500, 3_000, 6_500])
def test_where_a_tenth_of_the_votes_is_in_reach_the_list_passes_all_the_same(votes: int) -> None:
    """Of 1,000 votes more than 100 shares would not count at all."""
    told = at_least(30, votes=votes)
    assert told.gate is not None
    assert told.gate.decision is Decision.PASS
    assert told.trades
    assert counted(shares(told), votes=votes) >= Fraction(30, 100)


# ------------------------------------------------------------------ where it cannot be met


def raising(amount: int, *, percent: int = 30, votes: int = 100_000_000) -> Proposal:
    return proposed(
        rule(percent), eight(votes=votes), Intent(kind="raise", amount=Decimal(amount)), Settings()
    )


@pytest.mark.parametrize("votes", [100_000_000, 1_000])
def test_cash_is_raised_as_long_as_what_is_left_can_count(votes: int) -> None:
    """70,000 of 100,000 in cash leave 30,000, and eight names of less than 5,000 each count in full."""
    told = raising(70_000, votes=votes)
    assert told.status != "infeasible"
    assert told.gate is not None
    assert told.gate.decision is Decision.PASS
    assert sum(shares(told).values()) == 300


@pytest.mark.parametrize("votes", [100_000_000, 1_000])
def test_a_floor_that_the_request_leaves_no_room_for_is_named_with_its_cure(votes: int) -> None:
    """70,100 in cash leave 29,900, of which 29.9% of 100,000 count at the most."""
    told = raising(70_100, votes=votes)
    assert told.status == "infeasible"
    assert told.trades == ()
    assert [row.rule for row in told.conflict] == ["R", "raise 70,100 in cash"]
    assert [(row.rule, row.limit, row.relaxed) for row in told.relaxations] == [
        ("R", Decimal(30), Decimal("29.9"))
    ]


# ------------------------------------------------------------------ as good as can be, in a few rounds


def by_chance(seed: int) -> Problem:
    """Return seven names of very different sizes, of which 24 to 30% have to count."""
    draw = random.Random(seed)
    names = [letter * 3 for letter in "ABCDEFG"]
    sizes = [draw.paretovariate(0.6) for _ in names]
    wished = [round(size / sum(sizes), 4) for size in sizes]
    wished[0] += 1 - sum(wished)
    made = book(
        [
            lot(name, draw.randint(20, 200), cost=str(draw.randint(50, 140)), days=draw.choice([100, 800]))
            for name in names
        ],
        accounts=[account("MAIN", "14000", benchmark="index")],
        weights={name: f"{weight:.4f}" for name, weight in zip(names, wished, strict=True)},
    )
    told = {"voting_shares_outstanding": "100000000"}
    securities = {
        s: replace(row, attributes={**row.attributes, **told}) for s, row in made.securities.items()
    }
    ground = laid_out(rule(draw.randint(24, 30)), replace(made, securities=securities))
    return build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings())


@pytest.mark.parametrize(
    "seed", [2, 4, pytest.param(5, marks=pytest.mark.long), pytest.param(8, marks=pytest.mark.long)]
)
def test_the_list_is_as_good_as_the_exact_one_and_no_round_is_missing(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of seven names there are 128 sums; one to three of them are cut before a list keeps them all."""
    problem, rounds = by_chance(seed), []
    once = search.attempt

    def counted_attempt(problem: Problem, start: Floats | None) -> Solution:
        rounds.append(once(problem, start))
        return rounds[-1]

    monkeypatch.setattr(search, "attempt", counted_attempt)
    found = search.search(problem)
    exact = solve_exactly(problem, limit=20)
    assert 1 < len(rounds) <= search.MOST_CUTS
    assert not missed_curves(found.problem, found.trades)
    assert exact.status == "optimal"
    assert found.bound <= exact.cost + 1e-6
    assert found.cost <= exact.cost + float(Settings().tolerance_bp)
