"""The six samples and the shipped library compile, and lie over a book without a stumble."""

from pathlib import Path

import pytest

from dsl.check import check
from dsl.library import FileReader, library_of
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from rulebooks.catalogue import catalogue
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.rulebooks.tiny import TODAY, account_of, lot_of, tiny
from tests.shared import ROOT, shared

SAMPLES = (
    "1_ips_6040", "2_tlh_direct_index", "3_ucits", "4_household_restricted_esg", "5_ric",
    "6_cash_turnover_tax",
)  # fmt: skip
LIBRARY = sorted((ROOT / "rulebooks" / "library").rglob("*.mandate"))


def reader(folder: Path) -> FileReader:
    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() else None

    return read


def policy_at(path: Path) -> CheckedPolicy:
    library = library_of([(str(p), p.read_text(), reader(p.parent)) for p in LIBRARY])
    checked = check(
        parse(path.read_text(), file=path.name),
        catalogue=catalogue(),
        library=library,
        files=reader(path.parent),
        schema=None,
        today=TODAY,
    )
    assert checked.policy is not None, checked.diagnostics
    return checked.policy


def lies_over_a_book(policy: CheckedPolicy) -> None:
    """Every rule is laid out for the account it names; `for each` may find no group to lay out."""
    name = policy.applies_to.id if policy.applies_to is not None and policy.applies_to.id else "A"
    household = name if policy.applies_to is not None and policy.applies_to.noun == "household" else "H"
    rulebook = compile_rulebook((policy,))
    for absent in ("unknown", "no_value"):
        book = tiny(
            accounts=[account_of(name, cash=1000, household=household)],
            lots=[lot_of("X", 10, 100, account=name), lot_of("Y", 10, 100, account=name)],
            more={"X": 10, "Y": 10},
            about={"X": {"sector": "Energy", "issuer.kind": "corporate"}, "Y": {"issuer": ""}},
            absent=absent,
        )
        laid = ground(rulebook, book)
        parts = (*laid.limits, *laid.bans, *laid.windows, *laid.per_trade, *laid.requires)
        grouped = {rule.rule.id for rule in rulebook.rules if rule.rule.each is not None}
        assert {part.rule.rule.id for part in parts} | grouped == {rule.rule.id for rule in rulebook.rules}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_compiles_and_lies_over_a_book(name: str) -> None:
    lies_over_a_book(policy_at(shared(f"language/samples/{name}.mandate")))


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_a_shipped_policy_compiles_and_lies_over_a_book(path: Path) -> None:
    lies_over_a_book(policy_at(path))
