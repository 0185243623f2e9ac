"""Returns: netting and carryovers, Form 8949, qualified dividends, box 1g, restatements, files."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.facts.readings import TaxReading
from engine.ledger.tax.answer import tax_answer, tax_answers
from engine.ledger.tax.files import rows_as_csv, rows_as_txf
from engine.ledger.tax.form8949 import whole_dollars
from engine.ledger.tax.year import tax_year
from tests.ledger.books import records, year_of
from tests.ledger.case_lines import form_of

D = Decimal


HALF_TACKED = (
    "2022-06-01 A buy 60 X at 20 as old",
    "2023-05-10 A sell 60 X at 15.50 as s",
    "2023-05-20 A buy 100 X at 16 as new",
    "2023-09-20 A sell 100 X at 16.50 as t",
)


def test_a_half_tacked_sale_is_two_rows() -> None:
    told = year_of(*HALF_TACKED, year=2023, as_of=date(2024, 3, 1))
    assert [(r.part, r.box, r.proceeds, r.basis, r.code, r.adjustment, r.gain) for r in told.rows] == [
        ("I", "A", D("930.00"), D("1200.00"), "W", D("270.00"), D("0.00")),
        ("I", "A", D("660.00"), D("640.00"), "", D("0.00"), D("20.00")),
        ("II", "D", D("990.00"), D("1230.00"), "", D("0.00"), D("-240.00")),
    ]
    assert told.rows[2].acquired == date(2022, 6, 11)
    assert (told.netting.net_short, told.netting.net_long) == (D(20), D(-240))


def test_the_answer_in_full() -> None:
    told = tax_answer(year_of(*HALF_TACKED, year=2023, as_of=date(2024, 3, 1)))
    assert list(told)[:8] == [
        "schema",
        "year",
        "household",
        "rows",
        "net_short",
        "net_long",
        "ordinary_deduction",
        "carryover_short",
    ]
    assert told["schema"] == "guardband/tax/1"
    assert told["rows"][0] == {
        "part": "I",
        "box": "A",
        "description": "60 sh. X",
        "acquired": "2022-06-01",
        "sold": "2023-05-10",
        "proceeds": "930",
        "basis": "1200",
        "code": "W",
        "adjustment": "270",
        "gain": "0",
        "sale": "s",
        "lot": "old",
        "account": "A",
        "needs_form_8949": True,
    }
    assert (told["ordinary_deduction"], told["carryover_short"], told["carryover_long"]) == ("220", "0", "0")
    assert told["coverage"] == {"accounts": ["A"], "from": "2022-06-01", "until": "2024-03-01"}
    assert told["window_is_open"] is False


def test_a_january_purchase_restates_december() -> None:
    lines = (
        "2023-03-10 A buy 100 X at 10 as old",
        "2023-12-20 A sell 100 X at 8 as s",
        "2024-01-19 A buy 60 X at 9 as new",
    )
    december = year_of(*lines, year=2023, as_of=date(2023, 12, 31))
    assert december.restated == ()
    assert december.window_is_open
    assert december.netting.net_short == -200
    february = tax_answer(year_of(*lines, year=2023, as_of=date(2024, 2, 1)))
    assert february["net_short"] == "-80"
    assert february["restated"] == [
        {
            "sale": "s",
            "lot": "old",
            "account": "A",
            "symbol": "X",
            "sold": "2023-12-20",
            "disallowed_at_year_end": "0",
            "disallowed": "120",
            "replacements": ["new"],
        }
    ]


def test_a_purchase_on_the_31st_day_restates_nothing() -> None:
    lines = (
        "2023-03-10 A buy 100 X at 10 as old",
        "2023-12-20 A sell 100 X at 8 as s",
        "2024-01-20 A buy 60 X at 9 as new",
    )
    assert year_of(*lines, year=2023, as_of=date(2024, 2, 1)).restated == ()


def test_box_1g_beside_the_true_figure() -> None:
    lines = (
        "2023-01-10 A buy 100 X at 10 as old",
        "2024-06-03 A sell 100 X at 5 as s",
        "2024-06-10 A buy 30 X at 5 as mine",
        "2024-06-11 S buy 70 X at 5 as theirs",
    )
    house = ("A self taxable", "S spouse taxable")
    told = year_of(*lines, year=2024, as_of=date(2024, 12, 31), accounts=house)
    (difference,) = told.box_differences
    assert (difference.box_1g, difference.disallowed) == (D("150.00"), D("500.00"))
    assert not difference.needs_statement
    assert difference.because == "the broker does not see `theirs` in S"


def test_less_than_box_1g_needs_a_statement() -> None:
    """The spouse's earlier purchase is used first; the broker reports the later one that it sees."""
    lines = (
        "2023-01-10 A buy 100 X at 10 as old",
        "2024-06-03 A sell 100 X at 5 as s",
        "2024-06-10 A buy 100 X at 5 as mine",
        "2024-06-20 A sell 100 X at 4 as t lots mine:100",
        "2024-06-21 S buy 50 X at 4 as theirs",
        "2024-07-25 A buy 100 X at 4 as late",
    )
    told = year_of(
        *lines, year=2024, as_of=date(2024, 12, 31), accounts=("A self taxable", "S spouse taxable")
    )
    assert [(one.sale, one.box_1g, one.disallowed) for one in told.box_differences] == [
        ("t", D("0.00"), D("300.00"))
    ]


