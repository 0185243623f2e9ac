"""Accounts that are empty, names that cannot trade, requests without an amount: what is then proposed."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import Book
from engine.facts.ids import Symbol
from engine.facts.securities import Price
from engine.facts.trades import Side, Trade
from optimizer.assume import assumptions
from optimizer.build import Problem, build
from optimizer.conflict import explain_conflict, leaves_room
from optimizer.promises import Promise, firmer
from optimizer.proposal import Proposal, Status
from optimizer.repair import repair
from optimizer.search import search
from optimizer.settings import Intent, Settings, told
from optimizer.whole import missed
from optimizer.why import WhyNot, why_not
from tests.optimizer.hand import account, book, laid_out, lot, proposed, real_judge
from tests.optimizer.test_objective import off_target
from tests.optimizer.test_propose import SIX, mostly_cash, spread_out
from tests.optimizer.test_repair_nearest import buy, sell
from tests.optimizer.worlds import TODAY, risk_model

AAA = Symbol("AAA")


def built(rules: str, on: Book, intent: Intent | None = None, settings: Settings | None = None) -> Problem:
    ground = laid_out(rules, on)
    return build(ground, accounts=ground.accounts, intent=intent or Intent(), settings=settings or Settings())


def asked(rules: str, on: Book, symbol: str, intent: Intent | None = None) -> dict[str, WhyNot]:
    ground = laid_out(rules, on)
    rows = why_not(
        ground, Symbol(symbol), accounts=ground.accounts, intent=intent or Intent(), settings=Settings()
    )
    return {row.side: row for row in rows}


def repaired(rules: str, on: Book, *trades: Trade) -> Proposal:
    ground = laid_out(rules, on)
    return repair(ground, trades, settings=Settings(), judge=real_judge(ground))


def priced(on: Book, symbol: str, *, days: int) -> Book:
    """Return the book with a price that is `days` days old."""
    known = on.prices[Symbol(symbol)]
    old = Price(symbol=known.symbol, date=TODAY - timedelta(days=days), price=known.price)
    return replace(on, prices={**on.prices, known.symbol: old})


def unpriced(on: Book, symbol: str) -> Book:
    return replace(on, prices={s: row for s, row in on.prices.items() if s != symbol})


# ------------------------------------------------------------------ what is there


def test_an_account_without_a_cent_has_no_drift_and_no_list() -> None:
    on = book([], accounts=[account("MAIN", "0", benchmark="index")], weights=SIX)
    found = proposed("", on)
    (row,) = found.accounts
    assert row.after.net_assets == row.after.drift == 0
    assert row.after.tracking_error is None
    assert found.trades == ()


def test_the_tracking_error_is_not_told_where_a_wished_name_has_no_price() -> None:
    on = off_target()
    risky = replace(on, risk=risk_model(random.Random(1), dict(on.securities)))
    assert proposed("", risky).after.tracking_error is not None
    assert proposed("", unpriced(risky, "BBB")).after.tracking_error is None


@pytest.mark.parametrize(("days", "words"), [(5, None), (6, "price of BBB is 6 days old")])
def test_a_name_with_a_stale_price_is_not_traded_and_says_so(days: int, words: str | None) -> None:
    on = priced(mostly_cash(), "BBB", days=days)
    bought = {row.trade.symbol for row in proposed("", on).trades}
    assert ("BBB" in bought) == (words is None)
    if words is not None:
        assert asked("", on, "BBB")["buy"].words == words


def test_a_name_without_a_price_is_left_out_and_the_others_are_bought() -> None:
    bought = {str(row.trade.symbol) for row in proposed("", unpriced(mostly_cash(), "BBB")).trades}
    assert "BBB" not in bought
    assert "CCC" in bought


def test_without_rules_no_list_misses_anything_and_nothing_is_in_conflict() -> None:
    on = book([lot("AAA", 10, cost="90")], accounts=[account("MAIN", "0")])
    problem = built("", on)
    assert leaves_room(problem)
    assert explain_conflict(problem).rules == ()
    assert missed(problem.model, problem.grid, search(problem).steps) == 0
    assert leaves_room(built("", book([], accounts=[account("MAIN", "0")])))


# ------------------------------------------------------------------ requests


def test_spare_cash_is_invested_without_an_amount_being_named() -> None:
    """Of 84,000 in cash 10% of 100,000 stay."""
    floor = 'rule CASH "Cash"\n  limit weight of cash to at least 10%\n  because ips "§1"\n'
    on = book(spread_out(), accounts=[account("MAIN", "84000", benchmark="index")], weights=SIX)
    worth = 84_000 + sum(100 * int(row.quantity) for row in on.lots)
    found = proposed(floor, on, Intent(kind="invest"))
    spent = sum((row.value for row in found.trades), Decimal(0))
    assert {row.trade.side for row in found.trades} == {Side.BUY}
    assert Decimal(84_000) - worth / Decimal(10) - 200 <= spent <= Decimal(84_000) - worth / Decimal(10)


@pytest.mark.parametrize(
    ("amount", "words"), [(None, "nothing"), (Decimal(50_000), "50,000"), (Decimal("1250.5"), "1,250.50")]
)
def test_an_amount_of_a_request_in_words(amount: Decimal | None, words: str) -> None:
    assert told(amount) == words
    assert Intent(kind="raise", amount=amount).goal == f"raise {words} in cash"


def test_a_promise_to_invest_no_more_is_kept_by_a_lower_ceiling_alone() -> None:
    on = book(spread_out(), accounts=[account("MAIN", "84000", benchmark="index")], weights=SIX)
    problem = built("", on, Intent(kind="invest", amount=Decimal(20_000)))
    broken = Promise(
        what="cash invested",
        asked=Decimal(20_000),
        reached=Decimal(20_100),
        least=False,
        missing=Fraction(100),
    )
    firm = firmer(problem, (broken,), times=0)
    lower = [(row.note.words, new.low > row.low) for row, new in zip(problem.rows, firm.rows, strict=True)]
    assert dict(lower)["spend at most 20,000"]
    assert not dict(lower)["invest 20,000"]


def test_what_a_policy_states_is_left_aside_where_that_is_asked() -> None:
    on = off_target()
    rules = "parameter risk_aversion = 0.0001\n"
    stated, aside = (proposed(rules, on, settings=Settings(stated=said)) for said in (True, False))
    assert len(stated.trades) == 0
    assert len(aside.trades) > 0


def test_a_band_that_has_no_room_left_takes_none_of_what_others_give_up() -> None:
    rules = (
        'targets mix\n  equities 60% band 5 points\n  cash 40% from 40% to 40%\n  because ips "§4"\n'
        'rebalance mix\n  when any class leaves its band\n  back to nearest edge\n  because ips "§4"\n'
    )
    on = book([lot(s, 105, cost="95") for s in SIX], accounts=[account("MAIN", "17000")])
    found = proposed(rules, on, Intent(anyway=True))
    assert abs(found.after.cash - Decimal("0.4") * found.after.net_assets) < 200


# ------------------------------------------------------------------ substitutes, sizes, prices


def test_a_substitute_is_looked_at_only_for_what_is_held() -> None:
    rules = (
        'substitute "AAA" with "XXX" because ips "§1"\nsubstitute "ZZZ" with "YYY" because ips "§1"\n'
        "harvest losses\n  from lots where loss is at least 5% of cost\n  replacing with substitutes\n"
        '  because ips "B.6"\n'
    )
    on = book(
        [lot("AAA", 100, cost="150")],
        accounts=[account("MAIN", "0")],
        prices=dict.fromkeys(("AAA", "XXX", "YYY", "ZZZ"), "100"),
    )
    names = {str(row.symbol) for row in built(rules, on, Intent(kind="harvest")).columns.names}
    assert {"AAA", "XXX"} <= names
    assert not names & {"YYY", "ZZZ"}


PART = """rule PART "No trade above a tenth of equities"
  for each trade
{when}  limit {limit}
  because ips "§9"
