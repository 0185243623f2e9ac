"""`guardband repair`: the nearest list to a given one that the gate passes."""

from pathlib import Path
from typing import Annotated

import typer

from engine.shell.commands.rebalance import OutOption
from engine.shell.options import (
    AsOfOption,
    BookOption,
    ByOption,
    DryRunOption,
    Format,
    FormatOption,
    KnownOption,
    LogOption,
    PolicyOption,
)


def repair(
    trades: Annotated[
        Path,
        typer.Option(
            "--trades", "-t", metavar="FILE", help="The trade list: account, side, symbol, quantity."
        ),
    ],
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    out: OutOption = None,
    output: FormatOption = Format.TEXT,
    by: ByOption = None,
    log: LogOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Make a list pass with the smallest change: fewest trades touched, then least money.

    Trades become smaller or are dropped; none grows and none is added. What passes already comes back
    as it is. Every trade that was touched is told with the rules that stopped it.

    Exit status: 0, 1 where no list can pass, 2 input that cannot be read.

    Example: `guardband repair --book BOOK --policy household.mandate --trades trades.csv --out repaired.csv`
    """
    from engine.shell import proposing, recorded

    status = proposing.repaired(
        policy,
        book,
        as_of,
        known=known,
        trades=trades,
        out=out,
        output=output,
        keeping=recorded.Keeping(by=by, log=log, dry_run=dry_run, known=known),
    )
    raise typer.Exit(status)
