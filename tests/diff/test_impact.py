"""What `impact` tells of a book: who is governed, what stands in breach, which days could be judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.diff.test_commands import BOOK, HEADER, TECH, run

CASH = """
define cash as holdings where asset_class is cash
rule FLOOR "Enough cash"
  limit value of cash to at least {} USD
  because ips "§2"
"""
SECTOR = """
rule SECTOR "No sector too large"
  for each sector in holdings
  limit weight to at most {}%
  because ips "§3"
"""


def told(folder: Path, old: str, new: str, *, apart: dict[str, str] | None = None) -> tuple[str, Any]:
    """Return what is said of a new version on the book of two accounts, as text and as data.

    apart: files of the book that are other than usual; an empty one is left out.
    """
    (folder / "book").mkdir()
    for name, text in {**BOOK, **(apart or {})}.items():
        if text:
            (folder / "book" / name).write_text(text)
    for name, text in (("old", old), ("new", new)):
        (folder / f"{name}.mandate").write_text(text)
    words = ["impact", str(folder / "new.mandate"), "--book", str(folder / "book")]
    words += ["--policy", str(folder / "old.mandate"), "--days", "30"]
    return run(*words)[1], json.loads(run(*words, "--format", "json")[1])


def policy(rules: str, *, version: str, of: str = "") -> str:
    head = HEADER.format(version=version)
    return (
        head.replace("  currency USD\n", f"  applies to {of}\n  currency USD\n" if of else "  currency USD\n")
        + rules
    )


def test_accounts_that_come_under_the_policy_or_leave_it_are_named(tmp_path: Path) -> None:
    rules = TECH.format(most=90)
    one, both = (
        policy(rules, version=v, of=o) for v, o in (("1.0.0", 'account "A"'), ("1.1.0", 'household "H"'))
    )
    (tmp_path / "more").mkdir()
    text, data = told(tmp_path / "more", one, both)
    assert data["newly_governed"] == ["B"]
    assert "newly governed: B" in text
    assert [(row["account"], row["old"], row["new"]) for row in data["past"]["changed"]] == [
        ("B", "not governed", "pass")
    ]
    (tmp_path / "less").mkdir()
    text, data = told(tmp_path / "less", both, one)
    assert data["no_longer_governed"] == ["B"]
    assert "no longer governed: B" in text


def test_without_a_history_only_today_is_told(tmp_path: Path) -> None:
    """The lots are given: 180 ACME of 68,000 are 26% of account A."""
    lots = "lot,account,symbol,quantity,basis,acquired\nL1,A,ACME,180,18000,2026-03-02\n"
    apart = {"transactions.csv": "", "lots.csv": lots}
    old, new = (policy(TECH.format(most=m), version=f"1.{m}.0") for m in (30, 20))
    text, data = told(tmp_path, old, new, apart=apart)
    assert [row["account"] for row in data["accounts"]["in_breach"]] == ["A"]
    assert data["past"]["since"] is None
    assert text.endswith("past trades: the book has no transactions.csv, so none were judged\n")


def test_figures_are_told_in_the_unit_of_their_rule(tmp_path: Path) -> None:
    """A has 50,000 in cash, and 18% and 32% in two sectors."""
    old, new = (
        policy(CASH.format(cash) + SECTOR.format(share), version=version)
        for version, cash, share in (("1.0.0", "10,000", 40), ("1.1.0", "60,000", 30))
    )
    text, _ = told(tmp_path, old, new)
    assert "  A  FLOOR  value 50000 USD, limit 60000 USD\n" in text
    assert "  A  SECTOR  energy  weight 32%, limit 30%\n" in text


@pytest.mark.parametrize(("gone", "more"), [("ACME", ", and 1 more like it"), ("BETA", "")])
def test_a_day_that_cannot_be_judged_is_told_with_its_reason(gone: str, more: str, tmp_path: Path) -> None:
    """On 2 March two purchases of ACME and one of BETA were made."""
    prices = "".join(
        line for line in BOOK["prices.csv"].splitlines(True) if not line.startswith(f"2026-03-02,{gone}")
    )
    rows = BOOK["transactions.csv"].replace("B,buy,ACME", "A,buy,ACME")
    old, new = (policy(TECH.format(most=m), version=f"1.{m}.0") for m in (50, 60))
    text, data = told(tmp_path, old, new, apart={"prices.csv": prices, "transactions.csv": rows})
    (row,) = data["past"]["not_judged"]
    assert row["date"] == "2026-03-02"
    assert f"`{gone}` is traded and has no price on 2026-03-02" in row["why"]
    assert row["why"].endswith(more)
    assert "2026-03-02  not judged: " in text
