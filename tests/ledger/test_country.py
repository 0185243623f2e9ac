"""The country whose rules hold, as a mandate's `wash_sales` chooses it, from the text to `guardband lots`."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dsl.format import formatted
from dsl.parse import parse
from engine.facts.failure import NotModelled
from engine.facts.ids import AccountId, Symbol
from engine.facts.readings import TaxReading, WashReadings
from engine.ledger.ahead import sale_ahead
from engine.ledger.ahead_list import purchase_ahead
from engine.ledger.book import open_book
from tests.dsl.helpers import checked
from tests.ledger.books import records
from tests.shell.cli import run
from tests.shell.small_book import book

MANDATE = """policy "Household abroad"
  id abroad
  version 1.0.0
  source law = "The law of the country"

wash_sales
  country {}
  because law "1"
"""
TRADES = """id,date,account,type,symbol,quantity,price
old,2023-01-10,TAX-1,buy,KO,100,10
s,2024-03-01,TAX-1,sell,KO,60,9
back,2024-03-20,TAX-1,buy,KO,40,8
"""
PRICES = """date,symbol,price
2024-06-28,KO,8
"""


def _lots(
    folder: Path, country: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    home = book(folder / "book", transactions=TRADES, prices=PRICES)
    mandate = folder / "abroad.mandate"
    mandate.write_text(MANDATE.format(country), encoding="utf-8")
    return run(capsys, monkeypatch, "lots", "--book", home, "--policy", mandate, "--format", "json")


@pytest.mark.parametrize(
    ("country", "rows"),
    [
        ("united_states", [("old", "60", "600", "-60", "40")]),
        ("germany", [("old", "60", "600", "-60", "0")]),
        ("canada", [("pool", "60", "600", "-60", "40")]),
        ("united_kingdom", [("back", "40", "320", "40", "0"), ("pool", "20", "200", "-20", "0")]),
    ],
)
def test_lots_follow_the_country_of_the_mandate(
    country: str,
    rows: list[tuple[str, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = _lots(tmp_path, country, capsys, monkeypatch).answer["disposals"]
    names = ("lot", "quantity", "basis", "gain", "disallowed")
    assert [tuple(row[name] for name in names) for row in told] == rows


def test_a_country_that_is_not_computed_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _lots(tmp_path, "australia", capsys, monkeypatch)
    assert (told.status, told.out) == (2, "")
    assert "Australia" in told.err


def test_an_unknown_country_is_a_finding_that_names_the_near_one() -> None:
    result = checked(MANDATE.format("canda"))
    found = [d for d in result.diagnostics if d.code == "E0210"]
    assert len(found) == 1
    assert "canada" in str(found[0])


def test_the_country_is_printed_as_it_was_read() -> None:
    text = MANDATE.format("canada")
    parsed = parse(text, file="abroad.mandate")
    assert formatted(parsed) == text
    result = checked(formatted(parsed))
    assert result.policy is not None
    assert result.policy.tax == TaxReading(wash=WashReadings(country="canada"))
    assert result.policy.tax.country == "canada"


def test_the_country_said_of_the_whole_reading_holds_too() -> None:
    assert TaxReading(country="uk").country == "uk"
    assert TaxReading(country="uk", wash=WashReadings(country="canada")).country == "canada"


def test_what_a_trade_would_come_to_is_refused_under_pooled_costs() -> None:
    rows = records("2023-01-10 A buy 100 X at 10 as old", prices={"X": "8"}, as_of=date(2024, 6, 28))
    reading = TaxReading(country="canada")
    opened = open_book(rows, as_of=date(2024, 6, 28), reading=reading)
    with pytest.raises(NotModelled, match="pools costs"):
        sale_ahead(opened, opened.lots[0], reading=reading)
    with pytest.raises(NotModelled, match="pools costs"):
        purchase_ahead(
            opened, account=AccountId("A"), symbol=Symbol("X"), quantity=Decimal(1), reading=reading
        )
    german = TaxReading(country="germany")
    assert sale_ahead(opened, opened.lots[0], reading=german) is not None
