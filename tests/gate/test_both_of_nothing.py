"""Accounts that are worth nothing, judged by both evaluators: not funded yet, or owing all that they hold.

A weight of them has a base of zero. It cannot be told, but it can be judged: 500 in shares are within
60% of total assets of 1,000, whatever is left when the 1,000 that are owed are taken off.
"""

import pytest

from engine.gate.engine.inline import Inline
from tests.gate.test_both_by_hand import B0, S0, S1, decided, judged
from tests.reference_evaluator.small import account, book_of, lot, security

# 500 of S0 and 500 of B0, and 1,000 owed; what is bought is owed too
OWING = book_of(
    accounts=(account(cash="-1000"),), securities=(S0, B0), lots=(lot("S0", "50"), lot("B0", "50"))
)


@pytest.mark.parametrize(
    ("limit", "within", "beyond"),
    [
        ("limit weight of equities to at most 60% of total_assets", "buy 25 S0", "buy 26 S0"),
        ("limit weight of equities to at least 40% of total_assets", "sell 16 S0", "sell 17 S0"),
        ("limit weight of equities to at most 120% of bonds", "buy 10 S0", "buy 11 S0"),
        (
            "limit weight of equities to at most the greater of 10% and 120% of bonds",
            "buy 10 S0",
            "buy 11 S0",
        ),
        ("limit weight of equities to at most the smaller of 90% and 120% of bonds", "sell 1 S0", "buy 1 S0"),
        ("limit weight of equities to between 80% of bonds and 120% of bonds", "buy 10 S0", "buy 11 S0"),
        ("limit weight of equities to between 80% of bonds and 120% of bonds", "sell 10 S0", "sell 11 S0"),
        ("limit weight of equities to at most 5%", "sell 1 S0", "buy 1 S0"),
    ],
)
def test_a_part_of_what_is_held_bounds_an_account_that_owes_as_much(
    limit: str, within: str, beyond: str, engine: Inline
) -> None:
    assert decided(engine, limit, within, held=OWING) == "pass"
    assert decided(engine, limit, beyond, held=OWING) == "block"


@pytest.mark.parametrize(
    "limit",
    [
        "limit weight of equities to at most 80% of bonds",
        "limit weight of equities to at least 80% of bonds",
        "limit weight of equities to at most 80% of total_assets",
        "for each issuer in equities\n  limit weight to at most the smaller of 60% and 50% of bonds",
        "limit weight of equities to between 20% and 60% of bonds",
    ],
)
def test_an_account_that_is_not_funded_yet_stops_nobody(limit: str, engine: Inline) -> None:
    """B has neither cash nor holdings: nothing of nothing is within any bound."""
    held = book_of(
        accounts=(account(cash="9000"), account("B")), securities=(S0, S1, B0), lots=(lot("B0", "100"),)
    )
    of_b = [row for row in judged(engine, limit, "sell 1 B0", held=held) if row.account == "B"]
    assert [row.outcome.value for row in of_b] == ["pass"] * len(of_b)


def test_what_an_account_without_means_buys_is_beyond_any_part_of_its_bonds(engine: Inline) -> None:
    held = book_of(accounts=(account(),), securities=(S0, B0))
    rows = judged(engine, "limit weight of equities to at most 80% of bonds", "buy 1 S0", held=held)
    assert [(row.outcome.value, row.after, row.limit) for row in rows] == [("breach", None, None)]


# 500 of S0, and 700 owed; S1 and S2 are of issuers of which nothing is held
VOTING = tuple(
    security(symbol, issuer=f"Issuer {symbol}", voting_shares_outstanding="1,000,000")
    for symbol in ("S0", "S1", "S2")
)
SUNK = book_of(accounts=(account(cash="-700"),), securities=VOTING, lots=(lot("S0", "50"),))


@pytest.mark.parametrize("trade", ["buy 1 S0", "buy 1 S1", "sell 10 S0", "sell 50 S0"])
@pytest.mark.parametrize("of", ["", " of total_assets", " of invested_assets", " of equities"])
def test_of_less_than_nothing_no_issuer_counts_as_diversified(of: str, trade: str, engine: Inline) -> None:
    """5% of net assets of -200 are nothing: S0, which is held, counts no more than S1, which is not."""
    limit = f"limit capped_weight of holdings to at least 10%{of}"
    (row,) = judged(engine, limit, trade, held=SUNK)
    is_pass = not of or trade == "sell 50 S0"  # 10% of what is then nothing
    assert row.outcome.value == ("pass" if is_pass else "breach")
    assert row.after is None


def test_what_is_sold_short_takes_from_what_counts(engine: Inline) -> None:
    """S0 sold short for 500 counts as -500, whatever the base is: below 10% of -200, which buying leaves."""
    held = book_of(accounts=(account(cash="300"),), securities=VOTING, lots=(lot("S0", "-50"),))
    limit = "limit capped_weight of equities to at least 10%"
    (row,) = judged(engine, limit, "buy 1 S1", held=held)
    assert (row.outcome.value, row.breach) == ("breach", "passive")


@pytest.mark.parametrize(
    ("cash", "outcome"), [("-499", "breach"), ("-500", "missing_data"), ("-700", "missing_data")]
)
def test_a_fact_about_a_weight_is_unknown_of_what_is_worth_nothing_or_less(
    cash: str, outcome: str, engine: Inline
) -> None:
    """500 of S0: more than 80% of net assets of 1, and no part at all of 0 or of -200."""
    held = book_of(accounts=(account(cash=cash),), securities=VOTING, lots=(lot("S0", "50"),))
    rows = judged(engine, "require equities_weight is at most 80%", "sell 1 S0", held=held)
    assert [row.outcome.value for row in rows] == [outcome]


def test_a_rule_for_a_weight_is_unsure_of_what_is_worth_less_than_nothing(engine: Inline) -> None:
    limit = "limit value of equities to at most 100 USD\n  when equities_weight is at most 80%"
    rows = judged(engine, limit, "buy 1 S0", held=SUNK)
    assert [row.outcome.value for row in rows] == ["missing_data"]
