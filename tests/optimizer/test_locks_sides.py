"""Locks of one side only: bans of sales, windows after trades of their own kind, unknown gains."""

from dataclasses import replace

import pytest

from engine.facts.ids import LotId
from tests.optimizer.hand import MAIN, lot
from tests.optimizer.test_locks import AAA, BBB, BOTH, SCORED, UNTOLD, bought, holdings, locks, sold
from tests.optimizer.worlds import HEAD


def test_a_ban_of_sales_leaves_purchases_open() -> None:
    found = locks('forbid selling securities where symbol is "AAA"')
    assert {(str(account), str(symbol)) for account, symbol in found.sales} == BOTH
    assert not found.buys


@pytest.mark.parametrize(("breach", "closed"), [("", {(MAIN, LotId("OLD"))}), (UNTOLD, set())])
def test_a_lot_whose_gain_is_unknown_is_closed_unless_that_is_only_reported(
    breach: str, closed: set[tuple[str, str]]
) -> None:
    on = holdings()
    unpriced = replace(on, prices={BBB: on.prices[BBB]})
    assert (
        set(locks("forbid selling lots where gain is less than 0 USD", breach=breach, on=unpriced).lots)
        == closed
    )


@pytest.mark.parametrize(("days", "closed"), [(30, {("MAIN", "AAA")}), (31, set())])
def test_a_purchase_after_a_purchase_excludes_no_sale(days: int, closed: set[tuple[str, str]]) -> None:
    new = lot("AAA", 5, cost="90", days=days, name="NEW")
    rule = "forbid buying securities within 30 days after a purchase of the same security"
    found = locks(rule, on=holdings(more=(new,)))
    assert bought(found) == closed
    assert not found.pairs
    assert not found.lots


@pytest.mark.parametrize(("days", "closed"), [(30, {(MAIN, LotId("OLD"))}), (31, set())])
def test_a_sale_after_a_sale_excludes_no_purchase(days: int, closed: set[tuple[str, str]]) -> None:
    """The other account's sale, looked back on across the household."""
    on = replace(holdings(), disposals=(sold(AAA, days),))
    found = locks(
        "forbid selling securities within 30 days after a sale of the same security", across=True, on=on
    )
    assert set(found.lots) == closed
    assert not found.pairs
    assert not found.buys


def test_a_limit_of_unknown_figures_closes_only_the_accounts_that_the_policy_governs() -> None:
    """No score is known of AAA in either account; only MAIN is governed."""
    head = HEAD.replace('applies to household "HOME"', 'applies to account "MAIN"')
    on = holdings(more=(lot("AAA", 5, cost="90", account="OTHER"),))
    found = locks(SCORED, across=True, on=on, head=head)
    assert {account for account, _ in found.buys} == {"MAIN"}
    assert {account for account, _ in locks(SCORED, across=True, on=on).buys} == {"MAIN", "OTHER"}
