"""Rules on what is traded: gains, tax, turnover, sizes and what happened before, each proven by a list."""

from collections.abc import Iterator

import pytest

from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.diff.answer import diff_text
from optimizer.diff.difference import Difference, Witness
from tests.diff.test_diff import between, changes
from tests.rulebooks.tiny import TODAY, rule


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def one(found: Difference) -> Witness:
    """Return the only proof."""
    (row,) = found.rules
    (witness,) = row.witnesses
    return witness


@pytest.mark.parametrize(
    "measure", ["realized_short_term_gains", "realized_long_term_gains", "net_realized_gains", "tax_cost"]
)
def test_a_budget_of_gains_or_of_tax_is_shown_by_a_sale_between_both(
    measure: str, engine: InferenceEngine
) -> None:
    text = f"limit {measure} this tax_year to at most {{}} USD"
    old, new = (rule(text.format(most)) for most in ("1,000", "2,000"))
    found = between(old, new, engine)
    assert changes(found) == {"R-1": "loosened"}, found.without_effect
    witness = one(found)
    assert witness.told.after is not None
    assert 1_000 < witness.told.after <= 2_000
    assert [trade.side.value for trade in witness.trades] == ["sell"]


def test_a_rule_on_the_cost_of_tax_keeps_no_other_rule_from_being_shown(engine: InferenceEngine) -> None:
    """A made-up account without tax rates would be blocked for missing data, whatever is traded."""
    tax = rule("limit tax_cost this tax_year to at most 5,000 USD", name="TAX")
    old, new = (tax + rule(f"limit weight of tech to at most {most}%", name="TECH") for most in (20, 25))
    assert changes(between(old, new, engine)) == {"TECH": "loosened"}


LOSS = "forbid selling lots where gain is less than 0 USD"
BUY = "forbid buying securities"
HOUSE = "across household\n  "


@pytest.mark.parametrize(
    ("text", "history"),
    [
        (LOSS + " within {} days after a purchase of an identical security", "purchase of S1 on 2026-02-08"),
        (LOSS + " within {} days before a purchase of an identical security", "purchase of S1 on 2026-03-31"),
        (BUY + " within {} days after a gain_sale of the same security", "gain_sale of S1 on 2026-02-08"),
        (
            HOUSE + BUY + " within {} days before or after a loss_sale of an identical security",
            "purchase of S1 in A-ira on 2026-02-08",
        ),
        (
            HOUSE + BUY + ' where account.kind is "ira" within {} days before or after a '
            "loss_sale of an identical security",
            "loss_sale of S1 in A-taxable on 2026-02-08",
        ),
    ],
)  # fmt: skip
def test_a_shorter_window_is_shown_by_what_only_the_longer_one_reaches(
    text: str, history: str, engine: InferenceEngine
) -> None:
    """Today is 2026-03-10; 30 days back is 2026-02-08, 20 days back 2026-02-18."""
    found = between(rule(text.format(30)), rule(text.format(20)), engine)
    assert changes(found) == {"R-1": "loosened"}, found.without_effect
    assert one(found).history == (history,)
    assert f"  history  {history}\n" in diff_text(found)
    assert one(found).day == TODAY


def test_a_rule_of_retirement_accounts_alone_meets_no_sale_at_a_loss(engine: InferenceEngine) -> None:
    """In a retirement account nothing is sold at a loss that counts; whether 20 days differ stays open."""
    text = (
        'across household\n  when account.kind is "ira"\n  forbid buying securities within {} days before '
        "or after a loss_sale of an identical security"
    )
    found = between(rule(text.format(30)), rule(text.format(20)), engine)
    assert changes(found) == {}
    assert [row.decided for row in found.without_effect] == [False]


@pytest.mark.parametrize(
    ("bound", "was", "now"), [("at least {} USD", 500, 400), ("at most {} USD", 500, 600)]
)
def test_a_size_that_one_version_asks_is_shown_by_a_trade_between_both(
    bound: str, was: int, now: int, engine: InferenceEngine
) -> None:
    old, new = (rule(f"for each trade\n  limit trade_value to {bound.format(size)}") for size in (was, now))
    (trade,) = one(between(old, new, engine)).trades
    assert min(was, now) <= trade.quantity <= max(was, now)
    assert trade.quantity != was
