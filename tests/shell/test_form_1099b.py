"""form_1099b.csv: read beside the book, and what is wrong with a line is told with its row and column."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shell.cli import Ran, run
from tests.shell.small_book import book, only_problem

Guardband = Callable[..., Ran]
HISTORY = """id,date,account,type,symbol,quantity,price,fees
T1,2017-03-07,TAX-1,buy,KO,100,41.99,
T2,2017-11-30,TAX-1,sell,KO,60,45,5
"""
BY_SALE = "account,sale,proceeds,basis,term,basis_reported\nTAX-1,T2,2700,2519.40,short,yes\n"
BY_DAY = "account,symbol,sold,quantity,proceeds,basis,term\nTAX-1,KO,2017-11-30,60,2700,2519.40,short\n"


@pytest.fixture
def guardband(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Guardband:
    return lambda *words: run(capsys, monkeypatch, *words)


@pytest.mark.parametrize("forms", [BY_SALE, BY_DAY])
def test_a_line_finds_its_sale(guardband: Guardband, tmp_path: Path, forms: str) -> None:
    folder = book(tmp_path / "b", transactions=HISTORY, form_1099b=forms)
    told = guardband("tax", "--book", folder, "--year", 2017, "--format", "json").answer
    (row,) = told["rows"]
    assert (row["proceeds"], row["code"], row["adjustment"], row["gain"]) == ("2700", "E", "-5", "175.6")
    assert told["form_1099b"] == {"lines": 1, "agreeing": 0, "not_in_the_records": [], "on_no_form": []}


def test_a_line_of_another_year_is_left_alone(guardband: Guardband, tmp_path: Path) -> None:
    folder = book(tmp_path / "b", transactions=HISTORY, form_1099b=BY_SALE)
    told = guardband("tax", "--book", folder, "--year", 2016, "--format", "json").answer
    assert (told["rows"], told["form_1099b"]) == ([], None)


def test_a_line_that_tells_no_sale(tmp_path: Path) -> None:
    folder = book(tmp_path / "b", form_1099b="account,sale,symbol,proceeds\nTAX-1,,KO,2700\n")
    assert only_problem(folder) == (
        "form_1099b.csv row 2, column sale: the line does not tell which sale it is about\n"
        "  cure: write the id of the sale in transactions.csv, or `symbol` and `sold`"
    )


def test_a_sale_that_is_not_in_the_records(tmp_path: Path) -> None:
    folder = book(tmp_path / "b", form_1099b="account,sale,proceeds\nTAX-1,T9,2700\n")
    assert "there is no transaction `T9`" in only_problem(folder)


def test_income_on_the_command_line(guardband: Guardband, tmp_path: Path) -> None:
    accounts = "account,household,owner,kind,currency,cash,filing_status\nTAX-1,A,self,taxable,USD,0,single\n"
    folder = book(tmp_path / "b", accounts=accounts, transactions=HISTORY)
    words = ("tax", "--book", folder, "--year", 2017, "--format", "json")
    assert guardband(*words).answer["net_investment_income_tax"] is None
    told = guardband(*words, "--magi", "230,000", "--investment-income", "44824.40").answer
    assert told["net_investment_income_tax"] == {
        "magi": "230000",
        "threshold": "200000",
        "net_investment_income": "45000",
        "tax": "1140",
    }
    wrong = guardband(*words, "--magi", "much")
    assert (wrong.status, wrong.out) == (2, "")
    assert "`much` is not a number" in wrong.err


def test_the_page_and_the_text_name_what_has_no_counterpart(guardband: Guardband, tmp_path: Path) -> None:
    another_day = BY_DAY.replace("2017-11-30", "2017-11-29")
    folder = book(tmp_path / "b", transactions=HISTORY, form_1099b=another_day)
    for words in (("tax", "--format", "text"), ("tax", "--format", "html")):
        told = guardband(words[0], "--book", folder, "--year", 2017, *words[1:]).out
        assert "T2 KO in TAX-1, sold 2017-11-30: on no form" in told
        assert "row 2 of form_1099b.csv, TAX-1 KO: no such sale in the records" in told
