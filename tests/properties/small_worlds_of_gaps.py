"""Small worlds of what is not known, and of what lots and currencies add: in each one operator decides.

Each is a policy, a book and the lists to judge, in the order in which `world_of` returns its own. One
share is 10 USD unless a price is said. What the operator decides is said with each.

    equities at most 1,000 USD: 1,010 are known, and of WHAT it is not known whether it is one
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from engine.facts.book import Book
from engine.facts.ids import Symbol
from tests.properties.small_worlds_of_trades import (
    ACME,
    BETA,
    EQUITIES,
    OLD,
    RICH,
    UNKNOWN,
    World,
    aged,
    lists_of,
    rule,
    waiver,
)
from tests.reference_evaluator.small import account, book_of, lot, policy_of, security, sold

EURO = replace(RICH, currency="EUR")
TWO = {"EUR": Decimal(2)}


def paid_in_another_currency() -> World:
    """10,000 EUR at 2 USD: 500 shares at 11 leave 9,000 USD."""
    policy = policy_of(rule("limit cash to at least 9,000 USD"))
    book = book_of(accounts=(EURO,), securities=(ACME,), fx=TWO)
    return policy, book, lists_of("buy 500 ACME at 11", "buy 501 ACME at 11")


def gained_in_another_currency() -> World:
    """10 shares that cost 50 EUR are sold for 100: a gain of 100 USD."""
    policy = policy_of(rule("limit net_realized_gains this tax_year to at most 100 USD"))
    book = book_of(accounts=(EURO,), securities=(ACME,), lots=(lot("ACME", "20", basis="100"),), fx=TWO)
    return policy, book, lists_of("sell 10 ACME", "sell 11 ACME")


def a_loss_of_last_year() -> World:
    """A loss of December is disallowed by a purchase in January: no gain of this year."""
    policy = policy_of(rule("limit net_realized_gains this tax_year to at most 50 USD"))
    past = replace(sold(0, "ACME"), sold=date(2025, 12, 20), unreplaced=Decimal(10))
    book = book_of(accounts=(RICH,), securities=(ACME,), disposals=(past,), price_age=59)
    return policy, replace(book, as_of=date(2026, 1, 10)), lists_of("buy 5 ACME", "buy 6 ACME")


def a_loss_replaced_in_retirement() -> World:
    """What an ira buys in place of a loss costs what was paid: the loss is gone, and no part of the cost."""
    policy = policy_of(EQUITIES + rule("limit value of equities to at most 100 USD\n  valued at cost"))
    accounts = (RICH, account("I", cash="10000", kind="ira"))
    book = book_of(accounts=accounts, securities=(ACME,), lots=(lot("ACME", "10", basis="200"),))
    return policy, book, lists_of(("sell 10 ACME", "I: buy 10 ACME"), ("sell 10 ACME", "I: buy 11 ACME"))


def warned_between_two_bounds() -> World:
    """From the lower bound to the upper one: the headroom is as before, and the warning is reached."""
    policy = policy_of(EQUITIES + rule("limit weight of equities to between 40% and 60%\n  warn from 55%"))
    book = book_of(accounts=(account(cash="6000"),), securities=(ACME,), lots=(lot("ACME", "400"),))
    return policy, book, lists_of("buy 200 ACME", "buy 100 ACME", "buy 201 ACME")


def known_in_an_account_of_another_policy() -> World:
    """A's policy looks at the household, where what is known is beyond: it names what A buys, not B."""
    text = EQUITIES + rule("across household\n  limit value of equities to at most 1,000 USD")
    own = policy_of(text, applies='applies to account "A"')
    other = policy_of("", applies='applies to account "B"', id="test.other")
    book = book_of(
        accounts=(RICH, account("B", cash="10000")),
        securities=(ACME, UNKNOWN),
        lots=(lot("ACME", "90"), lot("WHAT", "1")),
    )
    return (own, other), book, lists_of(("buy 6 ACME", "B: buy 5 ACME"), ("buy 5 ACME", "B: buy 5 ACME"))


