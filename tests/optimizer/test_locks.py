"""Locks: what bans, windows, requirements and missing data close, in a book of AAA (held) and BBB."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal, Lot
from engine.facts.securities import Price
from optimizer.locks import Locks, locks_of
from tests.optimizer.hand import MAIN, account, book, lot
from tests.optimizer.worlds import HEAD, TODAY, grounded

OTHER = AccountId("OTHER")
AAA, BBB = Symbol("AAA"), Symbol("BBB")
RULE = """rule R-1 "The rule"
{across}{when}  {obligation}
{breach}  because ips "§9"
"""
WAIVED = 'waive R-1 for account "MAIN" until 2026-12-31 approved by "CCO" because ips "§9"\n'
WARN, REPORT = "  on breach warn\n", "  on breach report\n"
UNTOLD = "  if data is missing report\n"


def holdings(*, days: int = 800, more: tuple[Lot, ...] = ()) -> Book:
    """Return 10 AAA bought `days` ago at a loss, 10 at 100, and BBB that nobody holds."""
    own = [lot("AAA", 10, cost="120", days=days, name="OLD"), *more]
    return book(
        own, accounts=[account("MAIN", "500"), account("OTHER", "0")], prices={"AAA": "100", "BBB": "5"}
    )


def locks(
    obligation: str,
    *,
    when: str = "",
    breach: str = "",
    more: str = "",
    soft: bool = True,
    across: bool = False,
    on: Book | None = None,
    head: str = HEAD,
) -> Locks:
    text = RULE.format(
        obligation=obligation, when=when, breach=breach, across="  across household\n" if across else ""
    )
    return locks_of(grounded(head + text + more, on or holdings()), soft=soft)


def bought(found: Locks) -> set[tuple[str, str]]:
    return {(str(account), str(symbol)) for account, symbol in found.buys}


BAN = 'forbid buying or selling securities where symbol is "AAA"'
BOTH = {("MAIN", "AAA"), ("OTHER", "AAA")}


@pytest.mark.parametrize(
    ("breach", "soft", "closed"),
    [("", True, BOTH), ("", False, BOTH), (WARN, True, BOTH), (WARN, False, set()), (REPORT, True, set())],
)
def test_a_ban_closes_both_sides_unless_it_only_warns_or_reports(
    breach: str, soft: bool, closed: set[tuple[str, str]]
) -> None:
    found = locks(BAN, breach=breach, soft=soft)
    assert bought(found) == closed
    assert set(found.sales) == set(found.buys)


def test_a_ban_that_is_waived_or_does_not_apply_closes_nothing() -> None:
    assert not locks(BAN, when="  when portfolio_value is at least 9,000 USD\n").buys
    assert bought(locks(BAN, more=WAIVED)) == {("OTHER", "AAA")}


def test_a_ban_across_a_household_closes_only_the_accounts_that_the_policy_governs() -> None:
    head = HEAD.replace('applies to household "HOME"', 'applies to account "MAIN"')
    assert bought(locks(BAN, across=True, head=head)) == {("MAIN", "AAA")}


RATED = 'forbid buying securities where rating is "D"'


@pytest.mark.parametrize(("breach", "count"), [("", 4), (UNTOLD, 0)])
def test_a_ban_of_what_is_unknown_closes_unless_that_is_only_reported(breach: str, count: int) -> None:
    """No rating is known of either security, in either account."""
    assert len(locks(RATED, breach=breach).buys) == count


@pytest.mark.parametrize(("days", "closed"), [(29, {(MAIN, LotId("OLD"))}), (30, set())])
def test_a_ban_of_lots_closes_the_lots_it_covers(days: int, closed: set[tuple[AccountId, LotId]]) -> None:
    found = locks("forbid selling lots where holding_days is less than 30", on=holdings(days=days))
    assert set(found.lots) == closed
    assert not found.sales


def stale() -> Book:
    old = Price(symbol=BBB, date=TODAY - timedelta(days=4), price=Decimal(5))
    on = holdings()
    return replace(on, prices={**on.prices, BBB: old})


@pytest.mark.parametrize(
    ("obligation", "breach", "closed"),
    [
        ("require price_age is at most 3 days", "", {("MAIN", "BBB"), ("OTHER", "BBB")}),
        ("require price_age is at most 4 days", "", set()),
        ("require price_age is at most 3 days", REPORT, set()),
        ("require account.kind is ira", "", {(a, s) for a in ("MAIN", "OTHER") for s in ("AAA", "BBB")}),
    ],
)
def test_a_requirement_that_does_not_hold_closes_both_sides(
    obligation: str, breach: str, closed: set[tuple[str, str]]
) -> None:
    found = locks(obligation, breach=breach, on=stale())
    assert bought(found) == closed
    assert set(found.sales) == set(found.buys)


SCORED = "limit esg_score of equities to at least 50"


def test_a_limit_of_unknown_figures_closes_what_is_unknown_unless_that_is_only_reported() -> None:
    found = locks(SCORED)
    assert (MAIN, AAA) in found.buys
    assert found.buys[MAIN, AAA].words.startswith("missing data")
    assert not locks(SCORED, breach=UNTOLD).buys


# ------------------------------------------------------------------ windows


def sold(symbol: Symbol, days: int) -> Disposal:
    """Return a sale of the other account, some days ago, at a loss of 20."""
    day = TODAY - timedelta(days=days)
    return Disposal(
        sale=TransactionId("sale"),
        lot=LotId("gone"),
        account=OTHER,
        symbol=symbol,
        quantity=Decimal(1),
        proceeds=Decimal(100),
        basis=Decimal(120),
        gain=Decimal(-20),
        disallowed=Decimal(0),
        permanently_disallowed=Decimal(0),
        recognized=Decimal(-20),
        broker_disallowed=Decimal(0),
        term="long",
        acquired=TODAY - timedelta(days=900),
        adjusted_acquired=TODAY - timedelta(days=900),
        sold=day,
    )


AFTER_SALE = "forbid buying securities within 30 days after a {} of an identical security"


@pytest.mark.parametrize("event", ["sale", "loss_sale"])
@pytest.mark.parametrize(("days", "closed"), [(30, BOTH), (31, set())])
def test_a_purchase_is_closed_within_the_window_of_a_past_sale(
    event: str, days: int, closed: set[tuple[str, str]]
) -> None:
    on = replace(holdings(), disposals=(sold(AAA, days),))
    found = locks(AFTER_SALE.format(event), across=True, on=on)
    assert bought(found) == closed
    assert ((OTHER, AAA), (MAIN, AAA)) in found.pairs, "a sale of today's list excludes it too"
    assert found.exclusive == {(MAIN, LotId("OLD"))}


def test_a_gain_sale_is_none_of_a_lot_at_a_loss() -> None:
    assert not locks(AFTER_SALE.format("gain_sale"), across=True).pairs


def test_a_lot_without_a_price_may_be_a_loss() -> None:
    on = holdings()
    unpriced = replace(on, prices={BBB: on.prices[BBB]})
    assert ((OTHER, AAA), (MAIN, AAA)) in locks(
        AFTER_SALE.format("loss_sale"), across=True, on=unpriced
    ).pairs


def test_a_window_that_only_reports_closes_nothing() -> None:
    on = replace(holdings(), disposals=(sold(AAA, 1),))
    found = locks(AFTER_SALE.format("sale"), across=True, on=on, breach=REPORT)
    assert not found.buys
    assert not found.pairs


@pytest.mark.parametrize(
    ("breach", "closed"), [("", BOTH | {("MAIN", "BBB"), ("OTHER", "BBB")}), (UNTOLD, set())]
)
def test_without_history_a_window_after_sales_closes_purchases(
    breach: str, closed: set[tuple[str, str]]
) -> None:
    on = replace(holdings(), transactions=None, disposals=None, coverage=None)
    assert bought(locks(AFTER_SALE.format("sale"), across=True, on=on, breach=breach)) == closed


AFTER_BUY = "forbid selling securities within 30 days {} a purchase of the same security"


@pytest.mark.parametrize(("days", "closed"), [(30, {LotId("OLD")}), (31, set())])
def test_a_sale_is_closed_within_the_window_of_another_purchase(days: int, closed: set[LotId]) -> None:
    """The lot's own purchase closes nothing; that of the lot bought 30 days ago closes the old one."""
    new = lot("AAA", 5, cost="90", days=days, name="NEW")
    found = locks(AFTER_BUY.format("after"), on=holdings(more=(new,)))
    assert {name for _, name in found.lots} == closed
    assert ((MAIN, AAA), (MAIN, AAA)) in found.pairs


