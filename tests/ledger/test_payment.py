"""When trades settle, and what cash is settled."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.facts.book import Event
from engine.facts.ids import AccountId, Symbol
from engine.facts.readings import TaxReading
from engine.ledger.payment import cash_standing, settles_on, unpaid_lots
from tests.gate.case_files import read_book

A = AccountId("A")


@pytest.mark.parametrize(
    ("traded", "settled"),
    [
        ("2017-09-01", "2017-09-07"),  # three days, Labor Day between
        ("2017-09-05", "2017-09-07"),  # two from this day on
        ("2024-05-24", "2024-05-29"),  # two, Memorial Day between
        ("2024-05-28", "2024-05-29"),  # one from this day on
        ("2026-07-02", "2026-07-06"),  # Independence Day observed, and a week-end
    ],
)
def test_the_settlement_cycle_of_the_day(traded: str, settled: str) -> None:
    assert settles_on(date.fromisoformat(traded)) == date.fromisoformat(settled)


BOOK = """{day}
account A  cash 1,000
security ACME  price 100  issuer "Acme Corp"
security BETA  price 50  issuer "Beta Corp"
2015-01-02  buy 100 BETA in A at 40
2016-03-08  sell 100 BETA in A at 50
2016-03-09  buy 40 ACME in A at 100
"""


def test_proceeds_are_settled_after_three_days_in_2016() -> None:
    before = read_book(BOOK.format(day="2016-03-10"), reading=TaxReading())
    assert unpaid_lots(before) == {(A, "L3"): date(2016, 3, 11)}
    told = cash_standing(before, A)
    assert (int(told.settled), [(part.day, int(part.amount)) for part in told.coming]) == (
        -4000,
        [(date(2016, 3, 11), 5000)],
    )
    after = read_book(BOOK.format(day="2016-03-11"), reading=TaxReading())
    assert unpaid_lots(after) == {}
    assert cash_standing(after, A).settled == 1000


def test_dividends_and_withdrawals_to_come_stand_with_their_days() -> None:
    book = read_book(BOOK.format(day="2016-03-14"), reading=TaxReading())
    events = (
        Event(date=date(2016, 3, 20), event="withdrawal", account=A, amount=Decimal(600)),
        Event(date=date(2016, 3, 15), event="dividend", symbol=Symbol("ACME"), account=A, amount=Decimal(20)),
        Event(date=date(2016, 3, 14), event="withdrawal", account=A, amount=Decimal(5)),
    )
    told = cash_standing(replace(book, events=events), A)
    assert [(part.day.day, int(part.amount), part.what) for part in told.coming] == [
        (15, 20, "dividend of ACME"),
        (20, -600, "withdrawal"),
    ]


def test_without_history_nothing_is_known_of_payment() -> None:
    book = read_book(BOOK.format(day="2016-03-10"), reading=TaxReading())
    assert unpaid_lots(replace(book, transactions=None)) == {}


def day_book(*rows: str, cash: str = "1,000") -> dict[str, str]:
    """Return when each lot of account A that waits for settled cash will be paid, as of 10 March 2016."""
    text = BOOK.format(day="2016-03-10").splitlines()[:4]
    text[1] = f"account A  cash {cash}"
    book = read_book("\n".join((*text, *rows)) + "\n", reading=TaxReading())
    return {str(lot): day.isoformat() for (_, lot), day in unpaid_lots(book).items()}


OLD = "2015-01-02  buy 200 BETA in A at 40"


def test_settled_cash_pays_at_once() -> None:
    assert day_book(OLD, "2016-03-09  buy 40 ACME in A at 100", cash="0") == {}


def test_a_purchase_waits_only_for_the_proceeds_that_it_needs() -> None:
    # 1,500 to begin with, 2,500 that settle on the 10th, 2,500 on the 11th; 4,000 spent on the 9th
    rows = (OLD, "2016-03-07  sell 50 BETA in A at 50", "2016-03-08  sell 50 BETA in A at 50")
    buy = "2016-03-09  buy 40 ACME in A at 100"
    assert day_book(*rows, buy, cash="2,500") == {}  # what comes on the 10th is enough
    assert day_book(*rows, buy, cash="2,499") == {"L4": "2016-03-11"}


def test_a_purchase_that_nothing_pays_waits_for_its_own_settlement() -> None:
    assert day_book(OLD, "2016-03-09  buy 40 ACME in A at 100", cash="-2,000") == {"L2": "2016-03-14"}


def test_margin_needs_no_settled_cash() -> None:
    rows = (OLD, "2016-03-09  buy 40 ACME in A at 100")
    assert day_book(*rows, cash="-2,000 margin yes") == {}
