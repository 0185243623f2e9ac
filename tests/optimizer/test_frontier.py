"""Tax against distance: nothing of a frontier is better in both than another of its points."""

import json
from dataclasses import replace
from decimal import Decimal

from engine.facts.ids import AccountId
from optimizer.frontier import frontier, frontier_data
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import account, book, laid_out, lot, real_judge
from tests.optimizer.test_propose import SIX
from tests.optimizer.worlds import TODAY


def test_more_aversion_pays_more_tax_to_be_nearer() -> None:
    """40,000 of AAA, bought at half, where 16% is wished for."""
    on = book(
        [lot("AAA", 400, cost="50"), lot("BBB", 160, cost="90")],
        accounts=[account("MAIN", "44000", benchmark="index")],
        weights=SIX,
    )
    ground = laid_out("", on)
    points = frontier(
        ground,
        accounts=ground.accounts,
        intent=Intent(),
        settings=Settings(),
        judge=real_judge(ground),
    )
    assert [point.chosen for point in points].index(True) == 3
    assert [point.aversion for point in points] == sorted(point.aversion for point in points)
    assert [point.drift for point in points] == sorted((point.drift for point in points), reverse=True)
    assert [point.tax for point in points] == sorted(point.tax for point in points)
    assert points[0].tax < points[-1].tax
    assert all(point.tracking_error is None and point.distance == point.drift for point in points)

    data = frontier_data(points, as_of=TODAY.isoformat(), intent="rebalance", currency="USD")
    told = json.loads(json.dumps(data))
    assert [row["chosen"] for row in told["points"]].count(True) == 1
    assert told["points"][0]["tracking_error"] is None
    assert Decimal(told["points"][0]["tax"]) == points[0].tax

    with_model = replace(points[0], tracking_error=Decimal("0.021"))
    assert with_model.distance == Decimal("0.021")


def test_a_frontier_of_no_account_is_of_the_aversion_that_is_set() -> None:
    ground = laid_out("", book([lot("AAA", 1, cost="50")], accounts=[account("MAIN", "0")]))
    nobody: tuple[AccountId, ...] = ()
    points = frontier(ground, accounts=nobody, intent=Intent(), settings=Settings(), judge=real_judge(ground))
    assert {point.trades for point in points} == {0}
