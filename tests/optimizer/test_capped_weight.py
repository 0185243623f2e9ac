"""A floor under what counts with 5% a name at the most: eight names of 10% each, wished at 65, 29 and 1%.

Of net assets of 100,000 USD each of the eight counts with 5,000; 100 shares cost 10,000. To keep 30% the two
large ones count with 5,000 each, so that the six small ones must be worth 20,000 together: 200 shares.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from engine.facts.book import Book
from engine.facts.trades import Side
from engine.gate.verdict import Decision
from optimizer.proposal import Proposal
from tests.optimizer.hand import account, book, lot, proposed

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


def at_least(percent: int, *, votes: int = 100_000_000) -> Proposal:
    rule = f'rule R "d"\n  limit capped_weight of equities to at least {percent}%\n  because ips "§1"\n'
    return proposed(rule, eight(votes=votes))


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
