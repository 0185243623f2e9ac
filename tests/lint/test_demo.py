"""The shipped demonstration: its rules can all be kept, so lint claims no contradiction."""

from datetime import date
from pathlib import Path

from dsl.diagnostics import Severity
from engine.gate.engine.contained import Contained
from engine.shell import demo, policies
from optimizer.lint.lint import solved

TODAY = date(2026, 1, 2)
MANDATE = Path(demo.__file__).parent / "data" / "household.mandate"


def test_the_demonstration_has_no_contradiction() -> None:
    (policy,) = policies.load((str(MANDATE),))
    with Contained() as engine:
        found = tuple(solved(policy, engine=engine, today=TODAY))
    assert [row.rules for row in found if row.diagnostic.severity is Severity.ERROR] == []


def test_a_contradiction_put_into_the_demonstration_is_found(tmp_path: Path) -> None:
    for name in ("lists/restricted.csv", "ips.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((MANDATE.parent / name).read_bytes())
    text = MANDATE.read_text(encoding="utf-8")
    path = tmp_path / "household.mandate"
    was, now = "limit value of cash to at least 2,000 USD", "limit weight of cash to at least 9%"
    assert text.count(was) == 1
    path.write_text(text.replace(was, now))
    (policy,) = policies.load((str(path),))
    with Contained() as engine:
        found = tuple(solved(policy, engine=engine, today=TODAY))
    errors = [row.rules for row in found if row.diagnostic.severity is Severity.ERROR]
    assert errors
    pairs = ({"IPS-3.5", "sectors.cash"}, {"IPS-3.5", "sectors.equities"})
    assert all(set(rules) in pairs for rules in errors), errors
