"""Real mandates and the shipped library: every file is clean, in its usual form, and its examples run."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from dsl import policy as p
from dsl.format import formatted
from dsl.parse import parse
from engine.gate.engine.contained import Contained
from engine.gate.examples import run_examples
from tests.dsl.helpers import LIBRARY, checked, errors, reader, shipped_library

SHIPPED = sorted(LIBRARY.glob("*.mandate"))
REAL = sorted(Path(__file__).parent.glob("*.mandate"))
_UNTESTED = {"mandates.m4_uconn": {"UC-1"}}  # volatility needs a risk model, which examples do not give


@pytest.fixture(scope="module")
def engine() -> Iterator[Contained]:
    with Contained() as contained:
        yield contained


@cache
def policy_of(path: Path) -> p.CheckedPolicy:
    text = path.read_text(encoding="utf-8")
    result = checked(text, library=shipped_library(), files=reader(path.parent), file=path.name)
    assert errors(result) == []
    assert result.policy is not None
    return result.policy


@pytest.mark.parametrize("path", [*SHIPPED, *REAL], ids=lambda path: path.stem)
def test_every_example_holds(path: Path, engine: Contained) -> None:
    policy = policy_of(path)
    assert policy.examples
    failed = [(r.title, r.expected, r.got) for r in run_examples(policy, engine=engine) if not r.passed]
    assert failed == []


@pytest.mark.parametrize("path", [*SHIPPED, *REAL], ids=lambda path: path.stem)
def test_every_file_is_free_of_warnings_and_in_its_usual_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    result = checked(text, library=shipped_library(), files=reader(path.parent), file=path.name)
    assert [d.message for d in result.diagnostics if d.severity.value != "info"] == []
    assert formatted(parse(text, file=path.name)) == text


@pytest.mark.parametrize("path", [*SHIPPED, *REAL], ids=lambda path: path.stem)
def test_every_rule_is_named_by_an_example(path: Path) -> None:
    policy = policy_of(path)
    named = {getattr(expect, "rule", "") for example in policy.examples for expect in example.expects}
    named |= {getattr(expect, "targets", "") for example in policy.examples for expect in example.expects}
    own = {rule.id for rule in policy.rules if rule.policy == policy.id}
    own |= {targets.name for targets in policy.targets}
    assert own - named == _UNTESTED.get(policy.id, set())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_policies_are_dated_cited_and_marked(path: Path) -> None:
    policy = policy_of(path)
    assert policy.effective_from is not None
    assert policy.owner is not None
    assert "to be confirmed by counsel" in policy.owner
    assert policy.applies_to is None
    assert all(rule.because for rule in policy.rules)


def test_the_library_has_what_the_language_promises() -> None:
    assert {policy.id for policy in shipped_library().policies} >= {
        "firm.base",
        "firm.restricted_list",
        "firm.watch_list",
        "us.wash_sales",
        "us.ric_851",
        "us.ica_5b1",
        "us.rule_22e4",
        "us.rule_35d1",
        "us.erisa_407",
        "eu.ucits",
        "house.drift_5_25",
        "values.screens",
        "ca.superficial_loss",
        "uk.share_matching",
    }


def test_the_whole_library_can_be_used_together() -> None:
    uses = "\n".join(f"use {x.id} version {x.version}" for x in shipped_library().policies)
    text = f'policy "All"\n  id test.all\n  version 1.0.0\n\n{uses}\n'
    result = checked(text, library=shipped_library())
    assert "E0304" not in {d.code for d in result.diagnostics}
    assert errors(result) == []


def test_every_table_row_of_the_real_mandates_is_a_class() -> None:
    ferris = next(path for path in REAL if path.stem.startswith("m1"))
    (targets,) = policy_of(ferris).targets
    rows = {c.name: (c.target, c.low, c.high) for c in targets.classes}
    assert len(rows) == 14
    assert rows["intl_core"] == (Decimal("0.11"), Decimal("0.10"), Decimal("0.20"))
