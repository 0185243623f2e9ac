"""Measures of what was traded, gained and taxed, by hand arithmetic on a tiny book."""

from datetime import date
from decimal import Decimal

from engine.facts.ids import AccountId, LotId, Symbol, TransactionId
from engine.facts.lots import Disposal
from engine.facts.transactions import Transaction, TransactionType
from rulebooks.forms import TermKind
from tests.rulebooks.test_measures import A, term
from tests.rulebooks.tiny import account_of, lay, lot_of, rule, share, tiny


def bought(amount: int, *, on: date, kind: TransactionType = TransactionType.BUY) -> Transaction:
    return Transaction(
        id=TransactionId(f"{kind}-{on}"),
        date=on,
        account=A,
        type=kind,
        symbol=Symbol("ACME"),
        quantity=Decimal(amount),
        price=Decimal(1),
    )


def test_turnover_is_half_of_both_sides_of_the_period_and_the_list() -> None:
    """20,000 bought within 12 months, the list buys 30,000 and sells 10,000 of 200,000: 15%."""
    past = (
        bought(20000, on=date(2025, 3, 10)),  # the first day that counts
        bought(90000, on=date(2025, 3, 9)),  # the last that does not
        bought(50000, on=date(2026, 1, 5), kind=TransactionType.TRANSFER_IN),
    )
    book = tiny({"ACME": (150000, 1)}, cash=50000, transactions=past)
    laid = lay(rule("limit turnover over the last 12 months to at most 30%"), book)
    assert laid.told() == share("5%")
    listed = {term(TermKind.BOUGHT): 30000, term(TermKind.SOLD): 10000}
    assert laid.after(listed) == share("15%")


def test_turnover_divides_by_the_base_before() -> None:
    laid = lay(rule("limit turnover to at most 30%"), tiny({"ACME": (1000, 1)}))
    assert laid.after({term(TermKind.NET_ASSETS): 500, term(TermKind.SOLD): 100}) == share("5%")


def test_turnover_without_history_is_what_the_account_states_or_missing() -> None:
    stating = account_of("A", turnover=Decimal("0.12"))
    book = tiny({"ACME": (1000, 1)}, accounts=[stating], transactions=None, disposals=None)
    assert lay(rule("limit turnover to at most 30%"), book).told() == share("12%")
    silent = tiny({"ACME": (1000, 1)}, transactions=None, disposals=None)
    assert lay(rule("limit turnover to at most 30%"), silent).limit().missing == "no transaction history"


def disposal(gain: int, *, sold: date, term: str = "long", account: str = "A") -> Disposal:
    return Disposal(
        sale=TransactionId("s"),
        lot=LotId("l"),
        account=AccountId(account),
        symbol=Symbol("ACME"),
        quantity=Decimal(1),
        proceeds=Decimal(1000 + gain),
        basis=Decimal(1000),
        gain=Decimal(gain),
        disallowed=Decimal(0),
        permanently_disallowed=Decimal(0),
        recognized=Decimal(gain),
        broker_disallowed=Decimal(0),
        term=term,  # type: ignore[arg-type]
        acquired=date(2020, 1, 1),
        adjusted_acquired=date(2020, 1, 1),
        sold=sold,
    )


def test_realized_gains_are_those_of_the_calendar_year_and_the_list() -> None:
    past = (
        disposal(700, sold=date(2026, 1, 2)),
        disposal(-200, sold=date(2026, 2, 2), term="short"),
        disposal(5000, sold=date(2025, 12, 31)),
    )
    rules = (
        rule("limit net_realized_gains this tax_year to at most 1,000 USD")
        + rule("limit realized_short_term_gains this tax_year to at most 0 USD", name="R-2")
        + rule("limit realized_long_term_gains this tax_year to at most 0 USD", name="R-3")
        + rule("limit net_realized_gains over the last 12 months to at most 1 USD", name="R-4")
    )
    laid = lay(rules, tiny({"ACME": (10, 100)}, disposals=past))
    assert laid.told() == 500
    assert laid.told(name="R-2") == -200
    assert laid.told(name="R-3") == 700
    assert laid.told(name="R-4") == 5500
    assert laid.after({term(TermKind.GAIN_LONG): 600}) == 1100


def test_realized_gains_without_history_are_stated_or_missing() -> None:
    text = rule("limit net_realized_gains this tax_year to at most 1,000 USD")
    stating = account_of("A", realized_short=Decimal(300), realized_long=Decimal(200))
    assert lay(text, tiny(accounts=[stating], disposals=None)).told() == 500
    assert lay(text, tiny(disposals=None)).limit().missing == "no transaction history"
    assert lay(text, tiny(accounts=[account_of("A", kind="ira")], disposals=None)).told() == 0


def test_unrealized_gains_are_value_less_basis() -> None:
    book = tiny(cash=100, more={"ACME": 100}, lots=[lot_of("ACME", 10, 600)])
    assert lay(rule("limit unrealized_gains of equities to at most 1 USD"), book).told() == 400


def test_tax_cost_is_the_tax_on_the_list_at_the_accounts_rates() -> None:
    rates = account_of("A", short_term_rate=Decimal("0.4"), long_term_rate=Decimal("0.2"))
    book = tiny(accounts=[rates], disposals=(disposal(9999, sold=date(2026, 1, 2)),))
    laid = lay(rule("limit tax_cost to at most 100 USD"), book)
    assert laid.told() == 0
    assert laid.after({term(TermKind.GAIN_SHORT): 100, term(TermKind.GAIN_LONG): 50}) == 50


def test_tax_of_a_period_across_a_household_is_each_accounts_gain_at_its_own_rate() -> None:
    """1,000 in A at 20% and 3,000 in B at 10%, both of last December: 500."""
    accounts = [
        account_of(name, short_term_rate=Decimal(rate), long_term_rate=Decimal(rate))
        for name, rate in (("A", "0.2"), ("B", "0.1"))
    ]
    december = date(2025, 12, 31)
    past = (disposal(1000, sold=december), disposal(3000, sold=december, account="B"))
    text = rule("across household\n  limit tax_cost over the last 12 months to at most 1 USD")
    assert lay(text, tiny(accounts=accounts, disposals=past)).told(account=None) == 500


def test_disallowed_loss_is_the_lists() -> None:
    laid = lay(rule("limit disallowed_loss to at most 0 USD"), tiny())
    assert laid.after({term(TermKind.DISALLOWED): 75}) == 75
