"""A household's tax year as a page that an accountant can use: figures, rows, differences, coverage."""

from decimal import Decimal
from importlib import import_module
from typing import NoReturn

from engine.facts.failure import InputError
from engine.facts.lots import Lot
from engine.ledger.tax.answer import TaxYear
from reports import words
from reports.page import Page, Section, fill, page_html


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
            + direct_entry(told),
            body=fill("tax_rows.html.j2", told=told),
        ),
        Section(
            anchor="broker",
            title="Beside the broker’s form",
            first=(
                f"{words.plural(len(told.box_differences), 'sale')} differ from box 1g of Form 1099-B."
                if told.box_differences
                else "Nothing differs from what the brokers of these accounts must report."
            ),
            body=fill("tax_broker.html.j2", told=told),
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
            first=_first(told),
            notice=_notice(told),
            sections=sections,
            footer=(
                f"The records cover {', '.join(told.coverage.accounts)} "
                f"until {words.day(told.coverage.until)}. "
                "No match in the records given is not proof that there is none.",
                "26 U.S.C. 1091, 1211, 1212, 1222, 1223; Form 8949 instructions. Not tax advice.",
            ),
        )
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


def direct_entry(told: TaxYear) -> str:
    """Return which rows must stand on Form 8949, in a sentence; empty where the year has no rows."""
    if not told.rows:
        return ""
    needed = sum(row.needs_form_8949 for row in told.rows)
    if not needed:
        return "None needs the form: they may be added up on Schedule D, lines 1a and 8a."
    if needed == len(told.rows):
        return "Each needs the form; none may be entered directly on Schedule D."
    return (
        f"{needed} of them {'needs' if needed == 1 else 'need'} the form; those marked * may be added up "
        "on Schedule D, lines 1a and 8a, instead."
    )


def _first(told: TaxYear) -> str:
    total = told.netting.net_short + told.netting.net_long
    kind = "gain" if total >= 0 else "loss"
    carried = told.netting.carryover_short + told.netting.carryover_long
    text = f"A net {kind} of {words.money(abs(total))}"
    if carried:
        text += f"; {words.money(carried)} is carried into {told.year + 1}"
    disallowed = sum(row.adjustment for row in told.rows)
    return f"{text}; wash sales disallow {words.money(disallowed)}."


def _notice(told: TaxYear) -> str:
    if told.window_is_open:
        return f"Purchases until 30 January {told.year + 1} can still disallow losses of December."
    if told.restated:
        count = words.plural(len(told.restated), "sale")
        return f"Purchases after the year’s end changed {count} of the year; see below."
    return ""
