"""Reading a trade list: numbered trades, or the place, the reason and the cure."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.facts.failure import InputErrors
from engine.shell.files.book import read_records
from engine.shell.files.trades import read_trades
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


def test_no_trade_file(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="there is no such file"):
        read_trades(tmp_path / "none.csv", read_records(book(tmp_path)))
