"""`guardband harvest`: sell the lots whose losses the mandate harvests, and buy what stands in for them."""

import typer

from engine.shell.commands.rebalance import AccountsOption, Only, OutOption, setup_of
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


def harvest(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    account: AccountsOption = None,
    out: OutOption = None,
    output: FormatOption = Format.TEXT,
    by: ByOption = None,
    log: LogOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Propose harvests: lots that the mandate's `harvest losses` selects, replaced by substitutes.

    Wash-sale windows, bands and every other rule hold; the gate judges exactly the list printed.

    Exit status: 0, 1 where no list can pass, 2 input that cannot be read.

    Example: `guardband harvest --book BOOK --policy household.mandate --out trades.csv`
    """
    from engine.shell import proposing, recorded

    status = proposing.run(
        setup_of(policy, book, as_of, known, only=Only.HARVEST),
        accounts=tuple(account or ()),
        out=out,
        output=output,
        command="harvest",
        keeping=recorded.Keeping(by=by, log=log, dry_run=dry_run, known=known),
    )
    raise typer.Exit(status)
