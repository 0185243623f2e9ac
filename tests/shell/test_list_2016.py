"""The hand-made list of 2016-07-08: three trades are blocked with numbers, and what would pass passes.

By hand: self holds 280 AAPL at 96.68 in net assets of 898,592.25; 5% is 44,929.61, which leaves room for
17,859.21 or 184 shares. The IRA has 4,836.02 in cash of 244,092.18; 1% (2,440.92) must stay, so 2,395.10
or 20 ACN at 115.11 can be bought. UPS was sold at a loss on 2016-06-10; the 31st day is 2016-07-11.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.gate.answer import gate_answer
from engine.gate.engine.durable import available
from engine.shell import work
from engine.shell.demo import MANDATE, demo_folder
from engine.shell.files.trades import read_trades
from tests.shared import ROOT

FOLDER = ROOT / "tests" / "data" / "list_2016"

pytestmark = pytest.mark.skipif(
    available() is not None, reason="one of the gate's evaluators cannot be installed here"
)


@pytest.fixture(scope="module")
def desk() -> Iterator[work.Desk]:
    with work.opened([str(demo_folder() / MANDATE)], FOLDER / "book", None) as opened:
        yield opened


@pytest.fixture(scope="module")
def answer(desk: work.Desk) -> dict[str, Any]:
    return gate_answer(desk.judge(read_trades(FOLDER / "trades.csv", desk.records)))


def test_three_trades_are_blocked(answer: dict[str, Any]) -> None:
    assert (answer["as_of"], answer["decision"]) == ("2016-07-08", "block")
    assert [(row["symbol"], row["decision"], row["max_quantity"]) for row in answer["trades"]] == [
        ("AAPL", "block", "184"),
        ("UPS", "block", "0"),
        ("ACN", "block", "20"),
    ]
    assert [row["rules"] for row in answer["trades"]] == [
        ["IPS-3.1"],
        ["WASH-1"],
        ["BOOK-CASH", "IPS-3.5", "sectors"],
    ]


def verdict(answer: dict[str, Any], rule: str) -> dict[str, Any]:
    (found,) = [row for row in answer["verdicts"] if row["rule"] == rule and row["breach"] == "active"]
    assert isinstance(found, dict)
    return found


def test_company_cap_has_its_numbers_and_its_clause(answer: dict[str, Any]) -> None:
    apple = verdict(answer, "IPS-3.1")
    assert apple["group"] == {"issuer": "Apple Inc."}
    assert (apple["before"], apple["after"], apple["limit"], apple["headroom"]) == (
        "3.012534",
        "5.164345",
        "5",
        "-0.164345",
    )
    assert apple["because"][0]["clause"] == "§3.1"
    assert {"change": "quantity", "trade": 1, "to": "184"} in apple["would_pass"]


def test_buy_back_is_told_its_first_safe_day(answer: dict[str, Any]) -> None:
    wash = verdict(answer, "WASH-1")
    assert wash["trades"] == [2]
    assert {"change": "date", "trade": 2, "to": "2016-07-11"} in wash["would_pass"]


def test_overdraft_has_its_numbers(answer: dict[str, Any]) -> None:
    cash = verdict(answer, "BOOK-CASH")
    assert (cash["before"], cash["after"], cash["limit"]) == ("4836.02", "-2070.58", "0")


def test_what_would_pass_passes_and_one_share_more_does_not(desk: work.Desk) -> None:
    apple, _, accenture = read_trades(FOLDER / "trades.csv", desk.records)
    mended = (
        replace(apple, quantity=Decimal(184)),
        replace(accenture, number=2, quantity=Decimal(20)),
    )
    assert desk.judge(mended).decision.value == "pass"
    for number in (0, 1):
        one_more = list(mended)
        one_more[number] = replace(mended[number], quantity=mended[number].quantity + 1)
        assert desk.judge(tuple(one_more)).decision.value == "block"