def test_a_past_sale_closes_purchases_that_would_come_after_it() -> None:
    on = replace(holdings(), disposals=(sold(AAA, 5),))
    assert bought(locks(AFTER_BUY.format("before"), across=True, on=on)) == BOTH


def test_without_history_a_window_before_purchases_closes_the_lots() -> None:
    on = replace(holdings(), transactions=None, disposals=None, coverage=None)
    assert set(locks(AFTER_BUY.format("before"), on=on).lots) == {(MAIN, LotId("OLD"))}


LOSSES = (
    "forbid selling lots where gain is less than 0 USD within 30 days after a purchase of the same security"
)


def test_a_window_of_lots_closes_those_that_the_condition_covers() -> None:
    gains = lot("AAA", 5, cost="80", days=400, name="GAIN")
    new = lot("AAA", 5, cost="90", days=5, name="NEW")
    found = locks(LOSSES, on=holdings(more=(gains, new)))
    assert set(found.lots) == {(MAIN, LotId("OLD"))}


BEFORE_SALE = "forbid buying securities within 30 days before a {} of an identical security"


@pytest.mark.parametrize(("event", "closed"), [("sale", {"OLD", "GAIN"}), ("loss_sale", {"OLD"})])
def test_a_past_purchase_closes_the_lots_whose_sale_today_would_meet_it(event: str, closed: set[str]) -> None:
    gains = lot("AAA", 5, cost="80", days=400, name="GAIN")
    new = lot("AAA", 5, cost="90", days=5, name="NEW")
    found = locks(BEFORE_SALE.format(event), on=holdings(more=(gains, new)))
    assert {name for _, name in found.lots} == closed


def test_a_loss_in_a_retirement_account_is_no_loss_sale() -> None:
    on = holdings()
    kept = replace(on, accounts={**on.accounts, MAIN: account("MAIN", "500", kind="ira")})
    assert not locks(AFTER_SALE.format("loss_sale"), across=True, on=kept).pairs


@pytest.mark.parametrize(
    "obligation", [AFTER_SALE.format("sale"), "require account.kind is ira", SCORED, BAN, LOSSES]
)
def test_what_does_not_apply_closes_nothing(obligation: str) -> None:
    on = replace(holdings(days=5), disposals=(sold(AAA, 1),))
    when = "  when portfolio_value is at least 9,000 USD\n"
    assert locks(obligation, when=when, on=on) == Locks()


def test_a_window_that_is_waived_closes_nothing() -> None:
    on = replace(holdings(), disposals=(sold(AAA, 1),))
    assert bought(locks(AFTER_SALE.format("sale"), on=on)) == {("OTHER", "AAA")}
    waiver = WAIVED.replace("MAIN", "OTHER")
    assert not locks(AFTER_SALE.format("sale"), on=on, more=waiver).buys
