"""Rows of lots and trades, and the values they are compared with, figure by figure.

10 shares bought 9 March 2025 for 150, at 12 today (10 March 2026)
value 120, gain -30, loss 30, held 366 days, long-term since today
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import Book
from engine.facts.lots import Lot
from engine.gate.reference.market import market_of
from engine.gate.reference.rows import lot_row, trade_row
from engine.gate.reference.setting import setting
from engine.gate.reference.state import opening
from engine.gate.reference.values import Absent, Value, day, number, text
from tests.reference_evaluator.small import account, book_of, lot, policy_of, security, trades_of

POLICY = policy_of('rule R "r"\n  limit weight to at most 50%\n  because ips "§1"\n')
LOT = replace(
    lot("S0", "10", basis="150", acquired=date(2025, 3, 11)),
    adjusted_acquired=date(2025, 3, 9),
    original_basis=Decimal(140),
)
BOOK = book_of(
    accounts=(account(cash="100"),), securities=(security("S0"),), lots=(LOT,), prices={"S0": "12"}
)


def of_lot(book: Book, path: str, held: Lot = LOT) -> Value:
    return lot_row(held, market_of(POLICY, book))(path, None)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("lot", "A-S0"),
        ("acquired", date(2025, 3, 11)),
        ("adjusted_acquired", date(2025, 3, 9)),
        ("quantity", Fraction(10)),
        ("holding_days", Fraction(366)),
        ("days_to_long_term", Fraction(0)),
        ("term", "long"),
        ("basis", Fraction(150)),
        ("cost", Fraction(150)),
        ("original_basis", Fraction(140)),
        ("value", Fraction(120)),
        ("gain", Fraction(-30)),
        ("loss", Fraction(30)),
        ("issuer", "S0"),
    ],
)
def test_a_lot_tells_its_own_figures_and_then_its_securitys(path: str, value: Value) -> None:
    assert of_lot(BOOK, path) == value


@pytest.mark.parametrize(("since", "term"), [(date(2025, 3, 9), "long"), (date(2025, 3, 10), "short")])
def test_a_lot_is_long_from_the_day_after_its_anniversary(since: date, term: str) -> None:
    assert of_lot(BOOK, "term", replace(LOT, adjusted_acquired=since)) == term


@pytest.mark.parametrize(("path", "value"), [("basis", Fraction(150)), ("gain", Absent.UNKNOWN)])
def test_without_a_price_the_basis_is_known_and_the_gain_is_not(path: str, value: Value) -> None:
    assert of_lot(replace(BOOK, prices={}), path) == value


def test_without_a_rate_of_exchange_no_money_of_a_lot_is_known() -> None:
    owner = account(cash="100", currency="EUR")
    foreign = replace(BOOK, accounts={owner.account: owner})
    assert of_lot(foreign, "basis") is Absent.UNKNOWN
    assert of_lot(replace(foreign, fx={"EUR": Decimal("1.5")}), "basis") == 225


@pytest.mark.parametrize(
    ("words", "path", "value"),
    [
        ("sell 4 S0", "side", "sell"),
        ("sell 4 S0", "closes_position", "no"),
        ("sell 10 S0", "closes_position", "yes"),
        ("buy 10 S0", "closes_position", "no"),
        ("sell 4 S0", "quantity", Fraction(4)),
        ("sell 4 S0", "trade_shares", Fraction(4)),
        ("sell 4 S0 at 9", "trade_value", Fraction(48)),
        ("sell 4 S0", "value", Fraction(48)),
        ("sell 4 S0", "reason", Absent.NONE),
        ("sell 4 S0", "lot", Absent.NONE),
        ("sell 4 S0 lot A-S0", "lot", "A-S0"),
        ("sell 4 S0", "issuer", "S0"),
    ],
)
def test_a_trade_tells_its_own_figures_and_then_its_securitys(words: str, path: str, value: Value) -> None:
    (trade,) = trades_of(words)
    own = setting(POLICY, BOOK, opening(BOOK))
    assert trade_row(trade, own.market, own.before)(path, None) == value


def test_the_value_of_a_trade_without_a_price_is_unknown() -> None:
    (trade,) = trades_of("buy 4 S0")
    unpriced = replace(BOOK, prices={})
    own = setting(POLICY, unpriced, opening(unpriced))
    assert trade_row(trade, own.market, own.before)("value", None) is Absent.UNKNOWN


@pytest.mark.parametrize(
    ("value", "as_number", "as_day", "as_text"),
    [
        ("5%", Fraction(1, 20), Absent.UNKNOWN, "5%"),
        ("120 USD", Fraction(120), Absent.UNKNOWN, "120 USD"),
        ("2026-03-10", Absent.UNKNOWN, date(2026, 3, 10), "2026-03-10"),
        (Fraction(3), Fraction(3), Absent.UNKNOWN, "3"),
        (date(2026, 3, 10), Absent.UNKNOWN, date(2026, 3, 10), "2026-03-10"),
        (Absent.NONE, Absent.NONE, Absent.NONE, Absent.NONE),
    ],
)
def test_a_value_is_read_as_what_it_is_compared_with(
    value: Value, as_number: Value, as_day: Value, as_text: Value
) -> None:
    assert (number(value), day(value), text(value)) == (as_number, as_day, as_text)