"""


def four() -> Book:
    return book(
        [lot(name, 100, cost="100") for name in ("AAA", "BBB", "CCC", "DDD")],
        accounts=[account("MAIN", "0", benchmark="index")],
        weights={"AAA": "0.97", "BBB": "0.01", "CCC": "0.01", "DDD": "0.01"},
    )


@pytest.mark.parametrize(("worth", "bound"), [("40,000", True), ("40,001", False)])
def test_a_part_of_equities_bounds_trades_only_where_the_rule_applies(worth: str, bound: bool) -> None:
    when = f"  when portfolio_value is at least {worth} USD\n"
    found = proposed(PART.format(when=when, limit="trade_value to at most 10% of equities"), four())
    largest = max(row.value for row in found.trades)
    assert (largest <= 4_000) == bound


def test_a_largest_trade_that_cash_moves_is_a_part_of_what_is_left_of_it() -> None:
    """Each purchase is at most a tenth of the cash that the list leaves."""
    on = book([], accounts=[account("MAIN", "100000", benchmark="index")], weights=SIX)
    rules = PART.format(when="", limit="trade_value to at most 10% of cash")
    found = proposed(rules, on)
    assert found.trades
    assert all(row.value * 10 <= found.after.cash for row in found.trades)


def test_a_price_does_not_loosen_a_rule_that_has_no_row() -> None:
    rules = (
        "parameter price_of_names = 5 USD\n"
        'rule NAMES "Names"\n  limit count of holdings where asset_class is equity to at most 3\n'
        '  on breach warn\n  because ips "§1"\n'
    )
    words = [row.words for row in assumptions(built(rules, off_target())) if row.name == "price of NAMES"]
    assert words == ["NAMES has no exact row and is kept in full, whatever its price"]


# ------------------------------------------------------------------ repair


LEAST = """rule LEAST "Sizes"
  for each trade in trades where side is sell
  limit trade_value to at least 1,000 USD
  because ips "§1"
