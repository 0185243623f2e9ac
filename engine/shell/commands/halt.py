"""`guardband halt`: stop proposals and sending at once."""

from typing import Annotated

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import ByOption


def halt(
    book: DatabaseOption = "sqlite:///guardband.db",
    account: Annotated[
        str | None,
        typer.Option("--account", "-a", metavar="ID", help="Halt it.", show_default=False),
    ] = None,
    security: Annotated[
        str | None,
        typer.Option("--security", metavar="SYMBOL", help="Halt this security.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Halt everything.")] = False,
    lift: Annotated[
        int | None,
        typer.Option("--lift", metavar="N", help="Lift the halt of this record.", show_default=False),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; it is told in every answer.")] = "",
    by: ByOption = None,
) -> None:
    """Halt an account, a security or everything: gate and rebalance answer block, with the reason.

    Lifting needs a second person. Without any option the halts that hold are listed.

    Exit status: 0, or 2 where it cannot be done.

    Example: `guardband halt --security KO --reason "takeover bid" --by "R. Okafor" --book sqlite:///firm.db`
    """
    from datetime import UTC, datetime

    from engine.facts.failure import InputError
    from engine.shell.console import print_text
    from engine.shell.orders.sending import halt_and_stop
    from engine.shell.publishing import halts
    from engine.shell.publishing.desk import Acting
    from engine.shell.store.connect import open_store

    chosen = [
        *([halts.Scope(kind="account", name=account)] if account else []),
        *([halts.Scope(kind="security", name=security)] if security else []),
        *([halts.Scope(kind="all")] if everything else []),
    ]
    if len(chosen) + (lift is not None) > 1:
        cure = "say --account, --security, --all or --lift once"
        raise InputError("several things are asked for at once", place="halt", cure=cure)
    acting = Acting(book=book, by=by, now=datetime.now(UTC))
    if lift is not None:
        entry = acting.write(lambda s, author: halts.lift(s, author, number=lift, reason=reason))
        print_text(f"halt {lift} is lifted; recorded as {entry.name}")
    elif chosen:
        scope = chosen[0]
        entry, stopped = acting.write(lambda s, author: halt_and_stop(s, author, scope=scope, reason=reason))
        print_text(f"{scope.words} is halted; recorded as {entry.name}")
        if stopped:
            print_text(f"open orders are cancelled, or asked to be: {', '.join(stopped)}")
    else:
        with open_store(book) as store, store.reading() as session:
            held = halts.halts(session)
        print_text("\n".join(f"{row.rule}  {row.words}" for row in held) or "nothing is halted")
