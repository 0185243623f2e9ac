"""Conditions in three-valued logic, over securities, lots, accounts and trades."""

from datetime import date
from decimal import Decimal

import pytest

from dsl.policy import And, Limit, Not, Or, Predicate, Require, Subject
from engine.facts.book import Book
from engine.facts.readings import TaxReading
from rulebooks.predicates import Setting, holds
from rulebooks.rows import AccountRow, Facts, LotRow, Row, SecurityRow
from rulebooks.state import book_state, cash_security
from tests.rulebooks.tiny import TODAY, account_of, lay, lot_of, policy_of, price_of, rule, tiny

T, F, U = True, False, None
SETTING = Setting(today=TODAY, calendar="NYSE")


def condition(text: str, kind: str = "holdings", *, more: str = "") -> Predicate:
    measure = "count" if kind != "holdings" else "weight"
    bound = "9" if kind != "holdings" else "5%"
    policy = policy_of(more + rule(f"limit {measure} of {kind} where {text} to at most {bound}"))
    obligation = policy.rules[0].obligation
    assert isinstance(obligation, Limit)
    subject = obligation.measure.terms[0].of
    assert isinstance(subject, Subject)
    return subject.where


def row_of(book: Book, symbol: str = "X") -> SecurityRow:
    facts = Facts(book_state(book), TaxReading())
    account = next(iter(book.accounts))
    return SecurityRow(facts, AccountRow(facts, (account,)), book.securities[symbol])  # type: ignore[index]


class Values:
    """A row that answers `t`, `f` and `u` so that `… is yes` is true, false and unknown."""

    def read(self, path: str) -> str | None:
        return {"t": "yes", "f": "no", "u": None}[path]


@pytest.mark.parametrize("a", "tfu")
@pytest.mark.parametrize("b", "tfu")
def test_and_or_not_are_three_valued(a: str, b: str) -> None:
    parts = tuple(condition(f"flag_{name} is yes") for name in (a, b))
    values = {"t": T, "f": F, "u": U}
    left, right = values[a], values[b]
    row = _renamed()
    assert holds(And(parts=parts), row, SETTING) is (
        F if F in (left, right) else U if U in (left, right) else T
    )
    assert holds(Or(parts=parts), row, SETTING) is (
        T if T in (left, right) else U if U in (left, right) else F
    )
    assert holds(Not(part=parts[0]), row, SETTING) is (U if left is U else not left)


def _renamed() -> Row:
    class Flags:
        def read(self, path: str) -> str | None:
            return Values().read(path.removeprefix("flag_"))

    return Flags()


ABOUT = {
    "sector": "Energy",
    "tobacco_revenue": "6%",
    "fossil_revenue": "0.05",
    "market_cap": "100,000,000",
    "rating": "BBB-",
    "duration": "4.5",
    "maturity_date": "2028-03-10",
    "listed": "yes",
    "esg_score": "not rated",
}


@pytest.mark.parametrize(
    ("text", "known", "unknown", "no_value"),
    [
        ('sector is "Energy"', T, U, F),
        ('sector is "energy"', F, U, F),
        ('sector is not "Energy"', F, U, T),
        ('sector is in ("Energy", "Utilities")', T, U, F),
        ('sector is not in ("Energy", "Utilities")', F, U, T),
        ("sector is known", T, F, F),
        ("sector is unknown", F, T, T),
        ("listed is yes", T, U, F),
        ("tobacco_revenue is more than 5%", T, U, F),
        ("tobacco_revenue is more than 6%", F, U, F),
        ("tobacco_revenue is at least 6%", T, U, F),
        ("fossil_revenue is at most 5%", T, U, F),
        ("fossil_revenue is less than 5%", F, U, F),
        ("fossil_revenue is between 1% and 5%", T, U, F),
        ("market_cap is at least 100,000,000 USD", T, U, F),
        ("duration is at most 4.5 years", T, U, F),
        ("maturity_date is before 2028-03-11", T, U, F),
        ("maturity_date is before 2028-03-10", F, U, F),
        ("maturity_date is after 2028-03-09", T, U, F),
        ('rating is worse than "BBB-"', F, U, F),
        ('rating is not worse than "BBB-"', T, U, F),
        ('rating is not worse than "Baa3"', T, U, F),
        ('rating is not worse than "BBB"', F, U, F),
        ('rating is better than "BB+"', T, U, F),
        ('rating is not better than "A-"', T, U, F),
        ("not (sector is known)", F, T, T),
    ],
)
def test_a_cell_that_is_there_unknown_or_has_no_value(
    text: str, known: bool, unknown: bool | None, no_value: bool
) -> None:
    predicate = condition(text)
    assert holds(predicate, row_of(tiny(about={"X": ABOUT})), SETTING) is known
    assert holds(predicate, row_of(tiny(about={"X": {}})), SETTING) is unknown
    assert holds(predicate, row_of(tiny(about={"X": {}}, absent="no_value")), SETTING) is no_value


