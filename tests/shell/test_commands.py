"""The commands as their users meet them: what they print, their exit status, and bad input."""

import csv
import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from engine.shell.demo import demo_folder
from tests.shared import ROOT
from tests.shell.cli import Ran, run

Guardband = Callable[..., Ran]

LIST_2016 = ROOT / "tests" / "data" / "list_2016"
MANDATE = demo_folder() / "household.mandate"
GATE_2016 = ("gate", "--book", LIST_2016 / "book", "--policy", MANDATE, "--as-of", "2016-07-08")


@pytest.fixture
def guardband(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Guardband:
    return lambda *words: run(capsys, monkeypatch, *words)


@pytest.fixture
def book(tmp_path: Path, guardband: Guardband) -> Path:
    folder = tmp_path / "book"
    assert guardband("init", folder).status == 0
    return folder


def test_help_names_every_command_by_whom_it_is_for(guardband: Guardband) -> None:
    told = guardband("--help")
    assert told.status == 0
    for word in ("demo", "init", "check", "test", "explain", "drift", "lots", "gate", "rebalance", "report"):
        assert f" {word} " in told.out
    assert "Compliance officers" in told.out


def test_the_list_of_2016_draws_three_blocks_with_what_would_pass(guardband: Guardband) -> None:
    told = guardband(*GATE_2016, "--trades", LIST_2016 / "trades.csv", "--format", "json")
    assert told.status == 1
    assert told.err == ""
    answer = told.answer
    assert answer["decision"] == "block"
    blocked = {
        row["symbol"]: (row["decision"], row["rules"], row["max_quantity"]) for row in answer["trades"]
    }
    assert blocked == {
        "AAPL": ("block", ["IPS-3.1"], "184"),
        "UPS": ("block", ["WASH-1"], "0"),
        "ACN": ("block", ["BOOK-CASH", "IPS-3.5", "sectors"], "20"),
    }
    cap = next(row for row in answer["verdicts"] if row["rule"] == "IPS-3.1" and row["outcome"] == "breach")
    assert (cap["measure"], cap["unit"], cap["limit"], cap["breach"]) == ("weight", "percent", "5", "active")
    assert cap["after"].startswith("5.16")
    wash = next(row for row in answer["verdicts"] if row["rule"] == "WASH-1")
    assert {"change": "date", "trade": 2, "to": "2016-07-11"} in wash["would_pass"]


def test_doing_what_would_pass_passes(guardband: Guardband, tmp_path: Path) -> None:
    mended = tmp_path / "mended.csv"
    mended.write_text("account,side,symbol,quantity\nALD-TAX-1,buy,AAPL,184\nALD-IRA-1,buy,ACN,20\n")
    assert guardband(*GATE_2016, "--trades", mended).status == 0
    mended.write_text("account,side,symbol,quantity\nALD-TAX-1,buy,AAPL,185\nALD-IRA-1,buy,ACN,20\n")
    assert guardband(*GATE_2016, "--trades", mended).status == 1


def test_fail_on_never_reports_and_leaves_with_zero(guardband: Guardband) -> None:
    told = guardband(*GATE_2016, "--trades", LIST_2016 / "trades.csv", "--fail-on", "never")
    assert told.status == 0
    assert "BLOCK" in told.out


def test_text_for_people_and_json_for_programs_hold_the_same_decisions(
    guardband: Guardband, book: Path
) -> None:
    trades = book / "trades.csv"
    text = guardband("gate", "--book", book, "--trades", trades)
    data = guardband("gate", "--book", book, "--trades", trades, "--format", "json")
    assert text.status == data.status == 1
    for verdict in data.answer["verdicts"]:
        if verdict["outcome"] == "breach":
            assert f"rule {verdict['rule']}" in text.out


def test_rebalance_proposes_only_what_the_gate_passes(
    guardband: Guardband, book: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "proposal.csv"
    told = guardband("rebalance", "--book", book, "--out", saved, "--format", "json")
    assert told.status == 0
    answer = told.answer
    assert answer["gate"]["decision"] == "pass"
    assert answer["trades"]
    parts = answer["objective"]
    assert float(parts["drift"]) + float(parts["tax"]) + float(parts["cost"]) == pytest.approx(
        float(parts["total"])
    )
    assert guardband("gate", "--book", book, "--trades", saved).status == 0
    with saved.open() as file:
        assert len(list(csv.DictReader(file))) == len(answer["trades"])


def test_drift_says_what_is_outside(guardband: Guardband, book: Path) -> None:
    told = guardband("drift", "--book", book, "--format", "json")
    assert told.status == 1
    (account,) = told.answer["accounts"]
    assert account["rebalance"] is True
    assert [row["class"] for row in account["classes"] if row["outside"]] == ["shares"]


def test_lots_need_no_mandate(guardband: Guardband, book: Path) -> None:
    told = guardband("lots", "--book", book, "--format", "json")
    assert told.status == 0
    assert told.answer["schema"] == "guardband/lots/1"
    assert Decimal(told.answer["totals"]["recognized"]) == Decimal("-100")


def test_explain_knows_its_rules(guardband: Guardband) -> None:
    assert "§3.1" in guardband("explain", MANDATE, "IPS-3.1").out
    unknown = guardband("explain", MANDATE, "IPS-99")
    assert unknown.status == 2
    assert "name one of" in unknown.err


def test_the_mandate_and_its_examples_hold(guardband: Guardband, book: Path) -> None:
    assert guardband("check", MANDATE, book / "start.mandate").status == 0
    told = guardband("test", book / "start.mandate", "--format", "json")
    assert told.status == 0
    assert all(row["passed"] for row in told.answer["examples"])


def test_a_failing_example_is_told_and_leaves_with_one(guardband: Guardband, book: Path) -> None:
    mandate = book / "start.mandate"
    mandate.write_text(
        mandate.read_text() + '\nexample "never"\n  trade buy 1 USD of "X"\n  expect block by CAP\n'
    )
    told = guardband("test", mandate)
    assert told.status == 1
    assert "FAIL  never" in told.out


def test_three_mistakes_are_found_at_once(guardband: Guardband, tmp_path: Path) -> None:
    mandate = tmp_path / "three.mandate"
    mandate.write_text(
        'policy "Three"\n  id three.mistakes\n  version 1.0.0\n  source ips = "IPS"\n\n'
        'rule A-1 "one"\n  limit wieght to at most 5%\n  because ips "1"\n\n'
        'rule A-2 "two"\n  limit weight to at most 5 days\n  because ips "2"\n\n'
        'rule A-3 "three"\n  limit weight of holdings where country is "US" to most 5%\n  because ips "3"\n'
    )
    told = guardband("check", mandate, "--format", "json")
    assert told.status == 1
    errors = [row for row in told.answer["findings"] if row["severity"] == "error"]
    assert [row["where"]["line"] for row in errors] == [7, 11, 15]
    assert all(row["where"]["file"] == "three.mandate" for row in errors)
    sarif = json.loads(guardband("check", mandate, "--format", "sarif").out)
    assert len([row for row in sarif["runs"][0]["results"] if row["level"] == "error"]) == 3
    assert guardband("check", mandate, "--format", "github").out.count("::error") == 3


BAD_INPUT: tuple[tuple[str, str, str, str], ...] = (
    ("lots-unknown-security", "transactions.csv", "ACME,100", "GHOST,100"),
    ("a-bad-number", "accounts.csv", "USD,", "USD,x"),
    ("a-missing-column", "securities.csv", "asset_class", "class"),
)


@pytest.mark.parametrize(("what", "file", "old", "new"), BAD_INPUT)
def test_bad_input_names_its_place_and_cure_and_writes_nothing(
    guardband: Guardband, book: Path, tmp_path: Path, what: str, file: str, old: str, new: str
) -> None:
    path = book / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    saved = tmp_path / "out.csv"
    told = guardband("rebalance", "--book", book, "--out", saved)
    assert (told.status, told.out) == (2, "")
    assert file in told.err
    assert "cure: " in told.err
    assert "Traceback" not in told.err
    assert not saved.exists()


def test_a_traded_security_without_a_price_is_refused(guardband: Guardband, book: Path) -> None:
    prices = book / "prices.csv"
    kept = [line for line in prices.read_text().splitlines() if ",DUNE," not in line]
    prices.write_text("\n".join(kept) + "\n")
    trades = book / "trades.csv"
    trades.write_text("account,side,symbol,quantity\nA-1,buy,DUNE,1\n")
    told = guardband("gate", "--book", book, "--trades", trades)
    assert (told.status, told.out) == (2, "")
    assert "DUNE" in told.err


def test_a_mandate_with_errors_judges_nothing(guardband: Guardband, book: Path) -> None:
    mandate = book / "start.mandate"
    mandate.write_text(mandate.read_text().replace("limit weight", "limit wieght", 1))
    told = guardband("gate", "--book", book, "--trades", book / "trades.csv")
    assert (told.status, told.out) == (2, "")
    assert "wieght" in told.err


def test_report_is_one_file_that_reaches_for_nothing(
    guardband: Guardband, book: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "one.html", tmp_path / "two.html"
    assert guardband("report", "--book", book, "--out", first).status == 0
    assert guardband("report", "--book", book, "--out", second).status == 0
    page = first.read_text()
    assert page == second.read_text()
    assert "start.mandate:" in page
    assert "<script" not in page
    assert 'src="' not in page


def test_report_of_a_given_list_shows_its_blocks(guardband: Guardband, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.html"
    told = guardband("report", "--book", book, "--trades", book / "trades.csv", "--out", out)
    assert told.status == 0
    assert "■ block" in out.read_text()


def test_init_never_overwrites(guardband: Guardband, book: Path) -> None:
    before = {path: path.read_bytes() for path in book.iterdir()}
    again = guardband("init", book)
    assert again.status == 2
    assert {path: path.read_bytes() for path in book.iterdir()} == before


def test_an_internal_error_is_no_traceback(
    guardband: Guardband, monkeypatch: pytest.MonkeyPatch, book: Path
) -> None:
    monkeypatch.setattr("engine.shell.files.book.read_sheets", lambda _: 1 / 0)
    told = guardband("lots", "--book", book)
    assert told.status == 3
    assert "internal error" in told.err
    assert "Traceback" not in told.err


def test_the_demo_runs_and_a_lower_cap_is_named(guardband: Guardband, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    first = guardband("demo", folder)
    assert first.status == 0
    assert "the gate says pass" in first.out
    proposed = (folder / "proposal.csv").read_text()
    assert "invented" in (folder / "report.html").read_text()
    mandate = folder / "household.mandate"
    mandate.write_text(mandate.read_text().replace("company_cap = 5%", "company_cap = 3%"))
    second = guardband("demo", folder)
    assert second.status == 0
    assert (folder / "proposal.csv").read_text() != proposed
    assert "IPS-3.1" in second.out
    assert 'ips §3.1 "No more than 5% of an account shall be held in any one company"' in second.out
    shutil.rmtree(folder)


def test_an_address_in_place_of_the_log_s_file_is_refused_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("gate", "--book", "no-book", "--trades", "t.csv", "--log", "sqlite:///log.db")
    told = run(capsys, monkeypatch, *words)
    assert (told.status, told.out, list(tmp_path.iterdir())) == (2, "", [])
    assert "is an address" in told.err
    assert "log.db" in told.err
