"""The three questions of docs/store.md are single queries with right answers, on both databases."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.ledger.book import open_book
from engine.ledger.terms import days_to_long_term
from engine.shell.demo import demo_folder
from engine.shell.files.book import read_records
from engine.shell.policies import load as load_policies
from engine.shell.store.connect import Store, open_store
from engine.shell.work import rulebook_of
from tests.shared import ROOT
from tests.store.books import FILES, book, load_folder

QUERIES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "store.md").read_text(encoding="utf-8"), re.DOTALL)
DAY = date(2018, 2, 8)


def ask(store: Store, query: str) -> list[dict[str, Any]]:
    with store.reading() as session:
        return [dict(row) for row in session.execute(text(query)).mappings()]


@pytest.mark.parametrize(
    ("cap", "found"),
    [
        ("4.99%", True),
        ("5%", False),
        ("the smaller of 4% and benchmark_weight", True),
        ("the greater of 4% and benchmark_weight", False),
    ],
)
def test_accounts_with_an_issuer_cap_below_5_percent(
    address: str, tmp_path: Path, cap: str, found: bool
) -> None:
    mandate = FILES["adams.mandate"].replace("the smaller of 4% and benchmark_weight", cap)
    mandate = mandate[: mandate.index("waive")]
    query = QUERIES[0].replace("2018-02-08", "2026-02-27")
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "book", adams__mandate=mandate))
        rows = ask(store, query)
        assert [row["account"] for row in rows] == (["IRA-1", "TAX-1"] if found else [])
        assert {row["rule"] for row in rows} == ({"CAP-1"} if found else set())
        assert ask(store, query.replace("2026-02-27", "2024-12-31")) == []  # not in force yet


def test_every_clause_and_the_rules_that_encode_it(address: str, tmp_path: Path) -> None:
    query = QUERIES[1].replace("2018-02-08", "2026-02-27").replace("alder.direct_index", "adams.ips")
    with open_store(address) as store:
        load_folder(store, book(tmp_path / "book"))
        rows = ask(store, query)
    assert [(row["clause"], row["statement"], row["name"]) for row in rows] == [
        ("§1", "rule", "CAP-1"),
        ("§2", "rule", "BAN-1"),
        ("§2", "rule", "CAP-2"),
        ("§3", None, None),
        ("§4", "waive", "CAP-1"),
    ]
    assert rows[0]["quote"] == "not more than 4%"
    assert rows[3]["words"] == "The adviser meets the family once a year."


def test_lots_that_turn_long_term_within_30_days(address: str) -> None:
    folder = demo_folder()
    with open_store(address) as store:
        load_folder(store, folder)
        rows = ask(store, QUERIES[2])
        clauses = ask(store, QUERIES[1])
    reading = rulebook_of(load_policies(("alder.direct_index",), beside=folder)).tax
    opened = open_book(read_records(folder), as_of=DAY, reading=reading)
    expected = [
        (lot.account, lot.lot, lot.quantity)
        for lot in opened.lots
        if 1 <= days_to_long_term(lot.adjusted_acquired, DAY) <= 30
        if not opened.accounts[lot.account].is_retirement
    ]
    told = [(row["account"], row["lot"], Decimal(str(row["quantity"]))) for row in rows]
    assert expected, "the demonstration has such lots"
    assert sorted(told) == sorted(expected)
    assert {row["statement"] for row in clauses} >= {"rule", "targets"}
