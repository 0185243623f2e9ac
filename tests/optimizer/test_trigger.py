"""`rebalance` acts exactly where `drift` says that a rebalance is due."""

import pytest

from engine.facts.ids import AccountId
from engine.gate.drift import drift
from optimizer.settings import Intent
from optimizer.trigger import triggers
from tests.gate.test_drift import opened

A = AccountId("A")
TRADED = "2026-03-02  sell 10 ACME in A at 90\n2026-03-02  buy 10 ACME in A at 90\n"
DEPOSITED = "2026-03-02  buy 10 ACME in A at 90\n"
BAND = "when any class leaves its band"


@pytest.mark.parametrize(
    ("when", "cash", "day", "more", "acts"),
    [
        (BAND, "10,000", "2026-03-10", "", True),
        (BAND, "40,000", "2026-03-10", "", False),
        (BAND, "10,000", "2026-03-10", TRADED, False),
        (BAND, "10,000", "2026-03-10", DEPOSITED, True),
        ("each quarter", "40,000", "2026-03-31", "", True),
        ("each quarter", "40,000", "2026-01-02", "", False),
    ],
)
def test_acting_is_being_due(when: str, cash: str, day: str, more: str, acts: bool) -> None:
    book = opened(when=when, cash=cash, day=day, more=more)
    acting, notes = triggers(book.ground, (A,), Intent())
    assert [row.rebalance for row in drift(book)] == [acts]
    assert acting == ((A,) if acts else ())
    assert bool(notes) is not acts
    if more == TRADED:
        assert "last traded on 2026-03-02" in notes[0]


def test_a_harvest_needs_no_trigger() -> None:
    book = opened(when=BAND, cash="40,000")
    assert triggers(book.ground, (A,), Intent(kind="harvest")) == ((A,), ())
