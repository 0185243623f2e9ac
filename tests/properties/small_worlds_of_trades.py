"""Small worlds of single trades: their own limits, required facts, windows, and the rules of the book.

Each is a policy, a book and the lists to judge, in the order in which `world_of` returns its own. One
share is 10 USD unless a price is said. What the operator decides is said with each.

    trade_value waived from 300 down to 200 USD: 200 is within the waiver, 190 is not
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from dsl.policy import CheckedPolicy
from engine.facts.book import Book
from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Acquisition
from engine.facts.trades import Trade
from engine.facts.transactions import Transaction, TransactionType
from tests.reference_evaluator.small import TODAY, account, book_of, lot, policy_of, security, sold, trades_of

World = tuple[CheckedPolicy | tuple[CheckedPolicy, ...], Book, list[tuple[Trade, ...]]]

ACME, BETA = security("ACME"), security("BETA")
OLD = security("OLD", asset_class="fixed_income", instrument="bond")
UNKNOWN = security("WHAT", asset_class="")
EQUITIES = "define equities as holdings where asset_class is equity\n"
RICH = account(cash="10000")


def rule(text: str, name: str = "R") -> str:
    """Return a rule from its lines but the first and the last."""
    return f'rule {name} "by hand"\n  {text}\n  because ips "§1"\n'


def waiver(up_to: str = "", *, until: str = "2099-01-01", of: str = "R", by: str = "A") -> str:
    """Return a waiver of a rule for an account."""
    return f'waive {of} for account "{by}" {up_to} until {until} approved by "CCO" because ips "§8"\n'


def lists_of(*lists: tuple[str, ...] | str) -> list[tuple[Trade, ...]]:
    """Return lists from words; one trade needs no brackets."""
    return [trades_of(*((words,) if isinstance(words, str) else words)) for words in lists]


def aged(book: Book, symbol: str, days: int) -> Book:
    """Return the book with the price of one security so many days old."""
    old = replace(book.prices[Symbol(symbol)], date=book.as_of - timedelta(days=days))
    return replace(book, prices={**book.prices, Symbol(symbol): old})


def _each_trade(limit: str, more: str = "") -> CheckedPolicy:
    return policy_of(EQUITIES + rule(f"for each trade\n  limit trade_value to {limit}") + more)


def a_floor_waived_down() -> World:
    """A least size of 500 waived down to 200: exactly there, and one share below."""
    policy = _each_trade("at least 500 USD", waiver("up to 200 USD"))
    book = book_of(accounts=(RICH,), securities=(ACME,))
    return policy, book, lists_of("buy 50 ACME", "buy 20 ACME", "buy 19 ACME")


def a_ceiling_waived_up() -> World:
    """A largest size of 500 waived up to 700: exactly there, and one share above."""
    policy = _each_trade("at most 500 USD", waiver("up to 700 USD"))
    book = book_of(accounts=(RICH,), securities=(ACME,))
    return policy, book, lists_of("buy 50 ACME", "buy 70 ACME", "buy 71 ACME")


def waived_up_to_what_is_not_told() -> World:
    """A waiver up to half of equities: it is not told beside a purchase of what may be one."""
    policy = _each_trade("at most 100 USD", waiver("up to 50% of equities"))
    book = book_of(accounts=(RICH,), securities=(ACME, UNKNOWN), lots=(lot("ACME", "100"),))
    return policy, book, lists_of("buy 100 ACME", "buy 101 ACME", ("buy 11 ACME", "buy 1 WHAT"))


def waived_up_to_what_is_not_there() -> World:
    """A waiver up to a figure that the data do not tell moves neither bound."""
    policy = _each_trade("between 100 USD and 200 USD", waiver("up to 2 times market_cap"))
    book = book_of(accounts=(RICH,), securities=(ACME,))
    return policy, book, lists_of("buy 20 ACME", "buy 21 ACME", "buy 9 ACME")


def warned_from_what_is_not_told() -> World:
    """A warning from a fifth of equities: it is not told beside a purchase of what may be one."""
    text = "for each trade\n  limit trade_value to at most 900 USD\n  warn from 20% of equities"
    policy = policy_of(EQUITIES + rule(text))
    book = book_of(accounts=(RICH,), securities=(ACME, UNKNOWN), lots=(lot("ACME", "100"),))
    return policy, book, lists_of("buy 24 ACME", "buy 25 ACME", ("buy 90 ACME", "buy 1 WHAT"))


def warned_on_the_nearer_side(level: str) -> World:
    """A size between 4,000 and 9,000 is warned of downwards or upwards, as the level is nearer to either."""
    policy = _each_trade(f"between 4,000 USD and 9,000 USD\n  warn from {level} USD")
    book = book_of(accounts=(account(cash="100000"),), securities=(ACME,))
    return policy, book, lists_of("buy 500 ACME", "buy 600 ACME", "buy 700 ACME", "buy 850 ACME")


def bounded_by_what_may_be_bought() -> World:
    """Of WHAT it is not known whether it is an equity: only a list that buys it has no limit."""
    policy = _each_trade("at most 50% of equities")
    book = book_of(accounts=(RICH,), securities=(ACME, UNKNOWN), lots=(lot("ACME", "100"),))
    return policy, book, lists_of("buy 100 ACME", "buy 101 ACME", ("buy 1 ACME", "buy 1 WHAT"))


def bounded_by_what_is_worth_an_old_price() -> World:
    """A tenth of net assets is not known beside a trade at an old price; half of equities is."""
    text = EQUITIES + rule("for each trade\n  limit trade_value to at most 10% of net_assets")
    text += rule("for each trade\n  limit trade_value to at most 50% of equities", "S")
    book = book_of(accounts=(RICH,), securities=(ACME, OLD), lots=(lot("ACME", "100"),))
    return policy_of(text), aged(book, "OLD", 9), lists_of(("buy 1 ACME", "buy 1 OLD"), "buy 1 OLD at 10")


def bounded_by_cash() -> World:
    """A tenth of the cash is not known beside a purchase without a price, and is beside one that has one."""
    policy = policy_of(rule("for each trade\n  limit trade_value to at most 10% of cash"))
    book = book_of(accounts=(RICH,), securities=(ACME, OLD))
    lists = lists_of("buy 1 ACME", ("buy 1 ACME", "buy 1 OLD"), ("buy 1 ACME", "buy 1 OLD at 10"))
    return policy, aged(book, "OLD", 9), lists


def a_fact_waived_for_another() -> World:
    """A required fact waived in B: what lacks it may not trade in A."""
    text = rule("require rating is known") + waiver(by="B")
    accounts = (RICH, account("B", cash="10000"))
    return (
        policy_of(text),
        book_of(accounts=accounts, securities=(ACME,)),
        lists_of("buy 1 ACME", "B: buy 1 ACME"),
    )


def a_fact_waived_until(day: date) -> World:
    """A required fact waived until today, or until yesterday."""
    text = rule("require rating is known") + waiver(until=day.isoformat())
    return policy_of(text), book_of(accounts=(RICH,), securities=(ACME,)), lists_of("buy 1 ACME")


def a_fact_of_the_account() -> World:
    """An account that lacks what is required: a list breaks it, without one it was broken before."""
    text = rule('require account.kind is "ira"')
    accounts = (RICH, account("B", cash="10000", kind="ira"))
    return (
        policy_of(text),
        book_of(accounts=accounts, securities=(ACME,)),
        lists_of("buy 1 ACME", "B: buy 1 ACME"),
    )


def a_fact_of_nothing() -> World:
    """A weight in an account that is worth nothing is no fact, whether a list trades there or elsewhere."""
    text = EQUITIES + rule("require equities_weight is at most 80%")
    accounts = (account(cash="-100"), account("B", cash="10000"))
    book = book_of(accounts=accounts, securities=(ACME,), lots=(lot("ACME", "10"),))
    return policy_of(text), book, lists_of("sell 1 ACME", "B: buy 1 ACME")


def a_fact_of_a_household() -> World:
    """Of one account it is not known whether it is signed, another is not: each answers for its own."""
    policy = policy_of(rule('across household\n  require account.signed is "yes"'))
    names = (("A", None), ("B", "no"), ("C", "yes"))
    accounts = [account(name, cash="10000") for name, _ in names]
    rows = tuple(
        row if signed is None else replace(row, attributes={**row.attributes, "signed": signed})
        for row, (_, signed) in zip(accounts, names, strict=True)
    )
    book = book_of(accounts=rows, securities=(ACME,))
    return (
        policy,
        book,
        lists_of("buy 1 ACME", "B: buy 1 ACME", "C: buy 1 ACME", ("buy 1 ACME", "B: buy 1 ACME")),
    )


def two_answers_to_an_old_price() -> World:
    """One policy warns where data are missing, the other blocks: the data gate blocks."""
    warns, blocks = policy_of("", missing="warn", id="test.warns"), policy_of("", id="test.blocks")
    book = book_of(accounts=(RICH,), securities=(ACME,), price_age=6)
    return (warns, blocks), book, lists_of("buy 1 ACME")


def _paid_with(name: str, own: str) -> tuple[Transaction, Transaction]:
    """Return a sale of today and what was bought with it."""
    sale = Transaction(
        id=TransactionId(f"S{name}"),
        date=TODAY,
        account=AccountId(own),
        type=TransactionType.SELL,
        symbol=Symbol("BETA"),
        quantity=Decimal(10),
        price=Decimal(10),
    )
    bought = replace(sale, id=TransactionId(name), type=TransactionType.BUY, symbol=Symbol("ACME"))
    return sale, bought


def not_paid_for_in_either() -> World:
    """Two accounts with shares that are not paid for; a list sells them in one and buys in the other."""
    accounts = (account(), account("B"))
    lots = tuple(lot("ACME", "10", account=own, acquired=TODAY, name=f"L{own}") for own in "AB")
    rows = (*_paid_with("LA", "A"), *_paid_with("LB", "B"))
    book = book_of(accounts=accounts, securities=(ACME, BETA), lots=lots)
    lists = lists_of("sell 1 ACME", ("B: sell 1 ACME", "sell 1 ACME"), ("sell 1 ACME", "B: buy 0.1 ACME"))
    return policy_of(""), replace(book, transactions=rows), lists


def a_part_of_a_lot() -> World:
    """A lot in two parts, told apart by their days: the sale names one of them, and takes no other."""
    days = (date(2024, 1, 2), date(2025, 1, 2))
    lots = tuple(replace(lot("ACME", "50", name="L"), adjusted_acquired=day) for day in days)
    lots = (*lots, lot("ACME", "50", name="M", acquired=days[0]))
    book = book_of(accounts=(RICH,), securities=(ACME,), lots=lots)
    return policy_of(""), book, lists_of("sell 50 ACME lot L@2024-01-02", "sell 51 ACME lot L@2024-01-02")


def selling_again_without_history() -> World:
    """Without a history it is not known whether what is sold was sold of late; a purchase meets nothing."""
    policy = policy_of(rule("forbid selling securities within 30 days after a sale of the same security"))
    book = book_of(accounts=(RICH,), securities=(ACME,), lots=(lot("ACME", "10"),))
    return policy, replace(book, transactions=None, disposals=None), lists_of("sell 1 ACME", "buy 1 ACME")


def buying_again_what_may_be_meant() -> World:
    """Of what was sold 30 days ago it is not known whether the rule means it; 31 days ago nothing meets."""
    subject = "securities where sector is energy"
    policy = policy_of(rule(f"forbid buying {subject} within 30 days after a sale of the same security"))
    past = (sold(30, "ACME"), sold(31, "BETA"))
    book = book_of(accounts=(RICH,), securities=(ACME, BETA), disposals=past)
    return policy, book, lists_of("buy 1 ACME", "buy 1 BETA")


def selling_what_was_just_bought() -> World:
    """Shares bought five days ago: their own purchase is no event for their sale, and is one for others."""
    policy = policy_of(rule("forbid selling securities within 30 days after a purchase of the same security"))
    day = TODAY - timedelta(days=5)
    lots = (lot("ACME", "10", acquired=day, name="NEW"), lot("ACME", "10", name="LONG"))
    bought = Acquisition(
        lot=LotId("NEW"),
        account=AccountId("A"),
        symbol=Symbol("ACME"),
        date=day,
        quantity=Decimal(10),
        kind="buy",
    )
    book = book_of(accounts=(RICH,), securities=(ACME,), lots=lots, acquisitions=(bought,))
    return policy, book, lists_of("sell 10 ACME lot NEW", "sell 10 ACME lot LONG")


def a_loss_in_an_account_of_another_policy() -> World:
    """B sells at a loss what A buys: A's policy looks at the household, and stops A alone."""
    text = (
        "across household\n  forbid buying securities within 30 days after a loss_sale of the same security"
    )
    own = policy_of(rule(text), applies='applies to account "A"')
    other = policy_of("", applies='applies to account "B"', id="test.other")
    accounts = (RICH, account("B", cash="10000"))
    book = book_of(accounts=accounts, securities=(ACME,), lots=(lot("ACME", "10", basis="999", account="B"),))
    return (own, other), book, lists_of(("B: sell 1 ACME", "buy 1 ACME"))


