"""Many changes at once, sizes of trades beside them, and measures that are shown in their own way."""

from collections.abc import Iterator

import pytest

from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.diff.answer import diff_text
from optimizer.diff.difference import Difference
from tests.diff.test_diff import between, changes
from tests.rulebooks.tiny import rule

BAN = 'forbid buying securities where sector is "{}"'
FIVE = {f"CAP-{n}": "loosened" for n in range(5)}


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def caps(most: int) -> str:
    return "".join(
        rule(f'limit weight of holdings where sector is "s{n}" to at most {most}%', name=f"CAP-{n}")
        for n in range(5)
    )


def beside_five(
    engine: InferenceEngine, text: str, was: object, now: object, *, more: str = ""
) -> Difference:
    """Return what is told where five caps go from 8% to 9% and one more rule changes."""
    old, new = (rule(text.format(word), name="B") for word in (was, now))
    return between(caps(8) + more + old, caps(9) + more + new, engine)


def open_rules(found: Difference) -> dict[str, bool]:
    return {row.rule: row.decided for row in found.without_effect}


@pytest.mark.parametrize(
    ("text", "was", "now", "told"),
    [
        ("for each trade\n  limit trade_value to at least {} USD", 500, 400, "loosened"),
        ("limit tax_cost this tax_year to at most {} USD", 100, 120, "loosened"),
        ("limit turnover to at most {}%", 10, 12, "loosened"),
        ('when account.kind is "ira"\n  limit weight of tech to at most {}%', 10, 12, "loosened"),
        ("limit weight of tech to at most {}%\n  on breach report", 10, 12, None),
        (BAN + "\n  on breach report", "energy", "utilities", None),
        ("limit tracking_error to at most {} bps", 100, 120, None),
    ],
)
def test_one_change_among_six_is_told_for_itself(
    text: str, was: object, now: object, told: str | None, engine: InferenceEngine
) -> None:
    found = beside_five(engine, text, was, now)
    assert changes(found) == FIVE | ({} if told is None else {"B": told})
    assert open_rules(found) == ({"B": False} if told is None else {})


def test_a_ban_of_what_may_not_be_held_anyway_is_not_settled(engine: InferenceEngine) -> None:
    none = rule('limit weight of holdings where sector is in ("energy", "utilities") to at most 0%', name="Z")
    found = beside_five(engine, BAN, "energy", "utilities", more=none)
    assert changes(found) == FIVE
    assert open_rules(found) == {"B": False}


def test_what_only_smaller_trades_could_reach_is_not_settled(engine: InferenceEngine) -> None:
    """Between 8% and 9% no trade of a tenth of the account or more comes to rest."""
    large = rule("for each trade\n  limit trade_value to at least 100,000 USD", name="T")
    found = beside_five(engine, BAN, "energy", "utilities", more=large)
    assert changes(found) == {}
    assert open_rules(found) == dict.fromkeys(("B", *FIVE), False)


def test_a_ceiling_on_trades_leaves_what_small_ones_show(engine: InferenceEngine) -> None:
    small = rule("for each trade\n  limit trade_value to at most 5,000 USD", name="T")
    found = beside_five(engine, BAN, "energy", "utilities", more=small)
    assert FIVE.items() <= changes(found).items()
    for row in found.rules:
        assert all(trade.quantity <= 5_000 for witness in row.witnesses for trade in witness.trades)


@pytest.mark.parametrize(
    ("text", "was", "now", "told"),
    [
        ("limit beta to at most {}", 1, 2, "loosened"),
        ("limit esg_score of holdings to at least {}", 50, 55, "tightened"),
        ("limit weight of the 5 largest issuers in holdings to at least {}%", 40, 30, "loosened"),
        ("limit count of holdings to at least {}", 10, 12, "tightened"),
        ("limit cash to at most {} USD", "1,000", "2,000", "loosened"),
        ("limit gross_exposure to at most {}%", 50, 60, "loosened"),
        ("for each sector in holdings\n  limit weight to at least {}%", 5, 6, "tightened"),
    ],
)
def test_a_measure_is_shown_in_its_own_way(
    text: str, was: object, now: object, told: str, engine: InferenceEngine
) -> None:
    found = between(rule(text.format(was)), rule(text.format(now)), engine)
    assert changes(found) == {"R-1": told}, found.without_effect
    assert f"{told.upper()}  R-1" in diff_text(found)


@pytest.mark.parametrize(
    ("test", "was", "now", "told"),
    [
        ("maturity_date is before {}", "2027-01-01", "2028-01-01", "tightened"),
        ("maturity_date is before {}", "2027-01-02", "2027-01-01", "loosened"),
        ("sector is in ({})", '"a", "b"', '"a", "b", "c"', "tightened"),
        ("sector is in ({})", '"other", "x"', '"other", "y"', "both"),
        ("esg_score is at most {}", "0", "5", "tightened"),
        ("rating is better than {}", '"BBB"', '"A"', "loosened"),
    ],
)
def test_a_wider_set_under_the_same_limit_is_a_tightening(
    test: str, was: str, now: str, told: str, engine: InferenceEngine
) -> None:
    old, new = (
        rule(f"limit weight of holdings where {test.format(mark)} to at most 20%") for mark in (was, now)
    )
    found = between(old, new, engine)
    assert changes(found) == {"R-1": told}, found.without_effect


def test_more_than_eight_holdings_are_told_in_short(engine: InferenceEngine) -> None:
    found = between(
        rule("limit count of holdings to at least 10"), rule("limit count of holdings to at least 12"), engine
    )
    assert " in 2 more" in diff_text(found) or " in 3 more" in diff_text(found)


def test_what_no_list_can_move_is_not_settled(engine: InferenceEngine) -> None:
    """Net assets are what they are before and after a list at the book's prices."""
    old, new = (rule(f"limit net_assets to at most {most} USD") for most in ("1,000", "2,000"))
    (row,) = between(old, new, engine).without_effect
    assert not row.decided
    assert "a portfolio was found, and the gate did not confirm it" in row.why
