"""`guardband rebalance`: propose the trades that the mandates call for, and gate every one of them."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, Format, FormatOption, PolicyOption

AccountsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--account", "-a", metavar="ID", help="Propose for this account only; may be given several times."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Also write the trades as trades.csv.", show_default=False
    ),
]


def rebalance(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    account: AccountsOption = None,
    out: OutOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Propose trades towards the targets, lot by lot, with taxes and costs weighed in money.

    The rules of the mandates constrain the search, and the gate judges exactly the list that is
    printed: no list is proposed that it does not pass.

    Exit status: 0, 1 where no list can pass (the rules that exclude each other are named), 2 input
    that cannot be read.

    Example: `guardband rebalance --book BOOK --policy household.mandate --out trades.csv`
    """
    from engine.shell import proposing
    from optimizer.settings import Intent

    status = proposing.run(
        policy, book, as_of, accounts=tuple(account or ()), intent=Intent(), out=out, output=output
    )
    raise typer.Exit(status)
