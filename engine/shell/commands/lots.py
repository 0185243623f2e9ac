"""`guardband lots`: open lots, disposals and wash sales, to the cent."""

from engine.shell.options import AsOfOption, BookOption, Format, FormatOption, PolicyOption


def lots(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what the transactions come to: open lots, disposals, disallowed and recognized losses.

    Without --policy the default readings of the law hold, and securities are identical by symbol only.

    Exit status: 0, or 2 for input that cannot be read.

    Example: `guardband lots --book BOOK`
    """
    from engine.ledger.answer import lots_answer
    from engine.ledger.text import lots_text
    from engine.shell import work
    from engine.shell.console import print_json, print_text

    ledger = work.ledger(policy, book, as_of)
    if output is Format.JSON:
        print_json(lots_answer(ledger))
    else:
        print_text(lots_text(ledger))
