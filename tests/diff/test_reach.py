"""What a waiver, an exception or one part of a bound changes: shown like any other change of a rule."""

from collections.abc import Iterator

import pytest

from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.diff.answer import diff_text
from tests.diff.test_diff import BASE, between, changes
from tests.rulebooks.tiny import rule


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def waived(to: str, *, of: str = 'account "A"', until: str = "2099-06-30") -> str:
    return BASE + f'waive TECH for {of}{to} until {until} approved by "CCO" because ips "§9"\n'


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (BASE, waived(" up to 30%"), "loosened"),
        (waived(" up to 30%"), waived(" up to 28%"), "tightened"),
        (waived(" up to 30%"), BASE, "tightened"),
        (BASE, waived(""), "loosened"),
    ],
)
def test_a_waiver_changes_the_rule_that_it_waives(
    old: str, new: str, change: str, engine: InferenceEngine
) -> None:
    """TECH is at most 20%; in account A more of it passes as far as the waiver goes."""
    found = between(old, new, engine)
    assert changes(found) == {"TECH": change}, found.without_effect
    (row,) = found.rules
    assert row.because == ("a waiver of TECH changed",)
    assert "  because  a waiver of TECH changed\n" in diff_text(found)
    told = row.witnesses[0].told
    assert told.after is not None
    assert told.after > (28 if "28%" in new else 20)


@pytest.mark.parametrize("of", ['account "X-1"', 'fund "X-1"', 'household "SMITH"'])
def test_a_waiver_is_looked_for_in_the_account_that_it_is_for(of: str, engine: InferenceEngine) -> None:
    found = between(BASE, waived(" up to 30%", of=of), engine)
    assert changes(found) == {"TECH": "loosened"}
    (witness,) = found.rules[0].witnesses
    assert (next(iter(witness.after))[0] == "X-1") is ("X-1" in of)


def test_a_waiver_that_lasts_longer_is_looked_for_on_the_days_that_it_adds(engine: InferenceEngine) -> None:
    short, long = (waived(" up to 30%", until=day) for day in ("2026-06-30", "2026-12-31"))
    found = between(short, long, engine)
    assert changes(found) == {"TECH": "loosened"}
    assert found.rules[0].witnesses[0].day.isoformat() == "2026-07-01"
    over = between(BASE, waived(" up to 30%", until="2026-01-31"), engine)
    assert [(row.rule, row.decided) for row in over.without_effect] == [("TECH", True)]


def test_a_waiver_of_another_rule_changes_nothing_of_this_one(engine: InferenceEngine) -> None:
    found = between(BASE, waived(" up to 30%").replace("waive TECH", "waive ONE"), engine)
    assert changes(found) == {"ONE": "loosened"}
    assert "TECH" not in {row.rule for row in found.without_effect}


FRENCH = 'exception to ONE\n  for each issuer in holdings where country is "FR"\n  limit weight to at most {}'


def test_what_an_exception_lets_by_is_told_of_the_exception_or_of_the_rule(engine: InferenceEngine) -> None:
    fifteen, twelve = (BASE + rule(FRENCH.format(most), name="FR-X") for most in ("15%", "12%"))
    found = between(fifteen, twelve, engine)
    assert changes(found) == {"FR-X": "tightened"}
    assert [(row.rule, row.decided) for row in found.without_effect] == [("ONE", True)]
    removed = between(fifteen, BASE, engine)
    assert changes(removed) == {"ONE": "tightened"}
    assert removed.rules[0].because == ("the exception FR-X was removed",)


OF_BONDS = "limit value of tech to at most the {} of {} of net_assets and 50% of bonds"
SHARES = "limit weight of tech to at most the {} of {} and {}"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (SHARES.format("smaller", "20%", "10%"), SHARES.format("smaller", "20%", "12%"), "loosened"),
        (SHARES.format("smaller", "10%", "20%"), SHARES.format("smaller", "12%", "20%"), "loosened"),
        (SHARES.format("smaller", "20%", "10%"), SHARES.format("smaller", "25%", "10%"), None),
        (SHARES.format("greater", "20%", "10%"), SHARES.format("greater", "20%", "12%"), None),
        (SHARES.format("greater", "10%", "20%"), SHARES.format("greater", "10%", "18%"), "tightened"),
        (OF_BONDS.format("smaller", "20%"), OF_BONDS.format("smaller", "15%"), "tightened"),
        (OF_BONDS.format("greater", "20%"), OF_BONDS.format("greater", "25%"), "loosened"),
    ],
)  # fmt: skip
def test_of_two_amounts_the_one_that_counts_is_looked_at(
    old: str, new: str, change: str | None, engine: InferenceEngine
) -> None:
    """At most the smaller of 20% and 10% is at most 10%, in whichever order they are written."""
    bonds = "define bonds as holdings where asset_class is fixed_income\n"
    found = between(bonds + rule(old), bonds + rule(new), engine)
    assert changes(found) == ({} if change is None else {"R-1": change}), found.without_effect
    assert [row.decided for row in found.without_effect] == ([True] if change is None else [])