def test_a_text_where_a_number_is_due_is_unknown() -> None:
    row = row_of(tiny(about={"X": ABOUT}))
    assert holds(condition("esg_score is at least 50"), row, SETTING) is U
    assert holds(condition("esg_score is known"), row, SETTING) is T
    rated = row_of(tiny(about={"X": {"rating": "NR"}}))
    assert holds(condition('rating is worse than "BBB-"'), rated, SETTING) is U


def test_cash_has_asset_class_and_instrument_and_nothing_else() -> None:
    book = tiny()
    facts = Facts(book_state(book))
    cash = SecurityRow(facts, AccountRow(facts, ("A",)), cash_security("USD"), is_cash=True)  # type: ignore[arg-type]
    assert holds(condition("asset_class is cash and instrument is cash"), cash, SETTING) is T
    assert holds(condition('symbol is "USD"'), cash, SETTING) is T
    assert holds(condition('country is "US"'), cash, SETTING) is F
    assert holds(condition('country is not "US"'), cash, SETTING) is T


def test_the_account_stands_behind_its_holdings() -> None:
    book = tiny(accounts=[account_of("A", kind="ira")], about={"X": {}})
    assert holds(condition("account.kind is ira"), row_of(book), SETTING) is T
    assert holds(condition("account.kind is not ira"), row_of(book), SETTING) is F


def test_a_maturity_compares_with_a_span_from_today() -> None:
    predicate = condition("maturity is at most 2 years")
    assert holds(predicate, row_of(tiny(about={"X": {"maturity": "2028-03-10"}})), SETTING) is T
    assert holds(predicate, row_of(tiny(about={"X": {"maturity": "2028-03-11"}})), SETTING) is F
    assert holds(predicate, row_of(tiny(about={"X": {"maturity": "1.9"}})), SETTING) is T


def test_the_age_of_a_price_in_days_and_business_days() -> None:
    """Friday to Tuesday: 4 days, 2 business days."""
    book = tiny(about={"X": {}}, prices={"X": price_of("X", 1, on=date(2026, 3, 6))})
    policy = policy_of(rule("require price_age is at most 2 business_days"))
    obligation = policy.rules[0].obligation
    assert isinstance(obligation, Require)
    assert holds(obligation.predicate, row_of(book), SETTING) is T
    older = tiny(about={"X": {}}, prices={"X": price_of("X", 1, on=date(2026, 3, 5))})
    assert holds(obligation.predicate, row_of(older), SETTING) is F


def test_a_dated_list_counts_between_its_days() -> None:
    from dsl.policy import TextSet
    from rulebooks.predicates import in_force

    listed = TextSet(
        values=frozenset({"NOW", "OLD", "ALWAYS"}),
        in_force=(("NOW", date(2026, 3, 10), None), ("OLD", None, date(2026, 3, 9))),
    )
    assert in_force(listed, date(2026, 3, 10)) == {"NOW", "ALWAYS"}
    assert in_force(listed, date(2026, 3, 9)) == {"OLD", "ALWAYS"}


LOT_CASES = [
    ("gain is less than 0 USD", T),
    ("loss is at least 250 USD", T),
    ("loss is at least 25% of cost", T),
    ("loss is more than 25% of cost", F),
    ("gain is more than 0 USD", F),
    ("acquired is before 2025-03-11", T),
    ("acquired is before 2025-03-10", F),
    ("holding_days is less than 366", T),
    ("holding_days is less than 365", F),
    ("days_to_long_term is between 1 and 45", T),
    ("days_to_long_term is between 2 and 45", F),
    ("term is short", T),
    ('symbol is "X" and sector is "Energy"', T),
]


@pytest.mark.parametrize(("text", "expected"), LOT_CASES)
def test_a_lot_knows_its_gain_and_its_days(text: str, expected: bool) -> None:
    """10 shares bought for 1,000 on 2025-03-10, worth 750; long-term from 2026-03-11, which is tomorrow."""
    lot = lot_of("X", 10, 1000, bought=date(2025, 3, 10))
    book = tiny(more={"X": 75}, about={"X": {"sector": "Energy"}}, lots=[lot])
    assert holds(condition(text, "lots"), LotRow(lot, row_of(book)), SETTING) is expected


def test_the_holding_period_counts_from_the_adjusted_day() -> None:
    lot = lot_of("X", 10, 1000, bought=date(2026, 3, 1), held_since=date(2025, 3, 1))
    row = LotRow(lot, row_of(tiny(more={"X": 75}, lots=[lot])))
    assert holds(condition("term is long and days_to_long_term is at most 0", "lots"), row, SETTING) is T
    assert holds(condition("acquired is after 2026-02-28", "lots"), row, SETTING) is T


def test_the_gain_of_a_lot_without_price_is_unknown() -> None:
    lot = lot_of("X", 10, 1000)
    row = LotRow(lot, row_of(tiny(about={"X": {}}, lots=[lot])))
    assert holds(condition("gain is less than 0 USD", "lots"), row, SETTING) is U


