"""One household's year: rows of the form, netting, carryovers, dividends, restatements, brokers' forms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.facts.accounts import Account
from engine.facts.book import Coverage, Records
from engine.facts.failure import InputError
from engine.facts.forms import BrokerForm
from engine.facts.ids import AccountId, HouseholdId
from engine.facts.lots import Disposal
from engine.facts.readings import TaxReading
from engine.facts.transactions import Transaction, TransactionType
from engine.ledger.answer import coverage_of
from engine.ledger.book import ledger_of_records, plain_ledger
from engine.ledger.ledger import Ledger
from engine.ledger.tax.broker_forms import BoxDifference, Reconciliation, box_differences, reconciliation
from engine.ledger.tax.dividends import qualified_dividends
from engine.ledger.tax.form8949 import FormRow, form_rows, whole_dollars
from engine.ledger.tax.fund_losses import fund_losses
from engine.ledger.tax.income import Income, InvestmentTax, income_of, investment_tax
from engine.ledger.tax.netting import Netting, net
from engine.ledger.tax.schedule_d import Line, lines_of
from engine.ledger.tax.stretches import stretches


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
    income: Income
    lines: tuple[Line, ...]  # Schedule D, parts I and II
    investment_tax: InvestmentTax | None  # None: the return's income is not stated
    forms: Reconciliation | None  # None: no Form 1099-B is at hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a return needs beside the book; None: as accounts.csv says."""

    magi: Decimal | None = None
    investment_income: Decimal | None = None  # beside the gains, dividends and interest of the book
    whole_dollars: bool = False  # rows rounded, and everything summed from the rounded rows


def tax_year(
    records: Records,
    *,
    year: int,
    as_of: date,
    reading: TaxReading,
    household: HouseholdId | None = None,
    stated: Stated | None = None,
) -> TaxYear:
    """Return a household's year as known on a day.

    household: may be None where the book has one.
    Raises InputError without transactions, for an unknown household, or where statements contradict.
    """
    chosen, beside = _household(records, household), stated or Stated()
    ledger = _ledger(records, as_of, reading)
    payers = _taxpayers(records, chosen)
    disposals = tuple(row for row in ledger.disposals if row.account in payers)
    held = stretches(disposals, (lot for lot in ledger.open_lots if lot.account in payers), until=as_of)
    transactions = [row for row in records.transactions or () if row.date <= as_of and row.account in payers]
    of_all = _of_all_accounts(records, payers, as_of)
    of_funds = fund_losses(
        (row for row in disposals if row.sold.year == year),
        (*transactions, *of_all),
        held,
        securities=records.securities,
    )
    forms = _forms(records, payers, year=year)
    rows = form_rows(disposals, records.securities, year=year, fund_losses=of_funds, forms=forms)
    rows = whole_dollars(rows) if beside.whole_dollars else rows
    income = income_of(transactions, payers, year=year)
    netting = _netting(rows, payers, income)
    return TaxYear(
        year=year,
        household=chosen,
        rows=rows,
        netting=netting,
        qualified_dividends=qualified_dividends(
            (*transactions, *of_all), held, accounts=payers, securities=records.securities, year=year
        ),
        restated=_restated(records, disposals, year=year, as_of=as_of, reading=reading),
        box_differences=box_differences(disposals, records.securities, year=year, forms=forms),
        coverage=coverage_of(transactions, payers, until=as_of),
        window_is_open=as_of < date(year + 1, 1, 30),
        income=income,
        lines=lines_of(
            rows,
            carryover_short=_brought(payers, "carryover_short"),
            carryover_long=_brought(payers, "carryover_long"),
            distributions=income.distributions,
        ),
        investment_tax=_investment_tax(netting, income, payers, beside),
        forms=reconciliation(disposals, year=year, forms=forms),
    )


def _of_all_accounts(
    records: Records, payers: Mapping[AccountId, Account], as_of: date
) -> tuple[Transaction, ...]:
    """Return the splits and changes of name that stand in no account of the return."""
    kinds = (TransactionType.SPLIT, TransactionType.NAME_CHANGE)
    known = (row for row in records.transactions or () if row.date <= as_of and row.account not in payers)
    return tuple(row for row in known if row.type in kinds)


def _forms(
    records: Records, payers: Mapping[AccountId, Account], *, year: int
) -> tuple[BrokerForm, ...] | None:
    """Return the forms of a year and return; None where there are none, so that nothing is compared."""
    days = {row.id: row.date for row in records.transactions or ()}
    lines = tuple(
        line
        for line in records.broker_forms or ()
        if line.account in payers
        and (line.sold or (days.get(line.sale) if line.sale is not None else None) or date.min).year == year
    )
    return lines or None


def _investment_tax(
    netting: Netting, income: Income, payers: Mapping[AccountId, Account], beside: Stated
) -> InvestmentTax | None:
    magi, other = beside.magi, beside.investment_income
    return investment_tax(
        netting,
        income,
        magi=_stated(payers.values(), "magi") if magi is None else magi,
        other=_stated(payers.values(), "investment_income") if other is None else other,
        filing_status=_stated(payers.values(), "filing_status"),
    )


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


def _netting(rows: tuple[FormRow, ...], payers: Mapping[AccountId, Account], income: Income) -> Netting:
    short = sum((row.gain for row in rows if row.part == "I"), Decimal(0))
    long = sum((row.gain for row in rows if row.part == "II"), Decimal(0))
    return net(
        short=short,
        long=long + income.distributions,
        carryover_short=_brought(payers, "carryover_short"),
        carryover_long=_brought(payers, "carryover_long"),
        filing_status=_stated(payers.values(), "filing_status"),
        adjusted_taxable_income=_stated(payers.values(), "adjusted_taxable_income"),
    )


def _brought(payers: Mapping[AccountId, Account], name: str) -> Decimal:
    """Return a carryover brought in: a figure that every row repeats is the return's, others are added."""
    stated = [amount for row in payers.values() if (amount := getattr(row, name))]
    return stated[0] if len(set(stated)) == 1 else sum(stated, Decimal(0))


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
