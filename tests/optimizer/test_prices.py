"""What rules charge: marginal prices against finite differences, removal costs against solving without."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.book import Book
from optimizer.build import build
from optimizer.proposal import Proposal
from optimizer.search import Solution, search
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import account, book, laid_out, lot, proposed
from tests.optimizer.test_propose import SIX

Rule = Callable[[str], str]
FINE = Settings(rule_costs=True)


def large() -> Book:
    """An account of 10,000,000 that trades in thousandths of a share, so that steps do not show."""
    main = replace(account("MAIN", "8400000", benchmark="index"), fractional=True)
    return book([lot("AAA", 16000, cost="90")], accounts=[main], weights=SIX)


def cap(percent: str) -> str:
    return (
        'rule CAP "One company"\n  for each issuer in holdings where symbol is not "AAA"\n'
        f'  limit weight to at most {percent}%\n  because ips "§1"\n'
    )


def turnover(percent: str) -> str:
    return (
        f'rule TURN "Turnover"\n  limit turnover over the last 12 months to at most {percent}%\n'
        '  because ips "§8"\n'
    )


def sector(percent: str) -> str:
    return (
        'rule TECH "Technology"\n  limit weight of holdings where sector is "Technology" to at most '
        f'{percent}%\n  because ips "§2"\n'
    )


def solved(rules: str) -> Solution:
    ground = laid_out(rules, large())
    return search(build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings()))


@pytest.mark.parametrize(
    ("rule", "at", "step"), [(turnover, "20", "0.1"), (turnover, "30", "0.1"), (sector, "60", "0.1")]
)
def test_marginal_prices_are_finite_differences(rule: Rule, at: str, step: str) -> None:
    told = proposed(rule(at), large()).binding
    assert len(told) == 1
    below, above = (solved(rule(str(Decimal(at) + sign * Decimal(step)))) for sign in (-1, 1))
    saved = (below.cost - above.cost) * below.problem.columns.unit
    per_point = Decimal(str(saved)) / (2 * Decimal(step))
    assert abs(told[0].price - per_point) <= Decimal("0.02") * per_point


def removal_of(proposal: Proposal) -> tuple[Decimal, Decimal, Decimal]:
    assert len(proposal.removals) == 1
    row = proposal.removals[0]
    assert row.high is not None
    return row.low, row.amount, row.high


TICKET = (
    'rule TICKET "Ticket"\n  for each trade\n  limit trade_value to at least 1,700,000 USD\n'
    '  because ips "§5"\n'
)
BAN = 'rule BAN "Ban"\n  forbid buying securities where symbol is "BBB"\n  because ips "§1"\n'


@pytest.mark.parametrize("rules", [turnover("20"), sector("60"), cap("12"), TICKET, BAN])
def test_removal_costs_are_what_solving_without_the_rule_saves(rules: str) -> None:
    with_rule, free = solved(rules), solved("")
    saved = Decimal(str((with_rule.cost - free.cost) * free.problem.columns.unit))
    low, told, high = removal_of(proposed(rules, large(), settings=FINE))
    assert saved > 100
    assert abs(told - saved) <= 1
    assert low - 1 <= saved <= high + 1


def test_a_rule_that_holds_nothing_back_costs_nothing_and_is_not_told() -> None:
    assert proposed(turnover("99"), large(), settings=FINE).removals == ()


def test_the_tax_is_shown_at_rates_five_points_less_and_more() -> None:
    on = book(
        [lot("AAA", 900, cost="60")], accounts=[account("MAIN", "1000", benchmark="index")], weights=SIX
    )
    proposal = proposed("", on)
    gain = sum((row.gain for row in proposal.trades if row.gain is not None), Decimal(0))
    assert gain > 0
    assert [(row.points, row.tax) for row in proposal.tax_at] == [
        (-5, gain * Decimal("0.15")),
        (5, gain * Decimal("0.25")),
    ]
