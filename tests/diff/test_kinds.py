"""Each kind of rule loosened or tightened by one step: what diff says, and how the proof reads."""

from collections.abc import Iterator

import pytest

from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.diff.answer import diff_answer, diff_text
from tests.diff.test_diff import BASE, between, changes
from tests.rulebooks.tiny import rule


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


LOTS = "forbid selling lots where "
STEPS = [
    (f"{LOTS}gain is more than 1,000 USD", f"{LOTS}gain is more than 2,000 USD", "loosened"),
    (f"{LOTS}loss is more than 100 USD", f"{LOTS}loss is more than 50 USD", "tightened"),
    (f"{LOTS}holding_days is less than 30", f"{LOTS}holding_days is less than 60", "tightened"),
    (
        f"{LOTS}days_to_long_term is between 1 and 30",
        f"{LOTS}days_to_long_term is between 1 and 20",
        "loosened",
    ),
    ('require account.signed is "yes"', "require account.signed is known", "loosened"),
    (
        "for each issuer in holdings\n  limit weight to at most 2 times benchmark_weight",
        "for each issuer in holdings\n  limit weight to at most 3 times benchmark_weight",
        "loosened",
    ),
    (
        "limit value of tech to at most 5% of net_assets",
        "limit value of tech to at most 4% of net_assets",
        "tightened",
    ),
    (
        "limit weight of tech to at most the smaller of 10% and 20%",
        "limit weight of tech to at most the smaller of 12% and 20%",
        "loosened",
    ),
    (
        "limit weight of tech to at least the greater of 10% and 20%",
        "limit weight of tech to at least the greater of 10% and 22%",
        "tightened",
    ),
    ("limit volatility to at most 10%", "limit volatility to at most 12%", "loosened"),
    (
        "limit net_realized_gains this tax_year to at most 1,000 USD",
        "limit net_realized_gains this tax_year to at most 2,000 USD",
        "loosened",
    ),
    (
        "forbid buying securities within 5 business_days before an earnings of the same security",
        "forbid buying securities within 3 business_days before an earnings of the same security",
        "loosened",
    ),
    (
        "forbid buying securities within 20 days after a sale of the same security",
        "forbid buying securities within 30 days after a sale of the same security",
        "tightened",
    ),
    *(
        (f'{what} where sector is "energy"', f'{what} where sector is "utilities"', "both")
        for what in (
            "forbid buying securities",
            "forbid selling holdings",
            "forbid holding securities",
            "forbid shorting securities",
            "forbid increasing holdings",
            "allow only buying securities",
        )
    ),
]


@pytest.mark.parametrize(("old", "new", "change"), STEPS)
def test_one_step_is_proven_by_a_list_that_the_gate_judged(
    old: str, new: str, change: str, engine: InferenceEngine
) -> None:
    found = between(rule(old), rule(new), engine)
    assert changes(found) == {"R-1": change}, found.without_effect
    for witness in found.rules[0].witnesses:
        verdicts = (witness.old, witness.new)
        assert verdicts == (("block", "pass") if witness.direction == "loosened" else ("pass", "block"))
        assert witness.trades


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            "limit weight of tech to at most 10%\n  on breach report",
            "limit weight of tech to at most 12%\n  on breach report",
            "a breach of it is only reported",
        ),
        (
            'forbid buying securities where sector is "energy"\n  on breach report',
            'forbid buying securities where sector is "utilities"\n  on breach report',
            "a breach of it is only reported",
        ),
        (
            "forbid buying securities within 30 days before or after a loss_sale of an identical security",
            "forbid buying securities within 30 days after a loss_sale of the same security",
            "it judges trades; of the lists that were tried none was judged differently",
        ),
    ],
)
def test_what_no_list_shows_is_not_settled(old: str, new: str, why: str, engine: InferenceEngine) -> None:
    found = between(rule(old), rule(new), engine)
    assert changes(found) == {}
    assert [(row.decided, row.why) for row in found.without_effect] == [(False, why)]
    told = diff_text(found)
    assert "said differently; whether it has an effect was not settled" in told
    assert f": {why}" in told


def test_a_part_of_a_bound_that_never_counts_has_no_effect(engine: InferenceEngine) -> None:
    old, new = (rule(f"limit weight of tech to at most the smaller of 10% and {part}%") for part in (20, 15))
    found = between(old, new, engine)
    assert [(row.rule, row.decided) for row in found.without_effect] == [("R-1", True)]
    assert "said differently, without effect\n  R-1" in diff_text(found)


def test_other_statements_are_told_as_they_are(engine: InferenceEngine) -> None:
    found = between(BASE, BASE + 'wash_sales\n  spouse_basis unchanged\n  because ips "1"\n', engine)
    assert found.statements == (
        ("-", "wash_sales.spouse_basis increased"),
        ("+", "wash_sales.spouse_basis unchanged"),
    )
    assert "other statements\n  - wash_sales.spouse_basis increased" in diff_text(found)


def test_the_proof_of_a_rule_on_lots_tells_the_lot(engine: InferenceEngine) -> None:
    old, new = (rule(f"{LOTS}gain is more than {gain} USD") for gain in ("1,000", "2,000"))
    told = diff_text(between(old, new, engine))
    assert "decided  block under 1.0.0, pass under 1.1.0" in told
    assert "list     sell 10,000 S1" in told


def test_the_proof_of_a_window_tells_what_happened_before(engine: InferenceEngine) -> None:
    old, new = (
        rule(f"forbid buying securities within {days} business_days before an earnings of the same security")
        for days in (5, 3)
    )
    assert "  history  earnings of S1 on 2026-03-14" in diff_text(between(old, new, engine))


def many(bound: int, sectors: int) -> str:
    """Return a cap and a ban for each of some sectors, all of them inside a book of twenty names."""
    return "".join(
        rule(f'limit weight of holdings where sector is "s{n}" to at most {bound}%', name=f"CAP-{n}")
        + rule(f'forbid buying securities where industry is "i{n}-{bound}"', name=f"BAN-{n}")
        for n in range(sectors)
    )


def test_many_changes_at_once_are_each_proven(engine: InferenceEngine) -> None:
    found = between(many(8, 12), many(9, 12), engine)
    expected = {f"CAP-{n}": "loosened" for n in range(12)} | {f"BAN-{n}": "both" for n in range(12)}
    assert changes(found) == expected
    answer = diff_answer(found)
    assert sorted(row["rule"] for row in answer["rules"]) == sorted(expected)


def test_without_a_common_portfolio_each_change_is_shown_by_itself(engine: InferenceEngine) -> None:
    """One version wants at least half in shares, the other at most a third: no portfolio suits both."""
    shares = "limit weight of holdings where asset_class is equity to at "
    old = many(8, 3) + rule(f"{shares}least 50%", name="SHARES")
    new = many(9, 3) + rule(f"{shares}most 30%", name="SHARES")
    found = changes(between(old, new, engine))
    assert found["SHARES"] == "both"
    assert found["CAP-1"] == "loosened"
