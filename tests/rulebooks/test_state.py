"""Every term before trading, and what is told as missing."""

from datetime import date
from decimal import Decimal

import pytest

from engine.facts.ids import AccountId, Symbol, TransactionId
from engine.facts.transactions import Transaction, TransactionType
from rulebooks.forms import Term, TermKind
from rulebooks.state import book_state, exchange_rate
from tests.rulebooks.tiny import account_of, lot_of, price_of, tiny

A = AccountId("A")


def test_every_term_of_a_position() -> None:
    book = tiny(
        cash=500, more={"ACME": 45}, lots=[lot_of("ACME", 60, 2000), lot_of("ACME", 40, 1500, name="two")]
    )
    state = book_state(book)
    acme = Symbol("ACME")
    assert state(Term(TermKind.VALUE, A, acme)) == 4500
    assert state(Term(TermKind.QUANTITY, A, acme)) == 100
    assert state(Term(TermKind.COST, A, acme)) == 3500
    assert state[Term(TermKind.CASH, A)] == 500
    assert state[Term(TermKind.NET_ASSETS, A)] == 5000
    for kind in (TermKind.BOUGHT, TermKind.SOLD, TermKind.DISALLOWED, TermKind.TRADES):
        assert state[Term(kind, A)] == 0


def test_a_term_of_nothing_held_is_zero() -> None:
    state = book_state(tiny(more={"ACME": 45}))
    assert state(Term(TermKind.VALUE, A, Symbol("ACME"))) == 0
    assert state(Term(TermKind.COST, A, Symbol("ACME"))) == 0


def test_an_option_is_worth_its_multiplier() -> None:
    book = tiny({"CALL": (2, 3)}, about={"CALL": {"multiplier": "100"}})
    assert book_state(book)(Term(TermKind.VALUE, A, Symbol("CALL"))) == 600
    silent = tiny({"CALL": (2, 3)}, about={"CALL": {"instrument": "option"}})
    assert book_state(silent)(Term(TermKind.VALUE, A, Symbol("CALL"))) == 600, "a standard contract"


def test_amounts_are_in_the_currency_asked_for() -> None:
    book = tiny(
        accounts=[account_of("A", cash=10, currency="EUR")],
        more={"X": 10},
        lots=[lot_of("X", 1, 5)],
        fx={"EUR": Decimal("1.25")},
    )
    in_dollars = book_state(book, "USD")
    assert in_dollars(Term(TermKind.NET_ASSETS, A)) == 25
    assert in_dollars(Term(TermKind.COST, A, Symbol("X"))) == Decimal("6.25")
    assert book_state(book)(Term(TermKind.NET_ASSETS, A)) == 20


def test_rates_cross_the_base_currency() -> None:
    book = tiny(fx={"EUR": Decimal("1.2"), "GBP": Decimal("1.5")})
    assert exchange_rate(book, "EUR", into="GBP") == Decimal("0.8")
    assert exchange_rate(book, "USD", into="GBP") == 1 / exchange_rate(book, "GBP", into="USD")  # type: ignore[operator]
    assert exchange_rate(book, "JPY", into="CHF") is None


@pytest.mark.parametrize(("day", "missing"), [(5, None), (4, "price of X is 6 days old")])
def test_a_price_may_be_five_days_old(day: int, missing: str | None) -> None:
    book = tiny(
        prices={"X": price_of("X", 7, on=date(2026, 3, day))}, about={"X": {}}, lots=[lot_of("X", 1, 1)]
    )
    state = book_state(book)
    assert state.missing(A, Symbol("X")) == missing
    assert state(Term(TermKind.VALUE, A, Symbol("X"))) == 7


def test_what_has_no_price_reads_zero_and_is_told() -> None:
    state = book_state(tiny(about={"X": {}}, lots=[lot_of("X", 1, 1)]))
    assert state(Term(TermKind.VALUE, A, Symbol("X"))) == 0
    assert state.missing(A, Symbol("X")) == "no price of X"


def sold_short(kind: TransactionType, quantity: int, day: int) -> Transaction:
    return Transaction(
        id=TransactionId(f"t{day}"),
        date=date(2026, 3, day),
        account=A,
        type=kind,
        symbol=Symbol("X"),
        quantity=Decimal(quantity),
    )


def test_short_positions_come_from_the_history() -> None:
    """10 sold short, 2 for 1, 5 covered: 15 short."""
    rows = (
        sold_short(TransactionType.SHORT_SELL, 10, 2),
        sold_short(TransactionType.SPLIT, 2, 3),
        sold_short(TransactionType.BUY_TO_COVER, 5, 4),
    )
    state = book_state(tiny(more={"X": 3}, transactions=rows))
    assert state(Term(TermKind.QUANTITY, A, Symbol("X"))) == -15
    assert state(Term(TermKind.NET_ASSETS, A)) == -45
    assert state.held(A) == ("X",)
