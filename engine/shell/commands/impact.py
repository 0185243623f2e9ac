"""`guardband impact`: what a new version of a mandate would change on real accounts."""

from typing import Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, Format, FormatOption, KnownOption, PolicyOption


def impact(
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new version: a mandate file or an id.")],
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    days: Annotated[
        int, typer.Option("--days", min=0, help="Replay the trades of so many days before.")
    ] = 365,
    output: FormatOption = Format.TEXT,
) -> None:
    """Say which accounts would stand in breach, and which past trades would have got another verdict.

    --policy is the version in force (unsaid: the mandates that the book's accounts name). Past trades are
    put to the gate as one list for each day, against the book of that morning.

    Exit status: 0 nothing would change, 1 something would, 2 input that cannot be read.

    Example: `guardband impact household-2.mandate --book BOOK --policy household.mandate`
    """
    from engine.ledger.book import default_as_of
    from engine.shell import policies, work
    from engine.shell.books import read_book
    from engine.shell.console import print_json, print_text
    from optimizer.diff.impact import impact as impact_of
    from optimizer.diff.impact import impact_answer, impact_text, is_changed

    read = read_book(book, as_of=as_of, known=known)
    records = read.records
    in_force = tuple(policy) if policy else work.named_by(records, read.beside)
    before = work.rulebook_of(policies.load(in_force, beside=read.beside))
    after = work.rulebook_of(policies.load((new,), beside=read.beside))
    with work.engine() as inference:
        found = impact_of(
            before,
            after,
            records,
            as_of=as_of.date() if as_of else default_as_of(records),
            days=days,
            engine=inference,
        )
    if output is Format.JSON:
        print_json(impact_answer(found))
    else:
        print_text(impact_text(found))
    raise typer.Exit(int(is_changed(found)))