"""


def test_a_sale_is_told_whole_where_its_lots_alone_would_be_too_small() -> None:
    """Twelve shares in two lots of six: 1,200 is large enough, 600 is not."""
    lots = [lot("AAA", 6, cost="50", days=900, name="old"), lot("AAA", 6, cost="60", name="young")]
    found = repaired(LEAST, book(lots, accounts=[account("MAIN", "0")]), sell(1, "AAA", 12))
    assert [(row.trade.lot, row.trade.quantity) for row in found.trades] == [(None, Decimal(12))]
    assert found.notes == ("the list passes as it is",)


def test_a_least_size_of_sales_asks_nothing_of_a_purchase_that_is_cut() -> None:
    """900 of cash pay for 9 shares, which no sale of at least 1,000 has to do with."""
    on = book([], accounts=[account("MAIN", "900")], prices={"AAA": "100"})
    found = repaired(LEAST, on, buy(1, "AAA", 12))
    assert [int(row.after) for row in found.changes] == [9]
    assert found.status is Status.OPTIMAL


def test_of_five_trades_as_many_are_dropped_as_the_number_of_trades_asks() -> None:
    rules = 'rule FEW "Few"\n  limit count of trades to at most 3\n  because ips "§1"\n'
    on = book([], accounts=[account("MAIN", "50000")], prices=dict.fromkeys(SIX, "100"))
    found = repaired(rules, on, *(buy(n, name, 10 * n) for n, name in enumerate(list(SIX)[:5], start=1)))
    assert sorted(int(row.trade.quantity) for row in found.changes) == [10, 20]
    assert all(row.after == 0 for row in found.changes)
