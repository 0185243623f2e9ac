"""Rules told in words, drift of accounts with and without targets, and room that no formula gives."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.ids import AccountId, Symbol
from engine.facts.trades import Side, Trade
from engine.gate.drift import drift, drift_answer, drift_text
from engine.gate.engine.inline import Inline
from engine.gate.explain import explain, explain_answer, explain_text
from engine.gate.headroom import headroom, headroom_text
from engine.gate.judge import judge, open_book
from engine.gate.measure import OpenBook
from rulebooks.compile import compile_rulebook
from rulebooks.ground import Rulebook
from rulebooks.grounding import ground
from tests.gate.case_files import checked, read_book
from tests.gate.test_drift import BOOK, POLICY, opened

RULES = """define equities as holdings where asset_class is equity
rule CAP "One company"
  effective from 2026-01-01 until 2026-12-31
  for each issuer in equities
  when account.kind is taxable
  unless cash is less than 100 USD
  limit weight to at most 5%
  looking through funds
  valued at cost
  tested at each month end
  warn from 4%
  because ips "§1" quoting "no more than 5%"
rule FUNDS "Funds may be larger"
  exception to CAP
  for each issuer in equities where instrument is etf
  limit weight to at most 25%
  because ips "§2"
rule BAN "Nothing of tobacco"
  forbid buying securities where sector is "Tobacco"
  because ips "§3"
rule RISK "Not too far from the index"
  limit tracking_error to at most 4%
  because ips "§4"
waive CAP for account "A" up to 6% until 2026-06-30 approved by "CCO" because ips "§5"
targets mix
  because ips "§6"
  equities 60% band 5 points
example "a tenth is too much"
  given holding "X" weight 10% with asset_class equity, issuer "X", instrument common_stock
  trade buy 1,000 USD of "X"
  expect block by CAP
