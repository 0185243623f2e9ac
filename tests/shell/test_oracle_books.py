"""Every case of the public calculator as a book on disk, through `guardband lots` and `guardband tax`.

`two_lots_*` hold under the reading `same_order_replacement yes`, written in a mandate; by default nothing is
disallowed there.
"""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.readings import TaxReading, WashReadings
from engine.facts.transactions import Transaction
from engine.ledger.answer import money
from tests.ledger.test_oracles import NAMES, ONE_ORDER, replayed, transactions_of
from tests.shell.cli import Ran, run

Guardband = Callable[..., Ran]
MANDATE = """policy "Shares sold in one order replace each other"
  id one.order
  version 1.0.0
  effective from 2000-01-01
  source irc = "26 USC 1091"
  currency USD
  weights of net_assets
  missing data block

wash_sales
  same_order_replacement yes
  because irc "(a)"
"""


@pytest.fixture
def guardband(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Guardband:
    return lambda *words: run(capsys, monkeypatch, *words)


def _book(folder: Path, rows: list[Transaction]) -> Path:
    folder.mkdir()
    (folder / "accounts.csv").write_text(
        "account,household,owner,kind,currency,cash\nA,H,self,taxable,USD,0\n", encoding="utf-8"
    )
    (folder / "securities.csv").write_text(
        "symbol,asset_class,instrument,issuer\nX,equity,common_stock,X\n", encoding="utf-8"
    )
    with (folder / "transactions.csv").open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(
            ("id", "date", "account", "type", "symbol", "quantity", "price", "amount", "order", "lots")
        )
        for row in rows:
            lots = ";".join(f"{lot}:{size}" for lot, size in row.lots)
            writer.writerow(
                (row.id, row.date, "A", row.type, "X", row.quantity, "", row.amount, row.order or "", lots)
            )
    (folder / "one_order.mandate").write_text(MANDATE, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_lots_and_tax(guardband: Guardband, tmp_path: Path, name: str) -> None:
    """Both commands tell what the replay tells; `test_oracles` compares that with the calculator."""
    folder = _book(tmp_path / "book", transactions_of(name))
    by_policy = ("--policy", folder / "one_order.mandate") if name in ONE_ORDER else ()
    wash = WashReadings(same_order_replacement=name in ONE_ORDER)
    expected = replayed(name, TaxReading(wash=wash))
    answer = guardband(
        "lots", "--book", folder, *by_policy, "--as-of", "2030-01-01", "--format", "json"
    ).answer
    assert [(row["sale"], row["lot"], row["disallowed"]) for row in answer["disposals"]] == [
        (row.sale, row.lot, money(row.disallowed)) for row in expected.disposals
    ]
    assert sorted((lot["basis"], lot["adjusted_acquired"]) for lot in answer["open_lots"]) == sorted(
        (money(lot.basis), lot.adjusted_acquired.isoformat()) for lot in expected.open_lots
    )
    for year in {row.sold.year for row in expected.disposals}:
        told = guardband(
            "tax", "--book", folder, *by_policy, "--as-of", "2030-01-01", "--year", year, "--format", "json"
        ).answer
        of_year = [row for row in expected.disposals if row.sold.year == year]
        assert sum(Decimal(row["adjustment"]) for row in told["rows"]) == sum(
            row.disallowed for row in of_year
        )
        assert sum(Decimal(row["gain"]) for row in told["rows"]) == sum(row.recognized for row in of_year)


@pytest.mark.parametrize("name", ONE_ORDER)
def test_by_default_one_order_replaces_nothing(guardband: Guardband, tmp_path: Path, name: str) -> None:
    folder = _book(tmp_path / "book", transactions_of(name))
    answer = guardband("lots", "--book", folder, "--as-of", "2030-01-01", "--format", "json").answer
    assert answer["totals"]["disallowed"] == "0"
