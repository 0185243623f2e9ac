"""`guardband tax`: a household's year: Form 8949 rows, Schedule D figures, carryovers, restatements."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, KnownOption, PolicyOption

if TYPE_CHECKING:
    from decimal import Decimal

    from engine.facts.lots import Lot
    from engine.ledger.tax.year import TaxYear


class TaxFormat(StrEnum):
    """How the year is told; csv and txf hold the rows of the form, html and pdf are for an accountant."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    TXF = "txf"
    HTML = "html"
    PDF = "pdf"


def tax(
    book: BookOption,
    year: Annotated[int, typer.Option("--year", "-y", help="The calendar year.")],
    household: Annotated[
        str | None,
        typer.Option("--household", help="Which household, where the book has several.", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every household of the book (json only).")] = False,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    magi: Annotated[
        str | None,
        typer.Option(
            metavar="AMOUNT",
            help="Modified adjusted gross income of the return: tells the tax of 3.8% on investment income. "
            "Unsaid: the column magi of accounts.csv.",
            show_default=False,
        ),
    ] = None,
    investment_income: Annotated[
        str | None,
        typer.Option(
            metavar="AMOUNT",
            help="Net investment income beside the book's gains, dividends and interest: rents, royalties.",
            show_default=False,
        ),
    ] = None,
    whole_dollars: Annotated[
        bool, typer.Option("--whole-dollars", help="Round rows to dollars, so that they still add up.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write to this file.", show_default=False),
    ] = None,
    output: Annotated[TaxFormat, typer.Option("--format", help="How to tell the year.")] = TaxFormat.TEXT,
) -> None:
    """Tell a household's tax year, as known on a day: January purchases may still change December.

    Without --policy the default readings of the law hold. `--format pdf` needs --out and the extra `pdf`:
    `pip install "guardband[pdf]"`. Exit status: 0, or 2 for input that cannot be read.

    Example: `guardband tax --book BOOK --year 2016 --format html --out tax-2016.html`
    """
    from engine.facts.ids import HouseholdId
    from engine.ledger.book import open_book
    from engine.ledger.tax.answer import tax_answers
    from engine.ledger.tax.year import Stated, tax_year
    from engine.shell import work
    from engine.shell.books import read_book
    from engine.shell.console import print_json

    read = read_book(book, as_of=as_of, known=known)
    records = read.records
    day, reading = work.as_of_date(records, as_of), work.reading_of(policy, read.beside)
    stated = Stated(
        magi=_amount(magi, "--magi"),
        investment_income=_amount(investment_income, "--investment-income"),
        whole_dollars=whole_dollars,
    )
    if every:
        print_json(tax_answers(records, year=year, as_of=day, reading=reading, stated=stated))
        return
    chosen = None if household is None else HouseholdId(household)
    told = tax_year(records, year=year, as_of=day, reading=reading, household=chosen, stated=stated)
    opened = open_book(records, as_of=day, reading=reading)
    embedded = tuple(
        lot
        for lot in opened.lots
        if lot.deferred and (row := records.accounts[lot.account]).household == told.household
        if not row.is_retirement
    )
    _tell(told, embedded, output, out)


def _amount(text: str | None, option: str) -> "Decimal | None":
    """Read money given on the command line."""
    from engine.facts.failure import InputError
    from engine.facts.money import read_decimal

    if text is None:
        return None
    try:
        return read_decimal(text)
    except ValueError as problem:
        raise InputError(str(problem), place=option, cure="write it like 230000 or 230,000.50") from problem


def _save_pdf(page: str, out: Path | None) -> None:
    """Write the page as a PDF, whole or not at all."""
    import os
    import tempfile

    from engine.facts.failure import InputError
    from reports.tax_page import pdf_of

    if out is None:
        raise InputError("a PDF is not for a terminal", place="--format pdf", cure="say --out tax.pdf")
    made = pdf_of(page)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
            part = Path(folder) / out.name
            part.write_bytes(made)
            os.replace(part, out)
    except OSError as problem:
        raise InputError(
            f"the file cannot be written: {problem.strerror}",
            place=str(out),
            cure="choose a folder you may write to",
        ) from problem


def _tell(told: "TaxYear", embedded: "tuple[Lot, ...]", output: TaxFormat, out: Path | None) -> None:
    import json

    from engine.ledger.tax.answer import tax_answer
    from engine.ledger.tax.files import rows_as_csv, rows_as_txf
    from engine.shell.console import print_text
    from engine.shell.saving import save
    from reports.tax_page import tax_html
    from reports.tax_text import tax_text

    match output:
        case TaxFormat.TEXT:
            text = tax_text(told, embedded)
        case TaxFormat.JSON:
            text = json.dumps(tax_answer(told), ensure_ascii=False, indent=2) + "\n"
        case TaxFormat.CSV:
            text = rows_as_csv(told.rows)
        case TaxFormat.TXF:
            text = rows_as_txf(told.rows, made=told.coverage.until)
        case TaxFormat.HTML | TaxFormat.PDF:
            text = tax_html(told, embedded)
    if output is TaxFormat.PDF:
        _save_pdf(text, out)
    elif out is not None:
        save(out, text)
    elif output is TaxFormat.TEXT:
        print_text(text)
    else:
        typer.echo(text, nl=False)