"""


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return compile_rulebook((checked(RULES, "told.mandate"),))


def lines(rulebook: Rulebook, name: str) -> dict[str, str]:
    (told,) = explain(rulebook, name)
    return dict(told.lines)


def test_a_rule_with_every_clause_is_told_in_words(rulebook: Rulebook) -> None:
    told = lines(rulebook, "CAP")
    assert told["asks"].endswith("weight at most 5%")
    assert told["applies"] == (
        'from 2026-01-01, until 2026-12-31, when account.kind is "taxable", unless cash is less than 100 USD'
    )
    assert told["tested"] == (
        "on the last business day of each month, weights of net assets, valued at cost, looking through "
        "funds, warns from 4%"
    )
    assert told["exceptions"] == "FUNDS (Funds may be larger)"
    assert told["waivers"] == "for account A up to 6% until 2026-06-30, approved by CCO"
    assert told["sources"] == 'ips §1 "no more than 5%"'
    assert told["examples"] == "a tenth is too much"
    assert told["compiles to"] == "linear: a linear row, for each issuer"


def test_what_is_forbidden_reads_the_list(rulebook: Rulebook) -> None:
    told = lines(rulebook, "BAN")
    assert told["asks"].startswith("forbid buying")
    assert told["data"] == "the list, and the columns that its words name"
    assert (told["applies"], told["examples"]) == ("always", "none")
    assert "exceptions" not in told
    assert lines(rulebook, "FUNDS")["exceptions"] == "is itself an exception to CAP"


def test_targets_are_told_as_bands(rulebook: Rulebook) -> None:
    (told,) = explain(rulebook, "mix")
    assert told.title == "Bands of mix"
    assert dict(told.lines)["asks"] == "weights within their bands: equities 55% to 65%"


def test_the_answer_and_the_text_tell_the_same_rules(rulebook: Rulebook) -> None:
    rules = explain(rulebook)
    names = ["CAP", "FUNDS", "BAN", "RISK", "mix"]
    assert sorted(row["rule"] for row in explain_answer(rulebook, rules)["rules"]) == sorted(names)
    text = explain_text(rules, width=72)
    assert all(any(line.startswith(f"{name}  ") for line in text.splitlines()) for name in names)
    assert max(map(len, text.splitlines())) <= 72
    assert explain(rulebook, "NONE") == ()


# ------------------------------------------------------------------ drift


@pytest.mark.parametrize(("held", "due"), [("39,000", True), ("40,000", False)])
def test_a_condition_on_the_account_is_a_trigger(held: str, due: bool) -> None:
    (row,) = drift(opened(when="when (cash is less than 40,000 USD)", cash=held))
    assert row.rebalance is due
    assert (row.why == ("its condition holds",)) is due


@pytest.mark.parametrize(
    ("every", "due"),
    [("8 days", True), ("9 days", False), ("1 months", False), ("1 years", False)],
)
def test_how_long_ago_the_last_trade_must_lie(every: str, due: bool) -> None:
    traded = "2026-03-02  sell 10 ACME in A at 90\n2026-03-02  buy 10 ACME in A at 90\n"
    text = POLICY.replace("20 business_days", every).format(when="when any class leaves its band")
    policy = checked(text, "drift.mandate")
    book = read_book(BOOK.format(day="2026-03-10", cash="10,000") + traded, reading=policy.tax)
    (row,) = drift(open_book(ground(compile_rulebook((policy,)), book)))
    assert (row.rebalance, row.triggered) == (due, ("mix",))


def bare(cash: str, **more: object) -> OpenBook:
    policy = checked('rule R "R"\n  forbid shorting securities\n  because ips "§1"\n', "none.mandate")
    book = read_book(BOOK.format(day="2026-03-10", cash=cash), reading=policy.tax)
    return open_book(ground(compile_rulebook((policy,)), replace(book, **more)))  # type: ignore[arg-type]


def test_an_account_without_any_target_says_so() -> None:
    (row,) = drift(bare("40,000"))
    assert (row.target, row.classes, row.rebalance) == (None, (), False)
    assert "A  no targets: neither its policy, a model nor a benchmark" in drift_text((row,))


def test_an_account_that_owes_all_it_holds_has_no_weights() -> None:
    weights = {"index": {Symbol("ACME"): Decimal(1)}}
    indebted = bare("-60,000", benchmarks=weights)
    (row,) = drift(indebted)
    assert [one.name for one in row.classes] == ["ACME"]
    assert drift_answer(indebted.book, (row,))["accounts"][0]["classes"][0]["weight"] == "0"


def test_a_long_list_of_classes_is_cut_and_counted() -> None:
    weights = {Symbol(f"S{n:02}"): Decimal("0.02") for n in range(50)}
    (row,) = drift(bare("40,000", benchmarks={"index": weights}))
    text = drift_text((row,))
    left = len(row.classes) - sum(
        line.startswith("  S") or "ACME" in line or "USD" in line for line in text.split("\n")
    )
    assert f"and {left} more" in text


# ------------------------------------------------------------------ room

ROOM = """rule SLOW "Sold within five days"
  limit days_to_liquidate to at most 5 days
  because ips "§1"
"""


@pytest.mark.parametrize(
    ("rule", "most"), [(ROOM, Fraction(50)), (ROOM.replace("5 days", "7 days"), Fraction(70))]
)
def test_room_is_found_where_no_formula_gives_it(rule: str, most: Fraction, engine: Inline) -> None:
    policy = checked(rule, "room.mandate")
    book = read_book(
        "2026-03-10\naccount A  cash 90,000\nsecurity ACME  price 100  issuer Acme\n", reading=policy.tax
    )
    book = replace(book, volumes={Symbol("ACME"): Decimal(50)})
    held = open_book(ground(compile_rulebook((policy,)), book))
    (room,) = headroom(held, engine=engine, symbols=(Symbol("ACME"),), sides=(Side.BUY,))
    trade = Trade(number=1, account=AccountId("A"), side=Side.BUY, symbol=Symbol("ACME"), quantity=Decimal(1))

    def stops(quantity: Fraction) -> bool:
        sized = replace(trade, quantity=Decimal(int(quantity)))
        return judge(held, (sized,), engine=engine, explained=False).decision.stops

    assert room.quantity is not None
    assert not stops(room.quantity)
    assert stops(room.quantity + 1)
    assert room.quantity == most
    assert [stop.rule for stop in room.stops] == ["SLOW"]


def test_room_without_holdings_says_that_there_is_nothing() -> None:
    policy = checked(ROOM, "room.mandate")
    book = read_book("2026-03-10\naccount A  cash 90,000\n", reading=policy.tax)
    assert "nothing is held, and no security is named" in headroom_text(
        open_book(ground(compile_rulebook((policy,)), book)), ()
    )
    assert book.as_of == date(2026, 3, 10)
