"""`guardband why-not`: why a security is not traded."""

from typing import Annotated

import typer

from engine.shell.commands.rebalance import (
    AccountsOption,
    ErrorOption,
    GainOption,
    InvestOption,
    LockOption,
    OnlyOption,
    RaiseOption,
    ToOption,
    TransitionOption,
    setup_of,
)
from engine.shell.options import AsOfOption, BookOption, Format, FormatOption, KnownOption, PolicyOption


def why_not(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="The security.")],
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    account: AccountsOption = None,
    raising: RaiseOption = None,
    investing: InvestOption = None,
    only: OnlyOption = None,
    transition: TransitionOption = False,
    to: ToOption = None,
    max_gain: GainOption = None,
    max_tracking_error: ErrorOption = None,
    lock: LockOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Tell, for each account and side, why a security is not traded.

    Either something closes it (a rule, a window, a lock, a band without room), or the smallest ticket
    would make the list worse: by how much, and of which parts, stands in the answer.

    Exit status: 0, 2 input that cannot be read.

    Example: `guardband why-not KO --book BOOK --policy household.mandate`
    """
    from engine.shell import proposing

    setup = setup_of(
        policy,
        book,
        as_of,
        known,
        raising=raising,
        investing=investing,
        only=only,
        max_gain=max_gain,
        max_tracking_error=max_tracking_error,
        lock=lock,
        to=to,
        transition=transition,
    )
    status = proposing.why_not(
        setup,
        accounts=tuple(account or ()),
        symbol=symbol,
        output=output,
    )
    raise typer.Exit(status)
