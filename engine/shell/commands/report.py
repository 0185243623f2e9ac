"""`guardband report`: the whole review as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, KnownOption, PolicyOption


def report(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    trades: Annotated[
        Path | None,
        typer.Option(
            "--trades",
            "-t",
            metavar="FILE",
            help="Review this list instead of a proposal.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write.")] = Path(
        "report.html"
    ),
    title: Annotated[str, typer.Option(help="What stands at the top.")] = "Portfolio review",
) -> None:
    """Write the review: the accounts before and after, every trade with its reasons, every verdict.

    One file that needs no network: the first page is for the client, the last for the auditor.

    Exit status: 0, or 2 for input that cannot be read.

    Example: `guardband report --book BOOK --policy household.mandate --out review.html`
    """
    from engine.shell import work
    from engine.shell.files.trades import read_trades
    from engine.shell.saving import save
    from optimizer.settings import Settings

    with work.opened(policy, book, as_of, known) as desk:
        if trades is None:
            page = desk.review_of(desk.propose(settings=Settings(rule_costs=True)), title=title)
        else:
            page = desk.review_of_list(read_trades(trades, desk.records), title=title)
    save(out, page)
    typer.echo(f"report written to {out}")