def turned_over_beside_an_old_price() -> World:
    """What is bought at an old price is no part of the turnover that is known."""
    policy = policy_of(rule("limit turnover this calendar_year to at most 10%"))
    book = aged(book_of(accounts=(RICH,), securities=(ACME, OLD)), "OLD", 9)
    return policy, book, lists_of(("buy 201 ACME", "buy 5 OLD at 10"), ("buy 201 ACME", "buy 5 OLD"))


def cash_after_an_old_price() -> World:
    """Cash and shares: once something is paid at an old price, the shares alone are known."""
    text = "limit value of holdings where asset_class is cash or asset_class is equity to at most 900 USD"
    book = aged(book_of(securities=(ACME, OLD), accounts=(RICH,), lots=(lot("ACME", "90"),)), "OLD", 9)
    return policy_of(rule(text)), book, lists_of(("buy 1 ACME", "buy 1 OLD"), ("sell 1 ACME", "buy 1 OLD"))


def owed_after_an_old_price() -> World:
    """What is owed is no holding: at an old price it is told as it would be."""
    policy = policy_of(rule("limit borrowing to at most 10%"))
    book = aged(book_of(securities=(ACME, OLD), accounts=(account(cash="1000"),)), "OLD", 9)
    return policy, book, lists_of(("buy 120 ACME", "buy 1 OLD"), ("buy 90 ACME", "buy 1 OLD"))


def weighed_beside_an_old_price() -> World:
    """A purchase at an old price moves no net assets, and leaves every weight of them unknown."""
    policy = policy_of(EQUITIES + rule("limit weight of equities to at most 50%"))
    book = aged(book_of(securities=(ACME, OLD), accounts=(RICH,), lots=(lot("ACME", "100"),)), "OLD", 9)
    return policy, book, lists_of("buy 1 OLD", "buy 1 OLD at 10")


def two_bans_waived_up_to_a_weight() -> World:
    """Two bans, each waived up to the same weight as a limit that is broken: each has its own subject."""
    text = EQUITIES + rule("limit weight of equities to at most 5%", "A")
    for name, sector in (("F", "energy"), ("G", "health")):
        text += rule(f"forbid buying securities where sector is {sector}", name) + waiver("up to 5%", of=name)
    bonds = [
        security(name, sector=sector, asset_class="fixed_income", instrument="bond")
        for name, sector in (("E", "energy"), ("H", "health"))
    ]
    securities = (replace(ACME, attributes={**ACME.attributes, "sector": "technology"}), *bonds)
    book = book_of(accounts=(RICH,), securities=securities, lots=(lot("ACME", "200"),))
    return policy_of(text), book, lists_of(("buy 1 E", "buy 1 H"), "buy 60 H", "buy 61 H")


def cash_excepted_where_nothing_trades() -> World:
    """All cash is left to an exception: so is that of an account that only holds it."""
    text = rule("limit weight of holdings where asset_class is cash to at least 1%")
    text += rule("exception to R\n  limit weight of holdings where asset_class is cash to at most 100%", "S")
    accounts = (RICH, account("B", cash="10000"))
    book = book_of(accounts=accounts, securities=(ACME,), lots=(lot("ACME", "1"),))
    return policy_of(text), book, lists_of("B: buy 1 ACME", "B: buy 1000 ACME")


def cash_excepted_where_there_is_none() -> World:
    """The same of an account that has no cash: nothing of it is excepted, and the least is not there."""
    text = rule("limit weight of holdings where asset_class is cash to at least 1%")
    text += rule("exception to R\n  limit weight of holdings where asset_class is cash to at most 100%", "S")
    accounts = (account(), account("B", cash="10000"))
    book = book_of(accounts=accounts, securities=(ACME,), lots=(lot("ACME", "1"),))
    return policy_of(text), book, lists_of("B: buy 1 ACME", "sell 1 ACME")


