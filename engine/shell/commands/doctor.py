"""`guardband doctor`: what of this installation works, and what to do about the rest."""

from typing import Annotated

import typer

from engine.shell.options import Format, FormatOption


def doctor(
    book: Annotated[
        str | None,
        typer.Option("--book", "-b", metavar="DIR|URL", help="Look at this book too.", show_default=False),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Look at this installation: packages, compiler, rules engine, a trial proposal, extras, a database.

    Extras that are not installed are told, and are nothing wrong.

    Exit status: 0 all is well, 1 something is wrong.

    Example: `guardband doctor --book sqlite:///firm.db`
    """
    from engine.shell.console import print_json, print_text
    from engine.shell.doctor import State, checks
    from engine.shell.doctor.told import answer, line

    found = []
    for check in checks(book):
        found.append(check)
        if output is Format.TEXT:
            print_text(line(check))
    if output is Format.JSON:
        print_json(answer(found))
    raise typer.Exit(int(any(check.state is State.WRONG for check in found)))
