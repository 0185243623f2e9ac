"""Limits of single trades that the list itself moves: measured after the list, kept by every trade."""

from engine.facts.book import Book
from engine.facts.trades import Side, Trade
from optimizer.build import build
from optimizer.scale import trades_of
from optimizer.search import search
from optimizer.settings import Intent, Settings
from tests.optimizer.hand import account, book, laid_out, lot, proposed, real_judge

PART = """rule PART "No trade above a tenth of equities"
  for each trade
  limit trade_value to at most 10% of equities
  because ips "§9"
"""


def listed(rules: str, on: Book) -> list[Trade]:
    """Return the list that the search finds, before any gate has seen it."""
    ground = laid_out(rules, on)
    problem = build(ground, accounts=ground.accounts, intent=Intent(), settings=Settings())
    return [trade for trade, _ in trades_of(problem.columns, search(problem).steps)]


def test_sales_stay_within_what_the_list_leaves_of_the_base() -> None:
    on = book(
        [lot(name, 100, cost="100") for name in ("AAA", "BBB", "CCC", "DDD")],
        accounts=[account("MAIN", "0", benchmark="index")],
        weights={"AAA": "0.97", "BBB": "0.01", "CCC": "0.01", "DDD": "0.01"},
    )
    trades = listed(PART, on)
    bought = sum(row.quantity for row in trades if row.side is Side.BUY) * 100
    sold = sum(row.quantity for row in trades if row.side is Side.SELL) * 100
    left = 40_000 + bought - sold
    largest = max(row.quantity for row in trades) * 100
    assert sold > bought, "the base is smaller after the list"
    assert largest * 10 <= left
    assert largest < 4_000, "a tenth of equities before the list would be too much"
    assert (largest + 100) * 10 > left, "the room is used to the last share"


def test_what_is_proposed_under_a_part_of_equities_passes_the_gate() -> None:
    on = book(
        [lot(name, 100, cost="100") for name in ("AAA", "BBB", "CCC", "DDD")],
        accounts=[account("MAIN", "0", benchmark="index")],
        weights={"AAA": "0.97", "BBB": "0.01", "CCC": "0.01", "DDD": "0.01"},
    )
    found = proposed(PART, on)
    assert found.trades
    assert real_judge(laid_out(PART, on))(tuple(row.trade for row in found.trades)).decision.value == "pass"


def test_a_least_size_is_that_of_the_widest_base() -> None:
    on = book(
        [lot(name, 100, cost="100") for name in ("AAA", "BBB", "CCC", "DDD")],
        accounts=[account("MAIN", "10000", benchmark="index")],
        weights={"AAA": "0.3", "BBB": "0.25", "CCC": "0.25", "DDD": "0.2"},
    )
    trades = listed(PART.replace("at most 10%", "at least 4%"), on)
    assert trades
    assert all(row.quantity >= 20 for row in trades), "4% of 50,000, were all of it equities"
