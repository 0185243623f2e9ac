"""Shares and points in conditions, inherited bands, and sources of a policy and of what it builds on."""

from collections.abc import Iterator

import pytest

from dsl.library import library_of, no_files
from engine.gate.engine.contained import Contained
from engine.gate.engine.port import InferenceEngine
from optimizer.lint.amounts import confused
from optimizer.lint.sources import narrowed, short_digests, uncited
from tests.dsl.helpers import policy_of as checked_of
from tests.lint.test_lint import found
from tests.rulebooks.tiny import rule


@pytest.fixture(scope="module")
def engine() -> Iterator[InferenceEngine]:
    with Contained() as contained:
        yield contained


DIFFERENCE = "`tech_active_weight` is a difference of shares, `5%` a share"


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("when tech_active_weight is more than 5%", DIFFERENCE),
        ("unless tech_active_weight is more than 5%", DIFFERENCE),
        ("when tech_active_weight is more than 5 points", None),
        ("when tech_weight is more than 5%", None),
        ('when account.kind is "ira"', None),
    ],
)
def test_a_difference_of_shares_is_compared_with_points(
    condition: str, message: str | None, engine: InferenceEngine
) -> None:
    text = rule(f"{condition}\n  limit weight of tech to at most 20%", name="MAX")
    rows = [row.diagnostic for row in found(text, engine) if row.diagnostic.code == "W0705"]
    assert [row.message for row in rows] == ([] if message is None else [message])
    assert [row.help for row in rows] == ([] if message is None else ["write 5 points"])


BASE = """policy "House"
  id firm.base
  version 1.0.0
  source manual = "House manual" sha256 "9f2c"

define equities as holdings where asset_class is equity

targets mix
  because manual "1"
  equities 60% band 60 points

rule BASE-1 "cap"
  for each issuer in equities
  when equities_active_weight is more than 5%
  limit weight to at most 5%
  because manual "2"
"""
CHILD = """policy "Client"
  id client.ips
  version 1.0.0
  source ips = "Statement"
  extends firm.base version 1.0.0

rule A-1 "t"
  for each issuer in equities
  limit weight to at most 4%
  because ips "1"
"""


def test_what_a_policy_builds_on_is_its_own_files_to_mend() -> None:
    """The house's wide band, its condition in per cent and its short digest are told of the house alone."""
    child = checked_of(CHILD, library=library_of((("base.mandate", BASE, no_files),)))
    assert child.targets
    assert list(confused(child, CHILD)) == []
    assert list(short_digests(child, CHILD)) == []
    assert list(uncited(child, CHILD)) == []
    house = checked_of(BASE)
    assert [row.diagnostic.code for row in confused(house, BASE)] == ["W0705", "W0705"]
    assert [row.diagnostic.code for row in short_digests(house, BASE)] == ["W0711"]


def test_a_word_that_is_not_in_its_place_leaves_the_place_as_it_is() -> None:
    span = checked_of(CHILD, library=library_of((("base.mandate", BASE, no_files),))).rules[-1].where
    assert narrowed(span, CHILD, "nowhere") == span
    assert narrowed(span, CHILD, "4%").column > span.column
