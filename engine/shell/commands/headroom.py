"""`guardband headroom`: how much of a security may be bought or sold today, and what stops more."""

from enum import StrEnum
from typing import Annotated

import typer

from engine.shell.options import AsOfOption, BookOption, Format, FormatOption, KnownOption, PolicyOption


class Direction(StrEnum):
    """Which side is asked for."""

    BUY = "buy"
    SELL = "sell"


def headroom(
    book: BookOption,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    symbol: Annotated[
        list[str] | None,
        typer.Option(
            "--symbol", "-s", help="A security; several times for several. Unsaid: what is held.", metavar="S"
        ),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option("--account", "-a", help="An account; unsaid: all that a policy governs.", metavar="A"),
    ] = None,
    side: Annotated[Direction | None, typer.Option(help="buy or sell; unsaid: both.")] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show how much may be bought or sold today, in one trade alone, and which rule stops one share more.

    Exit status: 0 answered, 2 input that cannot be read.

    Example: `guardband headroom --book BOOK --policy household.mandate --symbol VTI --side buy`
    """
    from engine.facts.failure import InputError
    from engine.facts.ids import AccountId, Symbol
    from engine.facts.trades import Side
    from engine.gate.headroom import SIDES, headroom_answer, headroom_text
    from engine.gate.headroom import headroom as rooms_of
    from engine.shell import work
    from engine.shell.console import print_json, print_text

    with work.opened(policy, book, as_of, known) as desk:
        at_hand = desk.ground.book.securities
        for name in symbol or ():
            if name not in at_hand:
                raise InputError(
                    f"unknown security `{name}`", place="--symbol", cure="add it to securities.csv"
                )
        for name in account or ():
            if name not in desk.ground.accounts:
                raise InputError(
                    f"no policy governs the account `{name}`",
                    place="--account",
                    cure=f"name one of {', '.join(desk.ground.accounts)}",
                )
        rooms = rooms_of(
            desk.opened,
            engine=desk.inference,
            symbols=tuple(map(Symbol, symbol or ())),
            accounts=tuple(map(AccountId, account or ())),
            sides=SIDES if side is None else (Side(side.value),),
        )
    if output is Format.JSON:
        print_json(headroom_answer(desk.opened, rooms))
    else:
        print_text(headroom_text(desk.opened, rooms))
