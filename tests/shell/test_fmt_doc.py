"""`guardband fmt` and `guardband doc` as an officer meets them."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.shell.demo import demo_folder
from engine.shell.handbook import handbook_of
from reports.handbook import handbook_html
from tests.shared import ROOT, shared
from tests.shell.cli import Ran, run

Guardband = Callable[..., Ran]

UNTIDY = """policy   "Growth"
    id test.growth   version 1.0.0
  source ips = "Statement"
define equities as holdings where asset_class is equity  # shares
rule CAP "One company"
    for each issuer in equities
    # the client asked for this
    limit weight to at most 5%
    because ips "1"
"""
TIDY = """policy "Growth"
  id test.growth
  version 1.0.0
  source ips = "Statement"

define equities as holdings where asset_class is equity  # shares

rule CAP "One company"
  for each issuer in equities
  # the client asked for this
  limit weight to at most 5%
  because ips "1"
"""


@pytest.fixture
def guardband(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Guardband:
    return lambda *words: run(capsys, monkeypatch, *words)


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    path = tmp_path / "growth.mandate"
    path.write_text(UNTIDY, encoding="utf-8")
    return path


# ------------------------------------------------------------------ fmt


def test_a_file_gets_its_usual_form_and_keeps_its_comments(guardband: Guardband, untidy: Path) -> None:
    told = guardband("fmt", untidy)
    assert (told.status, told.err) == (0, "")
    assert untidy.read_text(encoding="utf-8") == TIDY
    assert told.out.splitlines() == [f"changed {untidy}", "0 of 1 already in its usual form"]


def test_the_second_time_changes_nothing(guardband: Guardband, untidy: Path) -> None:
    guardband("fmt", untidy)
    before = untidy.stat().st_mtime_ns
    assert guardband("fmt", untidy).out == "1 of 1 already in its usual form\n"
    assert untidy.stat().st_mtime_ns == before


def test_check_fails_and_writes_nothing(guardband: Guardband, untidy: Path) -> None:
    told = guardband("fmt", "--check", untidy)
    assert told.status == 1
    assert told.out.startswith(f"would change {untidy}\n")
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_check_passes_where_nothing_would_change(guardband: Guardband, untidy: Path) -> None:
    guardband("fmt", untidy)
    assert guardband("fmt", "--check", untidy).status == 0


@pytest.mark.parametrize(("option", "status"), [((), 0), (("--check",), 1)])
def test_diff_prints_what_would_change_and_writes_nothing(
    guardband: Guardband, untidy: Path, option: tuple[str, ...], status: int
) -> None:
    told = guardband("fmt", "--diff", *option, untidy)
    assert told.status == status
    assert '-policy   "Growth"\n' in told.out
    assert '+policy "Growth"\n' in told.out
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_a_syntax_error_is_named_and_no_file_is_written(guardband: Guardband, untidy: Path) -> None:
    broken = untidy.with_name("broken.mandate")
    broken.write_text(UNTIDY.replace("at most", "atmost"), encoding="utf-8")
    told = guardband("fmt", untidy, broken)
    assert (told.status, told.out) == (2, "")
    assert "broken.mandate:8:" in told.err
    assert "`atmost`" in told.err
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_errors_of_every_file_are_named_at_once(guardband: Guardband, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.mandate").write_text(UNTIDY.replace("limit", "limmit"), encoding="utf-8")
    told = guardband("fmt", tmp_path / "one.mandate", tmp_path / "two.mandate")
    assert told.status == 2
    assert "one.mandate:8:5" in told.err
    assert "two.mandate:8:5" in told.err


def test_a_wrong_name_does_not_keep_a_file_from_being_formatted(guardband: Guardband, untidy: Path) -> None:
    untidy.write_text(UNTIDY.replace("in equities", "in equitys"), encoding="utf-8")
    assert guardband("fmt", untidy).status == 0
    assert "in equitys" in untidy.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbf" + TIDY.encode(), TIDY.replace("\n", "\r\n").encode(), TIDY.rstrip().encode()],
    ids=["byte order mark", "carriage returns", "no last line end"],
)
def test_bytes_that_are_not_usual_are_mended(guardband: Guardband, untidy: Path, data: bytes) -> None:
    untidy.write_bytes(data)
    assert guardband("fmt", "--check", untidy).status == 1
    guardband("fmt", untidy)
    assert untidy.read_bytes() == TIDY.encode()


def test_a_link_stays_a_link(guardband: Guardband, untidy: Path) -> None:
    link = untidy.with_name("link.mandate")
    link.symlink_to(untidy)
    guardband("fmt", link)
    assert link.is_symlink()
    assert untidy.read_text(encoding="utf-8") == TIDY


def test_a_file_that_is_not_there(guardband: Guardband, tmp_path: Path) -> None:
    told = guardband("fmt", tmp_path / "none.mandate")
    assert told.status == 2
    assert "cure: name a *.mandate file" in told.err


@pytest.mark.parametrize(
    "path", sorted((ROOT / "rulebooks" / "library").glob("*.mandate")), ids=lambda path: path.stem
)
def test_the_shipped_policies_can_be_formatted(guardband: Guardband, tmp_path: Path, path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path))
    assert guardband("fmt", copy).status == 0
    assert guardband("fmt", "--check", copy).status == 0


# ------------------------------------------------------------------ doc


@pytest.fixture(scope="module")
def demo() -> str:
    return handbook_html(handbook_of(demo_folder() / "household.mandate"))


def text_of(page: str) -> str:
    """Return what a reader sees of a page, on one line."""
    body = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#34;", '"').replace("&ensp;", " ").split())


def clause(page: str, source: str, number: str) -> str:
    """Return the part of a page that stands beside one clause."""
    section = page.split(f'<section id="source-{source}"')[1].split("</section>")[0]
    parts = section.split('<div class="clause"')[1:]
    return text_of(next("<" + part for part in parts if f"<h3>{number}</h3>" in part))


def test_the_first_sentence_says_what_is_covered_and_whether_it_works(demo: str) -> None:
    first = re.search(r'<p class="first">(.*?)</p>', demo)
    assert first is not None
    assert first[1] == (
        "Of 24 clauses, 22 are encoded, 2 are for a person to judge and none is missing; "
        "all 29 examples pass."
    )


def test_beside_a_clause_stands_its_rule_in_words_in_text_and_with_its_examples(demo: str) -> None:
    told = clause(demo, "ips", "§3.1")
    assert "No more than 5% of an account shall be held in any one company" in told
    assert "● encoded" in told
    assert "IPS-3.1 One company, five per cent" in told
    assert "each issuer in equities: weight at most company_cap (5%)" in told
    assert "a breach that a list causes or worsens: block" in told
    assert "linear: a linear row, for each issuer" in told
    assert "limit weight to at most company_cap on active breach block" in told
    assert "● pass a buy that brings Acme to exactly 5% passes" in told
    assert "● pass a buy that brings Acme to 5.1% is blocked" in told


def test_a_clause_that_a_person_judges(demo: str) -> None:
    told = clause(demo, "ips", "§6.3")
    assert "◆ for a person" in told
    assert "The statement still fits the household: reviewed each year by Adviser." in told


def test_a_rule_of_two_clauses_is_told_in_full_once(demo: str) -> None:
    assert "a breach that a list causes" in clause(demo, "ips", "§4.1")
    again = clause(demo, "irc", "§1091(a)")
    assert "WASH-1 No buy-back after a loss sale" in again
    assert "Told in full beside" in again
    assert "a breach that a list causes" not in again


def test_statements_that_are_no_rules_stand_beside_their_clause_too(demo: str) -> None:
    told = clause(demo, "ips", "§4.5")
    assert "Harvesting losses" in told
    assert 'substitute "CVS" with "COST" then "WMT"' in told
    assert told.count("Substitutes") == 1


def test_a_clause_that_nothing_cites_is_missing(guardband: Guardband, tmp_path: Path) -> None:
    for path in demo_folder().iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
        else:
            shutil.copytree(path, tmp_path / path.name)
    mandate, out = tmp_path / "household.mandate", tmp_path / "handbook.html"
    text = mandate.read_text(encoding="utf-8")
    rule = text[text.index("rule IPS-3.3") : text.index("rule IPS-3.4")]
    mandate.write_text(text[: text.index("example ")].replace(rule, ""), encoding="utf-8")
    assert guardband("doc", mandate, "--out", out).status == 0
    page = out.read_text(encoding="utf-8")
    assert (
        "Of 24 clauses, 21 are encoded, 2 are for a person to judge and 1 is missing; "
        "no example tests the rules." in page
    )
    told = clause(page, "ips", "§3.3")
    assert "■ missing" in told
    assert "No statement of this policy cites this clause." in told


def test_dials_bands_and_examples_have_their_tables(demo: str) -> None:
    told = text_of(demo)
    assert "company_cap 5% 2% to 5% IPS-3.1" in told
    assert "technology equities 31.00% 26.00% 36.00%" in told
    assert "a gain of 5,000 USD does not ● pass" in told
    label = re.search(r'<svg role="img" aria-label="([^"]*)"', demo)
    assert label is not None
    assert "equities: target 97%, from 92% to 99%" in label[1]


def test_the_file_reaches_for_nothing_and_is_the_same_every_time(
    guardband: Guardband, demo: str, tmp_path: Path
) -> None:
    again = tmp_path / "again.html"
    told = guardband("doc", demo_folder() / "household.mandate", "--out", again)
    assert (told.status, told.out) == (0, f"handbook written to {again}\n")
    assert again.read_text(encoding="utf-8") == demo
    assert not re.findall(r'(?:src|href)="(?!#|data:)', demo)
    assert "<script" not in demo
    assert "@import" not in demo


def test_what_a_parent_brings_stands_under_the_parents_documents(
    guardband: Guardband, tmp_path: Path
) -> None:
    out = tmp_path / "handbook.html"
    folder = ROOT / "tests" / "dsl" / "files"
    assert guardband("doc", folder / "everything.mandate", "--out", out).status == 0
    page = out.read_text(encoding="utf-8")
    told = clause(page, "firm.base-manual", "4.2")
    assert "FIRM-2 No short sales in client accounts firm_base.mandate:" in told
    assert "from firm.base" in told
    assert "until 2026-06-30, approved by CCO" in clause(page, "ips", "§4.1")


def test_a_failing_example_is_shown_as_failing(guardband: Guardband, tmp_path: Path) -> None:
    mandate, out = tmp_path / "growth.mandate", tmp_path / "handbook.html"
    example = (
        '\nexample "at six per cent"\n'
        '  given holding "X" weight 5% with issuer "X Corp", asset_class equity\n'
        '  trade buy 10,000 USD of "X"\n'
        "  expect CAP measured 7%\n"
    )
    mandate.write_text(TIDY + example, encoding="utf-8")
    assert guardband("doc", mandate, "--out", out).status == 0
    page = out.read_text(encoding="utf-8")
    assert "whether clauses are missing cannot be told, as no document&#39;s text is at hand" in page
    assert "1 of 1 example fails" in page
    assert "■ FAIL at six per cent expected expect CAP measured 7%, got CAP measured 6%" in text_of(page)


def test_a_mandate_with_errors_gives_no_handbook(guardband: Guardband, untidy: Path, tmp_path: Path) -> None:
    untidy.write_text(UNTIDY.replace("in equities", "in equitys"), encoding="utf-8")
    out = tmp_path / "handbook.html"
    told = guardband("doc", untidy, "--out", out)
    assert (told.status, told.out) == (2, "")
    assert not out.exists()


SAMPLES = ("1_ips_6040", "3_ucits", "4_household_restricted_esg", "5_ric", "6_cash_turnover_tax")


@pytest.mark.parametrize(
    "name", ["2_tlh_direct_index", *(pytest.param(name, marks=pytest.mark.long) for name in SAMPLES)]
)
def test_the_samples_have_handbooks(guardband: Guardband, tmp_path: Path, name: str) -> None:
    out = tmp_path / "handbook.html"
    told = guardband("doc", shared(f"language/samples/{name}.mandate"), "--out", out)
    assert told.status == 0, told.err
    assert "■ FAIL" not in out.read_text(encoding="utf-8")


def test_explain_gives_the_page_of_a_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(capsys, monkeypatch, "explain", "e0202")
    assert (told.status, told.out.splitlines()[0]) == (0, "# E0202: a measure that does not exist")
    unknown = run(capsys, monkeypatch, "explain", "E0299")
    assert (unknown.status, unknown.out) == (2, "")
    assert "no finding has the code `E0299`" in unknown.err
