"""`guardband orders`: what the gate passed goes out once, and comes back as fills and lots."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.shell.commands.db import DatabaseOption
from engine.shell.options import AsOfOption, Format, FormatOption

app = typer.Typer(
    help="Send what the gate passed, once; receive fills, cancel, reconcile.", no_args_is_help=True
)

ByOption = Annotated[str, typer.Option("--by", metavar="PERSON", help="Who acts.")]
FixOption = Annotated[
    Path | None,
    typer.Option("--fix", metavar="CONFIG", help="The settings of a FIX session.", show_default=False),
]
WaitOption = Annotated[
    float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for what comes back.")
]


class LayoutName(StrEnum):
    """Layouts of order files."""

    PLAIN = "plain"
    SCHWAB = "schwab"
    FIDELITY = "fidelity"
    IBKR = "ibkr"


@app.command("send")
def send(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Its number in the log, or its name.")],
    by: ByOption,
    book: DatabaseOption = "sqlite:///guardband.db",
    fix: FixOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="OUT.csv", help="Write an order file instead.")
    ] = None,
    layout: Annotated[LayoutName, typer.Option(help="Whose upload file.")] = LayoutName.PLAIN,
    separate: Annotated[
        bool, typer.Option("--separate", help="An order for each account, no blocks.")
    ] = False,
    replacing: Annotated[
        str | None,
        typer.Option("--replacing", metavar="ORDER", help="The open order that this list replaces."),
    ] = None,
    wait: WaitOption = 60,
    output: FormatOption = Format.TEXT,
) -> None:
    """Send a decision that the gate passed, for exactly its quantities, once.

    The list is judged again on what is known now; an answer other than pass or warn sends nothing. Orders
    are written to the database before they go out.

    Exit status: 0 where every order is done, 1 where some are open, 2 where nothing may be sent.

    Example: `guardband orders send 12 --book sqlite:///firm.db --by "P. Lane" --file orders.csv`
    """
    from engine.facts.failure import InputError
    from engine.shell.orders import desk
    from engine.shell.orders.fix.settings import read_settings

    if (fix is None) == (file is None):
        raise InputError("say where to send", place="--fix", cure="--fix CONFIG or --file OUT.csv")
    if file is not None:
        if replacing is not None:
            cure = "cancel the open order first: guardband orders cancel"
            raise InputError("a file cannot replace an order", place="--replacing", cure=cure)
        made = desk.send_file(book, decision, by=by, path=file, name=layout.value, blocks=not separate)
        _tell(book, str(made.seq), output)
        return
    assert fix is not None
    settings = read_settings(fix)
    made = desk.send(book, decision, by=by, route=settings.route, blocks=not separate, replacing=replacing)
    done = desk.work(book, settings, seconds=wait)
    _tell(book, str(made.seq), output)
    raise typer.Exit(0 if done else 1)


@app.command("receive")
def receive(
    book: DatabaseOption = "sqlite:///guardband.db",
    fix: FixOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="EXECUTIONS.csv", help="Executions from a file.")
    ] = None,
    wait: WaitOption = 60,
    output: FormatOption = Format.TEXT,
) -> None:
    """Take up a FIX session where it was left, or read executions from a file; post fills to the lots.

    What waits to be sent goes out, what a halt touches is cancelled, and what comes in becomes transactions.

    Exit status: 0 where no order is open, 1 where some are, 2 where something cannot be read.

    Example: `guardband orders receive --book sqlite:///firm.db --file executions.csv`
    """
    from engine.facts.failure import InputError
    from engine.shell.console import complain
    from engine.shell.orders import desk
    from engine.shell.orders.fix.settings import read_settings

    if (fix is None) == (file is None):
        raise InputError("say where from", place="--fix", cure="--fix CONFIG or --file EXECUTIONS.csv")
    if file is not None:
        new, strays = desk.receive_file(book, file)
        complain(f"{new} rows are new" + (f", {strays} name no order of this database" if strays else ""))
    else:
        assert fix is not None
        desk.work(book, read_settings(fix), seconds=wait)
    answer = desk.listed(book, only_open=True)
    _print(answer, output)
    raise typer.Exit(1 if answer["orders"] else 0)


@app.command("list")
def list_(
    book: DatabaseOption = "sqlite:///guardband.db",
    decision: Annotated[
        str | None, typer.Option("--decision", metavar="DECISION", help="Of one decision.")
    ] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only what may still be filled.")] = False,
    output: FormatOption = Format.TEXT,
) -> None:
    """List orders: state, fills, and what was corrected or busted.

    Example: `guardband orders list --book sqlite:///firm.db --open`
    """
    from engine.shell.orders import desk

    _print(desk.listed(book, decision=decision, only_open=only_open), output)


@app.command("cancel")
def cancel(
    by: ByOption,
    orders: Annotated[list[str] | None, typer.Argument(metavar="ORDER…", help="Orders by name.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every open order.")] = False,
    book: DatabaseOption = "sqlite:///guardband.db",
    fix: FixOption = None,
    wait: WaitOption = 60,
) -> None:
    """Cancel open orders; those that have not gone out are withdrawn at once.

    Without --fix the requests go out with the next session of their route.

    Exit status: 0, or 2 where an order is not known.

    Example: `guardband orders cancel --all --book sqlite:///firm.db --by "P. Lane"`
    """
    from engine.facts.failure import InputError
    from engine.shell.log.chain import author_named
    from engine.shell.orders import desk
    from engine.shell.orders.fix.session import now_utc
    from engine.shell.orders.fix.settings import read_settings
    from engine.shell.orders.sending import cancel_orders
    from engine.shell.store.connect import open_store

    if bool(orders) == everything:
        raise InputError("say which orders", place="ORDER", cure="name orders, or --all")
    with open_store(book) as store:
        told = cancel_orders(store, author_named(by, now_utc()), choose=None if everything else orders)
    typer.echo("\n".join(f"{name} is cancelled, or asked to be" for name in told) or "nothing is open")
    if fix is not None:
        desk.work(book, read_settings(fix), seconds=wait)


@app.command("remaining")
def remaining(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Its number in the log, or its name.")],
    out: Annotated[Path, typer.Option("--out", metavar="TRADES.csv", help="Where the list goes.")],
    book: DatabaseOption = "sqlite:///guardband.db",
) -> None:
    """Write what of a decision was not done as a trade list, to be judged by the gate again.

    Exit status: 0, or 2 where an order of it is still open.

    Example: `guardband orders remaining 12 --book sqlite:///firm.db --out rest.csv`
    """
    from engine.shell.files.trade_list import list_csv
    from engine.shell.orders import desk
    from engine.shell.saving import save

    left = desk.left_of(book, decision)
    save(out, list_csv(left))
    typer.echo(f"{len(left)} trades: guardband gate --book {book} --trades {out}")


@app.command("reconcile")
def reconcile(
    positions: Annotated[
        Path, typer.Option("--positions", metavar="FILE", help="The custodian's: account, symbol, quantity.")
    ],
    book: DatabaseOption = "sqlite:///guardband.db",
    as_of: AsOfOption = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Compare lots and cash with a custodian's positions; every break with its likely cause.

    Exit status: 0 where they agree, 1 where there are breaks, 2 where the file cannot be read.

    Example: `guardband orders reconcile --book sqlite:///firm.db --positions positions.csv`
    """
    from engine.shell.console import print_json, print_text
    from engine.shell.orders import desk
    from engine.shell.orders.told import breaks_answer, breaks_text

    found, differing = desk.reconciled(book, positions, as_of=as_of)
    answer = breaks_answer(differing, as_of=found.as_of.isoformat())
    print_json(answer) if output is Format.JSON else print_text(breaks_text(answer))
    raise typer.Exit(1 if differing else 0)


def _tell(book: str, decision: str, output: Format) -> None:
    from engine.shell.orders import desk

    _print(desk.listed(book, decision=decision), output)


def _print(answer: dict[str, object], output: Format) -> None:
    from engine.shell.console import print_json, print_text
    from engine.shell.orders.told import orders_text

    print_json(answer) if output is Format.JSON else print_text(orders_text(answer))
