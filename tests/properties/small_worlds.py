"""Small worlds in which one operator of the gate decides: a bound met exactly, a tie, a base of nothing.

Each is a policy of one rule, a book of one account and the lists to judge, in the order in which
`world_of` returns its own. One share is 10 USD. What the operator decides is said with each.

    capped_weight counts an issuer of which exactly 10% of the votes are held, and none at 10.1%
"""

from decimal import Decimal

from dsl.policy import CheckedPolicy
from engine.facts.book import Book, RiskModel
from engine.facts.ids import Symbol
from engine.facts.trades import Trade
from tests.reference_evaluator.small import account, book_of, lot, policy_of, security, trades_of

World = tuple[CheckedPolicy, Book, list[tuple[Trade, ...]]]

ACME, BETA = security("ACME"), security("BETA")
BOND = security("BOND", asset_class="fixed_income", instrument="bond")
EQUITIES = "define equities as holdings where asset_class is equity\n"
VOTING = security("VOTE", voting_shares_outstanding="1000")


def _rule(text: str) -> CheckedPolicy:
    """Return a policy of one rule from its lines but the first and the last."""
    return policy_of(f'{EQUITIES}\nrule R "by hand"\n  {text}\n  because ips "§1"\n')


def at_a_tenth_of_the_votes() -> World:
    """The votes of an issuer exactly at what lets it count, and one share above."""
    policy = _rule("limit capped_weight of equities to at least 4%")
    book = book_of(accounts=(account(cash="10000"),), securities=(VOTING,))
    return policy, book, [trades_of("buy 100 VOTE"), trades_of("buy 101 VOTE")]


def beside_what_moves_nothing() -> World:
    """Below a lower bound: cash and shares lose by the bond; buying shares moves nothing."""
    policy = _rule(
        "limit weight of holdings where asset_class is cash or asset_class is equity to at least 95%"
    )
    book = book_of(accounts=(account(cash="10000"),), securities=(ACME, BOND))
    return policy, book, [trades_of("buy 10 ACME", "buy 60 BOND")]


def between_two_bounds() -> World:
    """Beyond either bound of two: a purchase that moves nothing is not named, on whichever side."""
    policy = _rule(
        "limit weight of holdings where asset_class is cash or asset_class is equity to between 40% and 60%"
    )
    securities = (ACME, BOND)
    book = book_of(accounts=(account(cash="5000"),), securities=securities, lots=(lot("BOND", "500"),))
    return policy, book, [trades_of("buy 10 ACME", "buy 110 BOND"), trades_of("buy 10 ACME", "sell 110 BOND")]


def with_risk_at_least() -> World:
    """A risk that must be taken: the volatility exactly at its lower bound, and just below it."""
    risk = RiskModel(
        factors=("market",),
        exposures={Symbol("ACME"): {"market": Decimal(1)}},
        covariance={("market", "market"): Decimal("0.04")},
        specific={Symbol("ACME"): Decimal(0)},
    )
    policy = _rule("limit volatility to at least 1000 bps")
    book = book_of(accounts=(account(cash="10000"),), securities=(ACME,), risk=risk)
    return policy, book, [trades_of("buy 500 ACME"), trades_of("buy 499 ACME")]


def bought_and_sold_alike() -> World:
    """A list that buys what it sells: the position does not grow."""
    policy = _rule("forbid increasing securities")
    book = book_of(accounts=(account(cash="10000"),), securities=(ACME,), lots=(lot("ACME", "100"),))
    lists = [trades_of("buy 10 ACME", "sell 10 ACME"), trades_of("buy 11 ACME", "sell 10 ACME")]
    return policy, book, lists


def down_to_nothing() -> World:
    """A sale far below its price leaves net assets of nothing, and less beyond the bound than before."""
    policy = _rule("limit weight of equities to at most 50%")
    book = book_of(accounts=(account(cash="-1000"),), securities=(ACME,), lots=(lot("ACME", "300"),))
    return policy, book, [trades_of("sell 250 ACME at 2")]


def up_from_nothing() -> World:
    """A purchase far below its price out of net assets of nothing: more is beyond the bound than before."""
    policy = _rule("limit weight of equities to at most 50%")
    book = book_of(accounts=(account(cash="-1000"),), securities=(ACME,), lots=(lot("ACME", "100"),))
    return policy, book, [trades_of("buy 100 ACME at 5")]


def of_an_issuer_not_held() -> World:
    """An issuer of which nothing is held or traded is no group: nothing of it is below a bound."""
    policy = _rule("for each issuer in holdings\n  limit weight to at least 1%")
    book = book_of(accounts=(account(cash="10000"),), securities=(ACME, BETA), lots=(lot("ACME", "20"),))
    return policy, book, [trades_of("buy 10 ACME at 9"), trades_of("buy 80 ACME at 12")]


def sold_at_cost() -> World:
    """A sale that gains nothing is no sale at a gain: a purchase beside it meets nothing."""
    policy = _rule("forbid buying securities within 30 days after a gain_sale of an identical security")
    lots = (lot("ACME", "100"), lot("BETA", "100", basis="999"))
    book = book_of(accounts=(account(cash="10000"),), securities=(ACME, BETA), lots=lots)
    lists = [trades_of(f"sell 10 {name}", f"buy 10 {name}") for name in ("ACME", "BETA")]
    return policy, book, lists


def closing_what_is_not_held() -> World:
    """All that is held is sold, and of what is not held some: that closes no position."""
    policy = _rule(
        "for each trade except trades where closes_position is yes\n  limit trade_value to at least 2,000 USD"
    )
    book = book_of(accounts=(account(cash="10000"),), securities=(ACME, BETA), lots=(lot("ACME", "10"),))
    return policy, book, [trades_of("sell 10 ACME"), trades_of("sell 10 BETA")]


def small_worlds() -> tuple[World, ...]:
    """Return all of them."""
    return (
        at_a_tenth_of_the_votes(),
        beside_what_moves_nothing(),
        between_two_bounds(),
        with_risk_at_least(),
        bought_and_sold_alike(),
        down_to_nothing(),
        up_from_nothing(),
        of_an_issuer_not_held(),
        sold_at_cost(),
        closing_what_is_not_held(),
    )
