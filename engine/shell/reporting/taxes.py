"""A household's tax year gathered for its prints: its figures, and the losses that wait in open lots."""

from datetime import datetime

from engine.facts.ids import HouseholdId
from engine.ledger.book import open_book
from engine.ledger.tax.year import Stated, tax_year
from engine.shell import work
from engine.shell.books import BookRead
from reports.kinds.tax import TaxPack


def tax_pack_of(
    read: BookRead,
    *,
    year: int | None,
    as_of: datetime | None,
    policies: list[str] | None,
    household: str | None,
    stated: Stated | None = None,
) -> TaxPack:
    """Return what a tax pack is made of, as known on a day.

    year: None for the year of that day. policies: of which the readings of the law are taken.
    household: may be None where the book has one. Raises InputError as `tax_year` does.
    """
    records = read.records
    day, reading = work.as_of_date(records, as_of), work.reading_of(policies, read.beside)
    told = tax_year(
        records,
        year=day.year if year is None else year,
        as_of=day,
        reading=reading,
        household=None if household is None else HouseholdId(household),
        stated=stated,
    )
    accounts = {
        name: row
        for name, row in records.accounts.items()
        if row.household == told.household and not row.is_retirement
    }
    lots = open_book(records, as_of=day, reading=reading).lots
    return TaxPack(
        told=told,
        embedded=tuple(lot for lot in lots if lot.deferred and lot.account in accounts),
        currency=", ".join(sorted({row.currency for row in accounts.values()})),
    )
