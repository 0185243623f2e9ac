"""`guardband diff`: what a new version of a mandate admits that the old one forbids, and the reverse."""

from datetime import date, datetime
from typing import Annotated

import typer

from engine.shell.options import Format, FormatOption

VersionArgument = Annotated[str, typer.Argument(metavar="OLD", help="The version before: a file or an id.")]


def diff(
    old: VersionArgument,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The version after: a file or an id.")],
    book: Annotated[
        str | None,
        typer.Option(
            "--book",
            "-b",
            metavar="DIR|URL",
            help="Look for proofs among this book's securities.",
            show_default=False,
        ),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="A day to look at. Unsaid: today.",
            show_default=False,
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Say which rules admit more or less than before, each with a portfolio and a list as proof.

    Every proof is judged by the gate under both versions. Rules that only read differently are named as
    without effect; rules that did not change are not named.

    Exit status: 0 nothing admitted changes, 1 a rule was loosened or tightened, 2 a file with errors.

    Example: `guardband diff household.mandate household-2.mandate`
    """
    from engine.shell import policies, work
    from engine.shell.books import read_book
    from engine.shell.console import print_json, print_text
    from optimizer.diff.answer import diff_answer, diff_text
    from optimizer.diff.compare import compare

    with work.engine() as inference:
        before, after = (policies.load((name,))[0] for name in (old, new))
        listed = None if book is None else read_book(book).records.securities
        difference = compare(
            before,
            after,
            engine=inference,
            today=as_of.date() if as_of else date.today(),  # noqa: DTZ011
            securities=None
            if listed is None
            else {str(symbol): dict(row.attributes) for symbol, row in listed.items()},
        )
    if output is Format.JSON:
        print_json(diff_answer(difference))
    else:
        print_text(diff_text(difference))
    raise typer.Exit(int(bool(difference.rules)))
