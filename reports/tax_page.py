"""A household's tax year as a page that an accountant can use: figures, rows, differences, coverage."""

from decimal import Decimal
from importlib import import_module
from typing import NoReturn

from engine.facts.failure import InputError
from engine.facts.lots import Lot
from engine.ledger.tax.year import TaxYear
from reports import tax_words, words
from reports.page import Page, Section, fill, page_html
from reports.tax_text import boxes


def tax_html(told: TaxYear, embedded: tuple[Lot, ...]) -> str:
    """Return the year as one self-contained HTML page.

    embedded: the open taxable lots whose basis holds a disallowed loss of an earlier sale.
    """
    netting = told.netting
    figures = (
        ("Net short-term", netting.net_short, "Schedule D, line 7"),
        ("Net long-term", netting.net_long, "Schedule D, line 15"),
        ("Deducted", netting.ordinary_deduction, "from other income, line 21"),
        ("Qualified dividends", told.qualified_dividends, "held long enough"),
        ("Carried on, short", netting.carryover_short, f"into {told.year + 1}"),
        ("Carried on, long", netting.carryover_long, f"into {told.year + 1}"),
        *_investment(told),
    )
    sections = (
        Section(
            anchor="figures",
            title="The year",
            first="",
            body=fill("tax_figures.html.j2", figures=figures, told=told),
            heading=False,
        ),
        Section(
            anchor="rows",
            title="Form 8949",
            first=f"{words.plural(len(told.rows), 'row')}; a sale of which a part is long-term is two rows. "
            + " ".join(part for part in (tax_words.direct_entry(told), tax_words.codes(told)) if part),
            body=fill("tax_rows.html.j2", told=told),
        ),
        Section(
            anchor="broker",
            title="Beside the broker’s form",
            first=tax_words.forms(told),
            body=fill("tax_broker.html.j2", told=told, boxes=boxes),
        ),
        Section(
            anchor="embedded",
            title="Losses still embedded in open lots",
            first=f"{words.money(sum((lot.deferred for lot in embedded), Decimal(0)))} of disallowed losses "
            f"wait in the basis of {words.plural(len(embedded), 'open lot')}, released when they are sold.",
            body=fill("tax_embedded.html.j2", lots=embedded),
        ),
    )
    return page_html(
        Page(
            house="Guardband tax pack",
            dated=f"as known on {words.day(told.coverage.until)}",
            title=f"{told.household}: tax year {told.year}",
            first=tax_words.first(told),
            notice=tax_words.notice(told),
            sections=sections,
            footer=(
                tax_words.coverage(told),
                "26 U.S.C. 1091, 1211, 1212, 1222, 1223; Form 8949 instructions. Not tax advice.",
            ),
        )
    )


def _investment(told: TaxYear) -> tuple[tuple[str, Decimal, str], ...]:
    tax = told.investment_tax
    if tax is None:
        return ()
    return (
        ("Net investment income", tax.income, "gains, dividends, interest"),
        ("Tax on it", tax.tax, "3.8%, Form 8960"),
    )


def pdf_of(page: str) -> bytes:
    """Return a page as a PDF, on paper as its own print style says; nothing is fetched for it.

    Raises InputError where the extra `pdf` is not installed, or the libraries that it needs are missing.
    """
    try:
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError) as missing:
        raise InputError(
            "a PDF needs the package weasyprint, which cannot be imported here",
            place="--format pdf",
            cure='pip install "guardband[pdf]"; or print the page of --format html from a browser',
        ) from missing
    made = weasyprint.HTML(string=page, url_fetcher=_fetch_nothing).write_pdf()
    assert isinstance(made, bytes), "without a target the PDF is returned"
    return made


def _fetch_nothing(address: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"the page is complete in itself, and asks for {address}")
