"""`guardband drift`: where each account stands against its targets, and whether a rebalance is due."""

import typer

from engine.shell.options import AsOfOption, BookOption, Format, FormatOption, KnownOption, PolicyOption


def drift(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show each class against its target and band, and which accounts call for a rebalance.

    Exit status: 0 every class inside its band, 1 a class outside, 2 input that cannot be read.

    Example: `guardband drift --book BOOK --policy household.mandate`
    """
    from engine.gate.drift import drift_answer, drift_text
    from engine.shell import work
    from engine.shell.console import print_json, print_text

    with work.opened(policy, book, as_of, known) as desk:
        accounts = desk.drift()
    if output is Format.JSON:
        print_json(drift_answer(desk.ground.book, accounts))
    else:
        print_text(drift_text(accounts))
    raise typer.Exit(int(any(row.outside for account in accounts for row in account.classes)))