def a_pair_with_two_responses() -> World:
    """A pair that needs a person's yes and is warned of: the yes is needed."""
    text = "forbid buying securities within 30 days after a loss_sale of the same security"
    policy = policy_of(rule(f'{text}\n  on breach warn, require approval of "CCO"'))
    book = book_of(accounts=(RICH,), securities=(ACME,), disposals=(sold(30, "ACME"),))
    return policy, book, lists_of("buy 1 ACME")


def worlds_of_trades() -> tuple[World, ...]:
    """Return all of them."""
    return (
        a_floor_waived_down(),
        a_ceiling_waived_up(),
        waived_up_to_what_is_not_told(),
        waived_up_to_what_is_not_there(),
        warned_from_what_is_not_told(),
        *map(warned_on_the_nearer_side, ("6,000", "6,500", "8,000")),
        bounded_by_what_may_be_bought(),
        bounded_by_what_is_worth_an_old_price(),
        bounded_by_cash(),
        a_fact_waived_for_another(),
        a_fact_waived_until(TODAY),
        a_fact_waived_until(TODAY - timedelta(days=1)),
        a_fact_of_the_account(),
        a_fact_of_nothing(),
        a_fact_of_a_household(),
        two_answers_to_an_old_price(),
        not_paid_for_in_either(),
        a_part_of_a_lot(),
        selling_again_without_history(),
        buying_again_what_may_be_meant(),
        selling_what_was_just_bought(),
        a_loss_in_an_account_of_another_policy(),
        a_pair_with_two_responses(),
    )
