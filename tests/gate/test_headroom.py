"""How much may be traded today: the largest quantity that passes, found here by asking for every share."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.engine.inline import Inline
from engine.gate.headroom import Room, headroom, headroom_answer, headroom_text
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from engine.gate.verdict import Decision
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import ground
from tests.gate.case_files import CASES, checked, read_book, read_case
from tests.gate.generated import generated_case
from tests.gate.test_cases import opened_of
from tests.gate.test_judge import Dead
from tests.shell.cli import run


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


def test_without_an_answer_of_the_engine_there_is_no_room_and_the_fault_is_told() -> None:
    opened = opened_of(read_case(CASES / "limit/pass/one-company-at-the-limit.case"))
    (buy,) = headroom(opened, engine=Dead(), symbols=(Symbol("ACME"),), sides=(Side.BUY,))
    assert buy.quantity == 0
    assert [(stop.rule, stop.decision) for stop in buy.stops] == [("FAULT", Decision.BLOCK)]
    assert "the child process ended" in buy.stops[0].reason


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


CAPPED = """rule CAP "One company, a tenth"
  for each issuer in holdings
  limit weight to at most 10%
  because ips "§1"
"""
TICKET = """rule SIZE "No small trades"
  for each trade
  limit trade_value to at least {} USD
  because ips "§2"
"""
LOAN = """rule LOAN "Debts are reported"
  limit borrowing to at most 10%
  on breach report
  because ips "§3"
"""
BOOK = """2026-03-10
account A  cash 100,000  household H
security AA  price 100  issuer A
"""


def room_of(rules: str, engine: Inline, *, side: Side = Side.BUY, book: str = BOOK) -> tuple[OpenBook, Room]:
    """Return the room of AA; 1,000 shares are worth all of the account."""
    policy = checked(rules, "room.mandate")
    opened = open_book(ground(compile_rulebook((policy,)), read_book(book, reading=policy.tax)))
    (room,) = headroom(opened, engine=engine, symbols=(Symbol("AA"),), sides=(side,))
    return opened, room


@pytest.mark.parametrize("guess", [0, 1, 99, 100, 101, 700, None])
def test_whatever_is_guessed_first_the_gate_is_asked_to_the_last_share(
    guess: int | None, engine: Inline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tenth of 100,000 at 100 is 100 shares."""
    found = None if guess is None else Fraction(guess)
    monkeypatch.setattr("engine.gate.headroom.max_quantity", lambda listed, trade: found)
    opened, room = room_of(CAPPED, engine)
    assert room.quantity == 100
    assert "at most 100 (10,000.00 USD); one more is stopped by CAP" in headroom_text(opened, (room,))


@pytest.mark.parametrize("guess", ["right", 5])
def test_where_nothing_stops_a_trade_no_quantity_is_told(
    guess: object, engine: Inline, monkeypatch: pytest.MonkeyPatch
) -> None:
    if guess != "right":
        monkeypatch.setattr("engine.gate.headroom.max_quantity", lambda listed, trade: Fraction(5))
    opened, room = room_of(LOAN, engine)
    assert (room.quantity, room.value, room.stops) == (None, None, ())
    assert "any quantity" in headroom_text(opened, (room,))
    assert headroom_answer(opened, (room,))["rooms"][0]["max_quantity"] is None


def test_where_the_smallest_ticket_is_too_large_it_is_what_is_stopped(engine: Inline) -> None:
    """Up to 10,000 may be bought, and trades are of 12,000 at least."""
    opened, room = room_of(CAPPED + TICKET.format("12,000"), engine)
    assert room.quantity == 0
    assert {stop.at for stop in room.stops} == {Fraction(120)}
    assert "none; a ticket is stopped by CAP" in headroom_text(opened, (room,))


def test_a_ticket_that_fits_is_no_ceiling(engine: Inline) -> None:
    assert room_of(CAPPED + TICKET.format("10,000"), engine)[1].quantity == 100


def test_two_rules_that_stop_the_same_share_are_both_named(engine: Inline) -> None:
    second = CAPPED.replace("rule CAP", "rule ALSO")
    opened, room = room_of(CAPPED + second, engine)
    assert "one more is stopped by ALSO (and CAP)" in headroom_text(opened, (room,))


def test_what_is_refused_is_refused_in_data_too(engine: Inline) -> None:
    opened, room = room_of(CAPPED, engine, book=BOOK.replace("  price 100", ""))
    assert room.refused is not None
    assert headroom_answer(opened, (room,))["rooms"][0]["refused"] == room.refused


def test_an_empty_book_has_nothing_to_tell_of(engine: Inline) -> None:
    opened, _ = room_of(CAPPED, engine)
    assert headroom(opened, engine=engine) == ()
    assert headroom_text(opened, ()).endswith("  nothing is held, and no security is named\n")


def test_an_approval_is_told_as_one(engine: Inline) -> None:
    asked = CAPPED.replace("  because", '  on breach require approval of "CIO"\n  because')
    opened, room = room_of(asked, engine)
    assert "one more needs approval by CAP" in headroom_text(opened, (room,))
