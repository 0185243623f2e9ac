"""`guardband check`: find everything that is wrong with a mandate's text, all of it at once."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import FindingsFormat

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Mandate files to read.", show_default=False)
]


def check(
    files: FilesArgument,
    book: Annotated[
        str | None,
        typer.Option(
            "--book", "-b", metavar="DIR|URL", help="Check names of attributes against this book's columns."
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    output: Annotated[FindingsFormat, typer.Option("--format", help="How to print the findings.")] = (
        FindingsFormat.TEXT
    ),
) -> None:
    """Find everything that is wrong with a mandate: syntax, names, units, ranges, dates.

    All findings come at once, each with its place, the words underlined, and the cure.

    Exit status: 0 clean, 1 an error (with --strict: a warning), 2 a file that cannot be read.

    Example: `guardband check household.mandate`
    """
    from datetime import date

    from engine.shell import findings, policies
    from engine.shell.books import read_book
    from engine.shell.files.schema import schema_of

    schema = None if book is None else schema_of(read_book(book).records)
    checked = tuple(policies.check_file(path, schema=schema, today=date.today()) for path in files)  # noqa: DTZ011
    findings.tell(checked, output)
    raise typer.Exit(findings.status(checked, strict=strict))
