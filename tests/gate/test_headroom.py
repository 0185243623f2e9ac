"""How much may be traded today: the largest quantity that passes, found here by asking for every share."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.engine.inline import Inline
from engine.gate.headroom import headroom, headroom_answer, headroom_text
from engine.gate.judge import judge
from engine.gate.measure import OpenBook
from tests.gate.case_files import CASES, read_case
from tests.gate.generated import generated_case
from tests.gate.test_cases import opened_of
from tests.shell.cli import run


@pytest.fixture(scope="module")
def engine() -> Iterator[Inline]:
    inline = Inline()
    yield inline
    inline.close()


def passes(opened: OpenBook, trade: Trade, engine: Inline) -> bool:
    return judge(opened, (trade,), engine=engine, explained=False).decision.value in ("pass", "warn")


def test_a_buyer_learns_the_last_share_and_the_rule_that_stops_the_next(engine: Inline) -> None:
    case = read_case(CASES / "limit/block/one-company-a-share-over.case")
    opened = opened_of(case)
    (buy,) = headroom(opened, engine=engine, symbols=(Symbol("ACME"),), sides=(Side.BUY,))
    trade = replace(case.trades[0], quantity=Decimal(buy.quantity.numerator if buy.quantity else 0))
    assert passes(opened, trade, engine)
    assert not passes(opened, replace(trade, quantity=trade.quantity + 1), engine)
    assert buy.stops[0].rule == "CAP"
    assert "one more is stopped by CAP" in headroom_text(opened, (buy,))
    (row,) = headroom_answer(opened, (buy,))["rooms"]
    assert (row["max_quantity"], row["rules"]) == (str(trade.quantity), ["CAP"])
    assert row["stops"][0]["at"] == str(trade.quantity + 1)


def test_a_seller_may_sell_what_is_held(engine: Inline) -> None:
    opened = opened_of(read_case(CASES / "limit/pass/one-company-at-the-limit.case"))
    (sell,) = headroom(opened, engine=engine, symbols=(Symbol("ACME"),), sides=(Side.SELL,))
    assert sell.quantity == opened.state.quantities[(AccountId("A"), Symbol("ACME"))]
    assert [stop.rule for stop in sell.stops] == ["BOOK-SHORT"]


@pytest.mark.parametrize(
    "seed", [3, pytest.param(11, marks=pytest.mark.long), pytest.param(29, marks=pytest.mark.long)]
)
def test_every_share_asked_for_gives_the_same(seed: int, engine: Inline) -> None:
    opened = opened_of(generated_case(seed))
    most = 24
    for room in headroom(opened, engine=engine, accounts=(AccountId("A"),)):
        trade = Trade(number=1, account=room.account, side=room.side, symbol=room.symbol, quantity=Decimal(1))
        passing = [n for n in range(1, most) if passes(opened, replace(trade, quantity=Decimal(n)), engine)]
        told = room.quantity
        if told is None or told >= most:
            assert told is None or passes(opened, replace(trade, quantity=Decimal(int(told))), engine)
        else:
            assert told == max(passing, default=0), (room, passing)


def test_a_security_without_a_price_is_refused_in_words(engine: Inline) -> None:
    case = read_case(CASES / "limit/pass/one-company-at-the-limit.case")
    opened = opened_of(replace(case, book=replace(case.book, prices={})))
    (buy, _) = headroom(opened, engine=engine, symbols=(Symbol("ACME"),))
    assert (buy.quantity, buy.stops) == (Fraction(0), ())
    assert "has no price" in headroom_text(opened, (buy,))


def test_the_command_names_what_it_does_not_know(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Path(__file__).resolve().parents[2] / "engine" / "shell" / "demo" / "start"
    words = ("headroom", "--book", start, "--policy", start / "start.mandate")
    ran = run(capsys, monkeypatch, *words, "--symbol", "NONE")
    assert (ran.status, ran.out) == (2, "")
    assert "unknown security `NONE`" in ran.err
    ran = run(capsys, monkeypatch, *words, "--side", "buy", "--format", "json")
    assert ran.status == 0
    assert ran.answer["schema"] == "guardband/headroom/1"
    assert {row["side"] for row in ran.answer["rooms"]} == {"buy"}
