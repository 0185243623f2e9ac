"""Open orders count as done in every rule, for both evaluators, whatever else is in the book."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.facts.book import PENDING, OpenOrder
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, Symbol
from engine.gate.engine.inline import Inline
from engine.gate.judge import judge
from engine.ledger.committed import committed
from tests.gate.case_files import Case, checked, read_book, trade_of
from tests.gate.generated import generated_case
from tests.gate.test_cases import opened_of

POLICY = """rule ANY "Any"
  limit turnover this calendar_year to at most 20%
  because ips "§1"
"""

BOOK = """2026-03-10
account A  cash 40,000
security ACME  price 100  issuer "Acme Corp"
2015-01-02  buy 600 ACME in A at 60
order O1 buy 300 ACME in A filled 100
order O2 sell 50 ACME in A filled 50
"""


def case_of(*lines: str, book: str = BOOK) -> Case:
    policy = checked(POLICY, "orders.mandate")
    laid = read_book(book, reading=policy.tax)
    return Case("orders", "", (policy,), laid, tuple(map(trade_of, lines)), ())


def test_what_is_left_of_an_order_is_done_at_the_books_price() -> None:
    case = case_of()
    book = committed(case.book, case.policies[0].tax)
    assert book.accounts[AccountId("A")].cash == Decimal("20000")
    assert [(str(lot.lot), int(lot.quantity)) for lot in book.lots] == [("L1", 600), (PENDING + "O1", 200)]
    assert [order.order for order in book.committed] == ["O1"]
    assert committed(book, case.policies[0].tax) is book


def test_an_order_turns_the_portfolio_over(engine: Inline) -> None:
    # 20,000 on order and 20,000 sold: half of 40,000 over 100,000 is 20%; one share more is too much
    at = judge(
        opened_of(case_of("1  sell 200 ACME in A")), case_of("1  sell 200 ACME in A").trades, engine=engine
    )
    over = case_of("1  sell 201 ACME in A")
    assert at.decision.value == "pass"
    assert judge(opened_of(over), over.trades, engine=engine).decision.value == "block"


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("order O9 buy 5 NONE in A", "unknown security `NONE`"),
        ("order O9 buy 5 ACME in X", "unknown account `X`"),
        ("security DULL  issuer Dull\norder O9 buy 5 DULL in A", "has no price on 2026-03-10"),
    ],
)
def test_an_order_that_cannot_be_valued_is_refused(order: str, words: str) -> None:
    case = case_of(book=f"{BOOK}{order}\n")
    with pytest.raises(InputError, match=words):
        opened_of(case)


def check(seed: int, engine: Inline) -> None:
    case, chance = generated_case(seed), random.Random(seed)
    orders = tuple(
        OpenOrder(
            order=f"O{number}",
            account=AccountId(chance.choice("ABI")),
            side=chance.choice(("buy", "sell")),
            symbol=Symbol(f"S{chance.randint(1, 7)}"),
            quantity=Decimal(chance.randint(2, 20)),
            filled=Decimal(chance.randint(0, 3)),
        )
        for number in range(chance.randint(1, 4))
    )
    held = {(lot.account, lot.symbol) for lot in case.book.lots}
    kept = tuple(o for o in orders if o.side == "buy" or (o.account, o.symbol) in held)
    opened = opened_of(replace(case, book=replace(case.book, open_orders=kept)))
    answer = judge(opened, case.trades, engine=engine)
    assert answer.fault is None, answer.fault


@pytest.mark.parametrize("seed", range(7000, 7010))
def test_evaluators_agree_beside_open_orders(seed: int, engine: Inline) -> None:
    check(seed, engine)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(7010, 7300))
def test_evaluators_agree_beside_many_open_orders(seed: int, engine: Inline) -> None:
    check(seed, engine)
