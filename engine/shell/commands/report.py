"""`guardband report`: the six reports that people keep, each as a page, a PDF, a workbook or data."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, KnownOption, LogOption, PolicyOption
from engine.shell.reporting.choices import Print, ReportKind


def report(
    book: BookOption,
    kind: Annotated[
        ReportKind,
        typer.Option(
            "--kind",
            "-k",
            help="letter: one page for the client. review: a proposal or list. audit: one decision with its "
            "proof. compliance: a month. tax: a year's pack. annual: the review of rule 206(4)-7.",
        ),
    ] = ReportKind.REVIEW,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    trades: Annotated[
        Path | None,
        typer.Option(
            "--trades",
            "-t",
            metavar="FILE",
            help="For letter, review and audit: this list instead of a proposal.",
            show_default=False,
        ),
    ] = None,
    decision: Annotated[
        str | None,
        typer.Option(
            "--decision",
            metavar="ID",
            help="For audit: a record of the decision log, by number, hash or decision.",
            show_default=False,
        ),
    ] = None,
    month: Annotated[
        str | None,
        typer.Option(
            "--month", metavar="YYYY-MM", help="For compliance. Unsaid: the book's last.", show_default=False
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(help="For tax and annual. Unsaid: the book's last.", show_default=False),
    ] = None,
    household: Annotated[
        str | None,
        typer.Option(help="For tax, where the book has several households.", show_default=False),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(help="For letter: whom it is for. Unsaid: the household.", show_default=False),
    ] = None,
    log: LogOption = None,
    output: Annotated[
        Print | None,
        typer.Option(
            "--format",
            help="Unsaid: what the name of the file ends with, else html. pdf and xlsx need their extras.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="The file to write. Unsaid: report.html.", show_default=False
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="What stands at the top.", show_default=False)] = None,
) -> None:
    """Write a report: for the client, the committee, the auditor, the officer or the accountant.

    A page needs no network. A PDF is PDF/A-3 with every figure attached as JSON. Page, PDF and workbook are
    made of the same figures, and equal inputs give equal bytes. What a folder does not know, such as
    decisions of the month, is said to be not known.

    Exit status: 0, or 2 for input that cannot be read.

    Examples: `guardband report --book BOOK --policy household.mandate --out review.html`

    `guardband report --kind tax --book BOOK --year 2016 --out tax-2016.pdf`

    `guardband report --kind compliance --book sqlite:///firm.db --month 2026-03 --out march.xlsx`
    """
    from engine.shell.reporting.make import Wanted, make
    from engine.shell.saving import save_bytes

    form = output or _form_of(out)
    wanted = Wanted(
        kind=kind,
        book=book,
        policies=policy,
        as_of=as_of,
        known=known,
        trades=trades,
        decision=decision,
        log=log,
        month=month,
        year=year,
        household=household,
        to=to,
        title=title,
    )
    chosen = out or Path(f"report.{form.value}")
    save_bytes(chosen, make(wanted).printed(form))
    typer.echo(f"report written to {chosen}")


def _form_of(out: Path | None) -> Print:
    """Return the print that a file's name asks for."""
    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    return Print(ending) if ending in set(Print) else Print.HTML
