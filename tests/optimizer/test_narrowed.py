"""Conflicts where many rules are suspected, and proposals under curved rules that stand or are waived."""

from decimal import Decimal

import pytest

from optimizer import conflict
from optimizer.proposal import Status
from optimizer.settings import Intent
from tests.optimizer.hand import account, book, lot, proposed
from tests.optimizer.test_standing import halves, raised, rule, waive

EQ = rule("limit weight of equities to at least 95%", "EQ")
IDLE = "".join(
    rule(f'limit weight of holdings where symbol is "{name}" to at least {low}%', f"{name}-{low}")
    for name, low in (("AAA", 1), ("BBB", 2), ("AAA", 3), ("BBB", 4))
)


@pytest.mark.parametrize("most", [1, 80])
def test_of_many_suspects_those_that_the_proof_speaks_of_are_looked_at(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five rules EQ alone keeps 9,000 from being raised out of 20,000."""
    monkeypatch.setattr(conflict, "MOST_SUSPECTS", most)
    found = raised(EQ + IDLE, 9_000)
    assert {row.rule for row in found.conflict} == {"EQ", "raise 9,000 in cash"}
    assert found.relaxations[0].words == "lower the limit of EQ in MAIN from 95% to 55%"


@pytest.mark.parametrize("whole", [0, 400])
def test_a_cure_is_told_with_whole_shares_and_without(whole: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 20,000 in shares of 100, 9,000 leave 55% either way."""
    monkeypatch.setattr(conflict, "MOST_WHOLE", whole)
    assert raised(EQ, 9_000).relaxations[0].words.endswith("from 95% to 55%")


COUNT = rule("limit count of equities to at least 2", "N")
HEAVY = rule("limit weight of issuers in equities whose weight is more than 5% to at most 40%\n", "HEAVY")


@pytest.mark.parametrize(("waiver", "left"), [("", 2), (waive("N"), 0), (waive("N", " up to 1"), 1)])
def test_a_count_is_kept_as_far_as_it_is_not_waived(waiver: str, left: int) -> None:
    found = raised(COUNT + waiver, 20_000)
    sold = {str(row.trade.symbol): row.trade.quantity for row in found.trades}
    assert sum(sold.get(symbol, Decimal(0)) < 100 for symbol in ("AAA", "BBB")) == left


def test_a_count_that_is_broken_already_may_be_left_as_it_is() -> None:
    """Two are held where three are asked: the cash is raised out of both, and neither is given up."""
    found = raised(rule("limit count of equities to at least 3", "N"), 9_000)
    assert found.status is not Status.INFEASIBLE
    assert len({row.trade.symbol for row in found.trades if row.trade.quantity == 100}) == 0


def test_what_is_heavy_in_all_is_bought_no_further() -> None:
    """Four of ten companies at 10% each are the 40% that heavy ones may have; the others stay below 5%."""
    names = [f"S{n}" for n in range(10)]
    weights = dict.fromkeys(names, "0.1")
    on = book(
        [lot(name, 100, cost="100") for name in names[:4]],
        accounts=[account("MAIN", "60000", benchmark="index")],
        weights=weights,
    )
    found = proposed(HEAVY, on)
    held = {name: 100 if name in names[:4] else 0 for name in names}
    for row in found.trades:
        held[row.trade.symbol] += int(row.trade.quantity) * row.trade.side.sign
    assert sum(shares for shares in held.values() if shares > 50) <= 400
    assert sum(held.values()) > 600
    assert found.gate is not None
    assert found.gate.decision.value == "pass"


def test_a_request_beside_facts_alone_is_no_conflict_of_rules() -> None:
    found = proposed("", halves("500"), Intent(kind="invest", amount=Decimal(400)))
    assert found.conflict == ()