def test_boxes_by_when_brokers_began_to_report() -> None:
    told = year_of(
        "2010-12-31 A buy 1 X at 10 as before",
        "2011-01-03 A buy 1 X at 10 as since",
        "2024-06-03 A sell 2 X at 12 as s",
        year=2024,
        as_of=date(2024, 12, 31),
    )
    assert [(row.lot, row.box) for row in told.rows] == [("since", "D"), ("before", "E")]


def test_a_form_that_the_records_do_not_know_is_told_beside_the_rows() -> None:
    lines = ("2024-01-10 A buy 1 X at 10 as a", "2024-06-03 A sell 1 X at 12 as s")
    other = replace(form_of("A none: proceeds 5, basis 4"), sold=date(2024, 7, 1))
    forms = (form_of("A s of a: proceeds 12, basis 10"), other)
    known = replace(records(*lines, prices={"X": "10"}, as_of=date(2024, 12, 31)), broker_forms=forms)
    told = tax_answer(tax_year(known, year=2024, as_of=date(2024, 12, 31), reading=TaxReading()))[
        "form_1099b"
    ]
    assert (told["lines"], told["agreeing"]) == (2, 1)
    assert [(line["account"], line["sale"]) for line in told["not_in_the_records"]] == [("A", "none")]


def test_several_households() -> None:
    rows = records(
        "2024-01-10 A buy 1 X at 10 as a",
        "2024-06-03 A sell 1 X at 12 as s",
        prices={"X": "10"},
        as_of=date(2024, 12, 31),
        accounts=("A self taxable household H1", "B self taxable household H2"),
    )
    with pytest.raises(InputError, match="2 households"):
        tax_year(rows, year=2024, as_of=date(2024, 12, 31), reading=TaxReading())
    told = tax_answers(rows, year=2024, as_of=date(2024, 12, 31), reading=TaxReading())
    assert [(one["household"], one["net_short"]) for one in told["households"]] == [("H1", "2"), ("H2", "0")]


def test_a_year_needs_its_transactions() -> None:
    rows = records(prices={"X": "10"}, as_of=date(2024, 12, 31), lots=(), history=False)
    with pytest.raises(InputError, match="needs its transactions"):
        tax_year(rows, year=2024, as_of=date(2024, 12, 31), reading=TaxReading(), household=None)


def test_whole_dollars_foot() -> None:
    told = year_of(
        "2023-01-10 A buy 1 X at 100.50 as a",
        "2023-01-11 A buy 1 Y at 10.50 as b",
        "2024-06-03 A sell 1 X at 90.49 as s",
        "2024-06-03 A buy 1 X at 90.49 as again",
        "2024-06-03 A sell 1 Y at 12.49 as t",
        year=2024,
        as_of=date(2024, 12, 31),
    )
    rows = whole_dollars(told.rows)
    assert [(r.proceeds, r.basis, r.adjustment, r.gain, r.disallowed) for r in rows] == [
        (D(90), D(101), D(11), D(0), D(11)),
        (D(12), D(11), D(0), D(1), D(0)),
    ]


def test_csv_and_txf() -> None:
    told = year_of(*HALF_TACKED, year=2023, as_of=date(2024, 3, 1))
    text = rows_as_csv(told.rows)
    assert text.splitlines()[:2] == [
        "part,box,description,acquired,sold,proceeds,basis,code,adjustment,gain,account,needs_form_8949",
        "I,A,60 sh. X,2022-06-01,2023-05-10,930,1200,W,270,0,A,yes",
    ]
    txf = rows_as_txf(told.rows, made=date(2024, 3, 1)).split("\r\n")
    assert txf[:4] == ["V042", "AGuardband", "D03/01/2024", "^"]
    assert txf[4:15] == [
        "TD",
        "N321",
        "C1",
        "L1",
        "P60 sh. X",
        "D06/01/2022",
        "D05/10/2023",
        "$1200.00",
        "$930.00",
        "$270.00",
        "^",
    ]
    assert txf.count("TD") == 3


