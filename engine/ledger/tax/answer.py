"""The answer of `guardband tax`: the year's form rows, netting, carryovers, dividends, restatements."""

from datetime import date
from typing import Any

from engine.facts.book import Records
from engine.facts.readings import TaxReading
from engine.ledger.answer import coverage_answer, money
from engine.ledger.tax.broker_forms import BoxDifference, Reconciliation
from engine.ledger.tax.form8949 import FormRow
from engine.ledger.tax.income import InvestmentTax
from engine.ledger.tax.schedule_d import Line
from engine.ledger.tax.year import RestatedRow, Stated, TaxYear, tax_year

SCHEMA = "guardband/tax/1"


def tax_answer(told: TaxYear) -> dict[str, Any]:
    """Return the object that `guardband tax --format json` prints, keys in their fixed order."""
    netting = told.netting
    return {
        "schema": SCHEMA,
        "year": told.year,
        "household": told.household,
        "rows": [_row(row) for row in told.rows],
        "net_short": money(netting.net_short),
        "net_long": money(netting.net_long),
        "ordinary_deduction": money(netting.ordinary_deduction),
        "carryover_short": money(netting.carryover_short),
        "carryover_long": money(netting.carryover_long),
        "qualified_dividends": money(told.qualified_dividends),
        "restated": [_restatement(one) for one in told.restated],
        "broker_differences": [_box(one) for one in told.box_differences],
        "coverage": coverage_answer(told.coverage),
        "window_is_open": told.window_is_open,
        "dividends": money(told.income.dividends),
        "interest": money(told.income.interest),
        "capital_gain_distributions": money(told.income.distributions),
        "schedule_d": [_line(line) for line in told.lines],
        "net_investment_income_tax": _tax(told.investment_tax),
        "form_1099b": _reconciled(told.forms),
    }


def tax_answers(
    records: Records, *, year: int, as_of: date, reading: TaxReading, stated: Stated | None = None
) -> dict[str, Any]:
    """Return the answers of all households of a book, by name."""
    names = sorted({account.household for account in records.accounts.values()})
    years = (
        tax_year(records, year=year, as_of=as_of, reading=reading, household=name, stated=stated)
        for name in names
    )
    return {"schema": SCHEMA, "year": year, "households": [tax_answer(one) for one in years]}


def _row(row: FormRow) -> dict[str, Any]:
    return {
        "part": row.part,
        "box": row.box,
        "description": row.description,
        "acquired": row.acquired.isoformat(),
        "sold": row.sold.isoformat(),
        "proceeds": money(row.proceeds),
        "basis": money(row.basis),
        "code": row.code,
        "adjustment": money(row.adjustment),
        "gain": money(row.gain),
        "sale": row.sale,
        "lot": row.lot,
        "account": row.account,
        "needs_form_8949": row.needs_form_8949,
    }


def _restatement(one: RestatedRow) -> dict[str, Any]:
    return {
        "sale": one.row.sale,
        "lot": one.row.lot,
        "account": one.row.account,
        "symbol": one.row.symbol,
        "sold": one.row.sold.isoformat(),
        "disallowed_at_year_end": money(one.disallowed_at_year_end),
        "disallowed": money(one.disallowed),
        "replacements": [part.lot for part in one.row.replacements],
    }


def _box(one: BoxDifference) -> dict[str, Any]:
    return {
        "sale": one.sale,
        "lot": one.lot,
        "account": one.account,
        "symbol": one.symbol,
        "box_1g": money(one.box_1g),
        "disallowed": money(one.disallowed),
        "needs_statement": one.needs_statement,
        "because": one.because,
        "box_1d": money(one.box_1d),
        "proceeds": money(one.proceeds),
        "box_1e": None if one.box_1e is None else money(one.box_1e),
        "basis": money(one.basis),
        "box_2": one.box_2,
        "term": one.term,
        "from_a_form": one.is_at_hand,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "line": line.line,
        "proceeds": None if line.proceeds is None else money(line.proceeds),
        "basis": None if line.basis is None else money(line.basis),
        "adjustment": None if line.adjustment is None else money(line.adjustment),
        "gain": money(line.gain),
    }


def _tax(tax: InvestmentTax | None) -> dict[str, Any] | None:
    if tax is None:
        return None
    return {
        "magi": money(tax.magi),
        "threshold": money(tax.threshold),
        "net_investment_income": money(tax.income),
        "tax": money(tax.tax),
    }


def _reconciled(forms: Reconciliation | None) -> dict[str, Any] | None:
    if forms is None:
        return None
    return {
        "lines": forms.lines,
        "agreeing": forms.agreeing,
        "not_in_the_records": [
            {
                "row": line.row,
                "account": line.account,
                "sale": line.sale,
                "symbol": line.symbol,
                "sold": None if line.sold is None else line.sold.isoformat(),
            }
            for line in forms.unmatched
        ],
        "on_no_form": [
            {"sale": row.sale, "lot": row.lot, "account": row.account, "symbol": row.symbol}
            for row in forms.missing
        ],
    }
