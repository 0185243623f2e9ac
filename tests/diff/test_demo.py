"""Every number of the shipped demonstration, changed: exactly that rule is told, and the gate proves it.

The everyday run changes one bound; all of them, over made-up securities and those of the book:
python -m pytest tests/diff/test_demo.py --long
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dsl.policy import CheckedPolicy
from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from engine.shell import demo, policies
from engine.shell.books import read_book
from optimizer.diff.compare import compare

TODAY = date(2026, 1, 2)
DATA = Path(demo.__file__).parent / "data"
MANDATE = DATA / "household.mandate"
EVERYDAY = ("at least 2,000 USD", "at least 3,000 USD", "IPS-3.5", "tightened")
WASH_1 = "forbid buying securities within 30 days after"
WASH_2 = "within 30 days after a purchase"
WASH_3 = "within 30 days before or after"
BAND = "31%  band the smaller of 5 points and 30%"
BOUNDS = (
    EVERYDAY,
    ("at least 2,000 USD", "at least 30,000 USD", "IPS-3.5", "tightened"),
    ("at least 2,000 USD", "at least 1,000 USD", "IPS-3.5", "loosened"),
    ("company_cap = 5%", "company_cap = 4%", "IPS-3.1", "tightened"),
    ("company_cap = 5%", "company_cap = 4.5%", "IPS-3.1", "tightened"),
    ("gain_budget = 10,000", "gain_budget = 12,000", "IPS-5.1", "loosened"),
    ("gain_budget = 10,000", "gain_budget = 8,000", "IPS-5.1", "tightened"),
    ("turnover_cap = 30%", "turnover_cap = 35%", "IPS-5.3", "loosened"),
    ("turnover_cap = 30%", "turnover_cap = 25%", "IPS-5.3", "tightened"),
    ("from 92% to 99%", "from 93% to 99%", "sectors.equities", "tightened"),
    ("from 92% to 99%", "from 91% to 99%", "sectors.equities", "loosened"),
    ("from 92% to 99%", "from 92% to 98%", "sectors.equities", "tightened"),
    ("from 1% to 8%", "from 2% to 8%", "sectors.cash", "tightened"),
    ("from 1% to 8%", "from 0.5% to 8%", "sectors.cash", "loosened"),
    ("from 1% to 8%", "from 1% to 7%", "sectors.cash", "tightened"),
    ("technology      31%", "technology      30%", "sectors.technology", "moved"),
    ("health_care     12%", "health_care     11%", "sectors.health_care", "moved"),
    ("financials      13%", "financials      12%", "sectors.financials", "moved"),
    ("discretionary   12%", "discretionary   11%", "sectors.discretionary", "moved"),
    ("industrials      8%", "industrials      7%", "sectors.industrials", "moved"),
    ("staples        9.5%", "staples        9%", "sectors.staples", "moved"),
    ("energy         5.5%", "energy         5%", "sectors.energy", "moved"),
    ("other_sectors    6%", "other_sectors    5%", "sectors.other_sectors", "moved"),
    (BAND, BAND.replace("5 points", "4 points"), "sectors.technology", "tightened"),
    (BAND, BAND.replace("5 points", "6 points"), "sectors.technology", "loosened"),
    ("1.5 times benchmark_weight", "1.4 times benchmark_weight", "IPS-3.2", "tightened"),
    ("1.5 times benchmark_weight", "1.6 times benchmark_weight", "IPS-3.2", "loosened"),
    ("benchmark_weight and 5%", "benchmark_weight and 4%", "IPS-3.2", "tightened"),
    ("benchmark_weight and 5%", "benchmark_weight and 6%", "IPS-3.2", "loosened"),
    ("10 largest issuers", "11 largest issuers", "IPS-3.3", "tightened"),
    ("to at most 45%", "to at most 50%", "IPS-3.3", "loosened"),
    ("to at most 45%", "to at most 40%", "IPS-3.3", "tightened"),
    ("between 40 and 150", "between 50 and 150", "IPS-3.4", "tightened"),
    ("between 40 and 150", "between 30 and 150", "IPS-3.4", "loosened"),
    ("between 40 and 150", "between 40 and 120", "IPS-3.4", "tightened"),
    (WASH_1, WASH_1.replace("30", "60"), "WASH-1", "tightened"),
    (WASH_1, WASH_1.replace("30", "20"), "WASH-1", "loosened"),
    (WASH_2, WASH_2.replace("30", "60"), "WASH-2", "tightened"),
    (WASH_2, WASH_2.replace("30", "20"), "WASH-2", "loosened"),
    ("gain is less than 0 USD", "gain is less than -100 USD", "WASH-2", "loosened"),
    ("gain is less than 0 USD", "gain is less than 100 USD", "WASH-2", "tightened"),
    (WASH_3, WASH_3.replace("30", "60"), "WASH-3", "tightened"),
    (WASH_3, WASH_3.replace("30", "20"), "WASH-3", "loosened"),
    ("gain is more than 0 USD", "gain is more than 100 USD", "IPS-5.2", "loosened"),
    ("between 1 and 45", "between 1 and 30", "IPS-5.2", "loosened"),
    ("between 1 and 45", "between 1 and 60", "IPS-5.2", "tightened"),
    ("between 1 and 45", "between 10 and 45", "IPS-5.2", "loosened"),
    ("at least 1,000 USD", "at least 2,000 USD", "IPS-5.4", "tightened"),
    ("at least 1,000 USD", "at least 500 USD", "IPS-5.4", "loosened"),
)
IMPLIED = ("from 91% to 99%", "from 0.5% to 8%")
"""What nothing in the book shows: it has equities and cash alone, and the band of the other says the same."""

UNSETTLED = (
    ("between 40 and 150", "between 40 and 160", "IPS-3.4"),
    ("last 12 months", "last 6 months", "IPS-5.3"),
    ("last 12 months", "last 18 months", "IPS-5.3"),
)
"""What needs more names than are made up, or a history that is not: told as not settled, never as nothing."""


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


def versions(folder: Path, was: str, now: str) -> tuple[CheckedPolicy, CheckedPolicy]:
    """Return the mandate without its examples, and with one text replaced, in files of other names."""
    (folder / "lists").mkdir()
    for name in ("lists/restricted.csv", "ips.txt"):
        (folder / name).write_bytes((DATA / name).read_bytes())
    text, _, _ = MANDATE.read_text(encoding="utf-8").partition('\nexample "')
    assert text.count(was) == 1
    (folder / "before.mandate").write_text(text, encoding="utf-8")
    (folder / "after.mandate").write_text(text.replace(was, now), encoding="utf-8")
    old, new = (policies.load((str(folder / f"{name}.mandate"),))[0] for name in ("before", "after"))
    return old, new


def tells(
    folder: Path,
    bound: tuple[str, str, str, str],
    engine: InferenceEngine,
    securities: dict[str, dict[str, str]] | None = None,
) -> None:
    was, now, rule, change = bound
    found = compare(*versions(folder, was, now), engine=engine, today=TODAY, securities=securities)
    assert [row.rule for row in found.rules] == [rule], found.without_effect
    assert found.rules[0].change == change or change == "moved"
    assert found.without_effect == ()
    for witness in found.rules[0].witnesses:
        assert witness.told.rule == (rule if "-" in rule else "sectors")
        assert witness.old != witness.new
        assert witness.trades


def test_a_floor_in_money_is_shown_where_it_lies_inside_a_band_in_shares(
    tmp_path: Path, engine: InferenceEngine
) -> None:
    tells(tmp_path, EVERYDAY, engine)


@pytest.mark.long
@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound[2]} {bound[1]}")
def test_each_changed_bound_gives_exactly_that_rule(
    bound: tuple[str, str, str, str], tmp_path: Path, engine: InferenceEngine
) -> None:
    tells(tmp_path, bound, engine)


@pytest.mark.long
@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound[2]} {bound[1]}")
def test_each_changed_bound_is_shown_among_the_securities_of_the_book(
    bound: tuple[str, str, str, str], tmp_path: Path, engine: InferenceEngine
) -> None:
    rows = read_book(str(DATA)).records.securities
    listed = {str(symbol): dict(row.attributes) for symbol, row in rows.items()}
    if bound[1] in IMPLIED:
        old, new = versions(tmp_path, *bound[:2])
        found = compare(old, new, engine=engine, today=TODAY, securities=listed)
        assert found.rules == ()
        assert [row.rule for row in found.without_effect] == [bound[2]]
    else:
        tells(tmp_path, bound, engine, listed)


@pytest.mark.long
@pytest.mark.parametrize(("was", "now", "rule"), UNSETTLED)
def test_what_cannot_be_shown_is_told_as_not_settled(
    was: str, now: str, rule: str, tmp_path: Path, engine: InferenceEngine
) -> None:
    found = compare(*versions(tmp_path, was, now), engine=engine, today=TODAY)
    told = {row.rule: row.decided for row in found.without_effect}
    assert [row.rule for row in found.rules] == [rule] or told == {rule: False}
