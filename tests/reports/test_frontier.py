"""The frontier: points from little to much aversion, told in text, data and a page with its plot."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from optimizer.frontier import STEPS, Point, frontier, frontier_data
from optimizer.settings import Intent, Settings
from reports.frontier_text import frontier_html, frontier_text
from tests.optimizer.hand import account, book, laid_out, lot, real_judge
from tests.optimizer.test_propose import SIX


def points() -> tuple[Point, ...]:
    on = book(
        [lot("AAA", 900, cost="40")], accounts=[account("MAIN", "9000", benchmark="index")], weights=SIX
    )
    ground = laid_out("", on)
    return frontier(
        ground, accounts=ground.accounts, intent=Intent(), settings=Settings(), judge=real_judge(ground)
    )


def test_more_aversion_buys_a_smaller_distance_with_more_tax() -> None:
    found = points()
    assert [row.aversion for row in found] == [50 * step for step in STEPS]
    assert [row.chosen for row in found].count(True) == 1
    assert all(a.distance >= b.distance for a, b in pairwise(found))
    assert all(a.tax <= b.tax for a, b in pairwise(found))
    assert found[0].tax < found[-1].tax
    data = frontier_data(found, as_of="2026-03-10", intent="x", currency="USD")
    assert data["schema"] == "guardband/frontier/1"
    text = frontier_text(found, intent="x", currency="USD")
    assert text.splitlines()[0].startswith("Bringing the part off target from")
    assert text.count("chosen") == 1
    page = frontier_html(found, as_of="2026-03-10", intent="x", currency="USD")
    assert "<svg" in page
    assert "in the wrong place, % of net assets" in page
    assert page == frontier_html(found, as_of="2026-03-10", intent="x", currency="USD")


def test_with_a_risk_model_the_distance_is_the_tracking_error() -> None:
    row = points()[0]
    told = replace(row, tracking_error=Decimal("0.0123"))
    assert told.distance == Decimal("0.0123")
    assert row.distance == row.drift
