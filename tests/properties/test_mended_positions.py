"""What an account has, what it cost and what is in force or waived: gate and reference agree.

Small books by hand, prices of 10; each case says who was right where the two once differed.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.facts.book import Book
from tests.properties.test_agreement import in_short, judged
from tests.properties.test_mended import gate, rule, told
from tests.properties.worlds import WIDE
from tests.reference_evaluator.small import TODAY, account, book_of, lot, policy_of, security

SEEDS = {
    9155: "0 shares have no cost",
    9215: "a security counts where any account has some of it",
}


@pytest.mark.parametrize("seed", SEEDS, ids=str)
def test_the_two_agree_again(seed: int) -> None:
    for one in judged(seed, lists=12, mix=WIDE):
        if one.told:
            pytest.fail(f"seed {seed}: {in_short(one)}", pytrace=False)


# ------------------------------------------------------------------ cost of 0 shares


def two_lots_of_x() -> Book:
    """Return X in two lots of 50 that cost 250 and 550, Y that cost 800, and 400 in cash: 2,000 at cost."""
    return book_of(
        accounts=(account(cash="400"),),
        securities=(security("X"), security("Y")),
        lots=(
            lot("X", "50", basis="250", name="L1"),
            lot("X", "50", basis="550", name="L2"),
            lot("Y", "80", basis="800"),
        ),
    )


@pytest.mark.parametrize("of", ["x", "the 2 largest issuers in x"])
@pytest.mark.parametrize(
    ("quantity", "cost"),
    [("50", 250), ("99", 250), ("100", 0)],  # of the 50 shares of lot L2 only the basis of 550 is given up
)
def test_no_shares_have_no_cost(quantity: str, cost: int, of: str) -> None:
    define = 'define x as holdings where symbol is "X"\n'
    text = define + rule(f"  limit value of {of} to at most 1 USD\n  valued at cost")
    answer = gate(policy_of(text), two_lots_of_x(), f"sell {quantity} X lot L2")
    (verdict,) = (row for row in answer.verdicts if row.rule == "R")
    assert verdict.after == cost


@pytest.mark.parametrize(("base", "share"), [("net_assets", (4, 11)), ("invested_assets", (1, 1))])
def test_the_base_at_cost_has_no_cost_of_no_shares(base: str, share: tuple[int, int]) -> None:
    """All of X sold for 1,000 from lot L2: Y at 800, and 1,400 in cash."""
    text = 'define y as holdings where symbol is "Y"\n' + rule(
        "  limit weight of y to at most 1%\n  valued at cost"
    )
    answer = gate(policy_of(text, base=base), two_lots_of_x(), "sell 100 X lot L2")
    (verdict,) = (row for row in answer.verdicts if row.rule == "R")
    assert verdict.after is not None
    assert verdict.after * share[1] == 100 * share[0]


# ------------------------------------------------------------------ what is held across a household


@pytest.mark.parametrize(
    ("trade", "count"),
    [
        ("sell 99 X", 2),
        ("sell 100 X", 2),  # B still holds 100
        ("sell 200 X", 2),  # A is short what B holds: both have a position
    ],
)
@pytest.mark.parametrize("of", ["holdings", "issuers in holdings whose value is at most 9000 USD"])
def test_a_position_is_held_whatever_another_account_is_short(trade: str, count: int, of: str) -> None:
    book = book_of(
        accounts=(account(cash="1000"), account("B", cash="1000")),
        securities=(security("X"), security("Y")),
        lots=(lot("X", "100"), lot("Y", "10"), lot("X", "100", account="B")),
    )
    text = rule(f"  limit count of {of} to at most 1", "  across household\n")
    answer = gate(policy_of(text), book, trade)
    (verdict,) = (row for row in answer.verdicts if row.rule == "R")
    assert verdict.before == 2
    assert verdict.after == count


# ------------------------------------------------------------------ dates of a policy

BANDS = 'define x as holdings where symbol is "X"\ntargets bands\n  x 10% band 5 points\n  because ips "§2"\n'


@pytest.mark.parametrize(
    ("first", "last", "outcome"),
    [
        (TODAY, None, "breach active"),
        (TODAY + timedelta(days=1), None, "not_applicable"),
        (None, TODAY, "breach active"),
        (None, TODAY - timedelta(days=1), "not_applicable"),
    ],
)
def test_targets_are_in_force_by_the_dates_of_their_policy(
    first: date | None, last: date | None, outcome: str
) -> None:
    """100 of X in 1,000; a purchase of 10 takes it to 20%, beyond its band of 5% to 15%."""
    book = book_of(accounts=(account(cash="900"),), securities=(security("X"),), lots=(lot("X", "10"),))
    mandate = replace(policy_of(BANDS), effective_from=first, effective_until=last)
    answer = gate(mandate, book, "buy 10 X")
    assert told(answer, "bands") == {"x": outcome}


# ------------------------------------------------------------------ several waivers of one rule


def waive(size: str, until: str = "2026-12-31") -> str:
    return f'waive R for account "A" {size} until {until} approved by "CCO" because ips "§8"\n'


NEAR, FAR = "2026-06-30", "2026-12-31"
EXPIRED = "2026-03-09"  # the day before the book's
X = 'define x as holdings where symbol is "X"\n'


def of_x() -> Book:
    """Return 10 of X in 1,000: each share more is a point of weight."""
    return book_of(
        accounts=(account(cash="900"),),
        securities=(security("X"), security("Y")),
        lots=(lot("X", "10"),),
    )


@pytest.mark.parametrize("obligation", ["limit weight of x to at most 10%", "forbid buying x"])
@pytest.mark.parametrize(
    ("waivers", "trade", "outcome"),
    [
        (waive("up to 12%", FAR) + waive("up to 15%", NEAR), "buy 5 X", "waived"),  # 15%, by the nearer day
        (waive("up to 12%", FAR) + waive("up to 15%", NEAR), "buy 6 X", "breach active"),
        (waive("up to 12%", FAR) + waive("up to 15%", EXPIRED), "buy 2 X", "waived"),
        (waive("up to 12%", FAR) + waive("up to 15%", EXPIRED), "buy 3 X", "breach active"),
        (waive("up to 12%", FAR) + waive("", NEAR), "buy 50 X", "waived"),
        (waive("", FAR) + waive("up to 12%", NEAR), "buy 50 X", "waived"),
    ],
)
def test_whichever_waiver_applies_waives(waivers: str, trade: str, outcome: str, obligation: str) -> None:
    mandate = policy_of(X + rule(f"  {obligation}") + waivers)
    assert told(gate(mandate, of_x(), trade, explained=True)) == {"": outcome}


@pytest.mark.parametrize(
    ("trade", "outcome"),
    [
        ("buy 4 Y", "breach active"),
        ("buy 5 Y", "waived"),
        ("buy 15 Y", "waived"),
        ("buy 16 Y", "breach active"),
    ],
)
def test_of_several_waivers_of_a_trade_each_side_takes_the_furthest(trade: str, outcome: str) -> None:
    """Between 80 and 100 USD, waived from 50 and up to 150."""
    text = rule("  limit trade_value to between 80 USD and 100 USD", "  for each trade\n")
    waivers = waive("up to 50 USD", FAR) + waive("up to 150 USD", NEAR)
    assert told(gate(policy_of(text + waivers), of_x(), trade)) == {"1": outcome}


@pytest.mark.parametrize(("more", "outcome"), [("", "breach active"), (waive("up to 90%", NEAR), "waived")])
@pytest.mark.parametrize("obligation", ["forbid buying x", "forbid holding x"])
def test_a_waiver_of_an_unknown_amount_waives_nothing(more: str, outcome: str, obligation: str) -> None:
    """No benchmark is given: what 2 times its weight is, is unknown."""
    text = X + rule(f"  {obligation}") + waive("up to 2 times benchmark_weight", FAR) + more
    assert told(gate(policy_of(text), of_x(), "buy 1 X")) == {"": outcome}


# ------------------------------------------------------------------ what is bought and sold again


BONDS = "define bonds as holdings where asset_class is fixed_income\n"


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        ('rating of bonds to at least "A-"', ""),
        ("duration of bonds to at most 5 years", ""),
        ("esg_score of holdings to at least 5", ""),
        ("weight of issuers in holdings whose esg_score is at least 5 to at most 10%", ""),
        ("capped_weight of holdings to at least 1%", ""),
    ],
)
@pytest.mark.parametrize("trades", [("buy 1 B",), ("buy 1 B", "short_sell 1 B")])
def test_what_a_list_trades_lacks_its_figure_also_where_nothing_of_it_is_left(
    limit: str, name: str, trades: tuple[str, ...]
) -> None:
    """B has no figure but its price."""
    book = book_of(
        accounts=(account(cash="1000"),),
        securities=(
            security("X", esg_score="10", voting_shares_outstanding="1000"),
            security("B", asset_class="fixed_income"),
        ),
        lots=(lot("X", "10"),),
    )
    answer = gate(policy_of(BONDS + rule(f"  limit {limit}")), book, *trades)
    assert told(answer) == {name: "missing_data"}


@pytest.mark.parametrize("trade", ["buy 1 Y", "sell 1 X"])
def test_without_rates_no_tax_is_known_of_any_list(trade: str) -> None:
    answer = gate(policy_of(rule("  limit tax_cost to at most 5 USD")), of_x(), trade)
    assert told(answer) == {"": "missing_data"}


@pytest.mark.parametrize("trade", ["buy 1 Y", "sell 1 X"])
def test_where_nothing_is_taxed_no_rate_is_needed(trade: str) -> None:
    book = of_x()
    accounts = {name: replace(row, kind="ira") for name, row in book.accounts.items()}
    answer = gate(
        policy_of(rule("  limit tax_cost to at most 5 USD")), replace(book, accounts=accounts), trade
    )
    assert told(answer) == {"": "pass"}
