"""Single parts of a replay, each on figures that can be checked by hand."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dsl.policy import CheckedPolicy
from engine.facts.failure import InputError, InputErrors
from engine.facts.ids import Symbol
from engine.ledger.tax.netting import net
from engine.shell import policies
from engine.shell.files.book import read_records
from engine.shell.simulation.index import Fund, advance
from engine.shell.simulation.job import is_first
from engine.shell.simulation.mandates import is_about_wash_sales, rulebook_of, without_wash_sales
from engine.shell.simulation.market import market_of
from engine.shell.simulation.notes import read_notes
from engine.shell.simulation.reading import read_study
from engine.shell.simulation.study import Run
from engine.shell.simulation.taxes import netted
from tests.docs.pages import DOCS, fences
from tests.simulation.books import write_book


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_book(tmp_path_factory.mktemp("parts") / "book")


def test_a_dividend_that_is_capital_stays_in_the_price_of_the_fund(book: Path) -> None:
    records = read_records(book)
    market = market_of(records, read_notes(book))
    fund = Fund(weights={"CCC": 1.0}, dated="2016-03")
    fund.buy(date(2016, 3, 9), 1000.0)
    advance(fund, records, market, "none", before=date(2016, 3, 9), day=date(2016, 3, 10))
    before, after = (
        market.price(Symbol("CCC"), date(2016, 3, 9)),
        market.price(Symbol("CCC"), date(2016, 3, 10)),
    )
    assert before is not None
    assert after is not None
    assert fund.value == pytest.approx(1000 * float((after + 6) / before))
    assert fund.income == {2016: [0.0, 0.0]}


def test_a_dividend_is_paid_out_taxed_and_put_back(book: Path) -> None:
    records = read_records(book)
    market = market_of(records, read_notes(book))
    fund = Fund(weights={"BBB": 1.0}, dated="2016-02")
    fund.buy(date(2016, 2, 22), 1000.0)
    advance(fund, records, market, "none", before=date(2016, 2, 22), day=date(2016, 2, 23))
    before = float(market.price(Symbol("BBB"), date(2016, 2, 22)) or 0)
    assert fund.income[2016][0] == pytest.approx(1000 * 0.5 / before)
    assert fund.tax(2016, short_rate=0.35, long_rate=0.15) == pytest.approx(0.15 * 1000 * 0.5 / before)


def test_units_are_sold_first_in_first_out(book: Path) -> None:
    fund = Fund(weights={}, dated="", price=100.0)
    fund.buy(date(2015, 1, 5), 100.0)
    fund.price = 120.0
    fund.buy(date(2016, 1, 4), 120.0)
    fund.price = 150.0
    fund.sell(date(2016, 2, 1), 225.0)
    assert fund.gains == {2016: [pytest.approx(15.0), pytest.approx(50.0)]}
    assert fund.value == pytest.approx(75.0)


@pytest.mark.parametrize(
    ("short", "long", "tax"),
    [
        (-10_000, 4_000, "-1050"),  # 3,000 off income at 35%
        (4_000, -1_000, "1050"),  # 3,000 left of the short gain
        (-1_000, 4_000, "450"),  # 3,000 left of the long gain
        (1_000, 1_000, "500"),
        (-1_000, 0, "-350"),
    ],
)
def test_carried_losses_meet_gains_and_three_thousand_of_income(short: int, long: int, tax: str) -> None:
    year = net(short=Decimal(short), long=Decimal(long))
    assert netted(year, (Decimal("0.35"), Decimal("0.15"))) == Decimal(tax)


def test_looks_fall_on_the_first_trading_day_of_each_period() -> None:
    friday, monday = date(2016, 4, 29), date(2016, 5, 2)
    assert is_first(monday, friday, "week")
    assert is_first(monday, friday, "month")
    assert not is_first(monday, friday, "quarter")
    assert not is_first(date(2016, 5, 3), monday, "week")
    assert is_first(friday, None, "year")


def test_without_wash_sales_only_rules_about_them_go() -> None:
    loaded = policies.load(("us.wash_sales", "house.drift_5_25"))
    left = without_wash_sales(loaded)
    assert [policy.id for policy in left] == ["house.drift_5_25"]
    assert all(is_about_wash_sales(rule) for rule in _rules(loaded, "us.wash_sales"))
    assert len(left[0].rules) == len(_rules(loaded, "house.drift_5_25"))


def _rules(loaded: tuple[CheckedPolicy, ...], name: str) -> tuple[object, ...]:
    return next(policy.rules for policy in loaded if policy.id == name)


def test_a_mandate_of_later_is_in_force_from_the_first_day(book: Path) -> None:
    names = (str(book / "small.mandate"), "us.wash_sales")
    rulebook = rulebook_of(Run(name="as written"), names, book, date(2005, 1, 3))
    assert all(policy.effective_from is None for policy in rulebook.policies)


def test_a_note_about_a_row_that_is_not_there_is_told(book: Path, tmp_path: Path) -> None:
    (tmp_path / "price_notes.csv").write_text("symbol,date,treat,words\nAAA,2016-01-02,dividend,\n")
    with pytest.raises(InputError, match="no price of AAA on 2016-01-02"):
        market_of(read_records(book), read_notes(tmp_path))


def test_a_treatment_that_is_not_known_is_told(tmp_path: Path) -> None:
    (tmp_path / "price_notes.csv").write_text("symbol,date,treat,words\nAAA,2016-01-04,merger,\n")
    with pytest.raises(InputErrors, match="merger"):
        read_notes(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('evry = "day"', "`evry` is not known"),
        ('every = "fortnight"', "write one of day, week"),
        ("cost_bps = true", "write a number"),
        ('policies = "a.mandate"', "write a list of texts"),
        ("[[run]]\nharvest = false", "`name` is missing"),
        ('[[run]]\nname = "a"\n[[run]]\nname = "a"', "two runs are named `a`"),
        ("title = ", "this is no TOML"),
    ],
)
def test_a_study_that_cannot_be_meant_is_told(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "study.toml").write_text(line + "\n")
    with pytest.raises(InputError) as found:
        read_study(tmp_path / "study.toml")
    assert said in str(found.value)


def test_a_study_is_read_beside_its_file(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        'policies = ["a.mandate", "us.wash_sales"]\ncost_bps = 2.5\nsince = 2016-01-04\n'
        '[[flow]]\naccount = "A"\nevery = "month"\namount = -10.50\n'
        '[[run]]\nname = "daily"\nevery = "day"\naversion = 20\n'
    )
    told = read_study(tmp_path / "study.toml")
    assert told.policies == (str(tmp_path / "a.mandate"), "us.wash_sales")
    assert told.book == str(tmp_path / ".")
    assert told.cost_bps == Decimal("2.5")
    assert told.flows[0].amount == Decimal("-10.50")
    assert (told.runs[0].every, told.runs[0].aversion) == ("day", Decimal(20))


def test_the_files_of_the_documentation_are_read(book: Path, tmp_path: Path) -> None:
    told = {fence.kind: fence.body for fence in fences(DOCS / "simulate.md")}
    (tmp_path / "study.toml").write_text(told["toml"])
    (tmp_path / "price_notes.csv").write_text(told["csv"])
    runs = read_study(tmp_path / "study.toml").runs
    assert [run.name for run in runs] == ["five points", "three points", "daily looks, no wash-sale rule"]
    assert [note.treat for note in read_notes(tmp_path)] == [
        "return_of_capital",
        "dividend",
        "split",
        "no_dividend",
    ]
