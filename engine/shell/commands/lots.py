"""`guardband lots`: open lots, disposals and wash sales, to the cent."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, Format, FormatOption, KnownOption, PolicyOption


def lots(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    because: Annotated[
        bool,
        typer.Option(
            "--because",
            help="Explain every loss: which purchases replaced it, which were considered and why not used.",
        ),
    ] = False,
    ahead: Annotated[
        bool,
        typer.Option(
            "--ahead",
            help="Tell what selling each lot today, or buying back, would come to: what is disallowed, what "
            "for good, the first safe day, the days to long-term.",
        ),
    ] = False,
    trades: Annotated[
        Path | None,
        typer.Option(
            "--trades",
            metavar="FILE",
            help="Tell it of this list of trades too; implies --ahead.",
            show_default=False,
        ),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what the transactions come to: open lots, disposals, disallowed and recognized losses.

    Without --policy the default readings of the law hold, and securities are identical by symbol only.
    Where the book has lots.csv beside transactions.csv, every difference between them is told.

    Exit status: 0, or 2 for input that cannot be read.

    Example: `guardband lots --book BOOK --ahead`
    """
    from engine.ledger.ahead import sales_ahead
    from engine.ledger.ahead_answer import ahead_answer
    from engine.ledger.ahead_list import list_ahead, purchases_ahead
    from engine.ledger.answer import lots_answer
    from engine.ledger.book import book_of, ledger_of_records, reconcile
    from engine.ledger.reconciled import differences_answer
    from engine.ledger.tax.short_held import short_held_answer, short_held_losses
    from engine.shell import work
    from engine.shell.books import read_book
    from engine.shell.console import print_json, print_text
    from engine.shell.files.trades import read_trades
    from reports.ahead_text import ahead_text
    from reports.lots_text import lots_text

    read = read_book(book, as_of=as_of, known=known)
    records = read.records
    listed = None if trades is None else read_trades(trades, records)
    day, reading = work.as_of_date(records, as_of), work.reading_of(policy, read.beside)
    ledger = ledger_of_records(records, as_of=day, reading=reading)
    opened = book_of(records, ledger, as_of=day)
    both = ledger is not None and records.lots is not None
    differences = reconcile(opened.lots, ledger) if ledger is not None and both else None
    funds = () if ledger is None else short_held_losses(records, ledger, as_of=day)
    looked = None
    if ahead or listed is not None:
        looked = (
            sales_ahead(opened, reading=reading),
            purchases_ahead(opened, reading=reading),
            None if listed is None else list_ahead(opened, listed, reading=reading),
        )
    if output is Format.JSON:
        answer = lots_answer(
            opened.disposals or (),
            opened.lots,
            accounts=opened.accounts,
            coverage=opened.coverage,
            shorts=opened.shorts,
        )
        answer["reconciliation"] = None if differences is None else differences_answer(differences)
        answer["fund_losses"] = short_held_answer(funds)
        answer["ahead"] = None if looked is None else ahead_answer(*looked)
        print_json(answer)
    else:
        text = lots_text(opened, differences, explained=because, funds=funds)
        print_text(text if looked is None else f"{text.rstrip()}\n\n{ahead_text(*looked)}")
