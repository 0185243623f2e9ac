"""`guardband why`: what each proposed trade is worth, part by part."""

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


def why(
    book: BookOption,
    symbol: Annotated[
        list[str] | None, typer.Argument(metavar="[SYMBOL]...", help="Trades of these securities only.")
    ] = None,
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
    """Tell why each trade is proposed: drift, tax now and later, cost, and what rules charge for room.

    The parts of all trades add up to what the list is worth against doing nothing, to the cent.

    Exit status: 0, 1 where no list can pass, 2 input that cannot be read.

    Example: `guardband why --book BOOK --policy household.mandate XOM`
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
    status = proposing.why(
        setup,
        accounts=tuple(account or ()),
        symbols=tuple(symbol or ()),
        output=output,
    )
    raise typer.Exit(status)
