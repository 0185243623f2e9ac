"""A firm's book taken apart into households and put together again: nothing lost, nothing twice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from engine.facts.book import Book, Coverage, Event, OpenOrder
from engine.facts.ids import AccountId, HouseholdId, Symbol, TransactionId
from engine.facts.transactions import Transaction, TransactionType
from rulebooks.compile import compile_rulebook
from rulebooks.grounding import book_around, common_of, ground, joined, parts_of, unlaid
from tests.rulebooks.tiny import TODAY, account_of, lot_of, policy_of, rule, tiny

A, B, C = (AccountId(name) for name in "ABC")
ONE, TWO = HouseholdId("ONE"), HouseholdId("TWO")


def done(name: str, account: str, kind: TransactionType = TransactionType.BUY) -> Transaction:
    return Transaction(
        id=TransactionId(name),
        date=date(2026, 1, 5),
        account=AccountId(account),
        type=kind,
        symbol=Symbol("X"),
        quantity=Decimal(2),
    )


def ordered(name: str, account: str) -> OpenOrder:
    amount = Decimal(1)
    return OpenOrder(
        order=name,
        account=AccountId(account),
        side="buy",
        symbol=Symbol("X"),
        quantity=amount,
        filled=Decimal(0),
    )


def firm() -> Book:
    """Return two households, A and B of one and C of another, a split and an event of nobody's."""
    return tiny(
        accounts=(
            account_of("A", cash=100, household="ONE"),
            account_of("B", cash=200, household="ONE"),
            account_of("C", cash=300, household="TWO"),
        ),
        lots=[lot_of("X", 1, 10, account=name) for name in "ABC"],
        more={"X": 10},
        transactions=(done("T1", "C"), done("S", "", TransactionType.SPLIT), done("T2", "A")),
        events=(
            Event(date=TODAY, event="earnings", symbol=Symbol("X")),
            Event(date=TODAY, event="withdrawal", account=B, amount=Decimal(5)),
        ),
        open_orders=(ordered("O1", "C"), ordered("O2", "B")),
        coverage=Coverage(accounts=(A, B, C), since=None, until=TODAY),
    )


def test_what_is_of_no_account_is_the_book_without_all_that_is_theirs() -> None:
    common = common_of(firm())
    assert (common.accounts, common.lots, common.transactions, common.events, common.open_orders) == (
        {},
        (),
        (),
        (),
        (),
    )
    assert common.prices == firm().prices
    assert common.coverage is not None
    assert common.coverage.accounts == ()


def test_each_household_has_its_own_and_what_is_of_everyone() -> None:
    book = firm()
    parts = parts_of(book)
    assert list(parts) == [ONE, TWO]
    one = joined(common_of(book), parts[ONE])
    assert list(one.accounts) == [A, B]
    assert [lot.account for lot in one.lots] == [A, B]
    assert [row.id for row in one.transactions or ()] == ["S", "T2"]
    assert [event.event for event in one.events] == ["earnings", "withdrawal"]
    assert [order.order for order in one.open_orders] == ["O2"]
    assert one.coverage == Coverage(accounts=(A, B), since=None, until=TODAY)
    two = joined(common_of(book), parts[TWO])
    assert [row.id for row in two.transactions or ()] == ["T1", "S"]
    assert [event.event for event in two.events] == ["earnings"]


def test_the_book_around_an_account_is_its_households() -> None:
    book = firm()
    around = book_around(book, (A,))
    assert around == joined(common_of(book), parts_of(book)[ONE])
    assert book_around(book, (A, C)) is book


def test_a_book_without_history_stays_without_it() -> None:
    book = replace(firm(), transactions=None, disposals=None, coverage=None)
    around = book_around(book, (C,))
    assert (around.transactions, around.disposals, around.coverage) == (None, None, None)


def test_what_is_not_laid_out_knows_its_accounts_and_has_its_orders_done() -> None:
    rulebook = compile_rulebook((policy_of(rule("limit weight of holdings to at most 50%")),))
    bare, laid = unlaid(rulebook, firm()), ground(rulebook, firm())
    assert bare.book == laid.book
    assert bare.governed == laid.governed
    assert (bare.limits, bare.requires) == ((), ())
    assert laid.limits
    assert bare.book.accounts[C].cash == 290  # one X at 10 on order
