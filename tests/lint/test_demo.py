"""The shipped demonstration: its rules can all be kept, so lint claims no contradiction."""

from datetime import date
from pathlib import Path

import pytest

import rulebooks
from dsl.diagnostics import Severity
from dsl.format import formatted
from dsl.parse import parse
from engine.gate.engine.contained import Contained
from engine.shell import demo, policies
from optimizer.lint.lint import lint, solved
from optimizer.lint.sides import one_sided

TODAY = date(2026, 1, 2)
LIBRARY = tuple(sorted((Path(rulebooks.__file__).parent / "library").glob("*.mandate")))
MANDATE = Path(demo.__file__).parent / "data" / "household.mandate"


@pytest.mark.long
def test_the_demonstration_has_no_contradiction() -> None:
    (policy,) = policies.load((str(MANDATE),))
    with Contained() as engine:
        found = tuple(solved(policy, engine=engine, today=TODAY))
    assert [row.rules for row in found if row.diagnostic.severity is Severity.ERROR] == []


@pytest.mark.long
def test_a_contradiction_put_into_the_demonstration_is_found(tmp_path: Path) -> None:
    for name in ("lists/restricted.csv", "ips.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((MANDATE.parent / name).read_bytes())
    text = MANDATE.read_text(encoding="utf-8")
    path = tmp_path / "household.mandate"
    was, now = "limit value of cash to at least 2,000 USD", "limit weight of cash to at least 9%"
    assert text.count(was) == 1
    rules, _, _ = text.partition('\nexample "')  # the examples are of the rule as it was
    path.write_text(rules.replace(was, now))
    (policy,) = policies.load((str(path),))
    with Contained() as engine:
        found = tuple(solved(policy, engine=engine, today=TODAY))
    errors = [row.rules for row in found if row.diagnostic.severity is Severity.ERROR]
    assert errors
    pairs = ({"IPS-3.5", "sectors.cash"}, {"IPS-3.5", "sectors.equities"})
    assert all(set(rules) in pairs for rules in errors), errors


def test_the_demonstration_is_in_its_usual_form_and_shows_each_rule_from_both_sides() -> None:
    text = MANDATE.read_text(encoding="utf-8")
    assert formatted(parse(text, file=MANDATE.name)) == text
    (policy,) = policies.load((str(MANDATE),))
    with Contained() as engine:
        assert [row.diagnostic.message for row in one_sided(policy, engine=engine)] == []


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_the_library_has_nothing_that_lint_finds(path: Path) -> None:
    (policy,) = policies.load((str(path),))
    with Contained() as engine:
        found = lint(policy, path.read_text(encoding="utf-8"), engine=engine, today=TODAY)
    assert [row.diagnostic.message for row in found] == []