def a_loss_that_its_replacement_takes_over() -> World:
    """What is bought back takes the loss over into its cost, and so into the base: BETA weighs less."""
    text = 'limit weight of holdings where issuer is "BETA" to at least 20%\n  valued at cost'
    lots = (lot("ACME", "20", basis="400"), lot("BETA", "10"))
    book = book_of(accounts=(account(cash="700"),), securities=(ACME, BETA), lots=lots)
    return policy_of(rule(text)), book, lists_of(("sell 10 ACME", "buy 10 ACME"), "sell 10 ACME")


def warned_by_what_was_paid(share: str) -> World:
    """A bond bought dear lets every issuer weigh more: BETA comes to 5%, from which it is warned of."""
    text = "for each issuer in holdings\n  limit weight to at most 20%\n  warn from benchmark_weight"
    index = {Symbol("ACME"): Decimal(share), Symbol("BETA"): Decimal("0.05"), Symbol("OLD"): Decimal("0.1")}
    book = book_of(
        accounts=(account(cash="8010"),),
        securities=(ACME, BETA, OLD),
        lots=(lot("ACME", "150"), lot("BETA", "50")),
        benchmarks={"index": index},
    )
    lists = lists_of("buy 10 OLD at 11", "buy 10 OLD at 10.9")
    return policy_of(rule(text)), book, lists


def many_at_once() -> World:
    """So many sales that a list without one of its trades is told by what differs from the whole."""
    names = [f"S{number}" for number in range(66)]
    text = rule("for each issuer in holdings\n  limit weight to at most 50%", "M")
    text += rule(
        "limit weight of holdings where asset_class is cash or asset_class is fixed_income to at most 50%"
    )
    lots = (*(lot(name, "1") for name in names), lot("WHAT", "1"))
    securities = (*map(security, names), UNKNOWN, OLD)
    book = book_of(accounts=(account(cash="1000"),), securities=securities, lots=lots)
    first, *rest = (f"sell 1 {name}" for name in names)
    return policy_of(text), book, lists_of((f"{first} at 5", *rest, "buy 1 OLD"))


def votes_at_an_old_price() -> World:
    """Votes need no price: of what has none of these days, they are unknown where they are not said."""
    policy = policy_of(rule("for each issuer in holdings\n  limit voting_ownership to at most 10%"))
    book = book_of(accounts=(RICH,), securities=(ACME, OLD), lots=(lot("OLD", "10"),))
    return policy, aged(book, "OLD", 9), lists_of("buy 1 ACME", "sell 1 OLD")


def sold_days_at_an_old_price() -> World:
    """Days to sell need no price: of what has none of these days, they are unknown without a volume."""
    policy = policy_of(rule("limit days_to_liquidate to at most 5 days"))
    book: Book = book_of(accounts=(RICH,), securities=(ACME, OLD), lots=(lot("OLD", "10"),))
    book = replace(book, volumes={Symbol("ACME"): Decimal(100)})
    return policy, aged(book, "OLD", 9), lists_of("buy 1 ACME", "sell 1 OLD")


def worlds_of_gaps() -> tuple[World, ...]:
    """Return all of them."""
    return (
        paid_in_another_currency(),
        gained_in_another_currency(),
        a_loss_of_last_year(),
        a_loss_replaced_in_retirement(),
        warned_between_two_bounds(),
        known_in_an_account_of_another_policy(),
        turned_over_beside_an_old_price(),
        cash_after_an_old_price(),
        owed_after_an_old_price(),
        weighed_beside_an_old_price(),
        two_bans_waived_up_to_a_weight(),
        cash_excepted_where_nothing_trades(),
        cash_excepted_where_there_is_none(),
        a_loss_that_its_replacement_takes_over(),
        warned_by_what_was_paid("0.1"),
        warned_by_what_was_paid("0.16"),
        many_at_once(),
        votes_at_an_old_price(),
        sold_days_at_an_old_price(),
    )
