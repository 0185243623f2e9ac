"""`lint`, `diff`, `query` and `impact` at the command line, on files of a few lines."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.shell.main import app

HEADER = """policy "Growth mandate"
  id firm.growth
  version {version}
  source ips = "Investment policy statement"
  currency USD
  weights of net_assets

define tech as holdings where sector is "technology"
"""
TECH = """
rule TECH-MAX "Not too much technology"
  limit weight of tech to at most {most}%
  because ips "§4.1"
"""
FLOOR = """
rule TECH-MIN "Enough technology"
  limit weight of tech to at least 25%
  because ips "§4.2"
"""
EXAMPLES = """
example "a fifth passes"
  given holding "ACME" weight 19% with sector "technology"
  trade buy 10,000 USD of "ACME"
  expect pass

example "more is blocked"
  given holding "ACME" weight 19% with sector "technology"
  trade buy 10,001 USD of "ACME"
  expect block by TECH-MAX
"""
BOOK = {
    "accounts.csv": "account,household,owner,kind,currency,cash\n"
    "A,H,self,taxable,USD,50000\nB,H,self,ira,USD,90000\n",
    "securities.csv": "symbol,asset_class,instrument,issuer,sector\n"
    "ACME,equity,common_stock,Acme,technology\nBETA,equity,common_stock,Beta,energy\n",
    "prices.csv": "date,symbol,price\n2026-03-02,ACME,100\n2026-03-02,BETA,100\n2026-03-10,ACME,100\n"
    "2026-03-10,BETA,100\n",
    "transactions.csv": "id,date,account,type,symbol,quantity,price\n"
    "T1,2026-03-02,A,buy,ACME,180,100\nT2,2026-03-02,A,buy,BETA,320,100\nT3,2026-03-02,B,buy,ACME,100,100\n",
}  # fmt: skip


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "old": HEADER.format(version="1.0.0") + TECH.format(most=20) + EXAMPLES,
        "new": HEADER.format(version="1.1.0") + TECH.format(most=15) + EXAMPLES,
        "torn": HEADER.format(version="1.0.0") + TECH.format(most=20) + FLOOR,
        "same": "# a remark\n" + HEADER.format(version="1.0.0") + TECH.format(most=20) + EXAMPLES,
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.mandate").write_text(text)
    (tmp_path / "book").mkdir()
    for name, text in BOOK.items():
        (tmp_path / "book" / name).write_text(text)
    return tmp_path


def test_lint_names_the_pair_with_a_witness_and_fails(folder: Path) -> None:
    status, out = run("lint", str(folder / "torn.mandate"))
    assert status == 1
    assert "error[E0312]: limits of `TECH-MAX` and `TECH-MIN` exclude each other" in out
    assert "= witness: 20% " in out
    status, out = run("lint", str(folder / "torn.mandate"), "--format", "json")
    answer = json.loads(out)
    assert (status, answer["schema"]) == (1, "guardband/lint/1")
    assert "E0312" in [row["code"] for row in answer["findings"]]


def test_lint_of_a_clean_mandate_is_clean(folder: Path) -> None:
    assert run("lint", str(folder / "old.mandate")) == (0, "old.mandate: no findings\n")


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_lint_speaks_to_code_hosts(folder: Path, form: str) -> None:
    status, out = run("lint", str(folder / "torn.mandate"), "--format", form)
    assert status == 1
    assert "E0312" in out


def test_lint_tells_what_check_finds_of_a_broken_file(folder: Path) -> None:
    (folder / "broken.mandate").write_text(HEADER.format(version="1.0.0") + TECH.format(most="x"))
    status, out = run("lint", str(folder / "broken.mandate"))
    assert status == 1
    assert "error[E0" in out


def test_diff_prints_the_rule_and_its_proof(folder: Path) -> None:
    status, out = run("diff", str(folder / "old.mandate"), str(folder / "new.mandate"))
    assert status == 1
    assert "TIGHTENED  TECH-MAX" in out
    assert "decided  pass under 1.0.0, block under 1.1.0" in out
    status, out = run("diff", str(folder / "old.mandate"), str(folder / "new.mandate"), "--format", "json")
    assert [row["rule"] for row in json.loads(out)["rules"]] == ["TECH-MAX"]


def test_diff_among_the_securities_of_a_book(folder: Path) -> None:
    status, out = run(
        "diff", str(folder / "old.mandate"), str(folder / "new.mandate"), "--book", str(folder / "book")
    )
    assert status == 1
    assert "ACME" in out


def test_diff_of_a_remark_changes_nothing(folder: Path) -> None:
    status, out = run("diff", str(folder / "old.mandate"), str(folder / "same.mandate"))
    assert status == 0
    assert "the texts differ, and mean the same" in out


def test_query_reads_several_files(folder: Path) -> None:
    files = [str(folder / f"{name}.mandate") for name in ("old", "torn")]
    status, out = run("query", "rules where measure is weight and limit is less than 25%", *files)
    assert status == 0
    assert out.splitlines()[-1] == "2 of 3 rules"
    status, out = run("query", "rules where low is known", *files, "--format", "json")
    assert [row["rule"] for row in json.loads(out)["rules"]] == ["TECH-MIN"]


def test_a_question_that_cannot_be_read_is_wrong_use(folder: Path) -> None:
    status, out = run("query", "rules where mesure is weight", str(folder / "old.mandate"))
    assert (status, out) == (2, "")


def test_impact_names_accounts_and_past_trades(folder: Path) -> None:
    words = ["impact", str(folder / "new.mandate"), "--book", str(folder / "book")]
    words += ["--policy", str(folder / "old.mandate"), "--days", "30"]
    status, out = run(*words, "--format", "json")
    assert status == 1
    answer = json.loads(out)
    assert answer["schema"] == "guardband/impact/1"
    (row,) = answer["accounts"]["in_breach"]
    assert (row["account"], row["rule"], row["figure"], row["limit"]) == ("A", "TECH-MAX", "18", "15")
    (trade,) = answer["past"]["changed"]
    assert (trade["transaction"], trade["old"], trade["new"]) == ("T1", "pass", "block")
    assert (answer["past"]["lists"], answer["past"]["trades"]) == (1, 3)
    status, out = run(*words)
    assert "buy 180 ACME in A: pass -> block by TECH-MAX" in out


def test_impact_of_the_same_version_is_nothing(folder: Path) -> None:
    status, out = run(
        "impact", str(folder / "old.mandate"), "--book", str(folder / "book"),
        "--policy", str(folder / "old.mandate"),
    )  # fmt: skip
    assert status == 0
    assert "0 would have got another verdict" in out


def test_impact_the_other_way_round_cures(folder: Path) -> None:
    status, out = run(
        "impact", str(folder / "old.mandate"), "--book", str(folder / "book"),
        "--policy", str(folder / "new.mandate"),
    )  # fmt: skip
    assert status == 1
    assert "in breach under the new version only: nothing" in out
    assert "in breach under the old version only: 1" in out
