"""The answer of `guardband tax`: the year's form rows, netting, carryovers, dividends, restatements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.facts.accounts import Account
from engine.facts.book import Coverage, Records
from engine.facts.failure import InputError
from engine.facts.ids import AccountId, HouseholdId
from engine.facts.lots import Disposal
from engine.facts.readings import TaxReading
from engine.facts.transactions import TransactionType
from engine.ledger.answer import coverage_answer, coverage_of, money
from engine.ledger.book import ledger_of_records, plain_ledger
from engine.ledger.ledger import Ledger
from engine.ledger.tax.broker_forms import BoxDifference, box_differences
from engine.ledger.tax.dividends import qualified_dividends
from engine.ledger.tax.form8949 import FormRow, form_rows
from engine.ledger.tax.fund_losses import fund_losses
from engine.ledger.tax.netting import Netting, net
from engine.ledger.tax.stretches import stretches

SCHEMA = "guardband/tax/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestatedRow:
    """A sale of the year that later purchases tell differently than its last day did."""

    row: Disposal
    disallowed_at_year_end: Decimal
    disallowed: Decimal  # as known now


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxYear:
    """One household's year: everything that the answer and the papers are made of."""

    year: int
    household: HouseholdId
    rows: tuple[FormRow, ...]
    netting: Netting
    qualified_dividends: Decimal
    restated: tuple[RestatedRow, ...]
    box_differences: tuple[BoxDifference, ...]
    coverage: Coverage
    window_is_open: bool  # a purchase after `coverage.until` could still change December's losses


def tax_year(
    records: Records,
    *,
    year: int,
    as_of: date,
    reading: TaxReading,
    household: HouseholdId | None = None,
) -> TaxYear:
    """Return a household's year as known on a day.

    household: may be None where the book has one.
    Raises InputError without transactions, for an unknown household, or where statements contradict.
    """
    chosen = _household(records, household)
    ledger = _ledger(records, as_of, reading)
    payers = _taxpayers(records, chosen)
    disposals = tuple(row for row in ledger.disposals if row.account in payers)
    held = stretches(disposals, (lot for lot in ledger.open_lots if lot.account in payers), until=as_of)
    transactions = [row for row in records.transactions or () if row.date <= as_of and row.account in payers]
    of_funds = fund_losses(
        (row for row in disposals if row.sold.year == year),
        (*transactions, *(row for row in records.transactions or () if row.type is TransactionType.SPLIT)),
        held,
        securities=records.securities,
    )
    rows = form_rows(disposals, records.securities, year=year, fund_losses=of_funds)
    return TaxYear(
        year=year,
        household=chosen,
        rows=rows,
        netting=_netting(rows, payers),
        qualified_dividends=qualified_dividends(
            transactions, held, accounts=payers, securities=records.securities, year=year
        ),
        restated=_restated(records, disposals, year=year, as_of=as_of, reading=reading),
        box_differences=box_differences(disposals, records.securities, year=year),
        coverage=coverage_of(transactions, payers, until=as_of),
        window_is_open=as_of < date(year + 1, 1, 30),
    )


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
    }


def tax_answers(records: Records, *, year: int, as_of: date, reading: TaxReading) -> dict[str, Any]:
    """Return the answers of all households of a book, by name."""
    names = sorted({account.household for account in records.accounts.values()})
    years = (tax_year(records, year=year, as_of=as_of, reading=reading, household=name) for name in names)
    return {"schema": SCHEMA, "year": year, "households": [tax_answer(one) for one in years]}


def _household(records: Records, household: HouseholdId | None) -> HouseholdId:
    names = sorted({account.household for account in records.accounts.values()})
    if household is None and len(names) == 1:
        return names[0]
    if household is None:
        raise InputError(
            f"the book has {len(names)} households",
            place="accounts.csv, column household",
            cure=f"say --household, one of {', '.join(names)}, or --all",
        )
    if household not in names:
        raise InputError(
            f"household `{household}` is unknown",
            place="accounts.csv, column household",
            cure=f"it is one of {', '.join(names)}",
        )
    return household


def _ledger(records: Records, as_of: date, reading: TaxReading) -> Ledger:
    ledger = ledger_of_records(records, as_of=as_of, reading=reading)
    if ledger is None:
        raise InputError(
            "a tax year needs its transactions",
            place="transactions.csv",
            cure="add transactions.csv to the book; lots alone tell no sales",
        )
    return ledger


def _taxpayers(records: Records, household: HouseholdId) -> Mapping[AccountId, Account]:
    """Return the accounts of the return: own and spouse's; the own ones alone where filed separately."""
    mine = {a: row for a, row in records.accounts.items() if row.household == household}
    persons = {a: row for a, row in mine.items() if row.owner in ("self", "spouse")}
    filed = _stated(persons.values(), "filing_status")
    if filed == "married_separate" and any(row.owner == "self" for row in persons.values()):
        return {a: row for a, row in persons.items() if row.owner == "self"}
    return persons or mine


def _netting(rows: tuple[FormRow, ...], payers: Mapping[AccountId, Account]) -> Netting:
    short = sum((row.gain for row in rows if row.part == "I"), Decimal(0))
    long = sum((row.gain for row in rows if row.part == "II"), Decimal(0))
    return net(
        short=short,
        long=long,
        carryover_short=sum((row.carryover_short or Decimal(0) for row in payers.values()), Decimal(0)),
        carryover_long=sum((row.carryover_long or Decimal(0) for row in payers.values()), Decimal(0)),
        filing_status=_stated(payers.values(), "filing_status"),
        adjusted_taxable_income=_stated(payers.values(), "adjusted_taxable_income"),
    )


def _stated(accounts: Iterable[Account], name: str) -> Any:
    """Return what the accounts of a return state once for all of them; None where none does."""
    values = {value for account in accounts if (value := getattr(account, name)) is not None}
    if len(values) > 1:
        raise InputError(
            f"the accounts of one household state different values of `{name}`",
            place=f"accounts.csv, column {name}",
            cure="state it once, or the same in each row",
        )
    return next(iter(values), None)


def _restated(
    records: Records, disposals: tuple[Disposal, ...], *, year: int, as_of: date, reading: TaxReading
) -> tuple[RestatedRow, ...]:
    """Return the sales of a year that its last day told differently."""
    year_end = date(year, 12, 31)
    if as_of <= year_end:
        return ()
    then = plain_ledger(records, as_of=year_end, reading=reading)
    assert then is not None, "the year's own ledger stands on the same transactions"
    before: dict[tuple[str, str], Decimal] = {}
    for row in then.disposals:
        key = (row.sale, row.lot)
        before[key] = before.get(key, Decimal(0)) + row.disallowed
    now: dict[tuple[str, str], Decimal] = {}
    for row in disposals:
        now[(row.sale, row.lot)] = now.get((row.sale, row.lot), Decimal(0)) + row.disallowed
    seen: set[tuple[str, str]] = set()
    changed: list[RestatedRow] = []
    for row in disposals:
        key = (row.sale, row.lot)
        is_new = row.sold.year == year and key not in seen and row.term is not None
        if is_new and now[key] != before.get(key, Decimal(0)):
            then_told = before.get(key, Decimal(0))
            changed.append(RestatedRow(row=row, disallowed_at_year_end=then_told, disallowed=now[key]))
        seen.add(key)
    return tuple(changed)


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
    }
