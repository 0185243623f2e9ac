"""The example of docs/integration: a blotter in, journal entries out, balanced, as the lots are."""

import csv
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.service.served import KEYS, Served
from tests.shared import ROOT

HERE = ROOT / "docs" / "integration"
BLOTTER = (
    ("Trade date", "Code", "Portfolio", "Security", "Units", "Price", "Gross", "Commission"),
    ("02/02/2026", "by", "TAX-1", "PEP", "20", "102", "2040", "1"),
    ("02/03/2026", "dv", "TAX-1", "KO", "", "", "12.5", ""),
    ("02/03/2026", "??", "TAX-1", "KO", "", "", "1", ""),
    ("", "Total", "", "", "", "", "2053.5", "1"),
)
DAY, AS_OF = "2026-02-27", "2026-03-31"


@pytest.fixture
def bridge(own: Served, tmp_path: Path) -> Callable[..., str]:
    def run(*words: object) -> str:
        done = subprocess.run(
            [sys.executable, HERE / "bridge.py", *map(str, words)],
            env={"GUARDBAND_URL": own.url, "GUARDBAND_KEY": KEYS["manager"]},
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def workbook(path: Path) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Blotter"
    for row in BLOTTER:
        book.active.append([cell or None for cell in row])
    book.save(path)
    return path


def test_a_blotter_comes_in_once(own: Served, bridge: Callable[..., str], tmp_path: Path) -> None:
    blotter = workbook(tmp_path / "blotter.xlsx")
    told = json.loads(bridge("in", blotter, "--mapping", HERE / "mapping.toml"))
    assert (told["in"], told["out"], [row["line"] for row in told["unread"]]) == (3, 2, [4])
    lots = own.get("/v1/lots", as_of=AS_OF).json()["open_lots"]
    assert "2041" in [row["basis"] for row in lots if row["symbol"] == "PEP"]
    assert json.loads(bridge("in", blotter, "--mapping", HERE / "mapping.toml"))["changed"] is False


def test_journal_entries_balance_and_agree_with_cash_and_lots(
    own: Served, bridge: Callable[..., str], tmp_path: Path
) -> None:
    bridge("in", workbook(tmp_path / "blotter.xlsx"), "--mapping", HERE / "mapping.toml")
    trades = [
        {"account": "TAX-1", "side": "sell", "symbol": "KO", "quantity": "30"},
        {"account": "TAX-1", "side": "buy", "symbol": "PEP", "quantity": "10"},
    ]
    before = own.get("/v1/lots", as_of=AS_OF).json()["open_lots"]
    seq = own.post("/v1/decisions", {"trades": trades}).json()["seq"]
    names = own.post(f"/v1/decisions/{seq}/orders", {"route": "file today.csv"}).json()["orders"]
    fills = [("30", "40", "1.5"), ("10", "99.5", "1")]
    rows = [
        {"order": name, "reference": name, "kind": "fill", "date": DAY, "quantity": q, "price": p, "fees": f}
        for name, (q, p, f) in zip(names, fills, strict=True)
    ]
    assert own.post("/v1/executions", {"executions": rows}).json()["new"] == 2
    bridge("out", "--decision", seq, "--as-of", AS_OF, "journal.csv")

    with (tmp_path / "journal.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    totals: dict[str, Decimal] = defaultdict(Decimal)
    entries: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        amount = Decimal(line["debit"] or 0) - Decimal(line["credit"] or 0)
        totals[line["account"]] += amount
        entries[line["entry"]] += amount
    assert set(entries.values()) == {Decimal(0)}
    assert len(entries) == 2
    assert totals["Cash"] == Decimal("1200") - Decimal("1.5") - Decimal("995") - Decimal("1")
    after = own.get("/v1/lots", as_of=AS_OF).json()["open_lots"]
    basis = [sum(Decimal(row["basis"]) for row in lots) for lots in (before, after)]
    assert totals["Investments"] == basis[1] - basis[0]
    assert any(account.startswith("Realized") for account in totals)
