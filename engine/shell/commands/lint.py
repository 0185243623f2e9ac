"""`guardband lint`: what is legal in a mandate and yet wrong, found by solving and by its examples."""

from typing import Annotated

import typer

from engine.shell.commands.check import FilesArgument
from engine.shell.options import FindingsFormat


def lint(
    files: FilesArgument,
    book: Annotated[
        str | None,
        typer.Option(
            "--book",
            "-b",
            metavar="DIR|URL",
            help="Also see whether selectors match this book's securities.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[FindingsFormat, typer.Option("--format", help="How to print the findings.")] = (
        FindingsFormat.TEXT
    ),
) -> None:
    """Find rules that contradict each other, never bind or never pass, and what `check` finds too.

    A contradiction comes with the rules that take part and a portfolio that shows it. Targets that cannot
    be met, exceptions wider than their rule, clauses that nothing covers and rules without examples on
    both sides are told as well.

    Exit status: 0 clean, 1 a warning or an error, 2 a file that cannot be read.

    Example: `guardband lint household.mandate`
    """
    from engine.shell import linting

    raise typer.Exit(linting.run(files, book, output))
