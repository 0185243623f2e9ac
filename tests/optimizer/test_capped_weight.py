"""A floor under what counts with 5% a name at the most: eight names of 10% each, wished at 65, 29 and 1%.

Of net assets of 100,000 USD each of the eight counts with 5,000; 100 shares cost 10,000. To keep 30% the two
large ones count with 5,000 each, so that the six small ones must be worth 20,000 together: 200 shares.
"""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from engine.facts.book import Book
from engine.facts.trades import Side, Trade
from engine.gate.verdict import Decision
from optimizer import search
from optimizer.build import Problem, build
from optimizer.curved import missed_curves
from optimizer.model import Floats
from optimizer.nearest_list import nearest_list, passes
from optimizer.proposal import Proposal
from optimizer.repair import repair
from optimizer.scale import exact_decimal
from optimizer.search import Solution
from optimizer.settings import Intent, Settings
from rulebooks.grounding import ground_state
from tests.optimizer.brute import distance
from tests.optimizer.exact import solve_exactly
from tests.optimizer.hand import account, book, laid_out, lot, proposed, real_judge
from tests.optimizer.test_repair_nearest import sell

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


# ------------------------------------------------------------------ repair


@pytest.mark.parametrize(
    ("sold", "left", "votes"),
    [(66, 204, 100_000_000), (67, 200, 100_000_000), (80, 200, 100_000_000), (67, 200, 1_000)],
)
def test_of_sales_that_count_too_much_away_as_much_is_kept_as_the_floor_allows(
    sold: int, left: int, votes: int
) -> None:
    """Six sales of 66 leave 204 shares, 4 more than 30% need; six of 67 leave 198, six of 80 leave 120."""
    ground = laid_out(rule(30), eight(votes=votes))
    given = tuple(sell(number, symbol, sold) for number, symbol in enumerate(SMALL, start=1))
    told = repair(ground, given, settings=Settings(), judge=real_judge(ground))
    held = shares(told)
    assert told.gate is not None
    assert told.gate.decision is Decision.PASS
    assert counted(held, votes=votes) >= Fraction(30, 100)
    assert sum(min(held[symbol], 50) for symbol in SMALL) == left


def test_the_nearest_of_seven_sales_is_that_of_trying_every_list() -> None:
    """Seven names of 2, 4 or 6% are sold in pieces of 2% where 24% of the 30% that count must stay."""
    sizes = {letter * 3: 20 * n for letter, n in zip("ABCDEFG", (3, 3, 2, 2, 1, 3, 2), strict=True)}
    made = book(
        [lot(symbol, size, cost="99") for symbol, size in sizes.items()],
        accounts=[account("MAIN", str(100_000 - 100 * sum(sizes.values())))],
    )
    told = {"voting_shares_outstanding": "100000000"}
    securities = {
        s: replace(row, lot_size=Decimal(20), attributes={**row.attributes, **told})
        for s, row in made.securities.items()
    }
    ground = laid_out(rule(24), replace(made, securities=securities))
    given = tuple(sell(number, symbol, size) for number, (symbol, size) in enumerate(sizes.items(), start=1))
    judge = real_judge(ground)
    kept = nearest_list(ground, ground_state(ground), given, judge)
    quantities = tuple(exact_decimal(kept.quantities[trade.number]) for trade in given)
    options = [[Decimal(n) for n in range(0, int(trade.quantity) + 1, 20)] for trade in given]
    passing = (q for q in product(*options) if _counts(given, q, sizes) >= 24_000)
    best = min(distance(given, q, lambda _: Decimal(100)) for q in passing)
    assert kept.proven
    assert passes(kept.answer)
    assert distance(given, quantities, lambda _: Decimal(100)) == best


def _counts(given: tuple[Trade, ...], sold: tuple[Decimal, ...], sizes: dict[str, int]) -> Decimal:
    left = (sizes[str(trade.symbol)] - shares for trade, shares in zip(given, sold, strict=True))
    return sum((min(100 * n, Decimal(5_000)) for n in left), Decimal(0))
