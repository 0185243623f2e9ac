"""`guardband lots` as its users meet it: lots.csv beside transactions.csv, and looking ahead."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shell.cli import Ran, run
from tests.shell.small_book import book

Guardband = Callable[..., Ran]
HISTORY = """id,date,account,type,symbol,quantity,price
T1,2017-03-07,TAX-1,buy,KO,100,41.99
T2,2018-01-30,TAX-1,buy,KO,40,44
"""
LOTS = """lot,account,symbol,quantity,basis,acquired
T1,TAX-1,KO,100,4199,2017-03-07
T2,TAX-1,KO,40,{basis},2018-01-30
"""


@pytest.fixture
def guardband(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Guardband:
    return lambda *words: run(capsys, monkeypatch, *words)


def test_lots_and_transactions_agree(guardband: Guardband, tmp_path: Path) -> None:
    folder = book(tmp_path / "b", transactions=HISTORY, lots=LOTS.format(basis="1760"))
    assert "agree to the share and the cent" in guardband("lots", "--book", folder).out
    assert guardband("lots", "--book", folder, "--format", "json").answer["reconciliation"] == []


def test_one_cent_is_a_difference(guardband: Guardband, tmp_path: Path) -> None:
    folder = book(tmp_path / "b", transactions=HISTORY, lots=LOTS.format(basis="1760.01"))
    told = guardband("lots", "--book", folder, "--format", "json").answer
    assert told["reconciliation"] == [
        {
            "account": "TAX-1",
            "symbol": "KO",
            "lot": "T2",
            "column": "basis",
            "given": "1760.01",
            "derived": "1760",
        }
    ]
    text = guardband("lots", "--book", folder).out
    assert "T2 KO in TAX-1, basis: 1760.01 in lots.csv, 1760 by the transactions" in text


def test_one_of_them_alone_is_not_compared(guardband: Guardband, tmp_path: Path) -> None:
    folder = book(tmp_path / "b", transactions=HISTORY)
    assert guardband("lots", "--book", folder, "--format", "json").answer["reconciliation"] is None


def test_looking_ahead(guardband: Guardband, tmp_path: Path) -> None:
    history = HISTORY.replace("41.99", "60")
    folder = book(tmp_path / "b", transactions=history)
    trades = tmp_path / "trades.csv"
    trades.write_text("account,side,symbol,quantity,lot\nTAX-1,sell,KO,100,T1\nIRA-1,buy,KO,60,\n")
    ahead = guardband("lots", "--book", folder, "--trades", trades, "--format", "json").answer["ahead"]
    old = next(one for one in ahead["sales"] if one["lot"] == "T1")
    assert (old["gain"], old["disallowed"], old["disallowed_per_share"]) == ("-1690", "676", "6.76")
    assert (old["safe_from"], old["with_recent_lots"], old["long_from"]) == ("2018-03-02", "0", "2018-03-08")
    first, second = ahead["trades"]["trades"]
    assert (first["disallowed"], first["permanently_disallowed"]) == ("1690", "1014")
    assert (second["disallowed"], second["permanently_disallowed"]) == ("1014", "1014")
    assert ahead["trades"]["safe_from"] is None
    text = guardband("lots", "--book", folder, "--ahead").out
    assert "sell `T2` in the same order: what is sold with it replaces nothing" in text


def test_every_loss_is_explained(guardband: Guardband, tmp_path: Path) -> None:
    history = HISTORY + "T3,2018-02-05,TAX-1,sell,KO,60,40\n"
    folder = book(tmp_path / "b", transactions=history)
    assert "every loss" not in guardband("lots", "--book", folder).out
    told = guardband("lots", "--book", folder, "--because").out
    assert "loss of 119.40 on 60 of lot `T1`; purchases from 2018-01-06 to 2018-03-07 can replace" in told
    assert "40 of `T2` (account TAX-1, 2018-01-30, 6 days before) replace shares: 79.60 goes into" in told
    assert "disallowed 79.60; allowed 39.80" in told


def test_a_fund_loss_that_dividends_change(guardband: Guardband, tmp_path: Path) -> None:
    funds = "symbol,asset_class,instrument,issuer\nKO,equity,mutual_fund,\nVTI,equity,etf,\n"
    history = (
        "id,date,account,type,symbol,quantity,price,amount,note\n"
        "T1,2017-07-10,TAX-1,buy,KO,10,40,,\n"
        "T2,2017-08-10,TAX-1,dividend,KO,,,30,exempt interest\n"
        "T3,2017-08-10,TAX-1,dividend,KO,,,20,capital gain\n"
        "T4,2017-11-30,TAX-1,sell,KO,10,34,,\n"
    )
    folder = book(tmp_path / "b", transactions=history, securities=funds)
    told = guardband("lots", "--book", folder, "--format", "json").answer["fund_losses"]
    assert [(one["loss"], one["disallowed_by_exempt_interest"]) for one in told] == [("60", "30")]
    assert told[0]["long_term_by_capital_gain_dividends"] == "20"
    text = guardband("lots", "--book", folder).out
    assert "30.00 is lost for good, 20.00 is long-term" in text
