"""Reading a trade list: numbered trades, or the place, the reason and the cure."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.failure import InputErrors
from engine.shell.files.book import read_records
from engine.shell.files.trades import MOST_ALIKE, MOST_TRADES, read_trades
from tests.shell.small_book import book


def trades_problems(folder: Path, text: str) -> list[str]:
    records = read_records(book(folder))
    path = folder / "trades.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        read_trades(path, records)
    return [str(problem) for problem in caught.value.problems]


def test_trades_are_numbered_in_file_order(tmp_path: Path) -> None:
    records = read_records(book(tmp_path))
    path = tmp_path / "trades.csv"
    path.write_text(
        'account,side,symbol,quantity,price,lot,reason\nTAX-1,sell,KO,40,,T1,trim\nIRA-1,buy,VTI,"1,000",120.5,,\n',
        encoding="utf-8",
    )
    first, second = read_trades(path, records)
    assert (first.number, first.side, first.lot, first.price, first.reason) == (1, "sell", "T1", None, "trim")
    assert (second.number, second.quantity, second.price) == (2, Decimal(1000), Decimal("120.5"))


def test_trades_that_cannot_be_understood(tmp_path: Path) -> None:
    assert trades_problems(
        tmp_path,
        "account,side,symbol,quantity,lot\nTAX-1,buy,KO,0,\nTAX-9,by,KOO,5,\nTAX-1,buy,KO,5,T1\nX,buy,Y,1,\n",
    ) == [
        "trades.csv row 2, column quantity: `0` is zero\n"
        "  cure: write an amount of more than 0, or delete the row",
        "trades.csv row 3, column side: `by` is not known here\n  cure: write buy",
        "trades.csv row 4, column lot: a trade with the side `buy` takes no lot\n"
        "  cure: leave `lot` empty; only sales and covers name the lot that they deliver",
        "trades.csv row 5, column account: there is no account `X`\n"
        "  cure: correct the name, or add a row for it to accounts.csv",
        "trades.csv row 5, column symbol: there is no security `Y`\n"
        "  cure: correct the name, or add a row for it to securities.csv",
    ]


def test_a_list_is_at_most_five_thousand_trades_long(tmp_path: Path) -> None:
    most = MOST_TRADES // 2
    rows = "".join(f"TAX-1,buy,KO,{n + 1}\nIRA-1,buy,VTI,{n + 1}\n" for n in range(most))
    (problem,) = trades_problems(tmp_path, f"account,side,symbol,quantity\n{rows}TAX-1,sell,KO,1\n")
    assert problem.startswith(
        f"trades.csv row {MOST_TRADES + 2}: the list has 5,001 trades, and one list is judged as a whole "
        "up to 5,000\n  cure: give each household, or each account, a list of its own"
    )


def test_rows_that_are_pasted_again_and_again(tmp_path: Path) -> None:
    text = "account,side,symbol,quantity\n" + "TAX-1,buy,KO,1\n" * (MOST_ALIKE + 1) + "TAX-1,sell,KO,1\n"
    assert trades_problems(tmp_path, text) == [
        f"trades.csv row {MOST_ALIKE + 2}: 101 rows are alike: buy `KO` in `TAX-1`; at most 100 may\n"
        "  cure: write one row with the shares of all of them, or look whether it was pasted twice"
    ]


def test_a_hundred_rows_may_be_alike(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    records = read_records(book(tmp_path))
    path.write_text("account,side,symbol,quantity\n" + "TAX-1,buy,KO,1\n" * MOST_ALIKE, encoding="utf-8")
    assert len(read_trades(path, records)) == MOST_ALIKE


def test_no_trade_file(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="there is no such file"):
        read_trades(tmp_path / "none.csv", read_records(book(tmp_path)))
