"""`guardband tax`: a household's year: Form 8949 rows, Schedule D figures, carryovers, restatements."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, KnownOption, PolicyOption

if TYPE_CHECKING:
    from decimal import Decimal

    from reports.kinds.tax import TaxPack


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
    from engine.ledger.tax.answer import tax_answers
    from engine.ledger.tax.year import Stated
    from engine.shell import work
    from engine.shell.books import read_book
    from engine.shell.console import print_json
    from engine.shell.reporting.taxes import tax_pack_of

    read = read_book(book, as_of=as_of, known=known)
    stated = Stated(
        magi=_amount(magi, "--magi"),
        investment_income=_amount(investment_income, "--investment-income"),
        whole_dollars=whole_dollars,
    )
    if every:
        day, reading = work.as_of_date(read.records, as_of), work.reading_of(policy, read.beside)
        print_json(tax_answers(read.records, year=year, as_of=day, reading=reading, stated=stated))
        return
    pack = tax_pack_of(read, year=year, as_of=as_of, policies=policy, household=household, stated=stated)
    _tell(pack, output, out)


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


def _tell(pack: "TaxPack", output: TaxFormat, out: Path | None) -> None:
    from engine.facts.failure import InputError
    from engine.shell.console import print_text
    from engine.shell.saving import save_bytes

    if output is TaxFormat.PDF and out is None:
        raise InputError("a PDF is not for a terminal", place="--format pdf", cure="say --out tax.pdf")
    made = _printed(pack, output)
    if out is not None:
        save_bytes(out, made)
    elif output is TaxFormat.TEXT:
        print_text(made.decode())
    else:
        typer.echo(made.decode(), nl=False)


def _printed(pack: "TaxPack", output: TaxFormat) -> bytes:
    """Return the year as a file's bytes."""
    import json
    from typing import assert_never

    from engine.ledger.tax.answer import tax_answer
    from engine.ledger.tax.files import rows_as_csv, rows_as_txf
    from engine.shell.reporting.choices import Print
    from engine.shell.reporting.make import Made
    from reports.kinds.tax import tax_pack
    from reports.tax_text import tax_text

    told = pack.told
    match output:
        case TaxFormat.TEXT:
            return tax_text(told, pack.embedded).encode()
        case TaxFormat.JSON:
            return (json.dumps(tax_answer(told), ensure_ascii=False, indent=2) + "\n").encode()
        case TaxFormat.CSV:
            return rows_as_csv(told.rows).encode()
        case TaxFormat.TXF:
            return rows_as_txf(told.rows, made=told.coverage.until).encode()
        case TaxFormat.HTML | TaxFormat.PDF:
            return Made(report=tax_pack(pack)).printed(Print(output.value))
        case _:
            assert_never(output)
