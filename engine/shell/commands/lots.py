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
    from engine.ledger.book import open_book
    from engine.shell import work
    from engine.shell.console import print_json, print_text
    from engine.shell.files.book import read_records
    from reports.lots_text import lots_text

    records = read_records(book)
    opened = open_book(records, as_of=work.as_of_date(records, as_of), reading=work.reading_of(policy, book))
    if output is Format.JSON:
        answer = lots_answer(
            opened.disposals or (),
            opened.lots,
            accounts=opened.accounts,
            coverage=opened.coverage,
            shorts=opened.shorts,
        )
        print_json(answer)
    else:
        print_text(lots_text(opened))
