"""Tickets: the smallest and largest trade that rules for each trade allow, at 100 a share."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import Book
from engine.facts.ids import Symbol
from engine.facts.trades import Side
from optimizer.tickets import Ticket, highest, tickets_of, tighter
from rulebooks.forms import Form, Largest, Least, Most, Term, TermKind, constant, linear
from rulebooks.state import BookState
from tests.optimizer.hand import MAIN, account, book, laid_out, lot

AAA = Symbol("AAA")
SIZE = """rule SIZE "Trades of a size"
  for each trade{subject}
{when}  limit {limit}
{breach}  because ips "§9"
"""


def holdings() -> Book:
    """Return 100 shares of AAA, 10,000, and 5,000 of cash."""
    return book([lot("AAA", 100, cost="90")], accounts=[account("MAIN", "5000")])


def size(
    limit: str, *, subject: str = "", when: str = "", breach: str = "", more: str = "", on: Book | None = None
) -> Ticket:
    """Return the ticket of a purchase of AAA under one rule for each trade."""
    on = on or holdings()
    ground = laid_out(SIZE.format(limit=limit, subject=subject, when=when, breach=breach) + more, on)
    state, ticket = BookState(on, currency="USD"), Ticket()
    for rule in tickets_of(ground).get(MAIN, ()):
        ticket = tighter(ticket, rule, AAA, Side.BUY, Fraction(100), state)
    return ticket


@pytest.mark.parametrize(
    ("limit", "least", "most"),
    [
        ("trade_value to at least 1,000 USD", 1_000, None),
        ("trade_value to between 1,000 USD and 2,000 USD", 1_000, 2_000),
        ("trade_value to at most 10% of net_assets", 0, 1_500),
        ("trade_value to at most 10% of equities", 0, 1_500),  # were all of it equities
        ("trade_value to at least 10% of equities", 1_500, None),
    ],
)
def test_a_rule_for_each_trade_is_a_ticket(limit: str, least: int, most: int | None) -> None:
    assert size(limit) == Ticket(
        least=Fraction(least), most=None if most is None else Fraction(most), closing_exempt=False
    )


def test_two_rules_keep_the_larger_floor_and_the_smaller_ceiling() -> None:
    wider = SIZE.format(limit="trade_value to between 500 USD and 9,000 USD", subject="", when="", breach="")
    found = size("trade_value to between 1,000 USD and 2,000 USD", more=wider.replace("SIZE", "WIDE"))
    assert found == Ticket(least=Fraction(1_000), most=Fraction(2_000))


def test_a_rule_for_other_trades_leaves_the_ticket() -> None:
    assert size("trade_value to at most 9 USD", subject=' in trades where symbol is "ZZZ"') == Ticket()


def test_a_rule_for_sales_of_all_leaves_the_ticket() -> None:
    assert size("trade_value to at most 9 USD", subject=" in trades where closes_position is yes") == Ticket()


@pytest.mark.parametrize(
    ("breach", "least"), [("", 1_000), ("  on breach warn\n", 1_000), ("  on breach report\n", 0)]
)
def test_a_rule_that_only_reports_is_no_ticket(breach: str, least: int) -> None:
    assert size("trade_value to at least 1,000 USD", breach=breach).least == least


@pytest.mark.parametrize(("worth", "least"), [("15,000", 1_000), ("15,001", 0)])
def test_a_rule_that_does_not_apply_is_no_ticket(worth: str, least: int) -> None:
    when = f"  when portfolio_value is at least {worth} USD\n"
    assert size("trade_value to at least 1,000 USD", when=when).least == least


def test_a_rule_that_is_waived_at_any_size_is_no_ticket() -> None:
    waiver = 'waive SIZE for account "MAIN" until 2026-12-31 approved by "CCO" because ips "§9"\n'
    assert size("trade_value to at least 1,000 USD", more=waiver) == Ticket()


@pytest.mark.parametrize(("missing", "most"), [("", 0), ("  if data is missing report\n", None)])
def test_a_limit_whose_figure_is_unknown_closes_unless_that_is_only_reported(
    missing: str, most: int | None
) -> None:
    """No volume is known for AAA."""
    assert size("trade_shares to at most 20% of average_daily_volume", breach=missing).most == most


def test_a_known_volume_is_a_ceiling_in_shares() -> None:
    on = replace(holdings(), volumes={AAA: Decimal(50)})
    assert size("trade_shares to at most 20% of average_daily_volume", on=on).most == 1_000


def of(kind: TermKind) -> Form:
    return linear({Term(kind, MAIN, AAA if kind is TermKind.VALUE else None): Fraction(1, 10)}, Fraction(7))


@pytest.mark.parametrize(
    ("form", "most"),
    [
        (constant(7), 7),
        (of(TermKind.NET_ASSETS), 1_507),
        (of(TermKind.VALUE), 1_507),  # were everything in AAA
        (of(TermKind.CASH), 1_507),
        (of(TermKind.BOUGHT), None),
        (Least(parts=(constant(1), constant(2))), 1),
        (Least(parts=(constant(1), of(TermKind.BOUGHT))), 1),
        (Least(parts=(of(TermKind.BOUGHT), of(TermKind.BOUGHT))), None),
        (Most(parts=(constant(1), constant(2))), 2),
        (Most(parts=(constant(1), of(TermKind.BOUGHT))), None),
        (Largest(count=1, parts=(constant(1),)), None),
    ],
)
def test_the_highest_that_a_list_can_take_a_form(form: Form, most: int | None) -> None:
    assert highest(form, BookState(holdings(), currency="USD")) == most
