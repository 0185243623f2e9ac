"""One changed bound of the shipped demonstration: exactly that rule is told, and the gate proves it."""

from datetime import date
from pathlib import Path

import pytest

from engine.gate.engine.contained import Contained
from engine.shell import demo, policies
from optimizer.diff.compare import compare

TODAY = date(2026, 1, 2)
LONG = pytest.mark.long
MANDATE = Path(demo.__file__).parent / "data" / "household.mandate"


@pytest.mark.parametrize(
    ("was", "now", "rule", "change", "low", "high"),
    [
        ("to at most 45%", "to at most 50%", "IPS-3.3", "loosened", 45, 50),
        pytest.param("company_cap = 5%", "company_cap = 4%", "IPS-3.1", "tightened", 4, 5, marks=LONG),
        pytest.param("to at most 45%", "to at most 40%", "IPS-3.3", "tightened", 40, 45, marks=LONG),
        pytest.param("between 40 and 150", "between 50 and 150", "IPS-3.4", "tightened", 39, 50, marks=LONG),
        pytest.param("between 40 and 150", "between 30 and 150", "IPS-3.4", "loosened", 29, 40, marks=LONG),
        pytest.param("from 92% to 99%", "from 92% to 98.5%", "sectors", "tightened", 98, 99, marks=LONG),
        pytest.param(
            "gain_budget = 10,000", "gain_budget = 12,000", "IPS-5.1", "loosened", 10_000, 12_000, marks=LONG
        ),
    ],
)
def test_one_changed_bound_gives_exactly_that_rule(
    was: str, now: str, rule: str, change: str, low: int, high: int, tmp_path: Path
) -> None:
    (tmp_path / "lists").mkdir()
    for name in ("lists/restricted.csv", "ips.txt"):
        (tmp_path / name).write_bytes((MANDATE.parent / name).read_bytes())
    text = MANDATE.read_text(encoding="utf-8")
    assert text.count(was) == 1
    path = tmp_path / "household.mandate"
    path.write_text(text.replace(was, now), encoding="utf-8")
    old, new = (policies.load((str(name),))[0] for name in (MANDATE, path))
    with Contained() as engine:
        found = compare(old, new, engine=engine, today=TODAY)
    assert [
        (row.rule.partition(".")[0] if rule == "sectors" else row.rule, row.change) for row in found.rules
    ] == [(rule, change)]
    assert found.without_effect == ()
    (witness,) = found.rules[0].witnesses
    assert witness.told.rule == rule
    assert witness.told.after is not None
    assert low < witness.told.after <= high
    assert witness.old != witness.new
    assert witness.trades
