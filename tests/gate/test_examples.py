"""The examples that travel with the samples and with the shipped library."""

from pathlib import Path

import pytest

import rulebooks
from dsl.check import check
from dsl.library import Library, library_of, no_files
from dsl.parse import parse
from dsl.policy import CheckedPolicy
from dsl.words import shipped
from engine.gate.engine.inline import Inline
from engine.gate.examples import coverage, examples_answer, run_examples
from tests.gate.case_files import HEADER
from tests.shared import shared

LIBRARY = Path(rulebooks.__file__).parent / "library"


def library() -> Library:
    return library_of([(str(p), p.read_text("utf-8"), no_files) for p in sorted(LIBRARY.rglob("*.mandate"))])


def checked(path: Path) -> CheckedPolicy:
    def below(name: str) -> bytes | None:
        target = path.parent / name
        return target.read_bytes() if target.is_file() else None

    result = check(
        parse(path.read_text("utf-8"), file=path.name),
        catalogue=shipped(),
        library=library(),
        files=below,
        schema=None,
        today=None,
    )
    assert result.policy is not None, [d.message for d in result.diagnostics]
    return result.policy


def assert_all_pass(policy: CheckedPolicy, engine: Inline) -> None:
    results = run_examples(policy, engine=engine)
    assert results
    for result in results:
        assert result.passed, (result.title, result.expected, result.got)


@pytest.mark.parametrize(
    "name",
    [
        "1_ips_6040",
        "2_tlh_direct_index",
        "3_ucits",
        "4_household_restricted_esg",
        "5_ric",
        "6_cash_turnover_tax",
    ],
)
def test_samples_pass_their_examples(name: str, engine: Inline) -> None:
    assert_all_pass(checked(shared(f"language/samples/{name}.mandate")), engine)


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.mandate")), ids=lambda path: path.stem)
def test_the_library_passes_its_examples(path: Path, engine: Inline) -> None:
    assert_all_pass(checked(path), engine)


CAP = """rule CAP "One company, five per cent"
  for each issuer in holdings
  limit weight to at most 5%
  because ips "§1"

example "a cent over"
  given holding "ACME" weight 4.9% with issuer "Acme Corp"
  trade buy {amount} USD of "ACME"
  {expect}
"""


@pytest.mark.parametrize(
    ("amount", "expect", "passed"),
    [
        ("1,000", "expect pass", True),
        ("1,000.01", "expect pass", False),
        ("1,000.01", "expect block by CAP", True),
        ("1,000", "expect block by CAP", False),
        ("1,000", "expect CAP measured 5.00%", True),
        ("1,100", "expect CAP measured 5.0%", True),
        ("1,100", "expect CAP measured 5.00%", False),
    ],
)
def test_expectations_can_fail(
    tmp_path: Path, engine: Inline, amount: str, expect: str, passed: bool
) -> None:
    file = tmp_path / "cap.mandate"
    file.write_text(HEADER + CAP.format(amount=amount, expect=expect), encoding="utf-8")
    policy = checked(file)
    (result,) = run_examples(policy, engine=engine)
    assert result.passed is passed, result.got
    assert coverage((policy,), (result,)) == {"rules": 1, "exercised": 1, "not_exercised": []}
    told = examples_answer((policy,), (result,))
    assert told["examples"][0]["passed"] is passed


TICKETS = """rule SALES "No small sale"
  for each trade in trades where side is "sell"
  limit trade_value to at least 100 USD
  because ips "§1"

example "a list"
  given holding "ACME" weight 4.9% with issuer "Acme Corp"
  trade {side} 1,000 USD of "ACME"
  expect pass
"""


@pytest.mark.parametrize(("side", "exercised"), [("sell", 1), ("buy", 0)])
def test_a_rule_about_trades_is_exercised_by_a_list_that_has_one(
    tmp_path: Path, engine: Inline, side: str, exercised: int
) -> None:
    file = tmp_path / "tickets.mandate"
    file.write_text(HEADER + TICKETS.format(side=side), encoding="utf-8")
    policy = checked(file)
    (result,) = run_examples(policy, engine=engine)
    assert result.passed, result.got
    told = coverage((policy,), (result,))
    assert (told["exercised"], told["not_exercised"]) == (exercised, [] if exercised else ["SALES"])


FOR_OTHERS = """rule FRESH "Only what has a rating"
  require rating is known
  because ips "§1"

example "a rated one"
  given holding "ACME" weight 4.9% with issuer "Acme Corp", rating "A"
  trade buy 1,000 USD of "ACME"
  expect pass
"""


def test_an_example_is_tried_whomever_the_policy_is_for(tmp_path: Path, engine: Inline) -> None:
    file = tmp_path / "rated.mandate"
    header = HEADER.replace("  currency", '  applies to account "HAW-6040"\n  currency')
    file.write_text(header + FOR_OTHERS, encoding="utf-8")
    (result,) = run_examples(checked(file), engine=engine)
    assert result.passed, result.got
    assert "FRESH" in result.exercised