def test_coins_have_boxes_of_their_own() -> None:
    rows = records(
        "2023-01-10 A buy 2 C at 10 as a",
        "2024-06-03 A sell 1 C at 12 as s",
        "2025-06-03 A sell 1 C at 12 as t",
        prices={"C": "10"},
        as_of=date(2025, 12, 31),
    )
    coin = replace(rows.securities[Symbol("C")], asset_class="crypto")
    rows = replace(rows, securities={Symbol("C"): coin})
    boxes = [
        row.box
        for year in (2024, 2025)
        for row in tax_year(rows, year=year, as_of=date(2025, 12, 31), reading=TaxReading()).rows
    ]
    assert boxes == ["F", "K"]


@pytest.mark.parametrize(("reported", "boxes"), [("yes", ["G", "J"]), ("no", ["H", "K"])])
def test_coins_on_a_form_have_their_boxes_too(reported: str, boxes: list[str]) -> None:
    rows = records(
        "2024-01-10 A buy 1 C at 10 as long",
        "2025-02-10 A buy 1 C at 10 as short",
        "2025-06-03 A sell 2 C at 12 as t",
        prices={"C": "10"},
        as_of=date(2025, 12, 31),
    )
    forms = tuple(
        form_of(f"A t of {lot}: proceeds 12, basis_reported {reported}") for lot in ("long", "short")
    )
    coin = replace(rows.securities[Symbol("C")], asset_class="crypto")
    rows = replace(rows, securities={Symbol("C"): coin}, broker_forms=forms)
    told = tax_year(rows, year=2025, as_of=date(2025, 12, 31), reading=TaxReading())
    assert [row.box for row in told.rows] == boxes


def test_the_broker_does_not_know_the_basis_from_elsewhere() -> None:
    """The spouse's lot took a loss over; sold at a loss and bought back, its broker disallows less."""
    lines = (
        "2023-01-10 A buy 10 X at 20 as old",
        "2024-06-03 A sell 10 X at 15 as s",
        "2024-06-04 S buy 10 X at 15 as theirs",
        "2024-06-20 S sell 10 X at 14 as t",
        "2024-06-21 S buy 10 X at 14 as again",
    )
    told = year_of(
        *lines, year=2024, as_of=date(2024, 12, 31), accounts=("A self taxable", "S spouse taxable")
    )
    assert [(one.sale, one.box_1g, one.disallowed, one.because) for one in told.box_differences] == [
        ("s", D("0.00"), D("50.00"), "the broker does not see `theirs` in S"),
        (
            "t",
            D("10.00"),
            D("60.00"),
            "the broker's basis lacks losses taken over from other accounts; the broker's term lacks the "
            "days taken over with them; on its figures the loss that meets a replacement is smaller",
        ),
    ]


def test_statements_that_contradict() -> None:
    rows = records("2023-01-10 A buy 10 X at 20 as old", prices={"X": "1"}, as_of=date(2024, 12, 31))
    first, *others = rows.accounts
    accounts = dict(rows.accounts)
    accounts[first] = replace(accounts[first], filing_status="single")
    accounts[others[0]] = replace(accounts[others[0]], filing_status="married_joint")
    with pytest.raises(InputError, match="different values of `filing_status`"):
        tax_year(replace(rows, accounts=accounts), year=2024, as_of=date(2024, 12, 31), reading=TaxReading())


def test_a_separate_return_has_the_own_accounts_alone() -> None:
    rows = records(
        "2024-01-10 A buy 1 X at 5000 as a",
        "2024-01-10 S buy 1 Y at 5000 as b",
        "2024-06-03 A sell 1 X at 1000 as s",
        "2024-06-03 S sell 1 Y at 1000 as t",
        prices={"X": "1", "Y": "1"},
        as_of=date(2024, 12, 31),
    )
    separate = {name: replace(row, filing_status="married_separate") for name, row in rows.accounts.items()}
    told = tax_year(
        replace(rows, accounts=separate), year=2024, as_of=date(2024, 12, 31), reading=TaxReading()
    )
    assert (told.netting.net_short, told.netting.ordinary_deduction) == (D(-4000), D(1500))