@pytest.mark.parametrize(
    ("when", "standing"),
    [
        ("portfolio_value is less than 1,001 USD", "applies"),
        ("portfolio_value is less than 1,000 USD", "not_applicable"),
        ("today is after 2026-03-09 and today is before 2026-03-11", "applies"),
        ("account.kind is ira", "not_applicable"),
        ("cash_weight is more than 39%", "applies"),
        ("cash_weight is more than 40%", "not_applicable"),
    ],
)
def test_when_is_read_before_trading(when: str, standing: str) -> None:
    book = tiny({"X": (6, 100)}, cash=400)
    define = "define cash as holdings where asset_class is cash\n"
    laid = lay(define + rule(f"when {when} limit count of holdings to at most 25"), book)
    assert laid.limit().standing == standing


def test_unless_and_an_unknown_condition() -> None:
    book = tiny({"X": (6, 100)}, cash=400)
    laid = lay(rule("limit count of holdings to at most 25 unless account.kind is taxable"), book)
    assert (laid.limit().standing, laid.limit().why_not) == ("not_applicable", "its `unless` condition holds")
    unknown = lay(rule("when account.region is north limit count of holdings to at most 25"), book)
    assert unknown.limit().standing == "applies"
    assert unknown.limit().missing == "`when` is unknown: account.region"


def test_a_stated_fact_is_read_first() -> None:
    book = tiny({"X": (6, 100)}, cash=400, stated={"portfolio_value": "5000000"})
    laid = lay(
        rule("when portfolio_value is more than 1,000,000 USD limit count of holdings to at most 25"), book
    )
    assert laid.limit().standing == "applies"


def test_money_of_a_lot_is_in_the_policys_currency() -> None:
    account = account_of("A", currency="EUR", cash=Decimal(0))
    lot = lot_of("X", 10, 100)
    book = tiny(accounts=[account], more={"X": 10}, lots=[lot], fx={"EUR": Decimal(2)})
    facts = Facts(book_state(book, "USD"))
    row = SecurityRow(facts, AccountRow(facts, ("A",)), book.securities["X"])  # type: ignore[arg-type, index]
    assert LotRow(lot, row).read("cost") == 200
    assert LotRow(lot, row).read("value") == 200


def beside_the_benchmark() -> SecurityRow:
    """Return ten X at 100, the whole of the book and half of its benchmark; due on 10 March 2028."""
    cells = {
        "market_cap": "1,000",
        "beta": "1.5",
        "esg_score": "0.75",
        "maturity": "2028-03-10",
        "maturity_date": "2028-03-10",
        "call_day": "2026-04-09",
        "lockup": "54 months",
    }
    return row_of(tiny({"X": (10, 100)}, about={"X": cells}, benchmarks={"i": {"X": Decimal("0.5")}}))


@pytest.mark.parametrize(
    ("text", "holding"),
    [
        ("value is at most market_cap", T),
        ("value is less than market_cap", F),
        ("market_cap is at most value", T),
        ("value is at most 5% of market_cap", F),
        ("value is at least 5% of market_cap", T),
        ("beta is at most 2 times esg_score", T),
        ("beta is less than 2 times esg_score", F),
        ("weight is at most 2 times benchmark_weight", T),
        ("weight is less than 2 times benchmark_weight", F),
        ("weight is at most the smaller of 100% and benchmark_weight", F),
        ("weight is at most the greater of 100% and benchmark_weight", T),
        ("value is at most the greater of 1 USD and 5% of issue_size", U),
        ("beta is 1.5", T),
        ("beta is not 1.5", F),
        ("beta is 1.6", F),
        ("market_cap is 1,000 USD", T),
        ("dividend_yield is 2%", U),
        ("maturity_date is 2028-03-10", T),
        ("maturity_date is 2028-03-11", F),
        ("maturity_date is not 2028-03-10", F),
        ("call_day is before maturity_date", T),
        ("maturity is at most 2 years", T),
        ("maturity is less than 2 years", F),
        ("call_day is at most 30 days", T),
        ("call_day is less than 30 days", F),
        ("call_day is at most 22 business_days", T),  # Good Friday is the 3rd of April
        ("call_day is at most 20 business_days", F),
        ("call_day is more than 1 months", F),
        ("call_day is at most 5", U),  # a date has no size
        ("lockup is at most 54 months", T),
        ("lockup is at most 4.5 years", T),
        ("lockup is less than 4.5 years", F),
    ],
)
def test_a_bound_may_be_read_from_the_row_itself(text: str, holding: bool | None) -> None:
    assert holds(condition(text), beside_the_benchmark(), SETTING) is holding


def test_what_is_not_there_is_not_equal_to_an_amount() -> None:
    silent = row_of(tiny(about={"X": {}}, absent="no_value"))
    assert holds(condition("beta is 1.5"), silent, SETTING) is F
    assert holds(condition("beta is not 1.5"), silent, SETTING) is T


@pytest.mark.parametrize("text", ["and", "or"])
def test_a_single_part_stands_for_itself(text: str) -> None:
    part = condition('sector is "Energy"')
    row = row_of(tiny(about={"X": ABOUT}))
    assert holds(And(parts=(part,)) if text == "and" else Or(parts=(part,)), row, SETTING) is T
    assert holds(Not(part=Or(parts=(part,))), row, SETTING) is F
