"""Small books for tests: accounts, transactions as case lines, one price for each security."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from engine.facts.book import Book, Records
from engine.facts.ids import Symbol
from engine.facts.lots import Lot
from engine.facts.readings import TaxReading
from engine.facts.securities import Price, Security
from engine.ledger.book import open_book
from engine.ledger.tax.year import TaxYear, tax_year
from tests.ledger.case_lines import account_of, transaction_of

HOUSE = ("A self taxable", "B self taxable", "S spouse taxable", "I self ira")


def records(
    *lines: str,
    prices: Mapping[str, str],
    as_of: date,
    accounts: tuple[str, ...] = HOUSE,
    lots: tuple[Lot, ...] | None = None,
    history: bool = True,
) -> Records:
    """Return records from transactions written as in case files."""
    rows = [account_of(line) for line in accounts]
    return Records(
        accounts={row.account: row for row in rows},
        securities={Symbol(symbol): _security(symbol) for symbol in prices},
        prices=tuple(
            Price(symbol=Symbol(symbol), date=as_of, price=Decimal(price)) for symbol, price in prices.items()
        ),
        lots=lots,
        transactions=tuple(transaction_of(n, line) for n, line in enumerate(lines, start=1))
        if history
        else None,
    )


def book(*lines: str, prices: Mapping[str, str], as_of: date, reading: TaxReading | None = None) -> Book:
    """Return the book of a day from transactions written as in case files."""
    return open_book(
        records(*lines, prices=prices, as_of=as_of), as_of=as_of, reading=reading or TaxReading()
    )


def _security(symbol: str) -> Security:
    return Security(
        symbol=Symbol(symbol),
        asset_class="equity",
        instrument="common_stock",
        issuer=None,
        attributes={"symbol": symbol},
    )


def year_of(*lines: str, year: int, as_of: date, accounts: tuple[str, ...] = ("A self taxable",)) -> TaxYear:
    """Return the tax year of some transactions, X and Y at 10."""
    rows = records(*lines, prices={"X": "10", "Y": "10"}, as_of=as_of, accounts=accounts)
    return tax_year(rows, year=year, as_of=as_of, reading=TaxReading())
