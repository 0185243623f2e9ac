"""What a condition reads of an account, a security, a lot: each column by hand, and what is not known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from engine.facts.book import Book
from engine.facts.ids import AccountId, Symbol
from engine.facts.readings import TaxReading
from engine.facts.securities import Price
from rulebooks.cells import NO_VALUE
from rulebooks.rows import AccountRow, Facts, LotRow, SecurityRow, TradeRow, Unpriced, benchmark_of
from rulebooks.state import book_state, cash_security
from tests.rulebooks.tiny import TODAY, account_of, lot_of, tiny

A, B, X = AccountId("A"), AccountId("B"), Symbol("X")
TWO = (account_of("A", cash=-300), account_of("B", cash=100, kind="ira"))
LOTS = (
    lot_of("X", 6, 540, name="L1", bought=date(2025, 3, 10)),
    lot_of("X", 4, 500, account="B", name="L2"),
)


def household() -> Book:
    """Return ten X at 100 in two accounts, one of which owes 300: net assets 800."""
    return tiny(accounts=TWO, lots=LOTS, more={"X": 100}, about={"X": {"underlying": "SPX"}})


def facts_of(book: Book, tax: TaxReading | None = None) -> Facts:
    return Facts(book_state(book), tax)


def account_row(book: Book, *accounts: AccountId, known: bool = True) -> AccountRow:
    return AccountRow(facts_of(book), accounts or (A, B), known=known)


def security_row(book: Book, *accounts: AccountId, tax: TaxReading | None = None) -> SecurityRow:
    facts = facts_of(book, tax)
    return SecurityRow(facts, AccountRow(facts, accounts or (A, B)), book.securities[X])


def test_a_household_owns_what_its_accounts_own_and_borrows_what_one_of_them_owes() -> None:
    row = account_row(household())
    assert row.read("net_assets") == row.read("portfolio_value") == 800
    assert row.read("total_assets") == 1100  # what is owed counts as an asset on the other side
    assert row.read("cash") == -200
    assert row.read("today") == TODAY


def test_a_column_on_which_the_accounts_differ_is_unknown() -> None:
    row = account_row(household())
    assert (row.read("account.household"), row.read("account.kind")) == ("H", None)
    assert account_row(household(), B).read("account.kind") == "ira"
    assert account_row(household()).read("account.region") is None


def test_without_every_price_the_assets_are_unknown_and_the_cash_is_not() -> None:
    row = account_row(household(), known=False)
    assert [row.read(name) for name in ("net_assets", "portfolio_value", "total_assets")] == [None] * 3
    assert row.read("cash") == -200


def test_a_stated_fact_goes_before_what_the_book_holds() -> None:
    book = replace(household(), stated={"net_assets": "5"})
    assert account_row(book).read("net_assets") == "5"


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("symbol", "X"),
        ("security", "X"),
        ("asset_class", "equity"),
        ("underlying", "SPX"),
        ("currency", "USD"),
        ("lot_size", Fraction(1)),
        ("multiplier", 1),
        ("quantity", Fraction(10)),
        ("value", Fraction(1000)),
        ("weight", Fraction(5, 4)),
        ("cost", Fraction(1040)),
        ("price", Fraction(100)),
        ("price_date", TODAY),
        ("volume", None),
        ("benchmark_weight", None),
        ("identical", NO_VALUE),
        ("today", TODAY),
        ("account.household", "H"),
        ("portfolio_value", Fraction(800)),
        ("esg_score", None),
    ],
)
def test_a_security_is_read_by_its_columns_and_its_position(path: str, cell: object) -> None:
    assert security_row(household()).read(path) == cell


@pytest.mark.parametrize("path", ["volume", "benchmark_weight", "esg_score", "account.region"])
def test_a_book_may_say_that_what_is_absent_has_no_value(path: str) -> None:
    assert security_row(replace(household(), absent="no_value")).read(path) is NO_VALUE


def test_a_security_held_without_a_price_has_a_quantity_and_no_value() -> None:
    row = security_row(replace(household(), prices={}))
    assert (row.read("quantity"), row.read("value"), row.read("weight")) == (Fraction(10), None, None)
    assert row.read("price") is None


def test_a_share_of_nothing_is_unknown() -> None:
    book = tiny(accounts=(account_of("A", cash=-400), TWO[1]), lots=LOTS[:1], more={"X": 50})
    assert security_row(book, A, B).read("weight") is None  # 300 held, 300 owed


def test_the_volume_is_the_mean_of_the_days_before_the_column_of_the_day() -> None:
    price = Price(symbol=X, date=TODAY, price=Decimal(100), volume=Decimal(900))
    book = replace(household(), prices={X: price}, volumes={X: Decimal(500)})
    row = security_row(book)
    assert (row.read("volume"), row.read("average_daily_volume")) == (Fraction(900), Fraction(500))


def test_securities_that_are_identical_name_their_group() -> None:
    tax = TaxReading(identical={X: "sp500"})
    assert security_row(household(), tax=tax).read("identical") == "sp500"


def test_cash_has_a_value_and_no_quantity() -> None:
    facts = facts_of(household())
    cash = SecurityRow(facts, AccountRow(facts, (B,)), cash_security("USD"), is_cash=True)
    assert (cash.read("value"), cash.read("quantity"), cash.read("sector")) == (100, NO_VALUE, NO_VALUE)


@pytest.mark.parametrize(
    ("benchmarks", "named", "weights", "why"),
    [
        ({}, (None, None), None, "no benchmark"),
        ({"index": {X: Decimal("0.5")}}, (None, None), {X: Fraction(1, 2)}, None),
        ({"a": {}, "b": {}}, (None, None), None, "the account names none of the benchmarks"),
        ({"a": {X: Decimal(1)}, "b": {}}, ("a", "a"), {X: Fraction(1)}, None),
        ({"a": {}, "b": {}}, ("a", "b"), None, "the accounts have different benchmarks"),
        ({"a": {}}, ("c", "c"), None, "no weights of benchmark c"),
    ],
)
def test_the_benchmark_is_the_accounts_own_or_the_only_one(
    benchmarks: object, named: tuple[str | None, str | None], weights: object, why: str | None
) -> None:
    rows = tuple(replace(row, benchmark=name) for row, name in zip(TWO, named, strict=True))
    book = tiny(accounts=rows, benchmarks=benchmarks)
    assert benchmark_of(book, (A, B)) == (weights, why)


def test_a_member_of_no_benchmark_weighs_nothing_in_it() -> None:
    book = replace(household(), benchmarks={"index": {Symbol("Y"): Decimal(1)}})
    assert security_row(book).read("benchmark_weight") == 0


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("lot", "L1"),
        ("quantity", Fraction(6)),
        ("value", Fraction(600)),
        ("cost", Fraction(540)),
        ("basis", Fraction(540)),
        ("original_basis", Fraction(540)),
        ("gain", Fraction(60)),
        ("loss", Fraction(0)),
        ("acquired", date(2025, 3, 10)),
        ("adjusted_acquired", date(2025, 3, 10)),
        ("holding_days", Fraction(365)),
        ("days_to_long_term", Fraction(1)),
        ("term", "short"),
        ("issuer", "X"),
    ],
)
def test_a_lot_is_read_by_its_own_columns_and_then_its_securitys(path: str, cell: object) -> None:
    assert LotRow(LOTS[0], security_row(household(), A)).read(path) == cell


def test_a_loss_is_told_as_a_size() -> None:
    row = LotRow(LOTS[1], security_row(household(), B))
    assert (row.read("gain"), row.read("loss")) == (Fraction(-100), Fraction(100))


@pytest.mark.parametrize(
    ("held", "unknown"),
    [(True, {"price", "gain", "loss", "value", "weight"}), (False, {"price", "gain", "loss"})],
)
def test_what_rests_on_an_old_price_is_unknown(held: bool, unknown: set[str]) -> None:
    row = Unpriced(LotRow(LOTS[0], security_row(household(), A)), held=held)
    paths = ("price", "gain", "loss", "value", "weight", "quantity", "cost", "issuer")
    assert {path for path in paths if row.read(path) is None} == unknown


@pytest.mark.parametrize(("closes", "word"), [(True, "yes"), (False, "no")])
def test_a_trade_knows_its_side_and_whether_it_closes_the_position(closes: bool, word: str) -> None:
    row = TradeRow(security_row(household(), A), side="sell", closes=closes)
    assert (row.read("side"), row.read("closes_position"), row.read("issuer")) == ("sell", word, "X")
