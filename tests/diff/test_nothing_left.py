"""Policies that leave little or no portfolio: what cannot be shown is told as open, never as equal."""

from collections.abc import Iterator

import pytest

from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from tests.diff.test_diff import between, changes
from tests.rulebooks.tiny import rule

TORN = rule("limit weight of tech to at most 20%", name="MAX") + rule(
    "limit weight of tech to at least 30%", name="MIN"
)
FULL = rule("limit weight of tech to at least 100%", name="FULL")
LOSSES = "forbid selling lots where gain is less than 0 USD"
SALES = LOSSES + " within {} days after a purchase of an identical security"
BAN = 'forbid buying securities where sector is "{}"'
GAIN = "forbid selling lots where gain is more than {} USD"
TICKET = "for each trade\n  limit trade_value to at least {} USD"
TURNOVER = "limit turnover to at most {}%"
BUDGET = "limit net_realized_gains this tax_year to at most {} USD"
ERROR = "limit tracking_error to at most {} bps"
LISTED = "it judges trades; of the lists that were tried none was judged differently"


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


@pytest.mark.parametrize(
    ("text", "was", "now", "why"),
    [
        (BAN, "energy", "utilities", LISTED),
        (GAIN, 2_000, 1_000, LISTED),
        (SALES, 30, 20, LISTED),
        (TICKET, 500, 400, LISTED),
        (TURNOVER, 10, 12, "it reads bought"),
        (BUDGET, 1_000, 2_000, "it reads gain long"),
        (ERROR, 100, 120, "it reads a risk model"),
    ],
)
def test_under_rules_that_exclude_each_other_nothing_is_settled(
    text: str, was: object, now: object, why: str, engine: InferenceEngine
) -> None:
    """MAX and MIN leave no portfolio: every list ends in a breach under both versions."""
    found = between(TORN + rule(text.format(was)), TORN + rule(text.format(now)), engine)
    assert changes(found) == {}
    assert [(row.rule, row.decided, row.why) for row in found.without_effect] == [("R-1", False, why)]


def test_where_all_is_to_be_tech_a_purchase_of_energy_ends_in_a_breach(engine: InferenceEngine) -> None:
    """Nothing but tech can be bought, so that a ban of energy says nothing that FULL does not say."""
    found = between(FULL + rule(BAN.format("energy")), FULL + rule(BAN.format("utilities")), engine)
    assert [(row.rule, row.decided) for row in found.without_effect] == [("R-1", False)]


@pytest.mark.parametrize(
    ("text", "was", "now", "shown"),
    [(TURNOVER, 10, 12, True), (SALES, 30, 20, False), (BUDGET, 1_000, 2_000, False)],
)
def test_a_portfolio_without_cash_can_be_bought_and_nothing_of_it_sold(
    text: str, was: int, now: int, shown: bool, engine: InferenceEngine
) -> None:
    found = between(FULL + rule(text.format(was)), FULL + rule(text.format(now)), engine)
    assert changes(found) == ({"R-1": "loosened"} if shown else {}), found.without_effect
    assert [row.decided for row in found.without_effect] == ([] if shown else [False])


def test_data_that_no_made_up_world_has_are_told(engine: InferenceEngine) -> None:
    old, new = (rule(f"limit otc_exposure to at most {most}%") for most in (10, 20))
    (row,) = between(old, new, engine).without_effect
    assert (row.decided, row.why) == (False, "no made-up securities have the data that it reads")


def test_a_rule_that_is_over_is_not_tried(engine: InferenceEngine) -> None:
    text = "effective from 2026-01-01 until 2026-02-01\n  limit weight of tech to at most {}%"
    (row,) = between(rule(text.format(10)), rule(text.format(12)), engine).without_effect
    assert (row.decided, row.why) == (False, "in force until 2026-02-01")
